/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * charset - bytes of a named or unknown encoding as UTF-8.
 *
 * Unknown bytes are UTF-16 (by mark, or by where its zeros stand), UTF-8, or
 * neither: then each byte that is no UTF-8 is read as windows-1252, which also
 * mends files that were pasted together from both.
 */
#pragma once

#include "common/buf.h"

#define CHARSET_BYTES_MAX (128u * 1024 * 1024) /* of decoded text; more is left out */

enum charset {
	CHARSET_BINARY = 1, /* not text */
	CHARSET_UTF8,
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_MIXED /* UTF-8 or windows-1252, byte by byte */
};

/* What `bytes` are; *bom (may be NULL) is the length of the mark in front. Looks at all of them. */
enum charset charset_detect(struct span bytes, size_t *bom);

/* The character that windows-1252 means by a byte; U+FFFD where it has none. */
uint32_t charset_from_1252(unsigned char c);

/*
 * Gives `bytes` as text in *out: the bytes themselves where they are UTF-8
 * already (without their mark), else decoded into *keep, which must be empty and
 * live as long. `label` is what the document calls its encoding, or empty; a
 * label that is unknown or plainly wrong is not believed.
 *
 *   ERR_FORMAT  not text
 *   ERR_NOMEM
 */
MUST_CHECK enum err charset_to_utf8(struct span bytes, struct span label, struct buf *keep,
				    struct span *out);
