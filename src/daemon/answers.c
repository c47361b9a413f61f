/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answers - small common pieces of the methods.
 */
#include "daemon/answers.h"

#include "index/query.h"

#include <stdio.h>

#define CURSOR_TAG_BYTES 4
#define CURSOR_BYTES_MAX 4096 /* of its hexadecimal form */

static bool
answer_parse_number(struct span s, size_t *at, uint64_t max, uint64_t *out)
{
	size_t from = *at;
	uint64_t n = 0;

	for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(s.p[*at] - '0');

		if (n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return *at > from && n > 0 && s.p[from] != '0';
}

bool
answer_parse_id(struct span id, uint64_t *document, uint32_t *number)
{
	uint64_t n = 0;
	size_t at = 0;

	*number = 0;
	if (!answer_parse_number(id, &at, INT64_MAX, document))
		return false;
	if (at == id.n)
		return true;
	if (id.p[at++] != '.' || !answer_parse_number(id, &at, UINT32_MAX, &n) || at != id.n)
		return false;
	*number = (uint32_t)n;
	return true;
}

void
answer_put_clock(struct jwrite *w, struct index *ix, uint64_t clock)
{
	char text[64];

	snprintf(text, sizeof text, "%.8s-%llu", index_instance(ix), (unsigned long long)clock);
	jwrite_put_string(w, "clock", span_of(text));
}

/* FNV-1a: tells lists apart, keeps nothing secret. */
static uint32_t
answer_tag(const char *list, struct span what)
{
	uint32_t hash = 2166136261u;

	for (; *list != '\0'; list++)
		hash = (hash ^ (unsigned char)*list) * 16777619u;
	for (size_t i = 0; i < what.n; i++)
		hash = (hash ^ (unsigned char)what.p[i]) * 16777619u;
	return hash;
}

void
answer_put_cursor(struct jwrite *w, const char *list, struct span what, struct span place)
{
	struct buf hex = {0};

	jwrite_key(w, "cursor");
	if (place.n == 0) {
		jwrite_null(w);
		return;
	}
	buf_printf(&hex, "%08x", answer_tag(list, what));
	for (size_t i = 0; i < place.n; i++)
		buf_printf(&hex, "%02x", (unsigned char)place.p[i]);
	if (hex.failed)
		w->buf->failed = true;
	jwrite_string(w, buf_span(&hex));
	buf_clear(&hex);
}

static int
answer_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
answer_take_cursor(struct call *c, const char *list, struct span what, struct buf *place)
{
	struct span hex = call_text(c, "cursor");
	char tag[2 * CURSOR_TAG_BYTES + 1];

	if (!call_has(c, "cursor"))
		return true;
	snprintf(tag, sizeof tag, "%08x", answer_tag(list, what));
	if (hex.n % 2 != 0 || hex.n <= sizeof tag || hex.n > CURSOR_BYTES_MAX ||
	    !span_starts(hex, span_of(tag)))
		goto bad;
	for (size_t i = sizeof tag - 1; i < hex.n; i += 2) {
		int high = answer_hex_digit(hex.p[i]), low = answer_hex_digit(hex.p[i + 1]);

		if (high < 0 || low < 0)
			goto bad;
		buf_put_char(place, (char)(high << 4 | low));
	}
	if (!place->failed)
		return true;
	call_fail_err(c, ERR_NOMEM, "the cursor");
	return false;
bad:
	call_fail_at(c, RPC_CURSOR, "/cursor",
		     "This is not a cursor of this list. Give back what the page before gave, with "
		     "the same parameters; without a cursor the list begins anew.");
	return false;
}

void
answer_put_warnings(struct jwrite *w, struct span warnings)
{
	if (warnings.n == 0)
		return;
	jwrite_key(w, "warnings");
	jwrite_array_begin(w);
	jwrite_raw(w, warnings);
	jwrite_array_end(w);
}

uint64_t
answer_deadline(const struct server_world *world)
{
	return uv_hrtime() + (uint64_t)world->conf->query_ms * 1000000;
}

void
answer_query_error(const struct query_error *error, struct rpc_error *out)
{
	rpc_error_set(out, RPC_QUERY, "%s", error->message);
	out->has_offset = true;
	out->offset = error->offset;
	memcpy(out->expected, error->expected, sizeof out->expected);
}

/* --- paths --- */

enum err
answer_clean_path(struct span path, struct buf *out)
{
	size_t at = 0, base = out->n, depth = 0;
	bool absolute = path.n > 0 && path.p[0] == '/';

	if (path.n > 0 && memchr(path.p, '\0', path.n) != NULL)
		return ERR_FORMAT;
	while (at < path.n) {
		const char *slash = memchr(path.p + at, '/', path.n - at);
		size_t end = slash == NULL ? path.n : (size_t)(slash - path.p);
		struct span name = span_sub(path, at, end - at);

		at = end + 1;
		if (name.n == 0 || span_is(name, "."))
			continue;
		if (span_is(name, "..")) {
			if (depth == 0)
				return ERR_FORMAT;
			depth--;
			while (out->n > base && out->p[out->n - 1] != '/')
				out->n--;
			if (out->n > base)
				out->n--;
			continue;
		}
		if (absolute || depth > 0)
			buf_put_char(out, '/');
		buf_put_span(out, name);
		if (out->failed)
			return ERR_NOMEM;
		depth++;
	}
	if (absolute && out->n == base)
		buf_put_char(out, '/');
	return buf_err(out);
}

static int
answer_base64_digit(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* With padding, as jwrite_put_path() writes it. */
static bool
answer_base64(struct span s, struct buf *out)
{
	if (s.n % 4 != 0)
		return false;
	for (size_t i = 0; i < s.n; i += 4) {
		uint32_t three = 0;
		size_t n = 3;

		for (size_t k = 0; k < 4; k++) {
			int digit = answer_base64_digit(s.p[i + k]);

			if (digit < 0 && (s.p[i + k] != '=' || i + 4 != s.n || k < 2))
				return false;
			if (digit < 0 && k - 1 < n)
				n = k - 1;
			if (digit >= 0 && n < 3)
				return false;
			three = three << 6 | (uint32_t)(digit < 0 ? 0 : digit);
		}
		for (size_t k = 0; k < n; k++)
			buf_put_char(out, (char)(three >> (16 - 8 * k)));
	}
	return true;
}

bool
answer_take_path(struct call *c, struct buf *out)
{
	bool encoded = call_has(c, "path_base64");
	const char *at = encoded ? "/path_base64" : "/path";
	struct buf raw = {0};
	enum err e = OK;

	if (!encoded && !call_has(c, "path")) {
		call_fail_at(c, RPC_PARAMS, at, "The parameter \"path\" is missing.");
		return false;
	}
	if (!encoded)
		buf_put_span(&raw, call_text(c, "path"));
	else if (!answer_base64(call_text(c, "path_base64"), &raw))
		e = ERR_FORMAT;
	if (e == OK)
		e = buf_err(&raw);
	if (e == OK)
		e = answer_clean_path(buf_span(&raw), out);
	if (e == ERR_FORMAT)
		call_fail_at(
		    c, RPC_PARAMS, at,
		    "This is no path: it climbs out of where it begins, or is not base64.");
	else if (e != OK)
		call_fail_err(c, e, "the path");
	buf_clear(&raw);
	return e == OK;
}

bool
answer_below(struct span folder, struct span absolute, struct span *below)
{
	if (span_is(folder, "/"))
		folder.n = 0;
	if (!span_starts(absolute, folder))
		return false;
	if (absolute.n > folder.n && absolute.p[folder.n] != '/')
		return false;
	*below = span_sub(absolute, folder.n + (absolute.n > folder.n), absolute.n);
	return true;
}

static void
answer_under_add(struct answer_under *u, struct span root, struct span path)
{
	buf_put_span(&u->folders, root);
	if (root.n > 0 && path.n > 0)
		buf_put_char(&u->folders, '/');
	buf_put_span(&u->folders, path);
	buf_put_char(&u->folders, '\0');
	u->n++;
}

bool
answer_take_under(struct call *c, const struct server_world *world, struct answer_under *out)
{
	struct span text = call_text(c, "under"), below;
	struct buf clean = {0};
	bool watched = false;
	enum err e;

	if (!call_has(c, "under"))
		return true;
	out->given = true;
	e = answer_clean_path(text, &clean);
	for (size_t i = 0; e == OK && i < world->root_count; i++) {
		struct span root = root_path(world->roots[i]);

		if (text.n == 0 || text.p[0] != '/')
			answer_under_add(out, root, buf_span(&clean));
		watched = watched || text.n == 0 || text.p[0] != '/' ||
			  answer_below(root, buf_span(&clean), &below) ||
			  answer_below(buf_span(&clean), root, &below);
	}
	if (e == OK && text.n > 0 && text.p[0] == '/')
		answer_under_add(out, (struct span){0}, buf_span(&clean));
	buf_clear(&clean);
	if (e == ERR_NOMEM || out->folders.failed) {
		call_fail_err(c, ERR_NOMEM, "the folder");
		return false;
	}
	if (e != OK || !watched) {
		call_fail_at(c, RPC_PARAMS, "/under",
			     "%.*s is not in a watched folder; `status` lists them.",
			     (int)(text.n < 200 ? text.n : 200), text.n == 0 ? "" : text.p);
		return false;
	}
	return true;
}

bool
answer_under_has(const struct answer_under *u, struct span absolute)
{
	const char *folder = u->folders.p;
	struct span below;

	if (!u->given)
		return true;
	for (size_t i = 0; i < u->n; i++) {
		if (answer_below(span_of(folder), absolute, &below))
			return true;
		folder += strlen(folder) + 1;
	}
	return false;
}

void
answer_under_clear(struct answer_under *u)
{
	buf_clear(&u->folders);
	*u = (struct answer_under){0};
}
