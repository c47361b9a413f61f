/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_query - the query language: what is understood, what is refused and where,
 * and the manual's examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index/query_tree.h"

#include "records.h"

/* --- a tree as text --- */

static void
show_unit(const struct catalogue *cat, const struct node_unit *unit, struct buf *out)
{
	if (unit->unit == VECTOR_UNIT_PLUGIN)
		buf_put_str(out, "plugin");
	if (unit->unit == VECTOR_UNIT_DATE)
		buf_put_str(out, "date");
	for (size_t i = 0; i < cat->kind_count; i++) {
		const struct catalogue_kind *kind = &cat->kinds[i];

		if (unit->unit == kind->number)
			buf_put_str(out, kind->name);
		for (size_t k = 0; k < kind->field_count; k++)
			if (unit->unit == kind->fields[k].number)
				buf_printf(out, "%s.%s", kind->name, kind->fields[k].name);
	}
}

static void
show_units(const struct catalogue *cat, const struct node *node, struct buf *out)
{
	if (node->unit_count == cat->kind_count && node->units[0].unit == node->units[0].kind) {
		buf_put_str(out, "*");
		return;
	}
	for (size_t i = 0; i < node->unit_count; i++) {
		if (i > 0)
			buf_put_char(out, '|');
		show_unit(cat, &node->units[i], out);
	}
}

static double
show_number_of(struct span bytes)
{
	uint64_t bits = 0;
	double n;

	for (size_t i = 0; i < 8; i++)
		bits = bits << 8 | (unsigned char)bytes.p[i];
	bits ^= bits >> 63 != 0 ? UINT64_C(1) << 63 : UINT64_MAX;
	memcpy(&n, &bits, sizeof n);
	return n;
}

static int32_t
show_day_of(struct span bytes)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++)
		bits = bits << 8 | (unsigned char)bytes.p[i];
	return (int32_t)(bits ^ UINT32_C(0x80000000));
}

static bool
show_is_number(const struct catalogue *cat, const struct node *node)
{
	for (size_t i = 0; i < cat->kind_count; i++)
		for (size_t k = 0; k < cat->kinds[i].field_count; k++)
			if (node->units[0].unit == cat->kinds[i].fields[k].number)
				return cat->kinds[i].fields[k].type == FIELD_NUMBER;
	return false;
}

static void
show_test(const struct catalogue *cat, const struct node *node, struct buf *out)
{
	static const char *const signs[] = {"any", "=", "^", "..", "overlap"};
	const struct term_test *test = &node->test;

	buf_printf(out, "(%s ", signs[test->how]);
	show_units(cat, node, out);
	if (test->how == TERM_RANGE)
		buf_printf(out, " %g %g", show_number_of(test->from), show_number_of(test->to));
	else if (test->how == TERM_OVERLAP)
		buf_printf(out, " %d %d", show_day_of(test->from), show_day_of(test->to));
	else if (test->how == TERM_IS && show_is_number(cat, node))
		buf_printf(out, " %g", show_number_of(test->from));
	else if (test->how != TERM_ANY)
		buf_printf(out, " %.*s", (int)test->from.n, test->from.p);
	buf_put_char(out, ')');
}

static void
show(const struct catalogue *cat, const struct node *node, struct buf *out)
{
	switch (node->type) {
	case NODE_ALL:
	case NODE_NONE:
		buf_put_str(out, node->type == NODE_ALL ? "all" : "none");
		return;
	case NODE_TEST:
		show_test(cat, node, out);
		return;
	case NODE_PHRASE:
		buf_put_str(out, "(phrase ");
		show_units(cat, node, out);
		for (size_t i = 0; i < node->word_count; i++)
			buf_printf(out, " %.*s%s", (int)node->words[i].from.n,
				   node->words[i].from.p,
				   node->words[i].how == TERM_PREFIX ? "*" : "");
		break;
	case NODE_DOCUMENT:
		buf_printf(out, "(document %llu", (unsigned long long)node->document);
		break;
	case NODE_UNDER:
		buf_printf(out, "(under %.*s", (int)node->path.n, node->path.p);
		break;
	default:
		buf_put_str(out, node->type == NODE_AND  ? "(and"
				 : node->type == NODE_OR ? "(or"
							 : "(not");
		for (size_t i = 0; i < node->n; i++) {
			buf_put_char(out, ' ');
			show(cat, node->children[i], out);
		}
	}
	buf_put_char(out, ')');
}

/* --- understood --- */

struct understood {
	const char *query, *tree;
};

