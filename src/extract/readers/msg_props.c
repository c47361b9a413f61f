/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg_props - the properties of one object in an Outlook file.
 */
#include "extract/readers/msg_props.h"
#include "common/little.h"
#include "extract/readers/charset.h"

#include <stdio.h>

#define MSG_ENTRY        16    /* bytes: type, number, flags, value */
#define MSG_NAME_MAX     65536 /* bytes of a string that is no text, or of a list */
#define MSG_NAME_BYTES   32
#define MSG_TYPE_STRING8 0x001eu
#define MSG_TYPE_UNICODE 0x001fu
#define MSG_TYPE_BINARY  0x0102u
#define MSG_TYPE_OBJECT  0x000du

/* Streams may share their blocks, so that a small file has many long names: those are short. */
static uint64_t
msg_props_max(const struct msg_props *p, enum msg_prop prop)
{
	bool is_long = prop == MSG_BODY || prop == MSG_HTML;

	return is_long || p->file_bytes < MSG_NAME_MAX ? p->file_bytes : MSG_NAME_MAX;
}

enum err
msg_props_open(struct msg_props *p, GsfInfile *storage, size_t header, uint32_t page,
	       uint64_t file_bytes)
{
	*p = (struct msg_props){.storage = storage,
				.file_bytes = file_bytes,
				.page = page,
				.header = header};
	return ole_read(storage, "__properties_version1.0", msg_props_max(p, MSG_CLASS), &p->list);
}

void
msg_props_close(struct msg_props *p)
{
	buf_clear(&p->list);
}

uint64_t
msg_props_number(const struct msg_props *p, enum msg_prop prop, uint64_t otherwise)
{
	struct span list = buf_span(&p->list);

	for (size_t at = p->header; at + MSG_ENTRY <= list.n; at += MSG_ENTRY)
		if (little_u16(list, at + 2) == (uint32_t)prop)
			switch (little_u16(list, at)) {
			case 0x0002: /* 16 bits */
			case 0x000b: /* truth */
				return little_u16(list, at + 8);
			case 0x0003: /* 32 bits */
				return little_u32(list, at + 8);
			case 0x0014: /* 64 bits */
			case 0x0040: /* a time */
				return little_u64(list, at + 8);
			default:
				return otherwise;
			}
	return otherwise;
}

static void
msg_props_name(char name[MSG_NAME_BYTES], enum msg_prop prop, unsigned type)
{
	snprintf(name, MSG_NAME_BYTES, "__substg1.0_%04X%04X", (unsigned)prop, type);
}

/* Decodes what was read before Unicode: it has its message's code page. */
static enum err
msg_props_decode(const struct msg_props *p, struct buf *raw, struct buf *out)
{
	struct buf keep = {0};
	struct span text = {0};
	char label[24];
	enum err e = OK;

	while (raw->n > 0 && raw->p[raw->n - 1] == '\0')
		raw->n--;
	ole_charset(p->page, label);
	if (raw->n > 0)
		e = charset_to_utf8(buf_span(raw), span_of(label), &keep, &text);
	if (e == OK)
		buf_put_span(out, text);
	buf_clear(&keep);
	return e == ERR_FORMAT ? OK : e;
}

enum err
msg_props_text(const struct msg_props *p, enum msg_prop prop, struct buf *out)
{
	char name[MSG_NAME_BYTES];
	uint64_t max = msg_props_max(p, prop);
	struct buf raw = {0};
	enum err e;

	buf_reset(out);
	msg_props_name(name, prop, MSG_TYPE_UNICODE);
	e = ole_read(p->storage, name, max, &raw);
	if (e == OK) {
		ole_put_utf16(out, buf_span(&raw));
	} else if (e == ERR_NOT_FOUND) {
		msg_props_name(name, prop, MSG_TYPE_STRING8);
		e = ole_read(p->storage, name, max, &raw);
		if (e == OK)
			e = msg_props_decode(p, &raw, out);
	}
	buf_clear(&raw);
	while (out->n > 0 && out->p[out->n - 1] == '\0')
		out->n--;
	return e == ERR_NOMEM ? e : buf_err(out);
}

enum err
msg_props_bytes(const struct msg_props *p, enum msg_prop prop, struct buf *out)
{
	char name[MSG_NAME_BYTES];

	buf_reset(out);
	msg_props_name(name, prop, MSG_TYPE_BINARY);
	return ole_read(p->storage, name, p->file_bytes, out);
}

GsfInfile *
msg_props_storage(const struct msg_props *p, enum msg_prop prop)
{
	char name[MSG_NAME_BYTES];

	msg_props_name(name, prop, MSG_TYPE_OBJECT);
	return ole_storage(p->storage, name);
}
