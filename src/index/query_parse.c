/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_parse - the grammar (README.md), by recursive descent.
 *
 *  1  or, and, not, primary: one function each, n-ary nodes.
 *  2  A primary is a bracket, a quoted or bare piece of words, or a field with its value.
 *  3  The finished tree is narrowed to the kinds it asks for: query_tree.c.
 */
#include "index/query_parser.h"

#include "common/utf8.h"
#include "index/vectors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct node *parser_or(struct parser *p, size_t *operands);

/* --- failing --- */

static void
parser_clip(char *s)
{
	s[utf8_valid_prefix(span_of(s))] = '\0';
}

struct node *
parser_fail(struct parser *p, enum err e, size_t offset, const char *format, ...)
{
	va_list args;

	if (p->e != OK)
		return NULL;
	p->e = e;
	p->error->offset = offset;
	p->error->expected[0] = '\0';
	va_start(args, format);
	vsnprintf(p->error->message, sizeof p->error->message, format, args);
	va_end(args);
	parser_clip(p->error->message);
	return NULL;
}

struct node *
parser_no_memory(struct parser *p)
{
	return parser_fail(p, ERR_NOMEM, 0, "out of memory");
}

void
parser_expected(struct parser *p, const char *expected)
{
	snprintf(p->error->expected, sizeof p->error->expected, "%s", expected);
	parser_clip(p->error->expected);
}

/* --- nodes --- */

static struct node *
parser_node(struct parser *p, enum node_type type, size_t offset)
{
	struct node *node = query_alloc(p->q, sizeof *node);

	if (node == NULL)
		return parser_no_memory(p);
	node->type = type;
	node->offset = offset;
	node->index = p->q->node_count++;
	return node;
}

struct node *
parser_leaf(struct parser *p, enum node_type type, size_t offset)
{
	if (++p->terms > QUERY_TERMS_MAX)
		return parser_fail(p, ERR_LIMIT, offset,
				   "more than %d terms: ask in several queries", QUERY_TERMS_MAX);
	return parser_node(p, type, offset);
}

struct node *
parser_join(struct parser *p, enum node_type type, struct node **nodes, size_t n)
{
	struct node *node;

	if (p->e != OK || n == 0)
		return NULL;
	if (n == 1)
		return nodes[0];
	node = parser_node(p, type, nodes[0]->offset);
	if (node == NULL)
		return NULL;
	node->children = query_alloc(p->q, n * sizeof *node->children);
	if (node->children == NULL)
		return parser_no_memory(p);
	memcpy(node->children, nodes, n * sizeof *nodes);
	node->n = n;
	for (size_t i = 0; i < n; i++)
		node->costly = node->costly || nodes[i]->costly;
	return node;
}

static struct node *
parser_negate(struct parser *p, struct node *child, size_t offset)
{
	struct node *node;

	if (child == NULL)
		return NULL;
	node = parser_node(p, NODE_NOT, offset);
	if (node == NULL)
		return NULL;
	node->children = query_alloc(p->q, sizeof *node->children);
	if (node->children == NULL)
		return parser_no_memory(p);
	node->children[0] = child;
	node->n = 1;
	node->costly = child->costly;
	return node;
}

/* --- reading --- */

static bool
parser_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char
parser_char(const struct parser *p, size_t at)
{
	return at < p->text.n ? p->text.p[at] : '\0';
}

static void
parser_skip_blanks(struct parser *p)
{
	while (p->at < p->text.n && parser_is_blank(p->text.p[p->at]))
		p->at++;
}

/* Nothing more here: the end or a closing bracket. */
static bool
parser_ends(const struct parser *p)
{
	return p->at == p->text.n || p->text.p[p->at] == ')';
}

static bool
parser_sees(const struct parser *p, const char *word)
{
	size_t n = strlen(word);
	char after = parser_char(p, p->at + n);

	return span_eq(span_sub(p->text, p->at, n), span_of(word)) &&
	       (p->at + n == p->text.n || parser_is_blank(after) || after == '(' || after == ')' ||
		after == '"');
}

static bool
parser_takes(struct parser *p, const char *word)
{
	if (!parser_sees(p, word))
		return false;
	p->at += strlen(word);
	parser_skip_blanks(p);
	return true;
}

/* Up to white space or a closing bracket that was not opened in it. */
static struct span
parser_take_bare(struct parser *p)
{
	size_t from = p->at, open = 0;

	for (; p->at < p->text.n && !parser_is_blank(p->text.p[p->at]); p->at++) {
		char c = p->text.p[p->at];

		if (c == '(')
			open++;
		else if (c == ')' && open-- == 0)
			break;
	}
	return span_sub(p->text, from, p->at - from);
}

