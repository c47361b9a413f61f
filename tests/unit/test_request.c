/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Request lines: what each malformed one is answered, ids as they came, and
 * parameters against schemas.
 */
#include "daemon/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Lines that are wrong as a whole: one error, id null. */
static const struct {
	const char *line;
	enum rpc_word word;
} bad_lines[] = {
    {"{", RPC_PARSE},
    {"nonsense", RPC_PARSE},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\"", RPC_PARSE},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\"} {}", RPC_PARSE},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"hello\"}", RPC_PARSE},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\\u0000b\"}", RPC_PARSE},
    {"{'jsonrpc':'2.0'}", RPC_PARSE},
    {"\xff\xfe", RPC_NOT_UTF8},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"\xc0\xaf\"}", RPC_NOT_UTF8},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"\xed\xa0\x80\"}", RPC_NOT_UTF8},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", RPC_TOO_DEEP},
    {"[]", RPC_REQUEST},
    {"1", RPC_REQUEST},
    {"null", RPC_REQUEST},
    {"\"hello\"", RPC_REQUEST},
};

/* Requests that are wrong: each is answered with its id, where that could be read. */
static const struct {
	const char *line, *id;
	enum rpc_word word;
} bad_requests[] = {
    {"{}", "", RPC_REQUEST},
    {"{\"id\":1,\"method\":\"hello\"}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"hello\"}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"hello\"}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":1}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"method\":7}", "", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"hello\"}", "", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"hello\"}", "", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"hello\"}", "", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"\\u0069d\":1,\"method\":\"hello\"}", "", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"parms\":{}}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":\"x\"}", "1", RPC_REQUEST},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":[1]}", "1", RPC_PARAMS},
};

/* Ids come back as the bytes they were. */
static const char *const ids[] = {
    "1",   "-0",   "1.50e+3",          "\"a\\u00e9 \\/\"", "\"\"",
    "0.0", "null", "9007199254740993", "\"\\\"id\\\":7\"",
};

static void
a_line_that_is_no_request_gets_one_error(void **state)
{
	struct request_line line;
	struct request r;

	(void)state;
	for (size_t i = 0; i < COUNT(bad_lines); i++) {
		request_open(span_of(bad_lines[i].line), &line);
		if (line.error.word != bad_lines[i].word)
			print_error("%s: %s\n", bad_lines[i].line, rpc_name(line.error.word));
		assert_int_equal(line.error.word, bad_lines[i].word);
		assert_true(line.error.message[0] != '\0');
		assert_false(request_next(&line, &r));
		request_close(&line);
	}
}

static void
a_nul_in_a_line_is_no_json(void **state)
{
	struct request_line line;

	(void)state;
	request_open(SPAN("{\"jsonrpc\":\"2.0\",\"id\":1\0,\"method\":\"hello\"}"), &line);
	assert_int_equal(line.error.word, RPC_PARSE);
	request_close(&line);
}

static void
a_wrong_request_keeps_its_id_and_is_answered(void **state)
{
	struct request_line line;
	struct request r;

	(void)state;
	for (size_t i = 0; i < COUNT(bad_requests); i++) {
		request_open(span_of(bad_requests[i].line), &line);
		assert_int_equal(line.error.word, RPC_NONE);
		assert_true(request_next(&line, &r));
		if (r.error.word != bad_requests[i].word || !span_is(r.id, bad_requests[i].id))
			print_error("%s: %s\n", bad_requests[i].line, rpc_name(r.error.word));
		assert_int_equal(r.error.word, bad_requests[i].word);
		assert_true(span_is(r.id, bad_requests[i].id));
		assert_false(r.notification);
		assert_false(request_next(&line, &r));
		request_close(&line);
	}
}

static void
an_id_is_given_back_byte_for_byte(void **state)
{
	struct request_line line;
	struct request r;
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		buf_reset(&text);
		buf_printf(&text,
			   " { \"method\" : \"hello\", \"id\" :  %s , \"jsonrpc\":\"2.0\" }\r",
			   ids[i]);
		request_open(buf_span(&text), &line);
		assert_true(request_next(&line, &r));
		assert_int_equal(r.error.word, RPC_NONE);
		assert_true(span_is(r.id, ids[i]));
		assert_false(r.notification);
		assert_string_equal(r.method, "hello");
		request_close(&line);
	}
	buf_clear(&text);
}

