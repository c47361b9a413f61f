/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys - big-endian by hand.
 */
#include "index/keys.h"

#include <assert.h>

static void
key_put(struct key *k, const void *bytes, size_t n)
{
	assert(n <= sizeof k->b - k->n);
	if (n > 0)
		memcpy(k->b + k->n, bytes, n);
	k->n += n;
}

static void
key_put_number(struct key *k, uint64_t number, unsigned bytes)
{
	unsigned char b[8];

	for (unsigned i = 0; i < bytes; i++)
		b[i] = (unsigned char)(number >> 8 * (bytes - 1 - i));
	key_put(k, b, bytes);
}

void
key_put_u32(struct key *k, uint32_t n)
{
	key_put_number(k, n, 4);
}

void
key_put_u64(struct key *k, uint64_t n)
{
	key_put_number(k, n, 8);
}

void
key_put_name(struct key *k, struct span name)
{
	key_put(k, name.p, name.n);
}

struct key
key_of(uint64_t id)
{
	struct key k = {0};

	key_put_u64(&k, id);
	return k;
}

struct key
key_of_record(uint64_t document, uint32_t number)
{
	struct key k = key_of(document);

	key_put_u32(&k, number);
	return k;
}

struct key
key_of_name(uint64_t folder, struct span name)
{
	struct key k = key_of(folder);

	key_put_name(&k, name);
	return k;
}

struct key
key_of_path(uint64_t document, uint64_t folder, struct span name)
{
	struct key k = key_of(document);

	key_put_u64(&k, folder);
	key_put_name(&k, name);
	return k;
}

static bool
key_get_number(struct span *key, unsigned bytes, uint64_t *n)
{
	*n = 0;
	if (key->n < bytes)
		return false;
	for (unsigned i = 0; i < bytes; i++)
		*n = *n << 8 | (unsigned char)key->p[i];
	*key = span_sub(*key, bytes, key->n);
	return true;
}

bool
key_get_u32(struct span *key, uint32_t *n)
{
	uint64_t wide;
	bool ok = key_get_number(key, 4, &wide);

	*n = (uint32_t)wide;
	return ok;
}

bool
key_get_u64(struct span *key, uint64_t *n)
{
	return key_get_number(key, 8, n);
}
