/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_field - `name:value`: the language's own names, then the fields that
 * plugins declared.
 */
#include "index/query_parser.h"

#include <stdlib.h>

static struct node *
parser_no_comparison(struct parser *p, struct span name, const struct value_text *value)
{
	return parser_fail(p, ERR_FORMAT, value->offset,
			   "%.*s: can't be compared with < or >; write the value alone",
			   (int)name.n, name.p);
}

static bool
parser_matches(const struct value_text *value, const char *name)
{
	return value->prefix ? span_starts(span_of(name), value->text) : span_is(value->text, name);
}

static struct node *
parser_own_kind(struct parser *p, size_t offset, const struct value_text *value)
{
	struct node *node = parser_leaf(p, NODE_TEST, offset);

	if (node == NULL)
		return NULL;
	node->test.how = TERM_ANY;
	node->units = query_alloc(p->q, (p->cat->kind_count + 1) * sizeof *node->units);
	if (node->units == NULL)
		return parser_no_memory(p);
	for (size_t i = 0; i < p->cat->kind_count; i++) {
		const struct catalogue_kind *kind = &p->cat->kinds[i];

		if (kind->in_force && parser_matches(value, kind->name))
			node->units[node->unit_count++] =
			    (struct node_unit){kind->number, kind->number};
	}
	if (node->unit_count > 0)
		return node;
	(void)parser_fail(p, ERR_FORMAT, value->offset, "there is no kind \"%.*s\"%s",
			  (int)(value->text.n < 64 ? value->text.n : 64), value->text.p,
			  p->cat->kind_count == 0 ? ": no plugin is loaded yet" : "");
	parser_expect_kinds(p, value->text);
	return NULL;
}

static struct node *
parser_own_plugin(struct parser *p, size_t offset, const struct value_text *value)
{
	struct node *node = parser_leaf(p, NODE_TEST, offset);

	if (node == NULL)
		return NULL;
	node->test.how = value->prefix ? TERM_PREFIX : TERM_IS;
	node->units = query_alloc(p->q, sizeof *node->units);
	if (node->units == NULL || !query_keep(p->q, value->text, &node->test.from))
		return parser_no_memory(p);
	node->units[0].unit = VECTOR_UNIT_PLUGIN;
	node->unit_count = 1;
	return node;
}

static struct node *
parser_own_document(struct parser *p, size_t offset, const struct value_text *value)
{
	struct node *node = parser_leaf(p, NODE_DOCUMENT, offset);
	uint64_t id = 0;

	if (node == NULL)
		return NULL;
	for (size_t i = 0; i < value->text.n; i++) {
		unsigned digit = (unsigned char)value->text.p[i] - (unsigned)'0';

		if (digit > 9 || id > (UINT64_MAX - digit) / 10 || value->prefix) {
			(void)parser_fail(p, ERR_FORMAT, value->offset,
					  "this is no document's id: take it from a record or from "
					  "`documents`");
			parser_expected(p, "an id");
			return NULL;
		}
		id = id * 10 + digit;
	}
	node->document = id;
	return node;
}

/* Keeps the path with single slashes, none at its end but for "/", and without "./" in front. */
static struct node *
parser_own_under(struct parser *p, size_t offset, const struct value_text *value)
{
	struct node *node = parser_leaf(p, NODE_UNDER, offset);
	struct span in = value->text;
	size_t n = 0;
	char *path;

	if (node == NULL)
		return NULL;
	if (value->prefix) {
		(void)parser_fail(p, ERR_FORMAT, value->offset,
				  "under: takes a folder without a star; all below it is meant");
		parser_expected(p, "a folder");
		return NULL;
	}
	path = query_alloc(p->q, in.n + 1);
	if (path == NULL)
		return parser_no_memory(p);
	while (span_starts(in, SPAN("./")) || span_is(in, "."))
		in = span_sub(in, in.n == 1 ? 1 : 2, in.n);
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] != '/' || n == 0 || path[n - 1] != '/')
			path[n++] = in.p[i];
	if (n > 1 && path[n - 1] == '/')
		n--;
	node->path = (struct span){path, n};
	node->costly = true;
	return node;
}

