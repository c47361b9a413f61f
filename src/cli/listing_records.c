/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listing_records - how a record looks in a row.
 */
#include "cli/listing.h"

#include "cli/output.h"

static const struct table_column record_columns[] = {
    {.title = "ID"},
    {.title = "KIND"},
    {.title = "EVIDENCE", .shrinks = true},
    {.title = "FIELDS", .shrinks = true},
    {.title = "WHERE", .shrinks = true, .end = true},
};

static const char *const record_keys[] = {
    "id",  "uid",  "kind",   "document", "path",   "case",       "page",   "section", "start",
    "end", "text", "prefix", "suffix",   "plugin", "confidence", "status", "role",    NULL,
};

void
listing_record_gist(struct buf *out, const json_t *record)
{
	output_value(out, json_object_get(record, "fields"));
}

void
listing_record_place(struct buf *out, const json_t *record)
{
	const json_t *page = json_object_get(record, "page");

	output_value(out, json_object_get(record, "path"));
	if (json_is_integer(page))
		buf_printf(out, " p. %lld", (long long)json_integer_value(page));
}

static void
record_put_row(struct table *t, const json_t *item)
{
	static const char *const keys[] = {"id", "kind", "text"};
	struct buf cell = {0};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		buf_reset(&cell);
		output_value(&cell, json_object_get(item, keys[i]));
		table_put(t, buf_span(&cell));
	}
	buf_reset(&cell);
	listing_record_gist(&cell, item);
	table_put(t, buf_span(&cell));
	buf_reset(&cell);
	listing_record_place(&cell, item);
	table_put(t, buf_span(&cell));
	buf_clear(&cell);
}

const struct listing_kind listing_records = {
    .things = "records",
    .columns = record_columns,
    .column_count = sizeof record_columns / sizeof *record_columns,
    .put_row = record_put_row,
    .keys = record_keys,
};