static const struct understood understood[] = {
    {"", "all"},
    {"  ", "all"},
    {"*", "all"},
    {"care", "(= * care)"},
    {"Care", "(= * care)"},
    {"care*", "(^ * care)"},
    {"\"young people\"", "(phrase * young people)"},
    {"\"young peo\"*", "(phrase * young peo*)"},
    {"well-being", "(phrase * well being)"},
    {"a b", "(and (= * a) (= * b))"},
    {"a AND b", "(and (= * a) (= * b))"},
    {"a and b", "(and (= * a) (= * and) (= * b))"},
    {"a OR b c", "(or (= * a) (and (= * b) (= * c)))"},
    {"a b OR c d", "(or (and (= * a) (= * b)) (and (= * c) (= * d)))"},
    {"(a OR b) c", "(and (or (= * a) (= * b)) (= * c))"},
    {"NOT a b", "(and (not (= * a)) (= * b))"},
    {"-a b", "(and (not (= * a)) (= * b))"},
    {"a -(b c)", "(and (= * a) (not (and (= * b) (= * c))))"},
    {"NOT NOT a", "(not (not (= * a)))"},
    {"NOT -a", "(not (not (= * a)))"},
    {"a - b", "(and (= * a) (= * b))"},
    {"Smith & Jones", "(and (= * smith) (= * jones))"},
    {"a OR & OR b", "(or (= * a) (= * b))"},
    {"ORANGE", "(= * orange)"},
    {"http://www.example.org/a", "(phrase * http www.example.org a)"},
    {"5:30", "(phrase * 5 30)"},
    {"kind:citation", "(any citation)"},
    {"kind:*", "(any *)"},
    {"kind:\"citation\"", "(any citation)"},
    {"kind:t*", "(any testimonial)"},
    {"plugin:papers", "(= plugin papers)"},
    {"document:17", "(document 17)"},
    {"status:found", "all"},
    {"status:rejected", "none"},
    {"under:REF2029/Unit/", "(under REF2029/Unit)"},
    {"under:/srv//impact/", "(under /srv/impact)"},
    {"under:\"two words\"", "(under two words)"},
    {"under:./a", "(under a)"},
    {"under:.", "(under )"},
    {"under:/", "(under /)"},
    {"title:Care", "(= citation.title care)"},
    {"title:\"Social  care\"", "(phrase citation.title social care)"},
    {"title:social-care", "(phrase citation.title social care)"},
    {"title:car*", "(^ citation.title car)"},
    {"title:*", "(any citation.title)"},
    {"listed:References", "(= citation.listed References)"},
    {"listed:\"two words\"", "(= citation.listed two words)"},
    {"listed:ref*", "(^ citation.listed ref)"},
    {"listed:\"re f\"*", "(^ citation.listed re f)"},
    {"listed:a\\b", "(= citation.listed a\\b)"},
    {"listed:\"a\\\"b\\\\c\"", "(= citation.listed a\"b\\c)"},
    {"listed:a..b", "(= citation.listed a..b)"},
    {"listed:a:b", "(= citation.listed a:b)"},
    {"doi:10.1016/0022-1694(82)90165-0",
     "(= citation.doi|doi.doi|testimonial.doi 10.1016/0022-1694(82)90165-0)"},
    {"(doi:10.1016/0022-1694(82)90165-0)",
     "(= citation.doi|doi.doi|testimonial.doi 10.1016/0022-1694(82)90165-0)"},
    {"doi:https://doi.org/10.1093/BJSW/bcr162",
     "(= citation.doi|doi.doi|testimonial.doi 10.1093/bjsw/bcr162)"},
    {"doi:\"doi: 10.1093/BJSW/bcr162\"",
     "(= citation.doi|doi.doi|testimonial.doi 10.1093/bjsw/bcr162)"},
    {"doi:https://doi.org/10.1093/*", "(^ citation.doi|doi.doi|testimonial.doi 10.1093/)"},
    {"kind:citation doi:10.1234/a", "(and (any citation) (= citation.doi 10.1234/a))"},
    {"kind:citation care", "(and (any citation) (= citation care))"},
    {"kind:citation -care", "(and (any citation) (not (= citation care)))"},
    {"kind:citation OR care", "(or (any citation) (= * care))"},
    {"kind:citation measure:x", "(and (any citation) none)"},
    {"kind:citation date:2011", "(and (any citation) (overlap date 14975 15339))"},
    {"value:60", "(= event_figure.value 60)"},
    {"value:-5", "(= event_figure.value -5)"},
    {"value:1,200", "(= event_figure.value 1200)"},
    {"value:\"twelve hundred\"", "(= event_figure.value 1200)"},
    {"value:>=60", "(.. event_figure.value 60 inf)"},
    {"value:<=60", "(.. event_figure.value -inf 60)"},
    {"value:60..70", "(.. event_figure.value 60 70)"},
    {"value:60..", "(.. event_figure.value 60 inf)"},
    {"value:..70", "(.. event_figure.value -inf 70)"},
    {"value:60..60", "(= event_figure.value 60)"},
    {"value:1.5..2.5", "(.. event_figure.value 1.5 2.5)"},
    {"value:*", "(any event_figure.value)"},
    {"date:2011", "(overlap date 14975 15339)"},
    {"date:2011-02", "(overlap date 15006 15033)"},
    {"date:2011-02-03", "(overlap date 15008 15008)"},
    {"date:2011..2012", "(overlap date 14975 15705)"},
    {"date:2011..", "(overlap date 14975 2147483647)"},
    {"date:..2011", "(overlap date -2147483648 15339)"},
    {"date:>2011", "(overlap date 15340 2147483647)"},
    {"date:>=2011", "(overlap date 14975 2147483647)"},
    {"date:<2011", "(overlap date -2147483648 14974)"},
    {"date:<=2011", "(overlap date -2147483648 15339)"},
    {"date:\"February 2011\"", "(overlap date 15006 15033)"},
    {"date:2011-13", "(overlap date 14975 16070)"},
    {"date:*", "(any date)"},
    {"when:2011", "(overlap testimonial.when 14975 15339)"},
};

