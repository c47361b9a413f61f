/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_index_crash - the index after kill -9, after lost commits, without room,
 * and in place of a damaged or foreign one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include <lmdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)
#define DATA       "index/data.mdb"

/* --- kill -9 --- */

#define KILL_ROUNDS 25
#define KILL_FILES  7
#define KILL_ACKS   12 /* at most so many commits a round */

/* What commit `clock` puts; each text is of one commit alone. */
static void
kill_step(uint64_t clock, char path[32], char text[64])
{
	snprintf(path, 32, "d%llu/f%llu", (unsigned long long)(clock % 3),
		 (unsigned long long)(clock % KILL_FILES));
	snprintf(text, 64, "commit %llu 10.1/%llu n=%llu", (unsigned long long)clock,
		 (unsigned long long)clock, (unsigned long long)clock);
}

static enum err
kill_one(struct fx *f, uint64_t clock)
{
	char path[32], text[64];
	struct index_txn *txn;
	struct index_news *news;
	enum err e = index_begin(f->ix, &txn);

	if (e != OK)
		return e;
	kill_step(clock, path, text);
	e = fx_try_put(txn, f->root, path, text);
	if (e != OK) {
		index_abort(txn);
		return e;
	}
	e = index_commit(txn, &news);
	if (e == OK)
		index_news_free(news);
	return e;
}

/* The child: commits on and on, and tells of each. */
static void
kill_writer(const struct fx *parent, int tell)
{
	struct fx f = *parent;
	struct index_options options = {.state_dir = f.dir, .map_bytes = f.map_bytes};
	struct index_stats stats;
	char why[256];

	if (index_open(&options, &f.ix, why) != OK)
		_exit(1);
	for (;;) {
		index_stats(f.ix, &stats);
		if (kill_one(&f, stats.clock + 1) != OK)
			_exit(2);
		if (write(tell, "", 1) != 1)
			_exit(3);
	}
}

/* Each file must be as the last commit up to the clock that wrote it left it. */
static void
kill_check(struct fx *f)
{
	struct index_stats stats;
	uint64_t documents = 0;

	index_stats(f->ix, &stats);
	for (uint64_t c = stats.clock; c > 1 && c + 3 * KILL_FILES > stats.clock; c--) {
		char path[32], text[64], expected[64], *record;
		uint64_t id;

		kill_step(c, path, text);
		snprintf(expected, sizeof expected, "\"text\":\"10.1/%llu\"",
			 (unsigned long long)c);
		id = fx_document(f, path);
		assert_int_not_equal(id, 0);
		record = fx_record(f, id, 1);
		assert_non_null(strstr(record, expected));
		free(record);
		record = fx_record(f, id, 2);
		assert_non_null(strstr(record, "\"figure\""));
		free(record);
		documents++;
	}
	assert_int_equal(stats.documents, documents);
	assert_int_equal(fx_records_of(f, "doi"), documents);
	assert_int_equal(stats.files[FILE_INDEXED], documents);
}

static void
kill_round(struct fx *f, unsigned acks, unsigned spin)
{
	struct index_stats before, after;
	int tell[2], status;
	pid_t child;
	char ack;

	index_stats(f->ix, &before);
	fx_close(f);
	assert_int_equal(pipe(tell), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(tell[0]);
		kill_writer(f, tell[1]);
	}
	close(tell[1]);
	for (unsigned i = 0; i < acks; i++)
		assert_int_equal(read(tell[0], &ack, 1), 1);
	/* Some more steps of our own, so that it is hit anywhere in a commit. */
	for (volatile unsigned i = 0; i < spin; i++)
		;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	close(tell[0]);
	fx_open(f);
	index_stats(f->ix, &after);
	assert_true(after.clock >= before.clock + acks);
	kill_check(f);
}

