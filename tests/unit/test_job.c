/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_job - frames from hostile children, and what deaths mean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/generation.h"
#include "daemon/job.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#define MIB          (1024ull * 1024)
#define KILLED_BY(n) (n) /* the wait status of a death by signal n */

struct fixture {
	struct conf conf;
	struct generation *g;
	struct queue_item item;
	struct job *job;
	struct buf frame;
};

/* Two plugins, a and b, each with a kind of its name that has a number n and a text t. */
static int
job_begin(void **state)
{
	struct plugin_file list[2] = {
	    {.name = "a", .path = "a.lua", .source = "", .n = 0},
	    {.name = "b", .path = "b.lua", .source = "", .n = 0},
	};
	struct plugin_files files = {.list = list, .n = 2};
	struct fixture *t = calloc(1, sizeof *t);
	char why[512];

	if (t == NULL)
		return -1;
	conf_init(&t->conf);
	t->g = generation_new(&files, &t->conf);
	for (size_t i = 0; i < 2; i++) {
		struct plugin_decl decl = {.version = 1, .kind_count = 1};
		struct kind_decl *k = &decl.kinds[0];

		snprintf(decl.name, sizeof decl.name, "%s", list[i].name);
		snprintf(k->name, sizeof k->name, "%s", list[i].name);
		k->field_count = 2;
		k->fields[0] = (struct field_decl){.name = "n", .type = FIELD_NUMBER};
		k->fields[1] = (struct field_decl){.name = "t", .type = FIELD_TEXT};
		if (generation_put(t->g, i, &decl, why) != OK)
			return -1;
	}
	if (generation_seal(t->g, &(struct worker_level){.reader_version = 1}) != OK)
		return -1;
	t->item.path = SPAN("letters/one.txt");
	t->job = job_new(NULL, &t->item);
	if (t->job == NULL || job_ask(t->job, t->g, &t->frame) != OK)
		return -1;
	buf_reset(&t->frame);
	*state = t;
	return 0;
}

static int
job_end(void **state)
{
	struct fixture *t = *state;

	job_free(t->job);
	generation_unref(t->g);
	buf_clear(&t->frame);
	conf_clear(&t->conf);
	free(t);
	return 0;
}

/* What stands in t->frame is said by the child. */
static enum err
say(struct fixture *t)
{
	struct frame f;
	size_t used;
	enum err e;

	assert_int_equal(frame_next(buf_span(&t->frame), FRAME_BYTES_MAX, &f, &used), OK);
	assert_int_equal(used, t->frame.n);
	e = job_on_frame(t->job, &t->conf.limits, &f);
	buf_reset(&t->frame);
	return e;
}

static enum err
say_hash(struct fixture *t, uint64_t size)
{
	size_t begun = frame_begin(&t->frame, FRAME_HASH);

	for (int i = 0; i < 32; i++)
		buf_put_char(&t->frame, (char)i);
	frame_put_u64(&t->frame, size);
	frame_end(&t->frame, begun);
	return say(t);
}

static enum err
say_document(struct fixture *t, struct span format, struct span title, struct span meta)
{
	size_t begun = frame_begin(&t->frame, FRAME_DOCUMENT);

	frame_put_span(&t->frame, format);
	frame_put_span(&t->frame, title);
	frame_put_u32(&t->frame, 0);
	frame_put_span(&t->frame, meta);
	frame_put_span(&t->frame, SPAN(""));
	frame_put_u32(&t->frame, 0);
	frame_end(&t->frame, begun);
	return say(t);
}

