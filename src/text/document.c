/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * document - what is not the builder's: freeing, and the bytes of `meta`.
 */
#include "text/document.h"

#include "common/utf8.h"

void
document_clear(struct document *d)
{
	buf_clear(&d->text);
	marks_clear(&d->marks);
	buf_clear(&d->meta);
	*d = (struct document){0};
}

static bool
meta_key_valid(struct span key)
{
	if (key.n == 0 || key.n > META_KEY_MAX)
		return false;
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return true;
}

void
meta_put(struct buf *meta, struct span key, struct span value)
{
	uint32_t n = (uint32_t)key.n;

	if (!meta_key_valid(key))
		return;
	buf_put(meta, &n, sizeof n);
	buf_put_span(meta, key);
	if (value.n > META_VALUE_MAX) {
		value.n = META_VALUE_MAX;
		while (value.n > 0 && utf8_is_continuation(value.p[value.n]))
			value.n--;
	}
	n = (uint32_t)value.n;
	buf_put(meta, &n, sizeof n);
	buf_put_span(meta, value);
}

static bool
meta_take(struct span meta, size_t *at, struct span *out)
{
	uint32_t n;

	if (*at > meta.n || meta.n - *at < sizeof n)
		return false;
	memcpy(&n, meta.p + *at, sizeof n);
	if (meta.n - *at - sizeof n < n)
		return false;
	*out = span_sub(meta, *at + sizeof n, n);
	*at += sizeof n + n;
	return true;
}

bool
meta_next(struct span meta, size_t *at, struct meta_pair *pair)
{
	size_t next = *at;

	if (!meta_take(meta, &next, &pair->key) || !meta_take(meta, &next, &pair->value))
		return false;
	*at = next;
	return true;
}

bool
meta_valid(struct span meta)
{
	struct meta_pair pair;
	size_t at = 0, n = 0;

	while (meta_next(meta, &at, &pair)) {
		if (++n > META_MAX || !meta_key_valid(pair.key) || pair.value.n > META_VALUE_MAX ||
		    !utf8_valid(pair.value))
			return false;
	}
	return at == meta.n;
}
