/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record - names and types that plugins declare.
 */
#include "common/record.h"

static const char *const field_type_names[] = {
    [FIELD_TEXT] = "text",
    [FIELD_KEY] = "key",
    [FIELD_NUMBER] = "number",
    [FIELD_DATE] = "date",
};

/* Not "date": a field of that name is what the query's date: compares. */
static const char *const reserved_names[] = {
    "id",     "uid",        "kind",   "document", "path",     "paths",  "case",   "cases",
    "page",   "section",    "start",  "end",      "text",     "prefix", "suffix", "fields",
    "plugin", "confidence", "status", "role",     "decision", "under",  "ocr",    "truncated",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *
field_type_name(enum field_type type)
{
	return (size_t)type < COUNT(field_type_names) ? field_type_names[type] : NULL;
}

enum field_type
field_type_of(struct span name)
{
	for (size_t i = FIELD_TEXT; i < COUNT(field_type_names); i++)
		if (span_is(name, field_type_names[i]))
			return (enum field_type)i;
	return 0;
}

bool
record_name_valid(struct span name)
{
	if (name.n == 0 || name.n > NAME_BYTES_MAX || name.p[0] < 'a' || name.p[0] > 'z')
		return false;
	for (size_t i = 1; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

bool
record_name_reserved(struct span name)
{
	for (size_t i = 0; i < COUNT(reserved_names); i++)
		if (span_is(name, reserved_names[i]))
			return true;
	return false;
}

const struct kind_decl *
plugin_decl_kind(const struct plugin_decl *d, struct span name)
{
	for (size_t i = 0; i < d->kind_count; i++)
		if (span_is(name, d->kinds[i].name))
			return &d->kinds[i];
	return NULL;
}

const struct field_decl *
kind_decl_field(const struct kind_decl *k, struct span name)
{
	for (size_t i = 0; i < k->field_count; i++)
		if (span_is(name, k->fields[i].name))
			return &k->fields[i];
	return NULL;
}
