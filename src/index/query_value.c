/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_value - values by the field's type: words, keys, numbers and dates with
 * their ranges.
 */
#include "index/query_parser.h"

#include "text/date.h"
#include "text/doi.h"
#include "text/number.h"
#include "text/words.h"

#include <math.h>
#include <stdlib.h>

#define NUMBER_BYTES_MAX 64

struct days {
	int32_t first, last;
};

static struct node *
parser_test(struct parser *p, enum term_how how, const struct node_unit *units, size_t unit_count,
	    struct span from, struct span to, size_t offset)
{
	struct node *node = parser_leaf(p, NODE_TEST, offset);

	if (node == NULL)
		return NULL;
	node->units = query_alloc(p->q, unit_count * sizeof *units);
	if (node->units == NULL || !query_keep(p->q, from, &node->test.from) ||
	    !query_keep(p->q, to, &node->test.to))
		return parser_no_memory(p);
	memcpy(node->units, units, unit_count * sizeof *units);
	node->unit_count = unit_count;
	node->test.how = how;
	return node;
}

/* --- keys --- */

static char
parser_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The beginning of a DOI need not be one yet. */
static enum err
parser_doi_prefix(struct span text, struct buf *out)
{
	static const char *const before[] = {"https://", "http://",  "dx.",
					     "www.",     "doi.org/", "doi:"};

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t n = strlen(before[i]), same = 0;

		while (same < n && same < text.n && parser_lower(text.p[same]) == before[i][same])
			same++;
		if (same == n)
			text = span_sub(text, n, text.n);
	}
	for (size_t i = 0; i < text.n; i++)
		buf_put_char(out, parser_lower(text.p[i]));
	return buf_err(out);
}

static struct node *
parser_key(struct parser *p, struct span name, const struct node_unit *units, size_t unit_count,
	   const struct value_text *value)
{
	struct buf term = {0};
	struct node *node = NULL;
	enum err e = OK;

	if (!span_is(name, "doi"))
		e = words_nfc(value->text, &term);
	else if (value->prefix)
		e = parser_doi_prefix(value->text, &term);
	else if (!doi_normalise(value->text, &term, NULL)) {
		(void)parser_fail(p, ERR_FORMAT, value->offset,
				  "this is no DOI; for the beginning of one put a star behind it");
		parser_expected(p, "a DOI, such as 10.1000/182");
	}
	if (e != OK || buf_err(&term) != OK)
		(void)parser_no_memory(p);
	if (p->e == OK)
		node = parser_test(p, value->prefix ? TERM_PREFIX : TERM_IS, units, unit_count,
				   buf_span(&term), SPAN(""), value->offset);
	buf_clear(&term);
	return node;
}

/* --- ranges --- */

/* Parts "a..b" at its first two points; either side may be empty. */
static bool
parser_range(const struct value_text *value, struct span *from, struct span *to)
{
	if (value->quoted || value->op != VALUE_IS)
		return false;
	for (size_t i = 0; i + 1 < value->text.n; i++)
		if (value->text.p[i] == '.' && value->text.p[i + 1] == '.') {
			*from = span_sub(value->text, 0, i);
			*to = span_sub(value->text, i + 2, value->text.n);
			return from->n > 0 || to->n > 0;
		}
	return false;
}

static size_t
parser_offset(const struct value_text *value, struct span part)
{
	return value->offset + (value->quoted ? 0 : (size_t)(part.p - value->text.p));
}

static struct node *
parser_empty_range(struct parser *p, const struct value_text *value)
{
	return parser_fail(p, ERR_FORMAT, value->offset,
			   "nothing lies in this range: write the smaller end first");
}

/* --- numbers --- */

/* Digits as programs write them, else as documents do ("1,200", "twelve hundred"). */
static bool
parser_number_of(struct span text, double *n)
{
	char plain[NUMBER_BYTES_MAX + 1], *end;
	bool digits = false;
	size_t used, i;

	if (text.n == 0 || text.n > NUMBER_BYTES_MAX)
		return false;
	for (i = 0; i < text.n && strchr("+-.0123456789eE", text.p[i]) != NULL; i++) {
		plain[i] = text.p[i];
		digits = digits || (text.p[i] >= '0' && text.p[i] <= '9');
	}
	plain[i] = '\0';
	if (digits && i == text.n) {
		*n = strtod(plain, &end);
		if (*end == '\0' && isfinite(*n))
			return true;
	}
	return number_parse(text, n, &used) && used == text.n;
}

static bool
parser_number_end(struct parser *p, const struct value_text *value, struct span part, double *n)
{
	if (parser_number_of(part, n))
		return true;
	(void)parser_fail(p, ERR_FORMAT, parser_offset(value, part),
			  "this is no number: write 60, >=60, 60..70, 60.. or ..70");
	parser_expected(p, "a number");
	return false;
}

