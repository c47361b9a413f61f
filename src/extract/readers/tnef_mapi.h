/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tnef_mapi - properties of a mail or an attachment, as they lie in winmail.dat.
 */
#pragma once

#include "common/buf.h"

enum mapi_id {
	MAPI_SUBJECT = 0x0037,
	MAPI_SENT = 0x0039,
	MAPI_FROM_NAME = 0x0042,
	MAPI_FROM_ADDRESS = 0x0065,
	MAPI_SENDER_NAME = 0x0c1a,
	MAPI_SENDER_ADDRESS = 0x0c1f,
	MAPI_CC = 0x0e03,
	MAPI_TO = 0x0e04,
	MAPI_BODY = 0x1000,
	MAPI_RTF = 0x1009, /* compressed */
	MAPI_HTML = 0x1013,
	MAPI_FILE_DATA = 0x3701,
	MAPI_FILE_NAME = 0x3704, /* of eight letters */
	MAPI_FILE_LONG_NAME = 0x3707,
	MAPI_CONTENT_ID = 0x3712,
	MAPI_CODEPAGE = 0x3fde, /* of the HTML */
	MAPI_HIDDEN = 0x7ffe
};

enum mapi_type {
	MAPI_INT16 = 0x02,
	MAPI_INT32 = 0x03,
	MAPI_FLOAT = 0x04,
	MAPI_DOUBLE = 0x05,
	MAPI_CURRENCY = 0x06,
	MAPI_APPTIME = 0x07,
	MAPI_ERROR = 0x0a,
	MAPI_BOOLEAN = 0x0b,
	MAPI_OBJECT = 0x0d,
	MAPI_INT64 = 0x14,
	MAPI_STRING8 = 0x1e,
	MAPI_UNICODE = 0x1f,
	MAPI_TIME = 0x40,
	MAPI_CLSID = 0x48,
	MAPI_BINARY = 0x102
};

struct mapi_value {
	uint16_t type, id; /* id is 0 for properties that have a name of their own */
	struct span bytes; /* of several values the first */
};

/* Steps into the block: *left is how many there are. False: too short. */
bool mapi_begin(struct span *in, uint32_t *left);
/* The next property. False: the end, or damaged. */
bool mapi_next(struct span *in, uint32_t *left, struct mapi_value *v);
/* The first property with this id. */
bool mapi_find(struct span block, enum mapi_id id, struct mapi_value *v);

/* A text as UTF-8, appended; `codepage` is that of MAPI_STRING8 (0: unknown). */
void mapi_put_text(const struct mapi_value *v, uint32_t codepage, struct buf *out);
void mapi_put_bytes(struct span bytes, uint32_t codepage, struct buf *out);
/* What charset.h calls a code page of Windows. */
void mapi_charset(uint32_t codepage, char name[24]);