static void
queries_are_understood(void **state)
{
	struct catalogue *cat = sample_catalogue();

	(void)state;
	for (size_t i = 0; i < COUNT(understood); i++) {
		struct query_error error;
		struct query *q = NULL;
		struct buf tree = {0};
		enum err e = query_parse_with(cat, span_of(understood[i].query), &q, &error);

		if (e != OK)
			fail_msg("%s: %zu: %s", understood[i].query, error.offset, error.message);
		show(cat, q->root, &tree);
		assert_string_equal(buf_cstr(&tree), understood[i].tree);
		buf_clear(&tree);
		query_free(q);
	}
	catalogue_unref(cat);
}

/* --- refused --- */

struct refused {
	const char *query;
	size_t offset;
	const char *expected; /* how `expected` begins */
};

static const struct refused refused[] = {
    {"tilte:care", 0, "one of: title"},
    {"care  lsted:x", 6, "one of: listed"},
    {"Kind:citation", 0, "one of: kind"},
    {"title:", 6, "a value"},
    {"title: care", 6, "a value"},
    {"(title:)", 7, "a value"},
    {"title:\"\"", 6, "a value"},
    {"title:--", 6, "words"},
    {"\"care", 0, "\""},
    {"title:\"care", 6, "\""},
    {"(care", 0, ")"},
    {"care)", 4, ""},
    {"()", 1, "a term"},
    {"( )", 2, "a term"},
    {"AND care", 0, "a term"},
    {"care AND", 8, "a term"},
    {"care AND AND people", 9, "a term"},
    {"OR care", 0, "a term"},
    {"care OR", 7, "a term"},
    {"care OR OR people", 8, "a term"},
    {"(care OR) people", 8, "a term"},
    {"NOT", 3, "a term"},
    {"NOT AND", 4, "a term"},
    {"(-)", 1, ""},
    {"&", 0, ""},
    {"kind:citaton", 5, "one of: citation"},
    {"kind:>citation", 6, ""},
    {"document:x", 9, "an id"},
    {"document:99999999999999999999", 9, "an id"},
    {"status:foud", 7, "one of: found"},
    {"under:a*", 6, "a folder"},
    {"doi:foo", 4, "a DOI"},
    {"title:>x", 7, ""},
    {"title:(care OR people)", 6, ""},
    {"value:sixtyy", 6, "a number"},
    {"value:60..x", 10, "a number"},
    {"value:70..60", 6, ""},
    {"value:6*", 6, ""},
    {"value:..", 6, "a number"},
    {"value:0x10", 6, "a number"},
    {"value:nan", 6, "a number"},
    {"date:2011-13-01", 5, "a date"},
    {"date:yesterday", 5, "a date"},
    {"date:2012..2011", 5, ""},
    {"care \xff", 5, ""},
};