static void
a_killed_writer_leaves_a_whole_commit_and_no_line_twice(void **state)
{
	struct fx *f = *state;
	struct index_stats stats;
	unsigned seed = 20240229;

	for (int i = 0; i < KILL_ROUNDS; i++) {
		unsigned acks = (unsigned)rand_r(&seed) % KILL_ACKS;

		kill_round(f, acks, (unsigned)rand_r(&seed) % 3000000);
	}
	/* The last lost commit is done again, then every commit has its one line. */
	index_stats(f->ix, &stats);
	assert_int_equal(kill_one(f, stats.clock + 1), OK);
	assert_int_equal(fx_ledger(f, NULL), stats.clock);
}

/* --- the ledger --- */

/* Throws the commits away that come between the two: as if they had never been. */
static char *
data_keep(struct fx *f, size_t *n)
{
	fx_close(f);
	return fx_read_file(f, DATA, n);
}

static void
data_restore(struct fx *f, char *bytes, size_t n)
{
	fx_close(f);
	fx_write_file(f, DATA, bytes, n);
	free(bytes);
	fx_open(f);
}

static void
lines_of_lost_commits_are_not_written_again(void **state)
{
	struct fx *f = *state;
	size_t n, lines;
	char *data;

	fx_put(f, "stays", "10.1/stays");
	fx_put(f, "goes", "10.1/goes");
	fx_put(f, "moves", "10.1/moves");
	data = data_keep(f, &n);
	fx_open(f);
	for (int again = 0; again < 2; again++) {
		fx_put(f, "caf\xe9", "10.1/new");
		fx_state(f, "goes", FILE_GONE);
		fx_move(f, "moves", "moved");
		fx_put(f, "stays", "10.1/changed");
		fx_state(f, "unreadable", FILE_FAILED);
		lines = fx_ledger(f, NULL);
		assert_int_equal(lines, 8);
		if (again == 0)
			data_restore(f, data, n);
	}
	fx_put(f, "another", "10.1/another");
	assert_int_equal(fx_ledger(f, NULL), 9);
	fx_reopen(f);
	fx_put(f, "stays", "10.1/again");
	assert_int_equal(fx_ledger(f, NULL), 10);
}

static void
a_line_that_tells_something_else_is_written(void **state)
{
	struct fx *f = *state;
	size_t n;
	char *data = data_keep(f, &n);

	fx_open(f);
	fx_put(f, "a", "10.1/lost");
	data_restore(f, data, n);
	fx_put(f, "a", "10.1/other");
	assert_int_equal(fx_ledger(f, NULL), 2);
	/* The lost line is history now: the same again is new. */
	fx_put(f, "a", "10.1/lost");
	assert_int_equal(fx_ledger(f, NULL), 3);
}

static void
a_torn_last_line_is_cut_off(void **state)
{
	struct fx *f = *state;
	size_t n;
	char *bytes;

	fx_put(f, "a", "10.1/a");
	fx_put(f, "b", "10.1/b");
	bytes = fx_read_file(f, "ledger.jsonl", &n);
	fx_close(f);
	bytes = realloc(bytes, n + 20);
	assert_non_null(bytes);
	memcpy(bytes + n, "{\"time\":\"2024-02", 16);
	fx_write_file(f, "ledger.jsonl", bytes, n + 16);
	free(bytes);
	fx_open(f);
	assert_int_equal(fx_ledger(f, NULL), 2);
	fx_put(f, "c", "10.1/c");
	assert_int_equal(fx_ledger(f, NULL), 3);
}

