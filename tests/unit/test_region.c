/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_region - memory that is set back: by blocks of every size that come, grow and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "extract/region.h"

#include <string.h>

#define BLOCKS 400

struct block {
	unsigned char *p;
	size_t size;
	unsigned char filled;
};

/* Sizes of all classes and beyond, in an order without a pattern. */
static size_t
size_of(size_t i)
{
	return i % 7 == 0 ? 1000 + i * 37 : 1 + i * 131 % 1024;
}

static void
fill(struct block *b, unsigned char with)
{
	memset(b->p, with, b->size);
	b->filled = with;
}

static void
resize(struct region *r, struct block *b, size_t size, unsigned char with)
{
	size_t kept = size < b->size ? size : b->size;

	b->p = region_realloc(r, b->p, b->size, size);
	b->size = size;
	if (size == 0) {
		assert_null(b->p);
		return;
	}
	assert_non_null(b->p);
	assert_int_equal((uintptr_t)b->p % 16, 0);
	for (size_t i = 0; i < kept; i++)
		assert_int_equal(b->p[i], b->filled);
	fill(b, with);
}

static void
assert_blocks(const struct block *blocks)
{
	for (size_t i = 0; i < BLOCKS; i++)
		for (size_t k = 0; k < blocks[i].size; k++)
			assert_int_equal(blocks[i].p[k], blocks[i].filled);
}

static void
blocks_keep_their_bytes_while_others_come_and_go(void **state)
{
	struct region *r = region_new();
	struct block blocks[BLOCKS] = {{0}};

	(void)state;
	assert_non_null(r);
	for (size_t round = 0; round < 5; round++) {
		for (size_t i = 0; i < BLOCKS; i++)
			if ((i + round) % 5 != 0)
				resize(r, &blocks[i], size_of(i * (round + 1)),
				       (unsigned char)(i + round));
			else
				resize(r, &blocks[i], 0, 0);
		assert_blocks(blocks);
	}
	region_free(r);
}

static void
all_is_as_it_was_at_the_mark_after_each_rewind(void **state)
{
	struct region *r = region_new();
	struct block blocks[BLOCKS] = {{0}}, later[BLOCKS];

	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		resize(r, &blocks[i], size_of(i), (unsigned char)i);
	for (size_t i = 0; i < BLOCKS; i += 3)
		resize(r, &blocks[i], 0, 0);
	assert_false(region_is_marked(r));
	assert_int_equal(region_mark(r), OK);
	assert_true(region_is_marked(r));
	for (size_t round = 0; round < 4; round++) {
		memcpy(later, blocks, sizeof later);
		for (size_t i = 0; i < BLOCKS; i++)
			if (i % 4 == round)
				resize(r, &later[i], 0, 0);
			else if (i % 2 == 0 || later[i].p == NULL)
				resize(r, &later[i], size_of(i + 5 * round), 0xee);
			else
				fill(&later[i], 0xdd);
		assert_blocks(later);
		region_rewind(r);
		assert_blocks(blocks);
	}
	region_free(r);
}

static void
nothing_is_lost_where_there_is_no_memory(void **state)
{
	struct region *r = region_new();
	struct block b = {0};

	(void)state;
	resize(r, &b, 2000, 1);
	assert_null(region_realloc(r, b.p, b.size, SIZE_MAX - 8));
	assert_null(region_realloc(r, NULL, 0, SIZE_MAX));
	resize(r, &b, 3000, 2);
	region_free(r);
	region_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_keep_their_bytes_while_others_come_and_go),
	    cmocka_unit_test(all_is_as_it_was_at_the_mark_after_each_rewind),
	    cmocka_unit_test(nothing_is_lost_where_there_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