static void
a_request_without_id_is_a_notification(void **state)
{
	struct request_line line;
	struct request r;

	(void)state;
	request_open(SPAN("{\"jsonrpc\":\"2.0\",\"method\":\"rescan\",\"params\":[]}"), &line);
	assert_true(request_next(&line, &r));
	assert_int_equal(r.error.word, RPC_NONE);
	assert_true(r.notification);
	assert_null(r.params);
	request_close(&line);
}

static void
a_batch_gives_its_requests_in_order(void **state)
{
	struct request_line line;
	struct request r;

	(void)state;
	request_open(SPAN("[ {\"jsonrpc\":\"2.0\",\"id\":\"a,]\",\"method\":\"hello\"} ,7, "
			  "{\"jsonrpc\":\"2.0\",\"method\":\"status\"}]"),
		     &line);
	assert_true(line.batch);
	assert_true(request_next(&line, &r));
	assert_true(span_is(r.id, "\"a,]\""));
	assert_int_equal(r.error.word, RPC_NONE);
	assert_true(request_next(&line, &r));
	assert_int_equal(r.error.word, RPC_REQUEST);
	assert_false(r.notification);
	assert_true(request_next(&line, &r));
	assert_true(r.notification);
	assert_string_equal(r.method, "status");
	assert_false(request_next(&line, &r));
	request_close(&line);
}

static void
a_batch_over_the_limit_is_refused_whole(void **state)
{
	struct request_line line;
	struct buf text = {0};

	(void)state;
	buf_put_char(&text, '[');
	for (int i = 0; i <= BATCH_MAX; i++)
		buf_put_str(&text, i == 0 ? "1" : ",1");
	buf_put_char(&text, ']');
	request_open(buf_span(&text), &line);
	assert_int_equal(line.error.word, RPC_REQUEST);
	assert_int_equal(line.count, 0);
	request_close(&line);
	buf_clear(&text);
}

static void
an_error_is_written_with_code_word_and_place(void **state)
{
	struct rpc_error e;
	struct buf out = {0};

	(void)state;
	rpc_error_set(&e, RPC_QUERY, "There is no field \"%s\".", "dio");
	e.has_offset = true;
	e.offset = 9;
	strcpy(e.expected, "doi");
	rpc_error_write(&out, SPAN("\"q\""), &e);
	assert_string_equal(buf_cstr(&out),
			    "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"error\":{\"code\":-32602,"
			    "\"message\":\"There is no field \\\"dio\\\".\",\"data\":{\"code\":"
			    "\"query\",\"offset\":9,\"expected\":\"doi\"}}}");
	buf_reset(&out);
	rpc_error_set(&e, RPC_BUSY, "Later.");
	rpc_error_write(&out, (struct span){0}, &e);
	assert_string_equal(buf_cstr(&out), "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":"
					    "-32002,\"message\":\"Later.\",\"data\":{\"code\":"
					    "\"busy\"}}}");
	buf_clear(&out);
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	struct rpc_error e;
	char text[1200];

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 1; i + 1 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[sizeof text - 1] = '\0';
	rpc_error_set(&e, RPC_PARSE, "%s", text);
	assert_in_range(strlen(e.message), 500, 511);
	assert_int_equal((unsigned char)e.message[strlen(e.message) - 1], 0xa9);
}

/* --- schemas --- */

static const char schema_text[] =
    "{\"type\":\"object\",\"required\":[\"path\"],\"properties\":{"
    "\"path\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":9},"
    "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000},"
    "\"start\":{\"type\":\"integer\",\"minimum\":0},"
    "\"cursor\":{\"type\":[\"string\",\"null\"]},"
    "\"state\":{\"enum\":[\"failed\",\"gone\"]},"
    "\"ids\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"string\"}},"
    "\"deep\":{\"type\":\"object\",\"properties\":{\"a/b\":{\"type\":\"boolean\"}}}}}";

