/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_names - names that were perhaps meant, and what `describe` says of kinds
 * and of the language.
 */
#include "index/query_parser.h"

#include "common/jwrite.h"
#include "index/vectors.h"

#include <stdio.h>

#define NEAREST_MAX 5

static const char *const own_fields[] = {"date", "document", "kind", "plugin", "status", "under"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *
query_own_field(size_t index)
{
	return index < COUNT(own_fields) ? own_fields[index] : NULL;
}

/* --- the nearest names --- */

struct nearest {
	struct span wanted; /* at most NAME_BYTES_MAX bytes of it */
	size_t n;
	struct {
		const char *name;
		unsigned distance;
	} list[NEAREST_MAX]; /* the nearest first */
};

/* How many letters differ, are missing or too many (Levenshtein). */
static unsigned
names_distance(struct span a, struct span b)
{
	unsigned row[NAME_BYTES_MAX + 1];

	for (size_t k = 0; k <= b.n; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= b.n; k++) {
			unsigned best = diagonal + (a.p[i - 1] != b.p[k - 1]);

			diagonal = row[k];
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
		}
	}
	return row[b.n];
}

static void
names_offer(struct nearest *nearest, const char *name)
{
	unsigned distance = names_distance(nearest->wanted, span_of(name));
	size_t at = nearest->n;

	for (size_t i = 0; i < nearest->n; i++)
		if (strcmp(nearest->list[i].name, name) == 0)
			return;
	while (at > 0 && nearest->list[at - 1].distance > distance)
		at--;
	if (at == NEAREST_MAX)
		return;
	nearest->n += nearest->n < NEAREST_MAX;
	memmove(&nearest->list[at + 1], &nearest->list[at],
		(nearest->n - at - 1) * sizeof *nearest->list);
	nearest->list[at].name = name;
	nearest->list[at].distance = distance;
}

static void
names_expect(struct parser *p, const struct nearest *nearest)
{
	char text[sizeof p->error->expected] = "one of: ";
	size_t n = strlen(text);

	for (size_t i = 0; i < nearest->n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i == 0 ? "" : ", ",
				      nearest->list[i].name);
	parser_expected(p, nearest->n == 0 ? "" : text);
}

void
parser_expect_fields(struct parser *p, struct span name)
{
	struct nearest nearest = {.wanted = span_sub(name, 0, NAME_BYTES_MAX)};

	for (size_t i = 0; i < p->cat->kind_count; i++) {
		const struct catalogue_kind *kind = &p->cat->kinds[i];

		for (size_t k = 0; kind->in_force && k < kind->field_count; k++)
			if (kind->fields[k].in_force)
				names_offer(&nearest, kind->fields[k].name);
	}
	for (size_t i = 0; i < COUNT(own_fields); i++)
		names_offer(&nearest, own_fields[i]);
	names_expect(p, &nearest);
}

void
parser_expect_kinds(struct parser *p, struct span name)
{
	struct nearest nearest = {.wanted = span_sub(name, 0, NAME_BYTES_MAX)};

	for (size_t i = 0; i < p->cat->kind_count; i++)
		if (p->cat->kinds[i].in_force)
			names_offer(&nearest, p->cat->kinds[i].name);
	names_expect(p, &nearest);
}

/* --- describe --- */

enum err
query_describe_kinds(struct index *ix, struct buf *out)
{
	struct catalogue *cat = store_catalogue(ix);
	struct jwrite o = {.buf = out};

	jwrite_array_begin(&o);
	for (size_t i = 0; i < cat->kind_count; i++) {
		const struct catalogue_kind *kind = &cat->kinds[i];

		if (!kind->in_force)
			continue;
		jwrite_object_begin(&o);
		jwrite_put_string(&o, "name", span_of(kind->name));
		jwrite_put_string(&o, "about", span_of(kind->about));
		jwrite_put_string(&o, "plugin", span_of(kind->plugin));
		jwrite_key(&o, "fields");
		jwrite_object_begin(&o);
		for (size_t k = 0; k < kind->field_count; k++)
			if (kind->fields[k].in_force)
				jwrite_put_string(&o, kind->fields[k].name,
						  span_of(field_type_name(kind->fields[k].type)));
		jwrite_object_end(&o);
		jwrite_object_end(&o);
	}
	jwrite_array_end(&o);
	catalogue_unref(cat);
	return buf_err(out);
}

enum err
query_describe_operators(struct buf *out)
{
	static const struct {
		const char *form, *about;
	} operators[] = {
	    {"word", "records with this word in a text or key"},
	    {"word*", "with a word that begins so"},
	    {"\"two words\"", "with these words one behind the other"},
	    {"field:value", "text: with this word; key: equal; number: equal; date: overlapping"},
	    {"field:\"two words\"", "text: with these words in a row; key: equal"},
	    {"field:beginning*", "text: with a word that begins so; key: that begins so"},
	    {"field:*", "that have the field"},
	    {"field:>=60", "numbers and dates compared with > >= < <="},
	    {"field:60..70",
	     "numbers and dates from one to the other, both included; one may lack"},
	    {"date:2011..2013", "whose date, year or date_from..date_to overlaps"},
	    {"kind:NAME", "of this kind"},
	    {"under:FOLDER", "in documents below a folder: absolute, or below a watched one"},
	    {"document:ID", "of this document"},
	    {"plugin:NAME", "found by this plugin"},
	    {"status:found", "by what was decided of them"},
	    {"a b, a AND b", "both; binds closer than OR"},
	    {"a OR b", "either"},
	    {"-a, NOT a", "all others; binds closest"},
	    {"( )", "groups"},
	};
	struct jwrite o = {.buf = out};

	jwrite_array_begin(&o);
	for (size_t i = 0; i < COUNT(operators); i++) {
		jwrite_object_begin(&o);
		jwrite_put_string(&o, "form", span_of(operators[i].form));
		jwrite_put_string(&o, "about", span_of(operators[i].about));
		jwrite_object_end(&o);
	}
	jwrite_array_end(&o);
	return buf_err(out);
}