/* Up to the closing quotation mark; `\"` and `\\` stand for themselves. */
static bool
parser_take_quoted(struct parser *p, struct span *out)
{
	size_t from = p->at++, n = 0;
	char *copy = query_alloc(p->q, p->text.n - from);

	if (copy == NULL) {
		(void)parser_no_memory(p);
		return false;
	}
	for (; p->at < p->text.n && p->text.p[p->at] != '"'; p->at++) {
		char next = parser_char(p, p->at + 1);

		if (p->text.p[p->at] == '\\' && (next == '"' || next == '\\'))
			p->at++;
		copy[n++] = p->text.p[p->at];
	}
	if (p->at == p->text.n) {
		(void)
		    parser_fail(p, ERR_FORMAT, from,
				"this quotation mark is not closed: put another behind the words");
		parser_expected(p, "\"");
		return false;
	}
	p->at++;
	*out = (struct span){copy, n};
	return true;
}

static bool
parser_take_star(struct parser *p)
{
	if (parser_char(p, p->at) != '*')
		return false;
	p->at++;
	return true;
}

/* --- primaries --- */

static struct node *
parser_words_here(struct parser *p)
{
	size_t from = p->at;
	struct span text;
	struct node *node;
	bool star;

	if (parser_char(p, p->at) == '"') {
		if (!parser_take_quoted(p, &text))
			return NULL;
		star = parser_take_star(p);
	} else {
		text = parser_take_bare(p);
		if (span_is(text, "*"))
			return parser_leaf(p, NODE_ALL, from);
		star = text.n > 0 && text.p[text.n - 1] == '*';
	}
	node = parser_bare_words(p, text, star, from);
	if (node == NULL && p->e == OK && !p->dropped) {
		p->dropped = true;
		p->dropped_at = from;
	}
	return node;
}

/* How long the name before a colon is; 0: there is none here. */
static size_t
parser_name_length(const struct parser *p)
{
	size_t n = 0;

	for (;; n++) {
		char c = parser_char(p, p->at + n);

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
			continue;
		if (n > 0 && ((c >= '0' && c <= '9') || c == '-'))
			continue;
		return c == ':' ? n : 0;
	}
}

static void
parser_take_op(struct parser *p, struct value_text *value)
{
	bool less = parser_char(p, p->at) == '<', more = parser_char(p, p->at) == '>';

	if (!less && !more)
		return;
	p->at++;
	value->op = less ? VALUE_LESS : VALUE_MORE;
	if (parser_char(p, p->at) == '=') {
		p->at++;
		value->op = less ? VALUE_AT_MOST : VALUE_AT_LEAST;
	}
}

static struct node *
parser_field_here(struct parser *p, size_t name_length)
{
	struct span name = span_sub(p->text, p->at, name_length);
	struct value_text value = {.op = VALUE_IS};
	size_t from = p->at;

	if (!parser_knows(p, name)) {
		(void)parser_fail(p, ERR_FORMAT, from,
				  "there is no field \"%.*s\"; to look for the words, put them in "
				  "quotation marks",
				  (int)(name.n < 64 ? name.n : 64), name.p);
		parser_expect_fields(p, name);
		return NULL;
	}
	p->at += name_length + 1;
	parser_take_op(p, &value);
	value.offset = p->at;
	if (parser_char(p, p->at) == '"') {
		value.quoted = true;
		if (!parser_take_quoted(p, &value.text))
			return NULL;
		value.prefix = parser_take_star(p);
	} else {
		value.text = parser_take_bare(p);
		value.prefix = value.text.n > 0 && value.text.p[value.text.n - 1] == '*';
		value.text.n -= value.prefix;
	}
	if (value.text.n == 0 && !value.prefix) {
		(void)parser_fail(p, ERR_FORMAT, value.offset,
				  "a value is missing: write it right behind \"%.*s:\"",
				  (int)name.n, name.p);
		parser_expected(p, "a value");
		return NULL;
	}
	return parser_field(p, name, from, &value);
}

static struct node *
parser_bracket(struct parser *p)
{
	size_t from = p->at++, operands = 0;
	struct node *node;

	if (++p->depth > QUERY_DEPTH_MAX)
		return parser_fail(p, ERR_LIMIT, from, "brackets more than %d deep",
				   QUERY_DEPTH_MAX);
	node = parser_or(p, &operands);
	if (p->e != OK)
		return NULL;
	if (operands == 0) {
		(void)parser_fail(p, ERR_FORMAT, p->at, "nothing stands in the brackets");
		parser_expected(p, "a term");
		return NULL;
	}
	if (p->at == p->text.n) {
		(void)parser_fail(p, ERR_FORMAT, from, "this bracket is not closed");
		parser_expected(p, ")");
		return NULL;
	}
	p->at++;
	p->depth--;
	return node;
}

static struct node *
parser_primary(struct parser *p)
{
	size_t name = parser_name_length(p);

	if (p->text.p[p->at] == '(')
		return parser_bracket(p);
	if (name > 0 && (span_starts(span_sub(p->text, p->at + name + 1, 2), SPAN("//")) == false ||
			 parser_knows(p, span_sub(p->text, p->at, name))))
		return parser_field_here(p, name);
	return parser_words_here(p);
}

/* --- operators --- */

