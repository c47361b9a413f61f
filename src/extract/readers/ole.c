/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ole - OLE2 files: streams in storages.
 */
#include "extract/readers/ole.h"
#include "common/little.h"
#include "common/utf8.h"
#include "extract/readers/charset.h"

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-utils.h>
#include <stdio.h>
#include <time.h>

#define OLE_EPOCH_S      11644473600ull /* from 1601 to 1970 */
#define OLE_YEAR_2200_S  7258118400ull
#define OLE_SUMMARY_MAX  65536 /* bytes of a property set that are looked at */
#define OLE_PROPERTIES   100
#define OLE_VT_LPSTR     0x1e
#define OLE_VT_LPWSTR    0x1f
#define OLE_VT_FILETIME  0x40
#define OLE_PID_CODEPAGE 1

/* The file's head. */
#define OLE_HEAD_BYTES     512
#define OLE_HEAD_SHIFT     30  /* a sector's length as a power of two */
#define OLE_HEAD_DIRECTORY 48  /* the directory's first sector */
#define OLE_HEAD_MORE      68  /* the first sector of what has no room at the head's end … */
#define OLE_HEAD_PARTS     109 /* … where the table of chains has so many parts */
#define OLE_ENTRY_BYTES    128 /* of the directory */
#define OLE_NO_SECTOR      UINT32_MAX

/* Each odd number in a file makes libgsf complain on stderr, which is the daemon's log. */
static void
ole_on_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer ctx)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)ctx;
}

void
ole_prepare(void)
{
	static const char *const domains[] = {"libgsf", "libgsf:msole"};

	gsf_init();
	for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
		g_log_set_handler(domains[i],
				  G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE,
				  ole_on_log, NULL);
	/* Types register themselves at their first use. */
	g_type_ensure(gsf_input_memory_get_type());
	g_type_ensure(gsf_infile_msole_get_type());
}

/* --- the directory's length, before libgsf sees it --- */

/* Sector `n` of the file; empty where it has none. The head takes the place of a first one. */
static struct span
ole_sector(struct span bytes, unsigned shift, uint32_t n)
{
	uint64_t at = ((uint64_t)n + 1) << shift;

	return at >= bytes.n ? (struct span){0} : span_sub(bytes, (size_t)at, (size_t)1 << shift);
}

/* Which sector holds part `i` of the table of chains: the head says it of the first 109, a chain
 * of sectors of the others. */
static uint32_t
ole_table_sector(struct span bytes, unsigned shift, uint32_t i)
{
	uint32_t each = (1u << shift) / 4 - 1, sector = little_u32(bytes, OLE_HEAD_MORE);

	if (i < OLE_HEAD_PARTS)
		return little_u32(bytes, OLE_HEAD_BYTES - OLE_HEAD_PARTS * 4 + (size_t)i * 4);
	for (i -= OLE_HEAD_PARTS; i >= each; i -= each) {
		struct span list = ole_sector(bytes, shift, sector);

		if (list.n == 0)
			return OLE_NO_SECTOR;
		sector = little_u32(list, (size_t)each * 4);
	}
	return little_u32(ole_sector(bytes, shift, sector), (size_t)i * 4);
}

/* ERR_LIMIT: the directory has more entries than may be; ERR_FORMAT: its chain has no end. */
static enum err
ole_check_directory(struct span bytes, unsigned shift)
{
	uint32_t sector = little_u32(bytes, OLE_HEAD_DIRECTORY), per = (1u << shift) / 4;
	uint32_t entries = 0;

	while (ole_sector(bytes, shift, sector).n > 0 && entries <= OLE_ENTRIES_MAX) {
		uint32_t part = ole_table_sector(bytes, shift, sector / per);
		struct span table = ole_sector(bytes, shift, part);

		entries += (1u << shift) / OLE_ENTRY_BYTES;
		if (table.n == 0)
			break;
		sector = little_u32(table, (size_t)(sector % per) * 4);
	}
	if (entries <= OLE_ENTRIES_MAX)
		return OK;
	return (uint64_t)entries * OLE_ENTRY_BYTES > bytes.n ? ERR_FORMAT : ERR_LIMIT;
}