static struct node *
parser_number(struct parser *p, const struct node_unit *units, size_t unit_count,
	      const struct value_text *value)
{
	struct span low = value->text, high = value->text;
	double from = -INFINITY, to = INFINITY;
	bool range = parser_range(value, &low, &high);
	struct buf term = {0};
	struct node *node = NULL;

	if ((low.n > 0 || !range) && !parser_number_end(p, value, low, &from))
		return NULL;
	if ((high.n > 0 || !range) && !parser_number_end(p, value, high, &to))
		return NULL;
	if (from > to)
		return parser_empty_range(p, value);
	if (value->op == VALUE_LESS || value->op == VALUE_AT_MOST)
		from = -INFINITY;
	if (value->op == VALUE_MORE || value->op == VALUE_AT_LEAST)
		to = INFINITY;
	if (value->op == VALUE_LESS)
		to = nextafter(to, -INFINITY);
	if (value->op == VALUE_MORE)
		from = nextafter(from, INFINITY);
	vector_put_number(&term, from);
	vector_put_number(&term, to);
	if (buf_err(&term) != OK)
		(void)parser_no_memory(p);
	else
		node = parser_test(p, from == to ? TERM_IS : TERM_RANGE, units, unit_count,
				   span_sub(buf_span(&term), 0, VECTOR_NUMBER_BYTES),
				   span_sub(buf_span(&term), VECTOR_NUMBER_BYTES, term.n),
				   value->offset);
	buf_clear(&term);
	return node;
}

/* --- dates --- */

static bool
parser_days_of(struct span text, struct days *days)
{
	struct date_range range;
	size_t at, used;
	int32_t other;

	if (date_days(text, &days->first, &days->last))
		return true;
	return date_parse(text, &range, &at, &used) && at == 0 && used == text.n &&
	       date_days(span_of(range.from), &days->first, &other) &&
	       date_days(span_of(range.to), &other, &days->last);
}

static bool
parser_date_end(struct parser *p, const struct value_text *value, struct span part,
		struct days *days)
{
	if (parser_days_of(part, days))
		return true;
	(void)parser_fail(p, ERR_FORMAT, parser_offset(value, part),
			  "this is no date: write 2011, 2011-05, 2011-05-31, >=2011, 2011..2013, "
			  "2011.. or ..2013");
	parser_expected(p, "a date");
	return false;
}

static struct node *
parser_date(struct parser *p, const struct node_unit *units, size_t unit_count,
	    const struct value_text *value)
{
	struct span low = value->text, high = value->text;
	struct days from = {INT32_MIN, INT32_MIN}, to = {INT32_MAX, INT32_MAX}, wanted;
	bool range = parser_range(value, &low, &high);
	struct buf term = {0};
	struct node *node = NULL;

	if ((low.n > 0 || !range) && !parser_date_end(p, value, low, &from))
		return NULL;
	if ((high.n > 0 || !range) && !parser_date_end(p, value, high, &to))
		return NULL;
	wanted = (struct days){from.first, to.last};
	if (value->op == VALUE_LESS)
		wanted = (struct days){INT32_MIN, from.first - 1};
	else if (value->op == VALUE_AT_MOST)
		wanted.first = INT32_MIN;
	else if (value->op == VALUE_MORE)
		wanted = (struct days){to.last + 1, INT32_MAX};
	else if (value->op == VALUE_AT_LEAST)
		wanted.last = INT32_MAX;
	if (wanted.first > wanted.last)
		return parser_empty_range(p, value);
	vector_put_day(&term, wanted.first);
	vector_put_day(&term, wanted.last);
	if (buf_err(&term) != OK)
		(void)parser_no_memory(p);
	else
		node =
		    parser_test(p, TERM_OVERLAP, units, unit_count, span_sub(buf_span(&term), 0, 4),
				span_sub(buf_span(&term), 4, 4), value->offset);
	buf_clear(&term);
	return node;
}

/* --- by type --- */

static struct node *
parser_text(struct parser *p, struct span name, const struct node_unit *units, size_t unit_count,
	    const struct value_text *value)
{
	struct node *node =
	    parser_words(p, units, unit_count, value->text, value->prefix, value->offset);

	if (node == NULL && p->e == OK) {
		(void)parser_fail(p, ERR_FORMAT, value->offset,
				  "there is nothing to look for in %.*s: no letter and no digit",
				  (int)name.n, name.p);
		parser_expected(p, "words");
	}
	return node;
}

struct node *
parser_value(struct parser *p, enum field_type type, struct span name,
	     const struct node_unit *units, size_t unit_count, const struct value_text *value)
{
	bool ordered = type == FIELD_NUMBER || type == FIELD_DATE;

	if (value->op != VALUE_IS && (!ordered || value->prefix))
		return parser_fail(p, ERR_FORMAT, value->offset,
				   "%.*s: < and > compare numbers and dates; write the value alone",
				   (int)name.n, name.p);
	if (value->prefix && value->text.n == 0)
		return parser_test(p, TERM_ANY, units, unit_count, SPAN(""), SPAN(""),
				   value->offset);
	if (value->prefix && ordered)
		return parser_fail(p, ERR_FORMAT, value->offset,
				   "%.*s has no beginning to look for: write a range, such as %s",
				   (int)name.n, name.p,
				   type == FIELD_DATE ? "2010..2019" : "60..70");
	if (!value->quoted && value->text.p[0] == '(' && value->text.n > 1 &&
	    memchr(value->text.p, ')', value->text.n) == NULL)
		return parser_fail(p, ERR_FORMAT, value->offset,
				   "brackets go round whole terms: write (%.*s:… OR %.*s:…)",
				   (int)name.n, name.p, (int)name.n, name.p);
	switch (type) {
	case FIELD_TEXT:
		return parser_text(p, name, units, unit_count, value);
	case FIELD_KEY:
		return parser_key(p, name, units, unit_count, value);
	case FIELD_NUMBER:
		return parser_number(p, units, unit_count, value);
	case FIELD_DATE:
		return parser_date(p, units, unit_count, value);
	}
	return NULL;
}
