/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg_props - the properties of one object (message, recipient, attachment) in an
 * Outlook file (MS-OXMSG, MS-OXPROPS): short ones in a list, long ones in streams.
 */
#pragma once

#include "extract/readers/ole.h"

/* The names of properties that are read: PidTag…, their numbers by MS-OXPROPS. */
enum msg_prop {
	MSG_CLASS = 0x001a,
	MSG_SUBJECT = 0x0037,
	MSG_SUBMITTED = 0x0039,
	MSG_FROM_NAME = 0x0042, /* for whom it was sent … */
	MSG_FROM_ADDRESS = 0x0065,
	MSG_RECIPIENT_TYPE = 0x0c15,
	MSG_SENDER_NAME = 0x0c1a, /* … and who did */
	MSG_SENDER_ADDRESS = 0x0c1f,
	MSG_DISPLAY_CC = 0x0e03,
	MSG_DISPLAY_TO = 0x0e04,
	MSG_DELIVERED = 0x0e06,
	MSG_BODY = 0x1000,
	MSG_RTF = 0x1009,
	MSG_HTML = 0x1013,
	MSG_MESSAGE_ID = 0x1035,
	MSG_DISPLAY_NAME = 0x3001,
	MSG_ADDRESS = 0x3003,
	MSG_DATA = 0x3701,
	MSG_FILENAME = 0x3704,
	MSG_METHOD = 0x3705,
	MSG_LONG_FILENAME = 0x3707,
	MSG_MIME_TAG = 0x370e,
	MSG_CONTENT_ID = 0x3712,
	MSG_ATTACH_FLAGS = 0x3714,
	MSG_SMTP_ADDRESS = 0x39fe,
	MSG_INTERNET_CPID = 0x3fde,
	MSG_CODEPAGE = 0x3ffd,
	MSG_SENDER_SMTP = 0x5d01,
	MSG_FROM_SMTP = 0x5d02,
	MSG_HIDDEN = 0x7ffe
};

/* What stands before the list of short properties. */
#define MSG_HEADER_FILE     32
#define MSG_HEADER_EMBEDDED 24
#define MSG_HEADER_PART     8

struct msg_props {
	GsfInfile *storage; /* borrowed */
	uint64_t file_bytes;
	uint32_t page; /* code page of its strings */
	size_t header;
	struct buf list;
};

/* Opens those of `storage`; `page` is its message's code page. ERR_NOT_FOUND, ERR_FORMAT,
 * ERR_NOMEM.
 */
MUST_CHECK enum err msg_props_open(struct msg_props *p, GsfInfile *storage, size_t header,
				   uint32_t page, uint64_t file_bytes);
void msg_props_close(struct msg_props *p);

/* A number, truth or time; `otherwise` when there is none. */
uint64_t msg_props_number(const struct msg_props *p, enum msg_prop prop, uint64_t otherwise);

/* A string as UTF-8 into *out, which is emptied first; empty when there is none. ERR_NOMEM. */
MUST_CHECK enum err msg_props_text(const struct msg_props *p, enum msg_prop prop, struct buf *out);

/* Bytes into *out, which is emptied first. ERR_NOT_FOUND, ERR_FORMAT, ERR_NOMEM. */
MUST_CHECK enum err msg_props_bytes(const struct msg_props *p, enum msg_prop prop, struct buf *out);

/* The storage in which an embedded message or object lies; NULL: none. */
GsfInfile *msg_props_storage(const struct msg_props *p, enum msg_prop prop);