enum err
ole_open(struct span bytes, GsfInfile **out)
{
	uint32_t shift = little_u16(bytes, OLE_HEAD_SHIFT);
	GsfInput *memory;
	enum err e;

	*out = NULL;
	if (bytes.n < OLE_HEAD_BYTES || (shift != 9 && shift != 12))
		return ERR_FORMAT;
	e = ole_check_directory(bytes, shift);
	if (e != OK)
		return e;
	memory = gsf_input_memory_new((const guint8 *)bytes.p, (gsf_off_t)bytes.n, FALSE);
	if (memory != NULL) {
		*out = gsf_infile_msole_new(memory, NULL);
		g_object_unref(memory);
	}
	return *out == NULL ? ERR_FORMAT : OK;
}

enum ole_kind
ole_kind(GsfInfile *root)
{
	static const struct {
		const char *stream;
		enum ole_kind kind;
	} kinds[] = {
	    {"EncryptedPackage", OLE_ENCRYPTED},
	    {"__properties_version1.0", OLE_MSG},
	    {"WordDocument", OLE_WORD},
	    {"Workbook", OLE_EXCEL},
	    {"Book", OLE_EXCEL},
	    {"PowerPoint Document", OLE_POWERPOINT},
	};
	int n = gsf_infile_num_children(root);

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
		for (int i = 0; i < n; i++) {
			const char *name = gsf_infile_name_by_index(root, i);

			if (name != NULL && strcmp(name, kinds[k].stream) == 0)
				return kinds[k].kind;
		}
	return OLE_OTHER;
}

enum err
ole_read(GsfInfile *storage, const char *name, uint64_t max, struct buf *out)
{
	GsfInput *stream = gsf_infile_child_by_name(storage, name);
	gsf_off_t size = stream == NULL ? 0 : gsf_input_size(stream);
	enum err e = OK;
	char *to;

	if (stream == NULL)
		return ERR_NOT_FOUND;
	if (size < 0 || (uint64_t)size > max) {
		e = ERR_FORMAT;
	} else if (size > 0) {
		to = buf_reserve(out, (size_t)size);
		if (to == NULL)
			e = ERR_NOMEM;
		else if (gsf_input_read(stream, (size_t)size, (guint8 *)to) == NULL)
			e = ERR_FORMAT;
		else
			out->n += (size_t)size;
	}
	g_object_unref(stream);
	return e;
}

GsfInfile *
ole_storage(GsfInfile *storage, const char *name)
{
	GsfInput *child = gsf_infile_child_by_name(storage, name);

	if (child != NULL && GSF_IS_INFILE(child) &&
	    gsf_infile_num_children(GSF_INFILE(child)) >= 0)
		return GSF_INFILE(child);
	if (child != NULL)
		g_object_unref(child);
	return NULL;
}

/* --- numbers, characters, times --- */

