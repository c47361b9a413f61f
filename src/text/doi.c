/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doi - prefixes off, percent escapes decoded, the end found: at what no DOI
 * holds, then without what belongs to the sentence.
 */
#include "text/doi.h"

#include "common/utf8.h"

static size_t
doi_blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t' || s.p[n] == '\n'))
		n++;
	if (span_starts(span_sub(s, n, 2), SPAN("\xc2\xa0")))
		return n + 2;
	return n;
}

static bool
doi_starts(struct span s, const char *lower)
{
	size_t n = strlen(lower);

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];

		if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != lower[i])
			return false;
	}
	return true;
}

/* The length of what may stand before a DOI; *url when it was a resolver's address. */
static size_t
doi_prefix(struct span s, bool *url)
{
	static const char *const hosts[] = {"www.doi.org", "dx.doi.org", "doi.org"};
	static const char *const words[] = {"info:doi/", "urn:doi:", "doi:", "doi.", "doi"};
	size_t at = doi_blanks(s), n;

	for (bool more = true; more;) {
		struct span rest = span_sub(s, at, s.n);

		more = false;
		n = doi_starts(rest, "https://") ? 8 : doi_starts(rest, "http://") ? 7 : 0;
		for (size_t i = 0; i < sizeof hosts / sizeof *hosts && !more; i++) {
			if (!doi_starts(span_sub(rest, n, rest.n), hosts[i]))
				continue;
			n += strlen(hosts[i]);
			if (n < rest.n && (rest.p[n] == '/' || rest.p[n] == ':')) {
				at += n + 1;
				*url = more = true;
			}
		}
		for (size_t i = 0; i < sizeof words / sizeof *words && !more; i++) {
			if (doi_starts(rest, words[i]) && rest.n > strlen(words[i])) {
				at += strlen(words[i]);
				more = true;
			}
		}
		at += doi_blanks(span_sub(s, at, s.n));
	}
	return at;
}

static int
doi_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A DOI being taken: decoded bytes, and for each where it ends in the text. */
struct doi_taken {
	char bytes[DOI_BYTES_MAX];
	size_t ends[DOI_BYTES_MAX];
	size_t n;
};

/* Quotation marks, blanks and controls outside ASCII that end a DOI. */
static bool
doi_ends_at(uint32_t cp)
{
	return cp <= ' ' || (cp >= 0x7f && cp <= 0xa0) || cp == '"' || cp == '`' || cp == '|' ||
	       cp == '{' || cp == '}' || cp == '\\' || cp == '^' || cp == 0xab || cp == 0xbb ||
	       (cp >= 0x2000 && cp <= 0x200f) || (cp >= 0x2018 && cp <= 0x201f) || cp == 0x2022 ||
	       cp == 0x2026 || (cp >= 0x2028 && cp <= 0x202f) || cp == 0x3000 || cp == 0xfffd;
}

/* Some old DOIs hold an item identifier (SICI) with < and >: "<121::AID-X>". */
static bool
doi_is_sici(struct span s)
{
	size_t n = 1;

	if (s.p[0] == '(')
		return doi_starts(s, "(sici)");
	if (s.p[0] != '<')
		return false;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '-'))
		n++;
	return n > 1 && span_starts(span_sub(s, n, 2), SPAN("::"));
}

static void
doi_take(struct span s, bool url, struct doi_taken *taken)
{
	bool sici = false;
	size_t at = 0;

	while (at < s.n && taken->n < DOI_BYTES_MAX - 4) {
		char c = s.p[at];
		uint32_t cp;
		size_t n = utf8_decode(span_sub(s, at, 4), &cp);
		int high = c == '%' && s.n - at >= 3 ? doi_hex(s.p[at + 1]) : -1;
		int low = high >= 0 ? doi_hex(s.p[at + 2]) : -1;

		sici = sici || doi_is_sici(span_sub(s, at, s.n));
		if (low >= 0 && high * 16 + low > ' ' && high * 16 + low < 0x7f) {
			taken->bytes[taken->n] = (char)(high * 16 + low);
			at += 3;
			taken->ends[taken->n++] = at;
			continue;
		}
		if (doi_ends_at(cp) || (!sici && (c == '<' || c == '>')) ||
		    (url && (c == '?' || c == '#')))
			break;
		for (size_t i = 0; i < n; i++) {
			taken->bytes[taken->n] = s.p[at + i];
			taken->ends[taken->n++] = at + n;
		}
		at += n;
	}
}

/* Drops the sentence's punctuation, and brackets that were opened before the DOI. */
static void
doi_trim(struct doi_taken *taken)
{
	for (;;) {
		size_t n = taken->n;
		char last = n > 0 ? taken->bytes[n - 1] : 'x', open = 0;
		size_t opened = 0, closed = 0;

		if (strchr(".,;:'!?*/-_&=+~", last) != NULL) {
			taken->n--;
			continue;
		}
		if (last == ')' || last == ']' || last == '>')
			open = last == ')' ? '(' : last == ']' ? '[' : '<';
		else if (last == '(' || last == '[' || last == '<')
			taken->n--;
		if (open == 0) {
			if (taken->n == n)
				return;
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			opened += taken->bytes[i] == open;
			closed += taken->bytes[i] == last;
		}
		if (closed <= opened)
			return;
		taken->n--;
	}
}

/* "10.", four to nine digits (more after points), "/", and something. The length up to the slash.
 */
static size_t
doi_registrant(const struct doi_taken *taken)
{
	size_t at = 3, digits = 0;

	if (taken->n < 3 || memcmp(taken->bytes, "10.", 3) != 0)
		return 0;
	for (; at < taken->n && taken->bytes[at] >= '0' && taken->bytes[at] <= '9'; at++)
		digits++;
	if (digits < 4 || digits > 9)
		return 0;
	while (at < taken->n &&
	       (taken->bytes[at] == '.' || (taken->bytes[at] >= '0' && taken->bytes[at] <= '9')))
		at++;
	return at + 1 < taken->n && taken->bytes[at] == '/' ? at : 0;
}

bool
doi_normalise(struct span text, struct buf *out, size_t *used)
{
	struct doi_taken taken = {.n = 0};
	bool url = false;
	size_t prefix = doi_prefix(text, &url);

	doi_take(span_sub(text, prefix, text.n), url, &taken);
	doi_trim(&taken);
	if (doi_registrant(&taken) == 0 || !utf8_valid((struct span){taken.bytes, taken.n}))
		return false;
	for (size_t i = 0; i < taken.n; i++)
		if (taken.bytes[i] >= 'A' && taken.bytes[i] <= 'Z')
			taken.bytes[i] = (char)(taken.bytes[i] + 32);
	buf_put(out, taken.bytes, taken.n);
	if (used != NULL)
		*used = prefix + taken.ends[taken.n - 1];
	return buf_err(out) == OK;
}
