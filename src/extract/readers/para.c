/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * para - paragraphs with what hangs on them, gathered and put.
 */
#include "extract/readers/para.h"
#include "extract/readers/heading.h"

#define PARA_BOLD_BYTES 120

struct para_mark {
	enum mark_type type;
	bool open;
	size_t start, end; /* in the paragraph's text */
	size_t name_at, name_n;
};

struct para_waiting { /* in `later`: this, the name, the text */
	enum mark_type type;
	size_t name_n, text_n;
};

void
para_second_pass(struct para *p, struct builder *b)
{
	tables_second_pass(&p->tables, b);
	p->b = b;
	para_reset(p);
	buf_reset(&p->later);
	p->announced = NULL;
}

void
para_clear(struct para *p)
{
	buf_clear(&p->text);
	buf_clear(&p->names);
	buf_clear(&p->marks);
	buf_clear(&p->later);
	tables_clear(&p->tables);
}

enum err
para_err(const struct para *p)
{
	return p->text.failed || p->names.failed || p->marks.failed || p->later.failed ? ERR_NOMEM
										       : OK;
}

/* --- gathering --- */

static struct para_mark *
para_marks(const struct para *p)
{
	return (struct para_mark *)(void *)p->marks.p;
}

static size_t
para_mark_count(const struct para *p)
{
	return p->marks.n / sizeof(struct para_mark);
}

void
para_reset(struct para *p)
{
	p->base += para_mark_count(p);
	buf_reset(&p->text);
	buf_reset(&p->names);
	buf_reset(&p->marks);
	p->open = 0;
	p->visible = p->bold = 0;
	p->level = 0;
}

void
para_text(struct para *p, struct span s, bool bold)
{
	if (p->text.n + s.n > PARA_BYTES_MAX) {
		p->cut = true;
		return;
	}
	buf_put_span(&p->text, s);
	if (heading_trim(s).n == 0)
		return;
	p->visible += s.n;
	p->bold += bold ? s.n : 0;
}

void
para_tab(struct para *p)
{
	para_text(p, tables_in_data(&p->tables) ? SPAN(" ") : SPAN("\t"), false);
}

void
para_break(struct para *p)
{
	para_text(p, tables_in_data(&p->tables) ? SPAN(" ") : SPAN("\n"), false);
}

void
para_announce(struct para *p, const char *heading, uint32_t level)
{
	p->announced = heading;
	p->announced_level = level;
}

static size_t
para_add(struct para *p, const struct para_mark *mark, struct span name)
{
	struct para_mark m = *mark;

	if (para_mark_count(p) == PARA_MARKS_MAX)
		return 0;
	name = span_sub(name, 0, MARK_NAME_MAX);
	m.start = m.end = p->text.n;
	m.name_at = p->names.n;
	m.name_n = name.n;
	buf_put_span(&p->names, name);
	buf_put(&p->marks, &m, sizeof m);
	return p->base + para_mark_count(p);
}

size_t
para_open(struct para *p, enum mark_type type, struct span name)
{
	size_t token;

	if (p->open == PARA_OPEN_MAX)
		return 0;
	token = para_add(p, &(struct para_mark){.type = type, .open = true}, name);
	p->open += token != 0;
	return token;
}

void
para_close(struct para *p, size_t token)
{
	struct para_mark *m;

	if (token <= p->base || token - p->base > para_mark_count(p) || p->marks.failed)
		return;
	m = &para_marks(p)[token - p->base - 1];
	if (!m->open)
		return;
	m->open = false;
	m->end = p->text.n;
	p->open--;
}

void
para_deleted(struct para *p, struct span words)
{
	words = heading_trim(words);
	if (words.n > 0)
		para_add(p, &(struct para_mark){.type = MARK_DELETED}, words);
}

void
para_later(struct para *p, enum mark_type type, struct span name, struct span text)
{
	struct para_waiting w;

	text = heading_trim(text);
	if (p->b == NULL || text.n == 0)
		return;
	name = span_sub(name, 0, MARK_NAME_MAX);
	if (p->later.n + text.n + name.n > PARA_LATER_MAX) {
		p->cut = true;
		return;
	}
	w = (struct para_waiting){.type = type, .name_n = name.n, .text_n = text.n};
	buf_put(&p->later, &w, sizeof w);
	buf_put_span(&p->later, name);
	buf_put_span(&p->later, text);
}

void
para_note(struct para *p, const char *sign, struct span text)
{
	struct buf note = {0};

	if (p->b == NULL)
		return;
	para_text(p, span_of(sign), false);
	buf_put_str(&note, sign);
	buf_put_char(&note, ' ');
	buf_put_span(&note, heading_trim(text));
	if (buf_err(&note) != OK)
		p->later.failed = true;
	else
		para_later(p, 0, (struct span){0}, buf_span(&note));
	buf_clear(&note);
}

/* --- putting --- */

/* Puts text up to `limit`, closing what ends on the way, the nearest end first. */
static void
para_put_until(struct para *p, size_t *at, size_t limit, const struct para_mark *active[],
	       size_t tokens[], size_t *count)
{
	struct span text = buf_span(&p->text);

	for (;;) {
		size_t next = *count;

		for (size_t i = 0; i < *count; i++)
			if (active[i]->end <= limit &&
			    (next == *count || active[i]->end < active[next]->end))
				next = i;
		if (next == *count)
			break;
		builder_text(p->b, span_sub(text, *at, active[next]->end - *at));
		*at = active[next]->end;
		builder_close(p->b, tokens[next]);
		--*count;
		active[next] = active[*count];
		tokens[next] = tokens[*count];
	}
	builder_text(p->b, span_sub(text, *at, limit - *at));
	*at = limit;
}