/* A text of `n` bytes that is stated to have `stated`, with a mark up to `mark_end`. */
static enum err
say_text(struct fixture *t, size_t n, uint64_t stated, uint64_t mark_end)
{
	char text[1000] = {0}, packed[1000];
	size_t packed_n = ZSTD_compress(packed, sizeof packed, text, n, 1), begun;
	struct marks marks = {0};
	struct buf coded = {0};
	enum err e;

	assert_int_equal(marks_add(&marks, MARK_PAGE, 1, 0, mark_end, SPAN("")), OK);
	marks_encode(&marks, &coded);
	begun = frame_begin(&t->frame, FRAME_TEXT);
	frame_put_u64(&t->frame, stated);
	frame_put_span(&t->frame, (struct span){packed, packed_n});
	frame_put_span(&t->frame, buf_span(&coded));
	frame_end(&t->frame, begun);
	e = say(t);
	marks_clear(&marks);
	buf_clear(&coded);
	return e;
}

static void
say_all_of_a_text(struct fixture *t)
{
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_document(t, SPAN("text"), SPAN("One"), SPAN("")), OK);
	assert_int_equal(say_text(t, 100, 100, 100), OK);
	assert_int_equal(t->job->phase, JOB_PLUGINS);
}

static enum err
say_u32(struct fixture *t, enum frame_type type, uint32_t n)
{
	size_t begun = frame_begin(&t->frame, type);

	frame_put_u32(&t->frame, n);
	frame_end(&t->frame, begun);
	return say(t);
}

static enum err
say_empty(struct fixture *t, enum frame_type type)
{
	frame_end(&t->frame, frame_begin(&t->frame, type));
	return say(t);
}

/* `count` records are stated, one of `kind` from `start` to `end` is given. */
static enum err
say_record(struct fixture *t, uint32_t plugin, uint32_t count, struct span kind, uint64_t start,
	   uint64_t end)
{
	struct value v = {.number = 1};
	struct record r = {.kind = kind, .start = start, .end = end, .confidence = 1};
	size_t begun = frame_begin(&t->frame, FRAME_RECORDS);

	r.field_count = 1;
	r.fields[0] =
	    (struct field){.name = SPAN("n"), .type = FIELD_NUMBER, .value_count = 1, .values = &v};
	frame_put_u32(&t->frame, plugin);
	frame_put_u32(&t->frame, count);
	frame_put_record(&t->frame, &r);
	frame_end(&t->frame, begun);
	return say(t);
}

static enum err
say_failed(struct fixture *t, struct span code, struct span reason)
{
	size_t begun = frame_begin(&t->frame, FRAME_FAILED);

	frame_put_span(&t->frame, code);
	frame_put_span(&t->frame, reason);
	frame_put_span(&t->frame, SPAN(""));
	frame_put_u32(&t->frame, 0);
	frame_end(&t->frame, begun);
	return say(t);
}

static enum job_next
die(struct fixture *t, int status)
{
	const struct job_death death = {.status = status};

	return job_on_death(t->job, &t->conf, &death);
}

/* --- frames --- */

static void
a_whole_document_is_kept(void **state)
{
	struct fixture *t = *state;

	say_all_of_a_text(t);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 100), OK);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 1), OK);
	assert_int_equal(say_record(t, 1, 1, SPAN("b"), 4, 5), OK);
	assert_int_equal(say_empty(t, FRAME_DONE), OK);
	assert_int_equal(t->job->phase, JOB_DONE);
	assert_int_equal(t->job->results[1].count, 1);
	assert_int_equal(die(t, 0), JOB_NEXT_FINISH);
}

static void
frames_out_of_order_are_refused(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(say_empty(t, FRAME_DONE), ERR_FORMAT);
	assert_int_equal(say_document(t, SPAN("text"), SPAN(""), SPAN("")), ERR_FORMAT);
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_hash(t, 100), ERR_FORMAT);
	assert_int_equal(say_text(t, 100, 100, 0), ERR_FORMAT);
	assert_int_equal(say_document(t, SPAN("text"), SPAN(""), SPAN("")), OK);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), ERR_FORMAT);
	assert_int_equal(say_text(t, 100, 100, 0), OK);
	assert_int_equal(say_failed(t, SPAN("damaged"), SPAN("Late.")), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 1), ERR_FORMAT);
	assert_int_equal(say_empty(t, FRAME_DONE), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 1), OK);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), ERR_FORMAT);
	assert_int_equal(say_empty(t, FRAME_DONE), OK);
	assert_int_equal(say_empty(t, FRAME_DONE), ERR_FORMAT);
}

