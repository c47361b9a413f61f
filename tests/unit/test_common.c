/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_common - buffers, JSON, UTF-8, and frames from a hostile child.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "common/frame.h"
#include "common/jread.h"
#include "common/jwrite.h"
#include "common/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* --- buf --- */

static void
a_buffer_grows_and_keeps_its_bytes(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%04d", i);
	assert_int_equal(buf_err(&b), OK);
	assert_int_equal(b.n, 40000);
	assert_memory_equal(b.p + 39996, "9999", 4);
	buf_consume(&b, 39996);
	assert_string_equal(buf_cstr(&b), "9999");
	buf_reset(&b);
	assert_string_equal(buf_cstr(&b), "");
	buf_clear(&b);
}

static void
a_refused_buffer_stays_refused_until_it_is_reset(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_put_str(&b, "kept");
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_int_equal(buf_err(&b), ERR_NOMEM);
	buf_put_str(&b, " more");
	assert_int_equal(b.n, 4);
	buf_reset(&b);
	buf_put_str(&b, "again");
	assert_int_equal(buf_err(&b), OK);
	assert_true(span_is(buf_span(&b), "again"));
	buf_clear(&b);
}

/* --- UTF-8 --- */

static void
utf8_is_checked_by_the_table(void **state)
{
	static const struct {
		const char *bytes;
		size_t valid; /* of the beginning */
	} cases[] = {
	    {"", 0},
	    {"plain text of more than eight bytes", 35},
	    {"\xc2\xa3 and \xe2\x82\xac and \xf0\x9f\x99\x82", 19},
	    {"a\xc0\xaf", 1},         /* overlong */
	    {"a\xe0\x80\xaf", 1},     /* overlong */
	    {"a\xf0\x80\x80\xaf", 1}, /* overlong */
	    {"a\xed\xa0\x80", 1},     /* a surrogate */
	    {"a\xf4\x90\x80\x80", 1}, /* above U+10FFFF */
	    {"a\xf5\x80\x80\x80", 1},
	    {"a\x80", 1},            /* a continuation alone */
	    {"12345678\xe2\x82", 8}, /* cut short */
	    {"\xe2\x82x", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span s = span_of(cases[i].bytes);

		assert_int_equal(utf8_valid_prefix(s), cases[i].valid);
		assert_int_equal(utf8_valid(s), cases[i].valid == s.n);
	}
}

static void
every_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 1; cp <= 0x10ffff; cp += cp < 0x3000 ? 1 : 97) {
		char bytes[4];
		uint32_t back;
		size_t n;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		n = utf8_encode(cp, bytes);
		assert_int_equal(utf8_decode((struct span){bytes, n}, &back), n);
		assert_int_equal(back, cp);
	}
}

/* --- JSON --- */

static void
json_is_written(void **state)
{
	struct buf b = {0};
	struct jwrite o = {&b, false};

	(void)state;
	jwrite_object_begin(&o);
	jwrite_put_string(&o, "s", SPAN("a\"b\\c\n\x01\t\xc3\xa9\xff"));
	jwrite_put_int(&o, "i", -5);
	jwrite_key(&o, "a");
	jwrite_array_begin(&o);
	jwrite_number(&o, 1200000);
	jwrite_number(&o, 0.1);
	jwrite_number(&o, INFINITY);
	jwrite_bool(&o, true);
	jwrite_array_end(&o);
	jwrite_key(&o, "o");
	jwrite_object_begin(&o);
	jwrite_object_end(&o);
	jwrite_key(&o, "t");
	jwrite_time(&o, 951782400123);
	jwrite_key(&o, "never");
	jwrite_time(&o, 0);
	jwrite_key(&o, "raw");
	jwrite_raw(&o, SPAN("[1]"));
	jwrite_put_path(&o, "path", SPAN("/a/\xff"));
	jwrite_object_end(&o);
	assert_string_equal(buf_cstr(&b),
			    "{\"s\":\"a\\\"b\\\\c\\n\\u0001\\t\xc3\xa9\xef\xbf\xbd\",\"i\":-5,"
			    "\"a\":[1200000,0.1,null,true],\"o\":{},"
			    "\"t\":\"2000-02-29T00:00:00.123Z\",\"never\":null,\"raw\":[1],"
			    "\"path\":\"/a/\xef\xbf\xbd\",\"path_base64\":\"L2Ev/w==\"}");
	buf_clear(&b);
}

