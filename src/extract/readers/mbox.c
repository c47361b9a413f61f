/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mbox - a mailbox in one file: each mail a part.
 *
 * A mail begins at a line "From …" with a time and a year, behind an empty line (or the
 * file's beginning) and before a header; lengths that headers state are not believed.
 * Lines ">From" lose one '>' (mboxrd; mboxo's are the same but for rare ones).
 */
#include "extract/readers/eml.h"
#include "extract/readers/failure.h"
#include "extract/readers/selftests.h"

#include <stdio.h>

#define MBOX_FROM_BYTES 1000 /* a longer line begins no mail */

static struct span
mbox_line(struct span s)
{
	const char *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	return (struct span){s.p, end == NULL ? s.n : (size_t)(end - s.p)};
}

static bool
mbox_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "From ada@a.example Tue May 14 09:12:27 2019" */
static bool
mbox_has_time(struct span line)
{
	bool time = false, year = false;

	for (size_t i = 1; i + 2 < line.n; i++)
		time |= line.p[i] == ':' && mbox_is_digit(line.p[i - 1]) &&
			mbox_is_digit(line.p[i + 1]) && mbox_is_digit(line.p[i + 2]);
	for (size_t i = 1; i + 3 < line.n; i++)
		year |= line.p[i - 1] == ' ' &&
			(memcmp(line.p + i, "19", 2) == 0 || memcmp(line.p + i, "20", 2) == 0) &&
			mbox_is_digit(line.p[i + 2]) && mbox_is_digit(line.p[i + 3]);
	return time && year;
}

/* "Subject: …", or the line that some systems add: ">From …". */
static bool
mbox_is_header(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f && line.p[n] != ':')
		n++;
	return (n > 0 && n < line.n && line.p[n] == ':') || span_starts(line, SPAN(">From "));
}

/* Does a mail begin here? `s` begins with a line. */
static bool
mbox_begins(struct span s)
{
	struct span line;

	if (!span_starts(s, SPAN("From ")))
		return false;
	line = mbox_line(s);
	return line.n <= MBOX_FROM_BYTES && mbox_has_time(line) &&
	       mbox_is_header(mbox_line(span_sub(s, line.n + 1, s.n)));
}

/* The length of the mail that `s` begins with (behind its From line). */
static size_t
mbox_length(struct span s)
{
	size_t at = 0;
	bool empty = false;

	while (at < s.n) {
		struct span rest = span_sub(s, at, s.n), line;

		if (empty && mbox_begins(rest))
			return at;
		line = mbox_line(rest);
		empty = line.n == 0 || (line.n == 1 && line.p[0] == '\r');
		at += line.n + 1;
	}
	return s.n;
}

/* Takes one '>' off each line that begins with some of them and "From ". */
static void
mbox_unquote(struct span mail, struct buf *out)
{
	while (mail.n > 0) {
		struct span line = mbox_line(mail);
		size_t signs = 0;

		line.n += line.n < mail.n;
		while (signs < line.n && line.p[signs] == '>')
			signs++;
		buf_put_span(out,
			     signs > 0 && span_starts(span_sub(line, signs, line.n), SPAN("From "))
				 ? span_sub(line, 1, line.n)
				 : line);
		mail = span_sub(mail, line.n, mail.n);
	}
}

static bool
mbox_put_mail(const struct reader_input *in, struct span mail, size_t number, struct builder *b,
	      enum err *e)
{
	struct buf clean = {0};
	char name[40];
	bool more;

	snprintf(name, sizeof name, "Message %zu", number);
	if (mail.n > 0 && memmem(mail.p, mail.n, ">From ", 6) != NULL) {
		mbox_unquote(mail, &clean);
		mail = buf_span(&clean);
	}
	more = eml_put_message(in, mail, span_of(name), b, e);
	if (*e == OK)
		*e = buf_err(&clean);
	buf_clear(&clean);
	return more;
}

static enum err
mbox_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct span rest = in->bytes;
	enum err e = OK;
	bool more = true;

	builder_format(b, "mbox");
	if (!span_starts(rest, SPAN("From ")))
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This mailbox is damaged: it begins with no mail.",
				   "Export it again from the mail program.");
	for (size_t number = 1; rest.n > 0 && more && e == OK; number++) {
		size_t length;

		rest = span_sub(rest, mbox_line(rest).n + 1, rest.n);
		length = mbox_length(rest);
		more = mbox_put_mail(in, span_sub(rest, 0, length), number, b, &e);
		rest = span_sub(rest, length, rest.n);
	}
	return e;
}

const struct reader reader_mbox = {
    .name = "mbox",
    .format = "mbox",
    .read = mbox_read,
    .selftest = selftests_mbox,
};