static void
what_is_stated_must_hold(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(say_hash(t, t->conf.limits.file_bytes + 1), ERR_FORMAT);
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_document(t, SPAN("Text/1"), SPAN(""), SPAN("")), ERR_FORMAT);
	assert_int_equal(say_document(t, SPAN("text"), SPAN("\xff"), SPAN("")), ERR_FORMAT);
	assert_int_equal(say_document(t, SPAN("text"), SPAN(""), SPAN("\1\0")), ERR_FORMAT);
	assert_int_equal(say_document(t, SPAN("text"), SPAN(""), SPAN("")), OK);
	assert_int_equal(say_text(t, 100, 99, 0), ERR_FORMAT);
	assert_int_equal(say_text(t, 100, 100, 101), ERR_FORMAT);
	assert_int_equal(say_text(t, 100, 100, 100), OK);
}

static void
a_text_over_the_limit_is_refused(void **state)
{
	struct fixture *t = *state;

	t->conf.limits.text_bytes = 99;
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_document(t, SPAN("text"), SPAN(""), SPAN("")), OK);
	assert_int_equal(say_text(t, 100, 100, 0), ERR_FORMAT);
}

static void
records_are_checked_against_their_declaration(void **state)
{
	struct fixture *t = *state;

	say_all_of_a_text(t);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 2), ERR_FORMAT);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
	assert_int_equal(say_record(t, 0, 1, SPAN("b"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 101), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 2, 1), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 2, SPAN("a"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 0, SPAN("a"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, RECORDS_MAX + 1, SPAN("a"), 0, 1), ERR_FORMAT);
	assert_int_equal(say_record(t, 0, 1, SPAN("a"), 0, 1), OK);
}

static void
a_failure_needs_a_code_and_a_sentence(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(say_failed(t, SPAN("tired"), SPAN("No.")), ERR_FORMAT);
	assert_int_equal(say_failed(t, SPAN("damaged"), SPAN("")), ERR_FORMAT);
	assert_int_equal(say_failed(t, SPAN("damaged"), SPAN("\xc3(")), ERR_FORMAT);
	assert_int_equal(say_failed(t, SPAN("encrypted"), SPAN("It has a password.")), OK);
	assert_int_equal(t->job->code, CODE_ENCRYPTED);
	assert_int_equal(die(t, 0), JOB_NEXT_FINISH);
}

/* --- runs --- */

static bool
may_run(struct fixture *t, const char *name, uint64_t size)
{
	buf_reset(&t->job->name);
	buf_put_str(&t->job->name, name);
	t->job->before.size = size;
	return job_may_run(t->job);
}

static void
only_what_is_small_and_called_text_goes_in_runs(void **state)
{
	struct fixture *t = *state;

	assert_true(may_run(t, "one.txt", 100));
	assert_true(may_run(t, "ONE.Csv", JOB_RUN_BYTES_MAX));
	assert_false(may_run(t, "one.txt", JOB_RUN_BYTES_MAX + 1));
	assert_false(may_run(t, "one.pdf", 100));
	assert_false(may_run(t, "txt", 100));
	assert_false(may_run(t, ".txt", 100));
	t->item.alone = true;
	assert_false(may_run(t, "one.txt", 100));
}

static void
a_stored_text_goes_in_a_run_until_a_child_died_of_it(void **state)
{
	struct fixture *t = *state;

	say_all_of_a_text(t);
	assert_true(may_run(t, "one.pdf", 100));
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
	assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_RESUME);
	assert_false(may_run(t, "one.pdf", 100));
}