static void
queries_are_refused_where_they_go_wrong(void **state)
{
	struct catalogue *cat = sample_catalogue();

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct query_error error;
		struct query *q;
		enum err e = query_parse_with(cat, span_of(refused[i].query), &q, &error);

		if (e != ERR_FORMAT || error.offset != refused[i].offset ||
		    !span_starts(span_of(error.expected), span_of(refused[i].expected)))
			fail_msg("%s: %s at %zu, expected \"%s\": %s", refused[i].query,
				 err_name(e), error.offset, error.expected, error.message);
		assert_null(q);
		assert_true(error.message[0] != '\0');
	}
	catalogue_unref(cat);
}

static enum err
parse_repeated(const char *piece, size_t times, const char *end)
{
	struct catalogue *cat = sample_catalogue();
	struct query_error error;
	struct query *q;
	struct buf text = {0};
	enum err e;

	for (size_t i = 0; i < times; i++)
		buf_put_str(&text, piece);
	buf_put_str(&text, end);
	e = query_parse_with(cat, buf_span(&text), &q, &error);
	query_free(q);
	buf_clear(&text);
	catalogue_unref(cat);
	return e;
}

static void
length_terms_and_depth_are_limited(void **state)
{
	(void)state;
	assert_int_equal(parse_repeated("a ", QUERY_TERMS_MAX, ""), OK);
	assert_int_equal(parse_repeated("a ", QUERY_TERMS_MAX + 1, ""), ERR_LIMIT);
	assert_int_equal(parse_repeated("a-", QUERY_TERMS_MAX + 1, ""), ERR_LIMIT);
	assert_int_equal(parse_repeated("(", 5000, "a"), ERR_LIMIT);
	assert_int_equal(parse_repeated("NOT ", 5000, "a"), ERR_LIMIT);
	assert_int_equal(parse_repeated("-", 5000, "a"), ERR_LIMIT);
	assert_int_equal(parse_repeated(" ", QUERY_BYTES_MAX - 1, "a"), OK);
	assert_int_equal(parse_repeated(" ", QUERY_BYTES_MAX, "a"), ERR_LIMIT);
}

static void
any_bytes_are_a_query_or_an_error_inside_it(void **state)
{
	static const char *const pieces[] = {
	    "(",  ")",        "\"",   " ",      "AND ",     "OR ",  "NOT ",  "-",
	    "*",  "kind:",    "doi:", "title:", "value",    ":",    ">=",    "..",
	    "\\", "citation", "2011", "10.1/a", "\xc3\xa9", "\xff", "date:", "under:"};
	struct catalogue *cat = sample_catalogue();
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct query_error error;
		struct query *q;
		struct buf text = {0};
		uint32_t n = sample_random(&seed, 12);
		enum err e;

		for (uint32_t k = 0; k < n; k++)
			buf_put_str(&text, pieces[sample_random(&seed, COUNT(pieces))]);
		e = query_parse_with(cat, buf_span(&text), &q, &error);
		assert_true(e == OK || e == ERR_FORMAT || e == ERR_LIMIT);
		assert_true((e == OK) == (q != NULL));
		if (e != OK)
			assert_true(error.offset <= text.n && error.message[0] != '\0');
		query_free(q);
		buf_clear(&text);
	}
	catalogue_unref(cat);
}

/* --- the manual --- */

/* The README's examples: lines of blocks opened by ```query or ```query-error. */
static void
the_manual_s_examples_hold(void **state)
{
	struct catalogue *cat = sample_catalogue();
	char line[1024];
	int block = 0, good = 0, bad = 0;
	FILE *f;

	(void)state;
	f = fopen(QUERY_MANUAL, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		struct query_error error;
		struct query *q;
		char *comment = strstr(line, "  #");
		enum err e;

		if (strncmp(line, "```", 3) == 0) {
			block = strncmp(line + 3, "query-error", 11) == 0 ? 2
				: strncmp(line + 3, "query", 5) == 0      ? 1
									  : 0;
			continue;
		}
		if (block == 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (comment != NULL)
			*comment = '\0';
		e = query_parse_with(cat, span_of(line), &q, &error);
		if (e != (block == 1 ? OK : ERR_FORMAT))
			fail_msg("%s: %s: %s", line, err_name(e), error.message);
		query_free(q);
		good += block == 1;
		bad += block == 2;
	}
	fclose(f);
	assert_true(good >= 15 && bad >= 4);
	catalogue_unref(cat);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(queries_are_understood),
	    cmocka_unit_test(queries_are_refused_where_they_go_wrong),
	    cmocka_unit_test(length_terms_and_depth_are_limited),
	    cmocka_unit_test(any_bytes_are_a_query_or_an_error_inside_it),
	    cmocka_unit_test(the_manual_s_examples_hold),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