static void
a_shortened_or_foreign_ledger_does_not_stop_the_index(void **state)
{
	struct fx *f = *state;
	size_t n;
	char *bytes, why[256];
	struct index_options options = {.state_dir = f->dir, .map_bytes = f->map_bytes};

	fx_put(f, "a", "10.1/a");
	fx_put(f, "b", "10.1/b");
	bytes = fx_read_file(f, "ledger.jsonl", &n);
	fx_close(f);
	n = (size_t)(strchr(bytes, '\n') - bytes) + 1;
	fx_write_file(f, "ledger.jsonl", bytes, n);
	fx_open(f);
	fx_put(f, "c", "10.1/c");
	assert_int_equal(fx_ledger(f, NULL), 2);
	free(bytes);
	fx_close(f);
	fx_write_file(f, "ledger.jsonl", "not json\n{}\n", 12);
	fx_open(f);
	fx_put(f, "d", "10.1/d");
	fx_close(f);
	/* Without an end of a line it is none at all: nothing is written to it. */
	bytes = malloc(300000);
	assert_non_null(bytes);
	memset(bytes, 'x', 300000);
	fx_write_file(f, "ledger.jsonl", bytes, 300000);
	assert_int_equal(index_open(&options, &f->ix, why), ERR_CORRUPT);
	fx_write_file(f, "ledger.jsonl", "", 0);
	fx_open(f);
	free(bytes);
}

/* --- in place of what can't be used --- */

static void
rebuilt(struct fx *f, size_t aside)
{
	char instance[33];

	/* The old index is beside the new one: "index", "index.TIME"… */
	assert_int_equal(fx_count_names(f, "index"), 1 + aside);
	assert_int_equal(fx_file_state(f, "a"), FILE_NONE);
	snprintf(instance, sizeof instance, "%s", index_instance(f->ix));
	assert_int_equal(strlen(instance), 32);
	fx_put(f, "a", "10.1/a");
	/* "First seen" stands in the ledger already. */
	assert_int_equal(fx_ledger(f, NULL), 1);
	fx_reopen(f);
	assert_string_equal(index_instance(f->ix), instance);
	assert_int_equal(fx_count_names(f, "index"), 1 + aside);
}

static void
a_damaged_or_foreign_index_is_moved_aside(void **state)
{
	struct fx *f = *state;
	char junk[8192];
	size_t n;
	char *bytes;

	memset(junk, 'j', sizeof junk);
	fx_put(f, "a", "10.1/a");
	fx_close(f);
	fx_write_file(f, DATA, junk, sizeof junk);
	fx_open(f);
	rebuilt(f, 1);

	bytes = data_keep(f, &n);
	fx_write_file(f, DATA, bytes, n / 2);
	free(bytes);
	fx_open(f);
	rebuilt(f, 2);

	fx_close(f);
	fx_write_file(f, "index/damaged", "", 0);
	fx_open(f);
	rebuilt(f, 3);
}

static void
set_schema(const struct fx *f, uint32_t schema)
{
	unsigned char bytes[4] = {0, 0, 0, (unsigned char)schema};
	MDB_val key = {6, "schema"}, value = {4, bytes};
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, fx_path(f, "index", path), 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void
an_index_of_another_schema_is_moved_aside(void **state)
{
	struct fx *f = *state;

	fx_put(f, "a", "10.1/a");
	fx_close(f);
	set_schema(f, INDEX_SCHEMA + 1);
	fx_open(f);
	rebuilt(f, 1);
}

/* --- no room --- */

/* Text that does not compress away, so that a few documents fill a map. */
static void
fill_text(char *text, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + rand_r(&seed) % 26);
	memcpy(text, "10.1/full ", 10);
	text[n] = '\0';
}

struct hold {
	struct fx *f;
	pthread_barrier_t open;
	enum err result;
};

static void *
hold_snapshot(void *arg)
{
	struct hold *h = arg;
	struct index_read *rd;
	struct file_entry entry;

	h->result = index_read_begin(h->f->ix, &rd);
	pthread_barrier_wait(&h->open);
	if (h->result != OK)
		return NULL;
	for (int i = 0; i < 1000 && h->result == OK; i++)
		h->result = index_file_get(rd, h->f->root, SPAN("first"), &entry);
	index_read_end(rd);
	return NULL;
}