static void
want_of_memory_in_a_run_is_tried_again_alone(void **state)
{
	struct fixture *t = *state;

	t->job->run = true;
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_failed(t, SPAN("memory"), SPAN("Too much.")), OK);
	assert_true(t->job->alone);
	assert_int_equal(t->job->phase, JOB_READING);
	assert_int_equal(die(t, KILLED_BY(SIGTRAP)), JOB_NEXT_ALONE);
	t->job->run = false;
	assert_int_equal(die(t, KILLED_BY(SIGTRAP)), JOB_NEXT_FINISH);
	assert_int_equal(t->job->code, CODE_MEMORY);
	assert_true(t->job->limit);
}

static void
only_in_a_run_and_only_unread_a_file_is_handed_back(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_empty(t, FRAME_HANDED_BACK), ERR_FORMAT);
	t->job->run = true;
	assert_int_equal(say_empty(t, FRAME_HANDED_BACK), OK);
	assert_true(t->job->alone);
	assert_int_equal(t->job->phase, JOB_READING);
	assert_int_equal(say_empty(t, FRAME_HANDED_BACK), ERR_FORMAT);
	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(say_document(t, SPAN("text"), SPAN("One"), SPAN("")), OK);
	assert_int_equal(say_empty(t, FRAME_HANDED_BACK), ERR_FORMAT);
}

/* --- deaths --- */

static void
a_crash_in_a_reader_costs_nothing_the_first_time(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(say_hash(t, 100), OK);
	assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_ALONE);
	assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_FINISH);
	assert_int_equal(t->job->phase, JOB_FAILED);
	assert_int_equal(t->job->code, CODE_CRASH);
	assert_false(t->job->limit);
}

static void
a_limit_counts_at_once(void **state)
{
	struct fixture *t = *state;
	const struct job_death death = {.timeout = true, .status = KILLED_BY(SIGKILL)};

	assert_int_equal(job_on_death(t->job, &t->conf, &death), JOB_NEXT_FINISH);
	assert_int_equal(t->job->code, CODE_TIMEOUT);
	assert_true(t->job->limit);
}

static void
pictures_have_limits_of_their_own(void **state)
{
	struct fixture *t = *state;
	const struct job_death slow = {.timeout = true, .status = KILLED_BY(SIGKILL)};
	struct job_death large = {.status = KILLED_BY(SIGABRT)};

	t->conf.ocr_document_ms = 90000;
	t->conf.ocr_memory_bytes = 4 * t->conf.limits.memory_bytes;
	large.resident_bytes = t->conf.limits.memory_bytes;
	t->job->for_ocr = true;
	assert_int_equal(job_on_death(t->job, &t->conf, &large), JOB_NEXT_ALONE);
	assert_int_equal(job_on_death(t->job, &t->conf, &slow), JOB_NEXT_FINISH);
	assert_int_equal(t->job->code, CODE_TIMEOUT);
	assert_non_null(memmem(t->job->reason.p, t->job->reason.n, "90 s", 4));
	assert_false(job_may_run(t->job));
}

static void
refused_memory_is_told_from_a_crash(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(die(t, KILLED_BY(SIGTRAP)), JOB_NEXT_FINISH);
	assert_int_equal(t->job->code, CODE_MEMORY);
}

static void
a_hang_in_a_plugin_costs_that_result_only(void **state)
{
	struct fixture *t = *state;
	const struct job_death death = {.timeout = true, .status = KILLED_BY(SIGKILL)};
	struct frame f;
	size_t used;

	say_all_of_a_text(t);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
	assert_int_equal(job_on_death(t->job, &t->conf, &death), JOB_NEXT_RESUME);
	assert_int_equal(t->job->results[0].state, JOB_RESULT_FAILED);
	assert_int_equal(job_ask(t->job, t->g, &t->frame), OK);
	assert_int_equal(frame_next(buf_span(&t->frame), FRAME_BYTES_MAX, &f, &used), OK);
	assert_int_equal(f.type, FRAME_RERUN);
	buf_reset(&t->frame);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 0), ERR_FORMAT);
	assert_int_equal(say_u32(t, FRAME_BEGIN, 1), OK);
	assert_int_equal(say_record(t, 1, 1, SPAN("b"), 0, 1), OK);
	assert_int_equal(say_empty(t, FRAME_DONE), OK);
}

