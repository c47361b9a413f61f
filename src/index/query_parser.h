/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_parser - what the parser's files share: the state, and how it fails.
 *
 * A parsing function that returns a node returns NULL in two cases: p->e says that
 * it failed, or there was nothing to look for (words without a letter or digit).
 */
#pragma once

#include "index/query_tree.h"

struct parser {
	const struct catalogue *cat;
	struct query *q;
	struct span text;
	size_t at;
	size_t terms;
	unsigned depth;
	bool dropped; /* something was left out since there was nothing to look for */
	size_t dropped_at;
	struct query_error *error;
	enum err e;
};

enum value_op { VALUE_IS, VALUE_LESS, VALUE_AT_MOST, VALUE_MORE, VALUE_AT_LEAST };

/* What stands behind `field:`. */
struct value_text {
	struct span text; /* without quotes, comparison and star */
	size_t offset;    /* where it begins */
	enum value_op op;
	bool quoted;
	bool prefix; /* a star follows */
};

/* --- query_parse.c --- */

/* Fails once; returns NULL for the caller to return. ERR_FORMAT or ERR_LIMIT. */
struct node *parser_fail(struct parser *p, enum err e, size_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct node *parser_no_memory(struct parser *p);
/* Failed already and want to say what would have been right? */
void parser_expected(struct parser *p, const char *expected);

/* A new leaf; counts towards QUERY_TERMS_MAX. NULL: p->e. */
struct node *parser_leaf(struct parser *p, enum node_type type, size_t offset);
/* AND or OR of `n` nodes; the node itself when there is one, NULL when there is none. */
struct node *parser_join(struct parser *p, enum node_type type, struct node **nodes, size_t n);

/* --- query_words.c --- */

/* Words in these units: one is NODE_TEST, several NODE_PHRASE. NULL and no error: no words. */
struct node *parser_words(struct parser *p, const struct node_unit *units, size_t unit_count,
			  struct span text, bool prefix, size_t offset);
/* Words anywhere in a record. */
struct node *parser_bare_words(struct parser *p, struct span text, bool prefix, size_t offset);

/* --- query_field.c --- */

/* Is it a field in force or one of the language's own? */
bool parser_knows(const struct parser *p, struct span name);
struct node *parser_field(struct parser *p, struct span name, size_t offset,
			  const struct value_text *value);

/* --- query_value.c --- */

/* A value of a field of this type, in the units of that type. */
struct node *parser_value(struct parser *p, enum field_type type, struct span name,
			  const struct node_unit *units, size_t unit_count,
			  const struct value_text *value);

/* --- query_names.c --- */

/* The language's own fields; NULL behind the last. */
const char *query_own_field(size_t index);
/* Sets p->error->expected to the names most like `name`: fields and own ones, or kinds. */
void parser_expect_fields(struct parser *p, struct span name);
void parser_expect_kinds(struct parser *p, struct span name);
