/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys - the keys of the databases: numbers big-endian, so that LMDB's order by
 * bytes is the numbers' order, then at most one name.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

#define KEY_BYTES_MAX 288 /* two ids and a file name; LMDB takes 511 */

struct key { /* {0} is empty */
	size_t n;
	char b[KEY_BYTES_MAX];
};

/* Append; what does not fit is an error of ours and asserted. */
void key_put_u32(struct key *k, uint32_t n);
void key_put_u64(struct key *k, uint64_t n);
void key_put_name(struct key *k, struct span name);

struct key key_of(uint64_t id);                                               /* one id */
struct key key_of_record(uint64_t document, uint32_t number);                 /* in `evidence` */
struct key key_of_name(uint64_t folder, struct span name);                    /* in `files` */
struct key key_of_path(uint64_t document, uint64_t folder, struct span name); /* in `paths` */

static inline struct span
key_span(const struct key *k)
{
	return (struct span){k->b, k->n};
}

/* Take a number off the front; false (and 0) when the key is too short. */
bool key_get_u32(struct span *key, uint32_t *n);
bool key_get_u64(struct span *key, uint64_t *n);
