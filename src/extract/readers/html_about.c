/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_about - what a page says of itself, and what was written into it when it was saved.
 */
#include "extract/readers/html_about.h"

#include <stdio.h>
#include <strings.h>

#define ABOUT_COMMENT_BYTES 4096 /* those of browsers are short */

void
html_about_meta(struct builder *b, const unsigned char **attributes)
{
	static const struct {
		const char *name, *key;
	} names[] = {
	    {"author", "author"},
	    {"dc.creator", "author"},
	    {"description", "description"},
	    {"article:published_time", "date"},
	    {"dc.date", "date"},
	    {"date", "date"},
	    {"og:site_name", "site"},
	};
	struct span name = html_attribute(attributes, "name");
	struct span content = html_attribute(attributes, "content");

	if (name.n == 0)
		name = html_attribute(attributes, "property");
	for (size_t i = 0; name.n > 0 && i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name.p, names[i].name) == 0) {
			builder_meta(b, names[i].key, content);
			break;
		}
}

static void
about_set_url(struct buf *url, struct span s)
{
	while (s.n > 0 && html_is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && html_is_space(s.p[0]))
		s = span_sub(s, 1, s.n);
	if (url->n == 0 && s.n <= HTML_URL_BYTES && html_is_absolute(s))
		buf_put_span(url, s);
}

void
html_about_link(struct html_about *a, const unsigned char **attributes)
{
	if (span_is(html_attribute(attributes, "rel"), "canonical"))
		about_set_url(&a->canonical, html_attribute(attributes, "href"));
}

/* The number of `n` digits that `s` begins with; 0 when there are none. */
static unsigned
about_digits(struct span s, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++) {
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
			return 0;
		value = value * 10 + (unsigned)(s.p[i] - '0');
	}
	return value;
}

static void
about_set_day(struct html_about *a, unsigned year, unsigned month, unsigned day)
{
	if (a->saved.n == 0 && year >= 1990 && year < 2200 && month >= 1 && month <= 12 &&
	    day >= 1 && day <= 31)
		buf_printf(&a->saved, "%04u-%02u-%02u", year, month, day);
}

void
html_about_root(struct html_about *a, struct builder *b, const unsigned char **attributes)
{
	struct span when = html_attribute(attributes, "data-scrapbook-create");

	builder_meta(b, "language", html_attribute(attributes, "lang"));
	about_set_url(&a->saved_from, html_attribute(attributes, "data-scrapbook-source"));
	if (when.n >= 8) /* 20190514091227000 */
		about_set_day(a, about_digits(when, 4), about_digits(span_sub(when, 4, 2), 2),
			      about_digits(span_sub(when, 6, 2), 2));
}

static unsigned
about_month(struct span s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (unsigned i = 0; s.n >= 3 && i < 12; i++)
		if (strncasecmp(s.p, months + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* "Tue May 14 2019 09:12:27 GMT+0100", "09:12:27 May 14, 2019": the month, the day, the year. */
static void
about_set_date(struct html_about *a, struct span s)
{
	unsigned month = 0, day = 0;
	size_t n = s.n < 80 ? s.n : 80;

	for (size_t i = 0; i < n; i++) {
		struct span at = span_sub(s, i, s.n);

		if (i > 0 && s.p[i - 1] != ' ')
			continue;
		if (month == 0) {
			month = about_month(at);
			continue;
		}
		if (day == 0) {
			day =
			    about_digits(at, at.n > 1 && at.p[1] >= '0' && at.p[1] <= '9' ? 2 : 1);
			continue;
		}
		about_set_day(a, about_digits(at, 4), month, day);
		return;
	}
}

/* What follows `label` on its line; empty when it is not there. */
static struct span
about_after(struct span s, const char *label)
{
	const char *at = memmem(s.p, s.n, label, strlen(label)), *end;

	if (at == NULL)
		return (struct span){0};
	s = span_sub(s, (size_t)(at - s.p) + strlen(label), s.n);
	end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);
	if (end != NULL)
		s.n = (size_t)(end - s.p);
	while (s.n > 0 && html_is_space(s.p[0]))
		s = span_sub(s, 1, s.n);
	return s;
}

void
html_about_comment(struct html_about *a, struct span comment)
{
	struct span from, s = span_sub(comment, 0, ABOUT_COMMENT_BYTES);

	if (s.n == 0)
		return;
	from = about_after(s, "saved from url=(");
	if (from.n > 0) {
		const char *end = memchr(from.p, ')', from.n);

		if (end != NULL)
			about_set_url(&a->saved_from,
				      span_sub(from, (size_t)(end - from.p) + 1, from.n));
	} else if (memmem(s.p, s.n, "SingleFile", 10) != NULL) {
		about_set_url(&a->saved_from, about_after(s, "url:"));
		about_set_date(a, about_after(s, "saved date:"));
	} else {
		about_set_date(a, about_after(s, "FILE ARCHIVED ON"));
	}
}

void
html_about_put(const struct html_about *a, struct span address, struct builder *b)
{
	struct span url = address;

	if (url.n == 0)
		url = buf_span(&a->saved_from);
	if (url.n == 0)
		url = buf_span(&a->canonical);
	builder_meta(b, "url", url);
	builder_meta(b, "saved", buf_span(&a->saved));
}

void
html_about_clear(struct html_about *a)
{
	buf_clear(&a->saved_from);
	buf_clear(&a->canonical);
	buf_clear(&a->saved);
}