static struct node *
parser_missing(struct parser *p, const char *where)
{
	(void)parser_fail(p, ERR_FORMAT, p->at, "a term is missing %s", where);
	parser_expected(p, "a term");
	return NULL;
}

static struct node *
parser_not(struct parser *p)
{
	size_t from = p->at;
	char after = parser_char(p, p->at + 1);
	struct node *node;
	bool word = parser_takes(p, "NOT");

	if (!word) {
		/* A dash by itself is punctuation. */
		if (parser_char(p, p->at) != '-' || after == '\0' || after == ')' ||
		    parser_is_blank(after))
			return parser_primary(p);
		p->at++;
	}
	if (parser_ends(p) || parser_sees(p, "AND") || parser_sees(p, "OR"))
		return parser_missing(p, "behind NOT");
	if (++p->depth > QUERY_DEPTH_MAX)
		return parser_fail(p, ERR_LIMIT, from, "NOT more than %d deep", QUERY_DEPTH_MAX);
	node = parser_not(p);
	p->depth--;
	return parser_negate(p, node, from);
}

static void
parser_push(struct buf *nodes, struct node *node)
{
	if (node != NULL)
		buf_put(nodes, &node, sizeof node);
}

static struct node *
parser_joined(struct parser *p, enum node_type type, struct buf *nodes)
{
	struct node *node = NULL;

	if (buf_err(nodes) != OK)
		(void)parser_no_memory(p);
	node = parser_join(p, type, (struct node **)nodes->p, nodes->n / sizeof node);
	buf_clear(nodes);
	return node;
}

static struct node *
parser_and(struct parser *p, size_t *operands)
{
	struct buf nodes = {0};

	*operands = 0;
	parser_skip_blanks(p);
	while (p->e == OK && !parser_ends(p) && !parser_sees(p, "OR")) {
		if (parser_sees(p, "AND")) {
			if (*operands > 0)
				(void)parser_takes(p, "AND");
			if (*operands == 0 || parser_ends(p) || parser_sees(p, "AND") ||
			    parser_sees(p, "OR")) {
				(void)parser_missing(p,
						     *operands == 0 ? "before AND" : "behind AND");
				break;
			}
		}
		parser_push(&nodes, parser_not(p));
		(*operands)++;
		parser_skip_blanks(p);
	}
	return parser_joined(p, NODE_AND, &nodes);
}

static struct node *
parser_or(struct parser *p, size_t *operands)
{
	struct buf nodes = {0};

	parser_push(&nodes, parser_and(p, operands));
	while (p->e == OK && parser_sees(p, "OR")) {
		if (*operands == 0) {
			(void)parser_missing(p, "before OR");
			break;
		}
		(void)parser_takes(p, "OR");
		parser_push(&nodes, parser_and(p, operands));
		if (p->e == OK && *operands == 0)
			(void)parser_missing(p, parser_sees(p, "OR") ? "before OR" : "behind OR");
	}
	return parser_joined(p, NODE_OR, &nodes);
}

/* --- the whole --- */

static enum err
parser_run(struct parser *p)
{
	size_t valid = utf8_valid_prefix(p->text), operands;

	if (p->text.n > QUERY_BYTES_MAX)
		(void)parser_fail(p, ERR_LIMIT, 0, "the query is longer than %d bytes",
				  QUERY_BYTES_MAX);
	else if (valid != p->text.n)
		(void)parser_fail(p, ERR_FORMAT, valid, "the query is not UTF-8 from here on");
	if (p->e != OK)
		return p->e;
	p->q->root = parser_or(p, &operands);
	if (p->e == OK && p->at < p->text.n)
		(void)parser_fail(p, ERR_FORMAT, p->at,
				  "this bracket closes nothing: take it out, or put the term in "
				  "quotation marks");
	if (p->e == OK && p->q->root == NULL && p->dropped)
		(void)parser_fail(p, ERR_FORMAT, p->dropped_at,
				  "there is nothing to look for: no letter and no digit");
	if (p->e == OK && p->q->root == NULL)
		p->q->root = parser_leaf(p, NODE_ALL, 0);
	if (p->e == OK) {
		query_narrow(p->q->root);
		p->q->unit_looks = query_looks(p->q->root);
	}
	return p->e;
}

enum err
query_parse_with(const struct catalogue *cat, struct span text, struct query **out,
		 struct query_error *error)
{
	struct parser p = {.cat = cat, .text = text, .error = error};
	enum err e;

	*out = NULL;
	memset(error, 0, sizeof *error);
	p.q = calloc(1, sizeof *p.q);
	if (p.q == NULL)
		return ERR_NOMEM;
	e = parser_run(&p);
	if (e != OK)
		query_free(p.q);
	else
		*out = p.q;
	return e;
}

enum err
query_parse(struct index *ix, struct span text, struct query **out, struct query_error *error)
{
	struct catalogue *cat = store_catalogue(ix);
	enum err e = query_parse_with(cat, text, out, error);

	catalogue_unref(cat);
	return e;
}
