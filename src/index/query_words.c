/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_words - pieces of text as words and phrases to look for.
 */
#include "index/query_parser.h"

#include "text/words.h"

struct words_wanted {
	struct parser *p;
	struct buf tests; /* of struct term_test */
};

static void
parser_on_word(void *ctx, struct span folded, size_t from, size_t to)
{
	struct words_wanted *wanted = ctx;
	struct term_test test = {.how = TERM_IS};

	(void)from;
	(void)to;
	if (wanted->tests.n / sizeof test > QUERY_TERMS_MAX)
		return;
	if (!query_keep(wanted->p->q, folded, &test.from))
		(void)parser_no_memory(wanted->p);
	buf_put(&wanted->tests, &test, sizeof test);
}

static struct node *
parser_phrase(struct parser *p, const struct term_test *words, size_t n, size_t offset)
{
	struct node *node = parser_leaf(p, n == 1 ? NODE_TEST : NODE_PHRASE, offset);

	if (node == NULL)
		return NULL;
	p->terms += n - 1;
	if (p->terms > QUERY_TERMS_MAX)
		return parser_fail(p, ERR_LIMIT, offset,
				   "more than %d words: ask in several queries", QUERY_TERMS_MAX);
	if (n == 1) {
		node->test = words[0];
		return node;
	}
	node->words = query_alloc(p->q, n * sizeof *words);
	if (node->words == NULL)
		return parser_no_memory(p);
	memcpy(node->words, words, n * sizeof *words);
	node->word_count = n;
	return node;
}

struct node *
parser_words(struct parser *p, const struct node_unit *units, size_t unit_count, struct span text,
	     bool prefix, size_t offset)
{
	struct words_wanted wanted = {.p = p};
	struct node *node = NULL;
	size_t n;

	if (words_each(text, parser_on_word, &wanted) != OK || buf_err(&wanted.tests) != OK)
		(void)parser_no_memory(p);
	n = wanted.tests.n / sizeof(struct term_test);
	if (p->e == OK && n > 0) {
		struct term_test *tests = (struct term_test *)wanted.tests.p;

		if (prefix)
			tests[n - 1].how = TERM_PREFIX;
		node = parser_phrase(p, tests, n, offset);
	}
	buf_clear(&wanted.tests);
	if (node == NULL)
		return NULL;
	node->units = query_alloc(p->q, (unit_count + 1) * sizeof *units);
	if (node->units == NULL)
		return parser_no_memory(p);
	if (unit_count > 0)
		memcpy(node->units, units, unit_count * sizeof *units);
	else
		node->type = NODE_NONE; /* no kind was ever declared */
	node->unit_count = unit_count;
	return node;
}

struct node *
parser_bare_words(struct parser *p, struct span text, bool prefix, size_t offset)
{
	size_t n = p->cat->kind_count;
	struct node_unit *units = query_alloc(p->q, (n + 1) * sizeof *units);

	if (units == NULL)
		return parser_no_memory(p);
	/* Also what is not in force any more: its records stand until they are gone. */
	for (size_t i = 0; i < n; i++)
		units[i] = (struct node_unit){p->cat->kinds[i].number, p->cat->kinds[i].number};
	return parser_words(p, units, n, text, prefix, offset);
}