static void
a_full_map_grows_when_no_snapshot_is_open_and_the_group_is_done_again(void **state)
{
	struct fx *f = *state;
	struct index_stats stats;
	char text[20001];
	bool grown = false;

	fx_close(f);
	f->map_bytes = 512 * 1024;
	fx_open(f);
	fx_put(f, "first", "10.1/first");
	for (unsigned i = 0; i < 60; i++) {
		struct index_txn *txn = fx_begin(f);
		struct index_news *news = NULL;
		struct hold h = {.f = f};
		pthread_t thread;
		char path[16];
		enum err e;

		fill_text(text, sizeof text - 1, i);
		snprintf(path, sizeof path, "f%u", i);
		e = fx_try_put(txn, f->root, path, text);
		if (e == OK)
			e = index_commit(txn, &news);
		else
			index_abort(txn);
		index_news_free(news);
		if (e == OK)
			continue;
		assert_int_equal(e, ERR_FULL);
		assert_int_equal(pthread_barrier_init(&h.open, NULL, 2), 0);
		assert_int_equal(pthread_create(&thread, NULL, hold_snapshot, &h), 0);
		pthread_barrier_wait(&h.open);
		assert_int_equal(index_grow(f->ix), OK);
		assert_int_equal(pthread_join(thread, NULL), 0);
		pthread_barrier_destroy(&h.open);
		assert_int_equal(h.result, OK);
		grown = true;
		i--;
	}
	assert_true(grown);
	index_stats(f->ix, &stats);
	assert_int_equal(stats.documents, 61);
	assert_true(stats.map_bytes >= 2 * 512 * 1024);
	assert_int_equal(fx_ledger(f, NULL), 61);
	assert_int_equal(index_grow(f->ix), ERR_FULL);
	fx_reopen(f);
	index_stats(f->ix, &stats);
	assert_int_equal(stats.documents, 61);
}

/* A disk of its own for the fixture, seen by this process alone; false where that is not allowed.
 */
static bool
disk_mount(struct fx *f, const char *options)
{
	fx_close(f);
	if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", "", MS_REC | MS_PRIVATE, "") == 0 &&
	    mount("tmpfs", f->dir, "tmpfs", 0, options) == 0)
		return true;
	fx_open(f);
	return false;
}

static void
a_full_disk_loses_nothing_and_reads_go_on(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn;
	struct index_news *news;
	char *text = malloc(3000001);

	assert_non_null(text);
	fill_text(text, 3000000, 1);
	if (!disk_mount(f, "size=1m")) {
		free(text);
		skip();
	}
	fx_open(f);
	fx_put(f, "first", "10.1/first");
	for (int i = 0; i < 3; i++) {
		txn = fx_begin(f);
		assert_int_equal(fx_try_put(txn, f->root, "big", text), OK);
		assert_int_equal(index_commit(txn, &news), ERR_FULL);
		assert_int_equal(index_grow(f->ix), ERR_FULL);
		assert_int_equal(fx_document(f, "first"), 1);
		assert_int_equal(fx_document(f, "big"), 0);
	}
	assert_int_equal(mount("none", f->dir, "", MS_REMOUNT, "size=32m"), 0);
	fx_put(f, "big", text);
	fx_reopen(f);
	assert_int_equal(fx_records_of(f, "doi"), 2);
	assert_int_equal(fx_ledger(f, NULL), 2);
	assert_int_not_equal(fx_document(f, "big"), 0);
	fx_close(f);
	assert_int_equal(umount(f->dir), 0);
	fx_open(f);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_killed_writer_leaves_a_whole_commit_and_no_line_twice),
	    TEST(lines_of_lost_commits_are_not_written_again),
	    TEST(a_line_that_tells_something_else_is_written),
	    TEST(a_torn_last_line_is_cut_off),
	    TEST(a_shortened_or_foreign_ledger_does_not_stop_the_index),
	    TEST(a_damaged_or_foreign_index_is_moved_aside),
	    TEST(an_index_of_another_schema_is_moved_aside),
	    TEST(a_full_map_grows_when_no_snapshot_is_open_and_the_group_is_done_again),
	    TEST(a_full_disk_loses_nothing_and_reads_go_on),
	};

	return cmocka_run_group_tests_name("index_crash", tests, NULL, NULL);
}