static void
json_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} cases[] = {
	    {"", ERR_FORMAT},
	    {"{", ERR_FORMAT},
	    {"{} {}", ERR_FORMAT},
	    {"{\"a\":1,}", ERR_FORMAT},
	    {"{\"a\":1,\"a\":2}", ERR_FORMAT},
	    {"\"\\u0000\"", ERR_FORMAT},
	    {"[01]", ERR_FORMAT},
	    {"[1e999]", ERR_FORMAT},
	    {"\"\xff\"", ERR_ENCODING},
	    {"\"\xed\xa0\x80\"", ERR_ENCODING},
	};
	json_t *json;
	char why[160];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		why[0] = '\0';
		assert_int_equal(jread_parse(span_of(cases[i].text), &json, why), cases[i].e);
		assert_null(json);
		assert_true(why[0] != '\0');
	}
}

static void
json_has_a_depth(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 2];
	json_t *json;

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	assert_int_equal(jread_parse((struct span){text, 2 * JSON_DEPTH_MAX}, &json, NULL), OK);
	json_decref(json);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_int_equal(jread_parse((struct span){text, sizeof text}, &json, NULL), ERR_DEPTH);
	/* Brackets in a string are not depth. */
	assert_int_equal(jread_parse(SPAN("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""), &json,
				     NULL),
			 OK);
	json_decref(json);
}

static void
members_come_as_they_stand(void **state)
{
	struct span object =
	    SPAN(" { \"id\" : 1.50 , \"a\\\"\":[1,{\"id\":2}], \"s\":\"x,}\\\"\" ,\"n\":null}");
	struct span value;

	(void)state;
	assert_true(jread_member(object, "id", &value));
	assert_true(span_is(value, "1.50"));
	assert_true(jread_member(object, "s", &value));
	assert_true(span_is(value, "\"x,}\\\"\""));
	assert_true(jread_member(object, "n", &value));
	assert_true(span_is(value, "null"));
	assert_false(jread_member(object, "none", &value));
	assert_false(jread_member(SPAN("[1]"), "id", &value));
	assert_false(jread_member(SPAN("{}"), "id", &value));
}

static void
elements_come_as_they_stand(void **state)
{
	static const char *const wanted[] = {"1", "{\"a\":[2,3]}", "\"],\"", "[]"};
	struct span array = SPAN("[ 1, {\"a\":[2,3]} ,\"],\",[] ]"), value;
	size_t at = 0, n = 0;

	(void)state;
	while (jread_element(array, &at, &value)) {
		assert_true(n < COUNT(wanted));
		assert_true(span_is(value, wanted[n]));
		n++;
	}
	assert_int_equal(n, COUNT(wanted));
	at = 0;
	assert_false(jread_element(SPAN("[]"), &at, &value));
}

/* --- frames --- */

static struct plugin_decl
pledges(void)
{
	struct plugin_decl d = {.name = "pledges",
				.about = "Pledges",
				.version = 3,
				.kind_count = 1};
	struct kind_decl *k = &d.kinds[0];

	strcpy(k->name, "pledge");
	k->field_count = 3;
	strcpy(k->fields[0].name, "count");
	k->fields[0].type = FIELD_NUMBER;
	strcpy(k->fields[1].name, "cause");
	k->fields[1].type = FIELD_TEXT;
	strcpy(k->fields[2].name, "made");
	k->fields[2].type = FIELD_DATE;
	return d;
}

/* A record that is as it should be; the tests then spoil one thing. */
static struct record
pledge(struct value values[4])
{
	struct record r = {.kind = SPAN("pledge"), .start = 2, .end = 9, .confidence = 0.5};

	values[0] = (struct value){.number = 40};
	values[1] = (struct value){.text = SPAN("clean air")};
	values[2] = (struct value){.text = SPAN("water")};
	values[3] = (struct value){.text = SPAN("2011-05-12")};
	r.field_count = 3;
	r.fields[0] = (struct field){SPAN("count"), FIELD_NUMBER, false, 1, values};
	r.fields[1] = (struct field){SPAN("cause"), FIELD_TEXT, true, 2, values + 1};
	r.fields[2] = (struct field){SPAN("made"), FIELD_DATE, false, 1, values + 3};
	return r;
}

