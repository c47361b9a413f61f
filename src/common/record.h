/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record - one piece of evidence as plugins find it, and what a plugin
 * declares: its kinds and their fields.
 *
 * Records cross from the worker as typed fields; the daemon writes their JSON.
 * Offsets are bytes into the document's text, 0-based, `end` exclusive.
 */
#pragma once

#include "common/buf.h"

#define NAME_BYTES_MAX         32 /* of a plugin, kind or field: [a-z][a-z0-9_]{0,31} */
#define PLUGIN_KINDS_MAX       16
#define KIND_FIELDS_MAX        32
#define ABOUT_BYTES_MAX        200
#define RECORD_FIELDS_MAX      KIND_FIELDS_MAX
#define RECORD_VALUES_MAX      1000
#define RECORD_FIELD_BYTES_MAX (64 * 1024) /* of one text or key value */
#define RECORDS_MAX            10000       /* of one plugin in one document */

enum field_type { FIELD_TEXT = 1, FIELD_KEY, FIELD_NUMBER, FIELD_DATE };

struct field_decl {
	char name[NAME_BYTES_MAX + 1];
	enum field_type type;
};

struct kind_decl {
	char name[NAME_BYTES_MAX + 1];
	size_t field_count;
	struct field_decl fields[KIND_FIELDS_MAX];
};

struct plugin_decl {
	char name[NAME_BYTES_MAX + 1];
	char about[ABOUT_BYTES_MAX + 1];
	uint32_t version;
	size_t kind_count;
	struct kind_decl kinds[PLUGIN_KINDS_MAX];
};

struct value {
	struct span text; /* of text, key and date */
	double number;    /* of number */
};

struct field {
	struct span name;
	enum field_type type;
	bool list; /* an array in JSON even with one value */
	size_t value_count;
	struct value *values;
};

struct record {
	struct span kind;
	uint64_t start, end;
	double confidence; /* 0 to 1 */
	size_t field_count;
	struct field fields[RECORD_FIELDS_MAX];
};

/* "text", "key", "number", "date"; NULL for another value. Static. */
const char *field_type_name(enum field_type type);

/* The type called `name`, 0 when there is none. */
enum field_type field_type_of(struct span name);

/* Is it [a-z][a-z0-9_]{0,31}? */
bool record_name_valid(struct span name);

/* Names of the design's list that no plugin's field may take ("id", "path", …). */
bool record_name_reserved(struct span name);

/* The kind or field called `name`, NULL when not declared. Borrowed from the declaration. */
const struct kind_decl *plugin_decl_kind(const struct plugin_decl *d, struct span name);
const struct field_decl *kind_decl_field(const struct kind_decl *k, struct span name);
