/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_calendar - invitations (RFC 5545): what, when, where, a line each.
 */
#include "extract/readers/eml.h"

#include <strings.h>

#define CALENDAR_LINE_BYTES 65536

struct calendar {
	struct builder *b;
	struct buf *uid;
	struct buf line;
	unsigned depth;       /* how many BEGIN are open */
	unsigned event_depth; /* that of the event; 0: outside of one */
	struct buf what, when, until, where, note, event_uid;
};

/* The next line with those that continue it (they begin with a blank). */
static bool
calendar_next_line(struct span *rest, struct buf *line)
{
	buf_reset(line);
	if (rest->n == 0)
		return false;
	do {
		const char *end = memchr(rest->p, '\n', rest->n);
		struct span s = {rest->p, end == NULL ? rest->n : (size_t)(end - rest->p)};

		*rest = span_sub(*rest, s.n + 1, rest->n);
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
		if (line->n < CALENDAR_LINE_BYTES)
			buf_put_span(line, s);
		if (rest->n == 0 || (rest->p[0] != ' ' && rest->p[0] != '\t'))
			break;
		*rest = span_sub(*rest, 1, rest->n);
	} while (true);
	return true;
}

/* "SUMMARY;LANGUAGE=en:Words" -> name "SUMMARY", its parameters, the value. */
static void
calendar_split(struct span line, struct span *name, struct span *parameters, struct span *value)
{
	size_t n = 0, colon;
	bool quoted = false;

	while (n < line.n && line.p[n] != ':' && line.p[n] != ';')
		n++;
	*name = span_sub(line, 0, n);
	for (colon = n; colon < line.n && (quoted || line.p[colon] != ':'); colon++)
		quoted ^= line.p[colon] == '"';
	*parameters = span_sub(line, n, colon - n);
	*value = span_sub(line, colon + 1, line.n);
}

static bool
calendar_is(struct span name, const char *word)
{
	return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

static void
calendar_put_text(struct span value, struct buf *out)
{
	buf_reset(out);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' && i + 1 < value.n) {
			c = value.p[++i];
			if (c == 'n' || c == 'N')
				c = '\n';
		}
		buf_put_char(out, c);
	}
}

/* "20190514T090000" -> "2019-05-14 09:00"; what has another form stays as it is. */
static void
calendar_put_time(struct span parameters, struct span value, struct buf *out)
{
	const char *zone =
	    parameters.n == 0 ? NULL : memmem(parameters.p, parameters.n, "TZID=", 5);
	struct span name = {0};
	size_t digits = 0;

	buf_reset(out);
	while (digits < value.n && value.p[digits] >= '0' && value.p[digits] <= '9')
		digits++;
	if (digits != 8) {
		buf_put_span(out, span_sub(value, 0, 100));
		return;
	}
	buf_printf(out, "%.4s-%.2s-%.2s", value.p, value.p + 4, value.p + 6);
	if (value.n < 13 || value.p[8] != 'T')
		return;
	buf_printf(out, " %.2s:%.2s", value.p + 9, value.p + 11);
	if (value.p[value.n - 1] == 'Z') {
		buf_put_str(out, " UTC");
	} else if (zone != NULL) {
		name = span_sub(parameters, (size_t)(zone - parameters.p) + 5, 60);
		for (size_t i = 0; i < name.n; i++)
			if (name.p[i] == ';' || name.p[i] == ':')
				name.n = i;
		buf_put_str(out, " (");
		buf_put_span(out, name);
		buf_put_str(out, ")");
	}
}

static void
calendar_put_line(struct calendar *c, const char *label, const struct buf *value,
		  const struct buf *until)
{
	if (value->n == 0)
		return;
	builder_text(c->b, span_of(label));
	builder_text(c->b, buf_span(value));
	if (until != NULL && until->n > 0) {
		builder_text(c->b, SPAN(" to "));
		builder_text(c->b, buf_span(until));
	}
	builder_newline(c->b);
}

static void
calendar_end_event(struct calendar *c)
{
	bool again = c->event_uid.n > 0 && span_eq(buf_span(&c->event_uid), buf_span(c->uid));

	if (!again && (c->what.n > 0 || c->when.n > 0)) {
		builder_paragraph(c->b);
		calendar_put_line(c, "Event: ", &c->what, NULL);
		calendar_put_line(c, "When: ", &c->when, &c->until);
		calendar_put_line(c, "Where: ", &c->where, NULL);
		builder_paragraph(c->b);
		if (c->note.n > 0) {
			builder_text(c->b, buf_span(&c->note));
			builder_paragraph(c->b);
		}
		buf_reset(c->uid);
		buf_put_span(c->uid, buf_span(&c->event_uid));
	}
	buf_reset(&c->what);
	buf_reset(&c->when);
	buf_reset(&c->until);
	buf_reset(&c->where);
	buf_reset(&c->note);
	buf_reset(&c->event_uid);
}

static void
calendar_on_line(struct calendar *c, struct span line, bool note)
{
	struct span name, parameters, value;

	calendar_split(line, &name, &parameters, &value);
	if (calendar_is(name, "BEGIN")) {
		c->depth++;
		if (c->event_depth == 0 && calendar_is(value, "VEVENT"))
			c->event_depth = c->depth;
	} else if (calendar_is(name, "END")) {
		if (c->event_depth != 0 && c->depth == c->event_depth) {
			calendar_end_event(c);
			c->event_depth = 0;
		}
		c->depth -= c->depth > 0;
	} else if (c->depth != c->event_depth || c->depth == 0) {
		return; /* an alarm, a time zone */
	} else if (calendar_is(name, "SUMMARY")) {
		calendar_put_text(value, &c->what);
	} else if (calendar_is(name, "LOCATION")) {
		calendar_put_text(value, &c->where);
	} else if (calendar_is(name, "DESCRIPTION") && note) {
		calendar_put_text(value, &c->note);
	} else if (calendar_is(name, "DTSTART")) {
		calendar_put_time(parameters, value, &c->when);
	} else if (calendar_is(name, "DTEND")) {
		calendar_put_time(parameters, value, &c->until);
	} else if (calendar_is(name, "UID")) {
		calendar_put_text(value, &c->event_uid);
	}
}

void
eml_calendar_put(struct builder *b, struct span text, bool note, struct buf *uid)
{
	struct calendar c = {.b = b, .uid = uid};

	while (!builder_full(b) && calendar_next_line(&text, &c.line))
		calendar_on_line(&c, buf_span(&c.line), note);
	buf_clear(&c.line);
	buf_clear(&c.what);
	buf_clear(&c.when);
	buf_clear(&c.until);
	buf_clear(&c.where);
	buf_clear(&c.note);
	buf_clear(&c.event_uid);
}