void
ole_put_utf16(struct buf *out, struct span units)
{
	char bytes[4];

	for (size_t i = 0; i + 1 < units.n; i += 2) {
		uint32_t u = little_u16(units, i);
		uint32_t low = u >= 0xd800 && u < 0xdc00 ? little_u16(units, i + 2) : 0;

		if (low >= 0xdc00 && low < 0xe000) {
			u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (u >= 0xd800 && u < 0xe000) {
			u = 0xfffd;
		}
		buf_put(out, bytes, utf8_encode(u, bytes));
	}
}

void
ole_charset(uint32_t page, char label[24])
{
	static const struct {
		uint32_t page;
		const char *label;
	} named[] = {
	    {437, "cp437"},         {850, "cp850"},         {874, "windows-874"},
	    {932, "shift_jis"},     {936, "gb2312"},        {949, "ks_c_5601-1987"},
	    {950, "big5"},          {1200, "utf-16le"},     {10000, "macintosh"},
	    {20127, "us-ascii"},    {20866, "koi8-r"},      {21866, "koi8-u"},
	    {50220, "iso-2022-jp"}, {50221, "iso-2022-jp"}, {50222, "iso-2022-jp"},
	    {50225, "iso-2022-kr"}, {51932, "euc-jp"},      {51949, "euc-kr"},
	    {54936, "gb18030"},     {65001, "utf-8"},
	};

	label[0] = '\0';
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (named[i].page == page)
			snprintf(label, 24, "%s", named[i].label);
	if (page >= 1250 && page <= 1258)
		snprintf(label, 24, "windows-%u", page);
	else if (page > 28590 && page <= 28606)
		snprintf(label, 24, "iso-8859-%u", page - 28590);
}

bool
ole_time(uint64_t filetime, char iso[40], char mail[40])
{
	uint64_t s = filetime / 10000000;
	time_t t = (time_t)(s - OLE_EPOCH_S);
	struct tm tm;

	iso[0] = mail[0] = '\0';
	if (s <= OLE_EPOCH_S || s - OLE_EPOCH_S > OLE_YEAR_2200_S || gmtime_r(&t, &tm) == NULL)
		return false;
	strftime(iso, 40, "%Y-%m-%dT%H:%M:%S+00:00", &tm);
	strftime(mail, 40, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return true;
}

/* --- the property set --- */

/* The property's value as UTF-8 in *out, which is emptied first. */
static enum err
ole_summary_value(struct span set, size_t at, uint32_t page, struct buf *out)
{
	uint32_t type = little_u16(set, at), n = little_u32(set, at + 4);
	struct span bytes = span_sub(set, at + 8, n), text = {0};
	char label[24], iso[40], mail[40];
	struct buf keep = {0};
	enum err e = OK;

	buf_reset(out);
	if (type == OLE_VT_LPWSTR) {
		ole_put_utf16(out, span_sub(set, at + 8, (size_t)n * 2));
	} else if (type == OLE_VT_LPSTR && page == 1200) {
		ole_put_utf16(out, bytes);
	} else if (type == OLE_VT_LPSTR) {
		while (bytes.n > 0 && bytes.p[bytes.n - 1] == '\0')
			bytes.n--;
		ole_charset(page, label);
		e = bytes.n == 0 ? ERR_FORMAT
				 : charset_to_utf8(bytes, span_of(label), &keep, &text);
		buf_put_span(out, e == OK ? text : (struct span){0});
		buf_clear(&keep);
	} else if (type == OLE_VT_FILETIME) {
		ole_time(little_u64(set, at + 4), iso, mail);
		buf_put_str(out, iso);
	}
	while (out->n > 0 && out->p[out->n - 1] == '\0')
		out->n--;
	return e == ERR_NOMEM ? e : buf_err(out);
}

static enum err
ole_summary_set(struct span set, struct builder *b)
{
	static const struct {
		uint32_t id;
		const char *key;
	} keys[] = {{3, "subject"},     {4, "author"},   {5, "keywords"}, {6, "description"},
		    {8, "modified_by"}, {12, "created"}, {13, "modified"}};
	uint32_t n = little_u32(set, 4), page = 1252;
	struct buf value = {0};
	enum err e = OK;

	if (n > OLE_PROPERTIES)
		n = OLE_PROPERTIES;
	for (size_t i = 0; i < n; i++)
		if (little_u32(set, 8 + i * 8) == OLE_PID_CODEPAGE)
			page = little_u16(set, (size_t)little_u32(set, 12 + i * 8) + 4);
	for (size_t i = 0; i < n && e == OK; i++) {
		uint32_t id = little_u32(set, 8 + i * 8);

		if (id == OLE_PID_CODEPAGE)
			continue;
		e = ole_summary_value(set, little_u32(set, 12 + i * 8), page, &value);
		if (e == OK && id == 2)
			builder_title(b, buf_span(&value));
		for (size_t k = 0; e == OK && k < sizeof keys / sizeof keys[0]; k++)
			if (keys[k].id == id)
				builder_meta(b, keys[k].key, buf_span(&value));
	}
	buf_clear(&value);
	return e;
}

enum err
ole_put_summary(GsfInfile *root, uint64_t file_bytes, struct builder *b)
{
	struct buf stream = {0};
	enum err e = ole_read(root, "\005SummaryInformation", file_bytes, &stream);

	/* Byte order, versions, class, one set or two, and for each its name and place. */
	if (e == OK)
		e = ole_summary_set(span_sub(buf_span(&stream), little_u32(buf_span(&stream), 44),
					     OLE_SUMMARY_MAX),
				    b);
	buf_clear(&stream);
	return e == ERR_NOMEM ? e : OK; /* without it the text is whole all the same */
}
