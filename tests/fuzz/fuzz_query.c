/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a query: an error inside it, or records of a small table. Together
 * with the query's contrary it must give each record once.
 */
#include "index/query_run.h"

#include "../unit/records.h"

#define FUZZ_DOCUMENTS 40
#define FUZZ_EACH      4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vectors *
fuzz_table(const struct catalogue *cat)
{
	struct vectors *v = vectors_new();
	uint64_t seed = 5;

	for (uint64_t document = 1; document <= FUZZ_DOCUMENTS; document++) {
		struct sample samples[FUZZ_EACH];
		struct buf bytes = {0};

		for (uint32_t i = 0; i < FUZZ_EACH; i++)
			samples[i] = sample_make(&seed, document, i + 1);
		if (v == NULL || sample_vector(cat, samples, FUZZ_EACH, &bytes) != OK ||
		    vectors_load(v, document, buf_span(&bytes), 1) != OK)
			abort();
		buf_clear(&bytes);
	}
	return v;
}

static size_t
fuzz_count(struct vectors *v, const struct query *q)
{
	struct query_page page = {.limit = FUZZ_DOCUMENTS * FUZZ_EACH + 1};
	struct hits hits = {0};
	size_t n;

	if (query_run_on(v, 1, NULL, q, &page, &hits) != OK || hits.cursor.n > 0)
		abort();
	n = hits.n;
	hits_clear(&hits);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct catalogue *cat = sample_catalogue();
	struct query_error error;
	struct query *q, *contrary = NULL;
	struct buf not = {0};
	enum err e = query_parse_with(cat, text, &q, &error);

	if (e != OK && (error.offset > size || error.message[0] == '\0'))
		abort();
	buf_put_str(&not, "NOT (");
	buf_put_span(&not, text);
	buf_put_str(&not, ")");
	/* One level deeper; and without under:, which nothing answers here. */
	if (e == OK && !q->root->costly &&
	    query_parse_with(cat, buf_span(&not ), &contrary, &error) == OK) {
		struct vectors *v = fuzz_table(cat);

		if (fuzz_count(v, q) + fuzz_count(v, contrary) != FUZZ_DOCUMENTS * FUZZ_EACH)
			abort();
		vectors_free(v);
	}
	query_free(contrary);
	query_free(q);
	buf_clear(&not );
	catalogue_unref(cat);
	return 0;
}