static void
para_put_marked(struct para *p)
{
	const struct para_mark *active[PARA_OPEN_MAX];
	size_t tokens[PARA_OPEN_MAX], count = 0, at = 0;
	struct para_mark *marks = para_marks(p);

	for (size_t i = 0; i < para_mark_count(p); i++) {
		struct para_mark *m = &marks[i];
		struct span name = span_sub(buf_span(&p->names), m->name_at, m->name_n);

		if (m->open)
			m->end = p->text.n;
		if (m->end == m->start && m->type != MARK_DELETED)
			continue;
		para_put_until(p, &at, m->start, active, tokens, &count);
		if (m->type == MARK_DELETED) {
			builder_close(p->b, builder_open(p->b, m->type, 0, name));
			continue;
		}
		active[count] = m;
		tokens[count++] = builder_open(p->b, m->type, 0, name);
	}
	para_put_until(p, &at, p->text.n, active, tokens, &count);
}

/* A line all in bold that reads like a heading. In a letter's head there may be some that are none.
 */
static bool
para_is_bold_heading(const struct para *p)
{
	struct span s = heading_trim(buf_span(&p->text));

	if (p->visible == 0 || p->bold < p->visible || s.n > PARA_BOLD_BYTES ||
	    memchr(s.p, '\n', s.n) != NULL)
		return false;
	return heading_is_known(s) || heading_has_shape(s);
}

static void
para_put_heading(struct para *p, uint32_t level)
{
	struct span text = heading_trim(buf_span(&p->text));
	size_t token;

	if (heading_is_known(text))
		level = 1;
	if (level == 1 && !p->title_put) {
		builder_title(p->b, text);
		p->title_put = true;
	}
	token = builder_open(p->b, MARK_HEADING, level, (struct span){0});
	para_put_marked(p);
	builder_close(p->b, token);
}

static void
para_put_announced(struct para *p)
{
	size_t token = builder_open(p->b, MARK_HEADING, p->announced_level, (struct span){0});

	builder_text(p->b, span_of(p->announced));
	builder_close(p->b, token);
	builder_paragraph(p->b);
	p->announced = NULL;
}

/* Notes, comments and boxes that waited, a paragraph each. */
static void
para_put_later(struct para *p)
{
	struct span rest = buf_span(&p->later);

	while (rest.n >= sizeof(struct para_waiting)) {
		struct para_waiting w;
		size_t token = 0;

		memcpy(&w, rest.p, sizeof w);
		rest = span_sub(rest, sizeof w, rest.n);
		if (w.type != 0)
			token = builder_open(p->b, w.type, 0, span_sub(rest, 0, w.name_n));
		builder_text(p->b, span_sub(rest, w.name_n, w.text_n));
		if (w.type != 0)
			builder_close(p->b, token);
		builder_paragraph(p->b);
		rest = span_sub(rest, w.name_n + w.text_n, rest.n);
	}
	buf_reset(&p->later);
}

void
para_finish(struct para *p)
{
	if (p->b == NULL)
		return;
	para_put_later(p);
	if (p->cut)
		builder_cut(p->b, "A paragraph, or the notes and comments of a table, is longer "
				  "than is read; the rest of it is left out.");
}

void
para_end(struct para *p)
{
	struct span text = heading_trim(buf_span(&p->text));
	bool data = tables_in_data(&p->tables);

	if (text.n > 0) {
		p->cell_bold &= p->bold >= p->visible;
		tables_paragraph(&p->tables);
		if (data && p->cell_used) {
			builder_text(p->b, SPAN(" "));
			tables_text(&p->tables, SPAN(" "));
		}
		tables_text(&p->tables, text);
		p->cell_used = true;
		if (p->level > 0)
			tables_heading(&p->tables);
	}
	if (p->b != NULL && para_err(p) == OK) {
		uint32_t level = data || text.n == 0       ? 0
				 : p->level > 0            ? p->level
				 : para_is_bold_heading(p) ? PARA_BOLD_LEVEL
							   : 0;

		if (p->announced != NULL && text.n > 0 && !data)
			para_put_announced(p);
		if (level > 0)
			para_put_heading(p, level);
		else if (text.n > 0 || p->marks.n > 0)
			para_put_marked(p);
	}
	if (p->b != NULL && !data) {
		builder_paragraph(p->b);
		if (p->tables.depth == 0)
			para_put_later(p);
	}
	para_reset(p);
}

/* --- tables --- */

void
para_table_begin(struct para *p)
{
	tables_begin(&p->tables);
}

void
para_table_end(struct para *p)
{
	tables_end(&p->tables);
	if (p->b == NULL || tables_in_data(&p->tables))
		return;
	builder_paragraph(p->b);
	if (p->tables.depth == 0)
		para_put_later(p);
}

void
para_row_begin(struct para *p)
{
	tables_row_begin(&p->tables);
	p->row_is_header = false;
}

void
para_row_end(struct para *p)
{
	tables_row_end(&p->tables);
}

void
para_cell_begin(struct para *p)
{
	tables_cell_begin(&p->tables);
	p->cell_bold = true;
	p->cell_used = false;
}

void
para_cell_end(struct para *p)
{
	tables_cell_end(&p->tables, p->row_is_header || (p->cell_bold && p->cell_used));
}
