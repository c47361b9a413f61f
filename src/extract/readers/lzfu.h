/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lzfu - the packed RTF in which Outlook keeps a mail's text (MS-OXRTFCP).
 */
#pragma once

#include "extract/reader.h"

#define LZFU_BYTES_MAX (64u * 1024 * 1024) /* of unpacked RTF; more is left out */

/*
 * Unpacks `packed` into *out, which is counted by reader_unpacked(). What comes
 * before the damage is kept: OK, too.
 *
 *   ERR_FORMAT  it is not packed RTF at all
 *   ERR_LIMIT   it unpacks to too much; *out is what came before
 *   ERR_NOMEM
 */
MUST_CHECK enum err lzfu_unpack(struct span packed, struct reader_work *work, struct buf *out);