/* What comes of sending `r`. */
static enum err
sent(const struct record *r, uint64_t text_bytes)
{
	struct plugin_decl d = pledges();
	struct value values[RECORD_VALUES_MAX];
	struct buf b = {0};
	struct record back;
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_RECORDS);
	enum err e;

	frame_put_record(&b, r);
	frame_end(&b, begun);
	assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
	assert_int_equal(used, b.n);
	frame_get_record(&f, &d, text_bytes, &back, values);
	e = frame_done(&f);
	buf_clear(&b);
	return e;
}

static void
a_record_comes_back(void **state)
{
	struct plugin_decl d = pledges();
	struct value values[4], back_values[RECORD_VALUES_MAX];
	struct record r = pledge(values), back;
	struct buf b = {0};
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_RECORDS);

	(void)state;
	frame_put_record(&b, &r);
	frame_end(&b, begun);
	assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
	frame_get_record(&f, &d, 9, &back, back_values);
	assert_int_equal(frame_done(&f), OK);
	assert_true(span_is(back.kind, "pledge"));
	assert_int_equal(back.start, 2);
	assert_int_equal(back.end, 9);
	assert_true(back.confidence == 0.5);
	assert_int_equal(back.field_count, 3);
	assert_true(back.fields[0].values[0].number == 40);
	assert_true(back.fields[1].list);
	assert_true(span_is(back.fields[1].values[1].text, "water"));
	assert_int_equal(back.fields[2].type, FIELD_DATE);
	buf_clear(&b);
}

static void
spoil_kind(struct record *r)
{
	r->kind = SPAN("promise");
}

static void
spoil_order(struct record *r)
{
	r->start = 9;
	r->end = 2;
}

static void
spoil_end(struct record *r)
{
	r->end = 101;
}

static void
spoil_far_end(struct record *r)
{
	r->end = UINT64_MAX;
}

static void
spoil_confidence(struct record *r)
{
	r->confidence = NAN;
}

static void
spoil_high_confidence(struct record *r)
{
	r->confidence = 1.5;
}

static void
spoil_undeclared(struct record *r)
{
	r->fields[1].name = SPAN("reason");
}

static void
spoil_twice(struct record *r)
{
	r->fields[1] = r->fields[0];
}

static void
spoil_number(struct record *r)
{
	r->fields[0].values[0].number = INFINITY;
}

static void
spoil_type(struct record *r)
{
	/* A text where a number is declared: the lengths no longer fit. */
	r->fields[0].type = FIELD_TEXT;
	r->fields[0].values[0].text = SPAN("forty");
}

static void
spoil_utf8(struct record *r)
{
	r->fields[1].values[0].text = SPAN("clean\xff");
}

static void
spoil_long(struct record *r)
{
	static const char zeros[RECORD_FIELD_BYTES_MAX + 1];

	r->fields[1].values[0].text = (struct span){zeros, sizeof zeros};
}

static void
spoil_single(struct record *r)
{
	r->fields[1].list = false;
}

static void
spoil_no_value(struct record *r)
{
	r->fields[0].value_count = 0;
}

static void
spoil_values(struct record *r)
{
	static struct value many[RECORD_VALUES_MAX + 1];

	r->fields[1].values = many;
	r->fields[1].value_count = RECORD_VALUES_MAX + 1;
}

static void
spoil_fields(struct record *r)
{
	r->fields[3] = r->fields[2];
	r->field_count = 4;
}

static void
a_spoiled_record_is_refused(void **state)
{
	static void (*const spoil[])(struct record * r) = {
	    spoil_kind,       spoil_order,      spoil_end,
	    spoil_far_end,    spoil_confidence, spoil_high_confidence,
	    spoil_undeclared, spoil_twice,      spoil_number,
	    spoil_type,       spoil_utf8,       spoil_long,
	    spoil_single,     spoil_no_value,   spoil_values,
	    spoil_fields,
	};
	struct value values[4];
	struct record r = pledge(values);

	(void)state;
	assert_int_equal(sent(&r, 100), OK);
	for (size_t i = 0; i < COUNT(spoil); i++) {
		r = pledge(values);
		spoil[i](&r);
		assert_int_equal(sent(&r, 100), ERR_FORMAT);
	}
}