static const struct {
	const char *params, *at;
	enum rpc_word word;
} schema_cases[] = {
    {"{\"path\":\"/x\"}", "", RPC_NONE},
    {"{\"path\":\"/x\",\"limit\":1000,\"cursor\":null,\"state\":\"gone\"}", "", RPC_NONE},
    {"{\"path\":\"/x\",\"ids\":[\"1\",\"2\"],\"deep\":{\"a/b\":true}}", "", RPC_NONE},
    {"{}", "/path", RPC_PARAMS},
    {"{\"path\":7}", "/path", RPC_PARAMS},
    {"{\"path\":null}", "/path", RPC_PARAMS},
    {"{\"path\":\"\"}", "/path", RPC_PARAMS},
    {"{\"path\":\"0123456789\"}", "/path", RPC_PARAMS},
    {"{\"path\":\"/x\",\"limit\":0}", "/limit", RPC_LIMIT},
    {"{\"path\":\"/x\",\"limit\":1001}", "/limit", RPC_LIMIT},
    {"{\"path\":\"/x\",\"limit\":1.5}", "/limit", RPC_PARAMS},
    {"{\"path\":\"/x\",\"limit\":\"1\"}", "/limit", RPC_PARAMS},
    {"{\"path\":\"/x\",\"start\":-1}", "/start", RPC_PARAMS},
    {"{\"path\":\"/x\",\"cursor\":1}", "/cursor", RPC_PARAMS},
    {"{\"path\":\"/x\",\"state\":\"lost\"}", "/state", RPC_PARAMS},
    {"{\"path\":\"/x\",\"ids\":[\"1\",2]}", "/ids/1", RPC_PARAMS},
    {"{\"path\":\"/x\",\"ids\":[\"1\",\"2\",\"3\"]}", "/ids", RPC_PARAMS},
    {"{\"path\":\"/x\",\"deep\":{\"a/b\":1}}", "/deep/a~1b", RPC_PARAMS},
    {"{\"path\":\"/x\",\"deep\":{\"~\":1}}", "/deep/~0", RPC_PARAMS},
    {"{\"path\":\"/x\",\"limt\":1}", "/limt", RPC_PARAMS},
};

static void
parameters_are_checked_and_the_place_is_named(void **state)
{
	json_t *schema, *params;

	(void)state;
	assert_int_equal(jread_parse(span_of(schema_text), &schema, NULL), OK);
	for (size_t i = 0; i < COUNT(schema_cases); i++) {
		struct rpc_error e = {0};

		assert_int_equal(jread_parse(span_of(schema_cases[i].params), &params, NULL), OK);
		assert_int_equal(schema_check(schema, params, &e),
				 schema_cases[i].word == RPC_NONE);
		if (e.word != schema_cases[i].word)
			print_error("%s: %s\n", schema_cases[i].params, e.message);
		assert_int_equal(e.word, schema_cases[i].word);
		assert_string_equal(e.at, schema_cases[i].at);
		json_decref(params);
	}
	json_decref(schema);
}

static void
an_unknown_parameter_names_the_nearest(void **state)
{
	struct rpc_error e;
	json_t *schema, *params;

	(void)state;
	assert_int_equal(jread_parse(span_of(schema_text), &schema, NULL), OK);
	assert_int_equal(jread_parse(SPAN("{\"limt\":1}"), &params, NULL), OK);
	assert_false(schema_check(schema, params, &e));
	assert_non_null(strstr(e.message, "\"limit\""));
	json_decref(params);
	json_decref(schema);
}

static void
distance_counts_letters_to_change(void **state)
{
	(void)state;
	assert_int_equal(schema_distance("find", "find"), 0);
	assert_int_equal(schema_distance("fnid", "find"), 2);
	assert_int_equal(schema_distance("", "find"), 4);
	assert_int_equal(schema_distance("finds", "find"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_that_is_no_request_gets_one_error),
	    cmocka_unit_test(a_nul_in_a_line_is_no_json),
	    cmocka_unit_test(a_wrong_request_keeps_its_id_and_is_answered),
	    cmocka_unit_test(an_id_is_given_back_byte_for_byte),
	    cmocka_unit_test(a_request_without_id_is_a_notification),
	    cmocka_unit_test(a_batch_gives_its_requests_in_order),
	    cmocka_unit_test(a_batch_over_the_limit_is_refused_whole),
	    cmocka_unit_test(an_error_is_written_with_code_word_and_place),
	    cmocka_unit_test(a_long_message_is_cut_between_characters),
	    cmocka_unit_test(parameters_are_checked_and_the_place_is_named),
	    cmocka_unit_test(an_unknown_parameter_names_the_nearest),
	    cmocka_unit_test(distance_counts_letters_to_change),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
