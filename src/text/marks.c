/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * marks - a sorted list, searched from the last mark that begins at or before a
 * place outwards. Each mark knows the last earlier one that ends no earlier than
 * itself (`outer`): what lies between the two ended before it and is skipped, so
 * a look-up costs the depth of nesting and not the number of rows or links.
 */
#include "text/marks.h"

#include "common/utf8.h"

#include <stdlib.h>

/* Of an encoded mark with an empty name. */
#define MARK_BYTES_MIN (1 + 4 + 8 + 8 + 4)

static const char *const mark_type_names[] = {
    [MARK_PAGE] = "page",       [MARK_HEADING] = "heading",   [MARK_SECTION] = "section",
    [MARK_TABLE] = "table",     [MARK_ROW] = "row",           [MARK_HEADER] = "header",
    [MARK_PART] = "part",       [MARK_QUOTED] = "quoted",     [MARK_LINK] = "link",
    [MARK_COMMENT] = "comment", [MARK_INSERTED] = "inserted", [MARK_DELETED] = "deleted",
    [MARK_SPEAKER] = "speaker",
};

const char *
mark_type_name(enum mark_type type)
{
	size_t n = sizeof mark_type_names / sizeof *mark_type_names;

	return (size_t)type < n ? mark_type_names[type] : NULL;
}

enum err
marks_add(struct marks *m, enum mark_type type, uint32_t number, uint64_t start, uint64_t end,
	  struct span name)
{
	if (m->n == MARKS_MAX)
		return ERR_LIMIT;
	if (name.n > MARK_NAME_MAX) {
		name.n = MARK_NAME_MAX;
		while (name.n > 0 && utf8_is_continuation(name.p[name.n]))
			name.n--;
	}
	if (m->names.n > UINT32_MAX - name.n)
		return ERR_LIMIT;
	if (m->n == m->cap) {
		size_t cap = m->cap == 0 ? 32 : m->cap * 2;
		struct mark *list = realloc(m->list, cap * sizeof *list);

		if (list == NULL)
			return ERR_NOMEM;
		m->list = list;
		m->cap = cap;
	}
	m->list[m->n] = (struct mark){.type = type,
				      .number = number,
				      .start = start,
				      .end = end,
				      .name_at = (uint32_t)m->names.n,
				      .name_len = (uint32_t)name.n};
	buf_put_span(&m->names, name);
	if (buf_err(&m->names) != OK)
		return ERR_NOMEM;
	m->n++;
	return OK;
}

/* The rest makes the order the same whatever order they were added in. */
static int
mark_cmp(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->name_at > b->name_at) - (a->name_at < b->name_at);
}

static void
marks_set_outer(struct marks *m)
{
	for (size_t i = 0; i < m->n; i++) {
		uint32_t outer = (uint32_t)i; /* the one before, counted from 1 */

		while (outer > 0 && m->list[outer - 1].end < m->list[i].end)
			outer = m->list[outer - 1].outer;
		m->list[i].outer = outer;
	}
}

void
marks_sort(struct marks *m)
{
	if (m->n > 1)
		qsort(m->list, m->n, sizeof *m->list, mark_cmp);
	marks_set_outer(m);
}

struct span
marks_name(const struct marks *m, const struct mark *mark)
{
	return span_sub(buf_span(&m->names), mark->name_at, mark->name_len);
}

const struct mark *
marks_at(const struct marks *m, enum mark_type type, uint64_t at)
{
	const struct mark *empty = NULL;
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->list[middle].start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	while (low > 0) {
		const struct mark *mark = &m->list[low - 1];

		if (mark->end <= at) {
			if (type == MARK_PAGE && mark->type == type && mark->start == at &&
			    empty == NULL)
				empty = mark;
			low = mark->outer;
			continue;
		}
		if (mark->type == type)
			return mark;
		low--;
	}
	return empty;
}

void
marks_encode(const struct marks *m, struct buf *out)
{
	uint32_t n = (uint32_t)m->n;

	buf_put(out, &n, sizeof n);
	for (size_t i = 0; i < m->n; i++) {
		const struct mark *mark = &m->list[i];

		buf_put_char(out, (char)mark->type);
		buf_put(out, &mark->number, sizeof mark->number);
		buf_put(out, &mark->start, sizeof mark->start);
		buf_put(out, &mark->end, sizeof mark->end);
		buf_put(out, &mark->name_len, sizeof mark->name_len);
		buf_put_span(out, marks_name(m, mark));
	}
}

/* Moves *in behind the n bytes copied to `to`; false when there are not as many. */
static bool
marks_take(struct span *in, void *to, size_t n)
{
	if (in->n < n)
		return false;
	memcpy(to, in->p, n);
	*in = span_sub(*in, n, in->n);
	return true;
}

static enum err
marks_decode_one(struct span *in, uint64_t text_bytes, struct marks *m)
{
	uint64_t start, end;
	uint32_t number, length;
	unsigned char type;
	struct span name;

	if (!marks_take(in, &type, 1) || !marks_take(in, &number, sizeof number) ||
	    !marks_take(in, &start, sizeof start) || !marks_take(in, &end, sizeof end) ||
	    !marks_take(in, &length, sizeof length) || in->n < length)
		return ERR_FORMAT;
	name = span_sub(*in, 0, length);
	*in = span_sub(*in, length, in->n);
	if (mark_type_name((enum mark_type)type) == NULL || start > end || end > text_bytes ||
	    length > MARK_NAME_MAX || !utf8_valid(name))
		return ERR_FORMAT;
	if (m->n > 0) {
		const struct mark *last = &m->list[m->n - 1];

		if (start < last->start || (start == last->start && end > last->end))
			return ERR_FORMAT;
	}
	return marks_add(m, (enum mark_type)type, number, start, end, name);
}

enum err
marks_decode(struct span in, uint64_t text_bytes, struct marks *m)
{
	enum err e = OK;
	uint32_t n;

	if (!marks_take(&in, &n, sizeof n) || in.n / MARK_BYTES_MIN < n)
		return ERR_FORMAT;
	if (n > MARKS_MAX)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n && e == OK; i++)
		e = marks_decode_one(&in, text_bytes, m);
	if (e == OK && in.n != 0)
		e = ERR_FORMAT;
	if (e != OK) {
		marks_clear(m);
		return e;
	}
	marks_set_outer(m);
	return OK;
}

void
marks_clear(struct marks *m)
{
	free(m->list);
	buf_clear(&m->names);
	*m = (struct marks){0};
}