static void
dates_are_dates(void **state)
{
	static const struct {
		const char *date;
		enum err e;
	} cases[] = {
	    {"2011", OK},
	    {"2011-05", OK},
	    {"2011-05-31", OK},
	    {"", ERR_FORMAT},
	    {"11", ERR_FORMAT},
	    {"2011-13", ERR_FORMAT},
	    {"2011-00", ERR_FORMAT},
	    {"2011-05-32", ERR_FORMAT},
	    {"2011-05-00", ERR_FORMAT},
	    {"2011/05", ERR_FORMAT},
	    {"2011-5-1", ERR_FORMAT},
	    {"May 2011", ERR_FORMAT},
	    {"2011-05-1x", ERR_FORMAT},
	};
	struct value values[4];
	struct record r = pledge(values);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		values[3].text = span_of(cases[i].date);
		assert_int_equal(sent(&r, 100), cases[i].e);
	}
}

/* Every beginning of a record, as a frame that states its own length. */
static void
a_truncated_record_is_refused(void **state)
{
	struct plugin_decl d = pledges();
	struct value values[4], back_values[RECORD_VALUES_MAX];
	struct record r = pledge(values), back;
	struct buf whole = {0};

	(void)state;
	frame_put_record(&whole, &r);
	for (size_t n = 0; n < whole.n; n++) {
		struct buf b = {0};
		struct frame f;
		size_t used, begun = frame_begin(&b, FRAME_RECORDS);

		buf_put(&b, whole.p, n);
		frame_end(&b, begun);
		assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
		frame_get_record(&f, &d, 100, &back, back_values);
		assert_int_equal(frame_done(&f), ERR_FORMAT);
		buf_clear(&b);
	}
	buf_clear(&whole);
}

/* Each byte changed: whatever it says, nothing is read outside the frame. */
static void
a_record_of_changed_bytes_harms_nothing(void **state)
{
	struct plugin_decl d = pledges();
	struct value values[4], back_values[RECORD_VALUES_MAX];
	struct record r = pledge(values), back;
	struct buf b = {0};
	size_t begun = frame_begin(&b, FRAME_RECORDS), used;
	struct frame f;

	(void)state;
	frame_put_record(&b, &r);
	frame_end(&b, begun);
	for (size_t i = FRAME_HEADER_BYTES; i < b.n; i++) {
		for (int change = 1; change < 256; change *= 2) {
			b.p[i] = (char)(b.p[i] ^ change);
			assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
			frame_get_record(&f, &d, 100, &back, back_values);
			if (frame_done(&f) == OK) {
				assert_true(back.start <= back.end && back.end <= 100);
				assert_non_null(plugin_decl_kind(&d, back.kind));
			}
			b.p[i] = (char)(b.p[i] ^ change);
		}
	}
	buf_clear(&b);
}

static void
a_frame_waits_for_all_its_bytes(void **state)
{
	struct buf b = {0};
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_STARTED);

	(void)state;
	frame_put_u32(&b, 7);
	frame_put_u32(&b, 4711);
	frame_end(&b, begun);
	for (size_t n = 0; n < b.n; n++) {
		assert_int_equal(frame_next(span_sub(buf_span(&b), 0, n), 100, &f, &used), OK);
		assert_int_equal(used, 0);
	}
	buf_put_str(&b, "the next");
	assert_int_equal(frame_next(buf_span(&b), 100, &f, &used), OK);
	assert_int_equal(used, FRAME_HEADER_BYTES + 8);
	assert_int_equal(f.type, FRAME_STARTED);
	assert_int_equal(frame_get_u32(&f), 7);
	assert_int_equal(frame_done(&f), ERR_FORMAT); /* bytes are left over */
	assert_int_equal(frame_get_u32(&f), 4711);
	assert_int_equal(frame_done(&f), OK);
	assert_int_equal(frame_get_u64(&f), 0); /* there is no more */
	assert_int_equal(frame_done(&f), ERR_FORMAT);
	buf_clear(&b);
}

static void
frames_with_a_wrong_header_are_refused(void **state)
{
	char header[FRAME_HEADER_BYTES] = {0};
	uint32_t n = 101;
	struct frame f;
	size_t used;

	(void)state;
	header[4] = FRAME_DONE;
	memcpy(header, &n, sizeof n);
	assert_int_equal(frame_next((struct span){header, sizeof header}, 100, &f, &used),
			 ERR_LIMIT);
	n = UINT32_MAX;
	memcpy(header, &n, sizeof n);
	assert_int_equal(frame_next((struct span){header, sizeof header}, FRAME_BYTES_MAX, &f,
				    &used),
			 ERR_LIMIT);
	n = 0;
	memcpy(header, &n, sizeof n);
	header[4] = 0;
	assert_int_equal(frame_next((struct span){header, sizeof header}, 100, &f, &used),
			 ERR_FORMAT);
	header[4] = FRAME_DONE + 1;
	assert_int_equal(frame_next((struct span){header, sizeof header}, 100, &f, &used),
			 ERR_FORMAT);
}

