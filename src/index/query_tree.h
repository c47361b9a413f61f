/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_tree - a parsed query, as parser, planner and runner share it.
 *
 * A tree of AND, OR and NOT over leaves. A leaf names the units that it looks
 * into: a field that several kinds have is several units. What `kind:` allows
 * has been taken out of the units beside it already.
 */
#pragma once

#include "index/catalogue.h"
#include "index/query.h"
#include "index/vector.h"

enum node_type {
	NODE_ALL,
	NODE_NONE,
	NODE_TEST,     /* a term of one of the units passes `test` */
	NODE_PHRASE,   /* the words follow each other in one of the units */
	NODE_DOCUMENT, /* the document `document` */
	NODE_UNDER,    /* a path of the document lies below `path` */
	NODE_NOT,      /* of its one child */
	NODE_AND,      /* of two children or more */
	NODE_OR
};

struct node_unit {
	uint32_t unit, kind; /* kind 0: of all kinds */
};

struct node {
	enum node_type type;
	uint32_t index; /* 0 to query.node_count - 1, each once */
	size_t offset;  /* of the words that made it */
	size_t n;       /* children */
	struct node **children;
	size_t unit_count;
	struct node_unit *units; /* ascending */
	struct term_test test;   /* NODE_TEST */
	size_t word_count;
	struct term_test *words; /* NODE_PHRASE: TERM_IS, the last may be TERM_PREFIX */
	uint64_t document;
	struct span path;
	bool costly; /* it, or something below it, looks into the index's files */
};

struct query_block {
	struct query_block *next;
	size_t used, size;
	max_align_t bytes[];
};

struct query {
	struct node *root;
	uint32_t node_count;
	size_t unit_looks; /* how many units all leaves look into: what one document costs */
	struct query_block *blocks; /* all of its memory */
};

/* Zeroed memory that lives as long as the query; NULL: no memory. */
void *query_alloc(struct query *q, size_t n);
/* A copy of the bytes; {NULL, 0} with n > 0 asked: no memory. */
bool query_keep(struct query *q, struct span s, struct span *out);

/* Takes out of the leaves' units what the kinds asked for beside them rule out. */
void query_narrow(struct node *node);
/* How many units the leaves look into, for one document. */
size_t query_looks(const struct node *node);

/* What query_parse() does, with the catalogue given. */
MUST_CHECK enum err query_parse_with(const struct catalogue *cat, struct span text,
				     struct query **out, struct query_error *error);