static void
a_plugin_that_crashes_twice_has_failed(void **state)
{
	struct fixture *t = *state;

	say_all_of_a_text(t);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(say_u32(t, FRAME_BEGIN, 0), OK);
		assert_int_equal(t->job->results[0].state, JOB_RESULT_BEGUN);
		assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_RESUME);
	}
	assert_int_equal(t->job->results[0].state, JOB_RESULT_FAILED);
	assert_int_equal(t->job->results[1].state, JOB_RESULT_NONE);
}

static void
a_death_between_plugins_ends_after_the_second(void **state)
{
	struct fixture *t = *state;

	say_all_of_a_text(t);
	assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_RESUME);
	assert_int_equal(die(t, KILLED_BY(SIGSEGV)), JOB_NEXT_FINISH);
	assert_int_equal(t->job->phase, JOB_DONE);
	assert_int_equal(t->job->results[0].state, JOB_RESULT_FAILED);
	assert_int_equal(t->job->results[1].state, JOB_RESULT_FAILED);
}

static void
nonsense_costs_the_whole_document(void **state)
{
	struct fixture *t = *state;
	const struct job_death death = {.malformed = true, .status = KILLED_BY(SIGKILL)};

	say_all_of_a_text(t);
	assert_int_equal(job_on_death(t->job, &t->conf, &death), JOB_NEXT_FINISH);
	assert_int_equal(t->job->phase, JOB_FAILED);
	assert_int_equal(t->job->code, CODE_CRASH);
}

/* --- generations --- */

static void
a_plugin_must_be_called_as_its_file(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl = t->g->plugins[0].decl;
	char why[512];

	snprintf(decl.name, sizeof decl.name, "other");
	assert_int_equal(generation_put(t->g, 0, &decl, why), ERR_FORMAT);
	assert_non_null(strstr(why, "other"));
}

static void
plugins_that_share_a_kind_must_agree(void **state)
{
	struct fixture *t = *state;
	struct plugin_decl decl = t->g->plugins[1].decl;
	char why[512];

	decl.kinds[0] = t->g->plugins[0].decl.kinds[0];
	assert_int_equal(generation_put(t->g, 1, &decl, why), OK);
	decl.kinds[0].fields[0].type = FIELD_DATE;
	t->g->plugins[1].in_force = false;
	assert_int_equal(generation_put(t->g, 1, &decl, why), ERR_FORMAT);
	assert_non_null(strstr(why, "plugin a"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, job_begin, job_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_whole_document_is_kept),
	    TEST(frames_out_of_order_are_refused),
	    TEST(what_is_stated_must_hold),
	    TEST(a_text_over_the_limit_is_refused),
	    TEST(records_are_checked_against_their_declaration),
	    TEST(a_failure_needs_a_code_and_a_sentence),
	    TEST(only_what_is_small_and_called_text_goes_in_runs),
	    TEST(a_stored_text_goes_in_a_run_until_a_child_died_of_it),
	    TEST(want_of_memory_in_a_run_is_tried_again_alone),
	    TEST(only_in_a_run_and_only_unread_a_file_is_handed_back),
	    TEST(a_crash_in_a_reader_costs_nothing_the_first_time),
	    TEST(a_limit_counts_at_once),
	    TEST(pictures_have_limits_of_their_own),
	    TEST(refused_memory_is_told_from_a_crash),
	    TEST(a_hang_in_a_plugin_costs_that_result_only),
	    TEST(a_plugin_that_crashes_twice_has_failed),
	    TEST(a_death_between_plugins_ends_after_the_second),
	    TEST(nonsense_costs_the_whole_document),
	    TEST(a_plugin_must_be_called_as_its_file),
	    TEST(plugins_that_share_a_kind_must_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