static void
a_span_longer_than_its_frame_is_refused(void **state)
{
	struct buf b = {0};
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_REFUSED);

	(void)state;
	frame_put_u32(&b, 0xfffffff0);
	buf_put_str(&b, "short");
	frame_end(&b, begun);
	assert_int_equal(frame_next(buf_span(&b), 100, &f, &used), OK);
	assert_int_equal(frame_get_span(&f).n, 0);
	assert_int_equal(frame_done(&f), ERR_FORMAT);
	buf_clear(&b);
}

static enum err
declared(const struct plugin_decl *d, struct plugin_decl *back)
{
	struct buf b = {0};
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_LOADED);
	enum err e;

	frame_put_decl(&b, d);
	frame_end(&b, begun);
	assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
	frame_get_decl(&f, back);
	e = frame_done(&f);
	buf_clear(&b);
	return e;
}

static void
a_declaration_comes_back(void **state)
{
	struct plugin_decl d = pledges(), back;

	(void)state;
	assert_int_equal(declared(&d, &back), OK);
	assert_memory_equal(&d, &back, sizeof d);
}

static void
a_wrong_declaration_is_refused(void **state)
{
	static const char *const names[] = {"", "Upper", "1st", "with blank", "_x", "a-b"};
	struct plugin_decl d, back;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		d = pledges();
		strcpy(d.name, names[i]);
		assert_int_equal(declared(&d, &back), ERR_FORMAT);
		d = pledges();
		strcpy(d.kinds[0].name, names[i]);
		assert_int_equal(declared(&d, &back), ERR_FORMAT);
		d = pledges();
		strcpy(d.kinds[0].fields[1].name, names[i]);
		assert_int_equal(declared(&d, &back), ERR_FORMAT);
	}
	d = pledges();
	strcpy(d.kinds[0].fields[1].name, "path"); /* a record has that already */
	assert_int_equal(declared(&d, &back), ERR_FORMAT);
	d = pledges();
	d.kinds[0].fields[1].type = (enum field_type)9;
	assert_int_equal(declared(&d, &back), ERR_FORMAT);
	d = pledges();
	strcpy(d.about, "\xff");
	assert_int_equal(declared(&d, &back), ERR_FORMAT);
}

static void
limits_come_back(void **state)
{
	struct limits l = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, back;
	struct buf b = {0};
	struct frame f;
	size_t used, begun = frame_begin(&b, FRAME_LIMITS);

	(void)state;
	frame_put_limits(&b, &l);
	frame_end(&b, begun);
	assert_int_equal(frame_next(buf_span(&b), FRAME_BYTES_MAX, &f, &used), OK);
	frame_get_limits(&f, &back);
	assert_int_equal(frame_done(&f), OK);
	assert_memory_equal(&l, &back, sizeof l);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_buffer_grows_and_keeps_its_bytes),
	    cmocka_unit_test(a_refused_buffer_stays_refused_until_it_is_reset),
	    cmocka_unit_test(utf8_is_checked_by_the_table),
	    cmocka_unit_test(every_code_point_comes_back),
	    cmocka_unit_test(json_is_written),
	    cmocka_unit_test(json_that_is_none_is_refused),
	    cmocka_unit_test(json_has_a_depth),
	    cmocka_unit_test(members_come_as_they_stand),
	    cmocka_unit_test(elements_come_as_they_stand),
	    cmocka_unit_test(a_record_comes_back),
	    cmocka_unit_test(a_spoiled_record_is_refused),
	    cmocka_unit_test(dates_are_dates),
	    cmocka_unit_test(a_truncated_record_is_refused),
	    cmocka_unit_test(a_record_of_changed_bytes_harms_nothing),
	    cmocka_unit_test(a_frame_waits_for_all_its_bytes),
	    cmocka_unit_test(frames_with_a_wrong_header_are_refused),
	    cmocka_unit_test(a_span_longer_than_its_frame_is_refused),
	    cmocka_unit_test(a_declaration_comes_back),
	    cmocka_unit_test(a_wrong_declaration_is_refused),
	    cmocka_unit_test(limits_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