/* Until officers' decisions are kept, whatever there is was found. */
static struct node *
parser_own_status(struct parser *p, size_t offset, const struct value_text *value)
{
	static const char *const names[] = {"found", "accepted", "rejected", "corrected", "added"};
	bool known = false;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		known = known || parser_matches(value, names[i]);
	if (known)
		return parser_leaf(p, parser_matches(value, names[0]) ? NODE_ALL : NODE_NONE,
				   offset);
	(void)parser_fail(p, ERR_FORMAT, value->offset, "there is no such status");
	parser_expected(p, "one of: found, accepted, rejected, corrected, added");
	return NULL;
}

static struct node *
parser_own_date(struct parser *p, struct span name, const struct value_text *value)
{
	static const struct node_unit unit = {VECTOR_UNIT_DATE, 0};

	return parser_value(p, FIELD_DATE, name, &unit, 1, value);
}

/* --- declared fields --- */

static int
parser_unit_cmp(const void *a, const void *b)
{
	const struct node_unit *x = a, *y = b;

	return (x->unit > y->unit) - (x->unit < y->unit);
}

/* The units of the fields in force that have this name and type. */
static size_t
parser_field_units(const struct parser *p, struct span name, enum field_type type,
		   struct node_unit *units)
{
	size_t n = 0;

	for (size_t i = 0; i < p->cat->kind_count; i++) {
		const struct catalogue_kind *kind = &p->cat->kinds[i];
		const struct catalogue_field *field = catalogue_field_typed(kind, name, type);

		if (kind->in_force && field != NULL && field->in_force) {
			if (units != NULL)
				units[n] = (struct node_unit){field->number, kind->number};
			n++;
		}
	}
	if (units != NULL && n > 0)
		qsort(units, n, sizeof *units, parser_unit_cmp);
	return n;
}

static bool
parser_is_own(struct span name)
{
	for (size_t i = 0; query_own_field(i) != NULL; i++)
		if (span_is(name, query_own_field(i)))
			return true;
	return false;
}

bool
parser_knows(const struct parser *p, struct span name)
{
	bool known = parser_is_own(name);

	for (int type = FIELD_TEXT; type <= FIELD_DATE && !known; type++)
		known = parser_field_units(p, name, (enum field_type)type, NULL) > 0;
	return known;
}

/* A field may have one type in one kind and another in the next: whichever the value fits. */
static struct node *
parser_declared(struct parser *p, struct span name, const struct value_text *value)
{
	struct node_unit *units = query_alloc(p->q, (p->cat->kind_count + 1) * sizeof *units);
	struct node *nodes[FIELD_DATE];
	size_t n = 0;
	enum err failed = OK;

	if (units == NULL)
		return parser_no_memory(p);
	for (int type = FIELD_TEXT; type <= FIELD_DATE; type++) {
		size_t unit_count = parser_field_units(p, name, (enum field_type)type, units);
		struct node *node;

		if (unit_count == 0)
			continue;
		node = parser_value(p, (enum field_type)type, name, units, unit_count, value);
		if (p->e != OK && p->e != ERR_FORMAT)
			return NULL;
		failed = p->e != OK ? p->e : failed;
		p->e = OK;
		if (node != NULL)
			nodes[n++] = node;
	}
	if (n == 0)
		p->e = failed; /* its message still stands */
	return parser_join(p, NODE_OR, nodes, n);
}

struct node *
parser_field(struct parser *p, struct span name, size_t offset, const struct value_text *value)
{
	if (span_is(name, "date"))
		return parser_own_date(p, name, value);
	if (!parser_is_own(name))
		return parser_declared(p, name, value);
	if (value->op != VALUE_IS)
		return parser_no_comparison(p, name, value);
	if (span_is(name, "kind"))
		return parser_own_kind(p, offset, value);
	if (span_is(name, "plugin"))
		return parser_own_plugin(p, offset, value);
	if (span_is(name, "document"))
		return parser_own_document(p, offset, value);
	if (span_is(name, "under"))
		return parser_own_under(p, offset, value);
	return parser_own_status(p, offset, value);
}
