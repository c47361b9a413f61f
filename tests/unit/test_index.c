/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_index - what the index says after changes, and that it says the same
 * after it was opened again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

static bool
record_has(struct fx *f, uint64_t document, uint32_t number, const char *what)
{
	char *json = fx_record(f, document, number);
	bool has = strstr(json, what) != NULL;

	if (!has)
		print_message("%s\nlacks %s\n", json, what);
	free(json);
	return has;
}

static bool
record_is_there(struct fx *f, uint64_t document, uint32_t number)
{
	char *json = fx_record(f, document, number);
	bool there = json[0] != '\0';

	free(json);
	return there;
}

static struct index_stats
stats_of(struct fx *f)
{
	struct index_stats stats;

	index_stats(f->ix, &stats);
	return stats;
}

/* --- documents --- */

static void
a_document_is_found_by_path_hash_and_record(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "a/letter.txt", "see 10.1000/x and n=60 people");
	char expected[64];

	assert_int_equal(id, 1);
	snprintf(expected, sizeof expected, "{\"id\":\"%llu.1\",\"uid\":\"",
		 (unsigned long long)id);
	for (int again = 0; again < 2; again++) {
		assert_true(record_has(f, id, 1, expected));
		assert_true(record_has(f, id, 1, "\"document\":\"1\",\"kind\":\"doi\""));
		assert_true(record_has(f, id, 1, "\"start\":4,\"end\":13,\"text\":\"10.1000/x\""));
		assert_true(record_has(f, id, 1,
				       "\"path\":\"/srv/impact/a/letter.txt\",\"case\":null,"
				       "\"status\":\"found\",\"role\":null}"));
		assert_true(record_has(f, id, 2, "\"fields\":{\"value\":60}"));
		assert_false(record_is_there(f, id, 3));
		assert_int_equal(fx_file_state(f, "a/letter.txt"), FILE_INDEXED);
		assert_int_equal(fx_file_state(f, "a"), FILE_FOLDER);
		assert_int_equal(fx_file_state(f, "b"), FILE_NONE);
		assert_int_equal(stats_of(f).documents, 1);
		assert_int_equal(stats_of(f).files[FILE_INDEXED], 1);
		assert_int_equal(stats_of(f).files[FILE_FOLDER], 1);
		assert_int_equal(fx_records_of(f, "doi"), 1);
		assert_int_equal(fx_records_of(f, "figure"), 1);
		fx_reopen(f);
	}
}

static void
records_are_numbered_by_place(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "x", "n=5 10.1/a 10.1/a 10.1/b");

	assert_true(record_has(f, id, 1, "\"kind\":\"figure\""));
	assert_true(record_has(f, id, 2, "\"start\":4,"));
	assert_true(record_has(f, id, 3, "\"start\":11,"));
	assert_true(record_has(f, id, 4, "10.1/b"));
}

static void
the_same_bytes_at_two_places_are_one_document_with_two_paths(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "b/two.txt", "10.1/a");
	char paths[512];

	assert_int_equal(fx_put(f, "a/one.txt", "10.1/a"), id);
	assert_string_equal(fx_paths(f, id, paths), FX_ROOT "/a/one.txt|" FX_ROOT "/b/two.txt");
	assert_true(record_has(f, id, 1,
			       "\"path\":\"/srv/impact/a/one.txt\",\"paths\":[\"/srv/impact/a/"
			       "one.txt\",\"/srv/impact/b/two.txt\"]"));
	assert_int_equal(stats_of(f).documents, 1);
	fx_state(f, "a/one.txt", FILE_GONE);
	assert_string_equal(fx_paths(f, id, paths), FX_ROOT "/b/two.txt");
	fx_state(f, "b/two.txt", FILE_GONE);
	assert_false(record_is_there(f, id, 1));
	assert_int_equal(stats_of(f).documents, 0);
	assert_int_equal(fx_records_of(f, "doi"), 0);
}

static void
a_changed_file_is_a_new_document_in_the_commit_that_drops_the_old(void **state)
{
	struct fx *f = *state;
	uint64_t old = fx_put(f, "a", "10.1/a"), new;
	struct index_txn *txn = fx_begin(f);
	struct index_news *news;

	assert_int_equal(fx_try_put(txn, f->root, "a", "10.1/b"), OK);
	news = fx_commit(txn);
	new = fx_document(f, "a");
	assert_true(new > old);
	assert_int_equal(news->added_count, 1);
	assert_int_equal(news->added[0], new);
	assert_int_equal(news->gone_count, 1);
	assert_int_equal(news->gone[0], old);
	index_news_free(news);
	assert_false(record_is_there(f, old, 1));
	assert_true(record_has(f, new, 1, "10.1/b"));
	assert_int_equal(stats_of(f).documents, 1);
}

static void
a_document_that_no_file_names_is_not_kept(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);
	char name[FILE_NAME_MAX_BYTES + 2];
	struct index_news *news;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(fx_try_put(txn, f->root, name, "10.1/a"), ERR_LIMIT);
	news = fx_commit(txn);
	assert_int_equal(news->added_count + news->gone_count, 0);
	index_news_free(news);
	assert_int_equal(stats_of(f).documents, 0);
	assert_int_equal(fx_records_of(f, "doi"), 0);
	fx_reopen(f);
	assert_int_equal(stats_of(f).documents, 0);
}

static void
a_text_that_does_not_unpack_puts_nothing(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);
	struct new_document d = {.size = 4,
				 .text_bytes = 4,
				 .text_zstd = SPAN("none"),
				 .marks = {"\0\0\0\0", 4},
				 .format = SPAN("text")};
	uint64_t id;

	assert_int_equal(index_document_put(txn, &d, &id), ERR_CORRUPT);
	d.text_bytes = (uint64_t)1 << 60;
	assert_int_equal(index_document_put(txn, &d, &id), ERR_CORRUPT);
	assert_int_equal(fx_try_put(txn, f->root, "a", "10.1/a"), OK);
	fx_commit_quietly(txn);
	assert_int_equal(fx_document(f, "a"), 1);
}

static void
a_text_comes_back_as_it_was(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "a", "Dr Jos\xc3\xa9 said 10.1/a"), start, end;
	struct document text = {0};
	struct stored_text stored;
	struct index_read *rd = fx_read(f);

	assert_int_equal(index_text(rd, id, &text), OK);
	assert_true(span_is(buf_span(&text.text), "Dr Jos\xc3\xa9 said 10.1/a"));
	assert_string_equal(text.format, "text");
	assert_string_equal(text.title, "A title");
	assert_int_equal(index_text_stored(rd, id, &stored), OK);
	assert_int_equal(stored.text_bytes, text.text.n);
	assert_true(span_is(stored.format, "text"));
	assert_int_equal(index_record_place(rd, id, 1, &start, &end), OK);
	assert_int_equal(start, 14);
	assert_int_equal(end, 20);
	assert_int_equal(index_text(rd, id + 1, &text), ERR_NOT_FOUND);
	document_clear(&text);
	index_read_end(rd);
}

/* --- records anew --- */

static void
equal_records_keep_their_number_at_a_re_run(void **state)
{
	struct fx *f = *state;
	const char *text = "10.1/a n=1 10.1/b n=2";
	uint64_t id = fx_put(f, "a", text);
	char *before = fx_record(f, id, 3), *after;
	struct index_txn *txn = fx_begin(f);

	/* Only the DOIs are found now, and at another place one more. */
	assert_int_equal(fx_try_records(txn, id, "10.1/a xxx 10.1/b 10."), OK);
	fx_commit_quietly(txn);
	assert_true(record_has(f, id, 1, "10.1/a"));
	assert_false(record_is_there(f, id, 2));
	assert_false(record_is_there(f, id, 4));
	assert_true(record_is_there(f, id, 5));
	after = fx_record(f, id, 3);
	assert_string_equal(before, after);
	assert_int_equal(fx_records_of(f, "figure"), 0);
	assert_int_equal(fx_records_of(f, "doi"), 3);
	free(before);
	free(after);

	/* Numbers are never given twice. */
	txn = fx_begin(f);
	assert_int_equal(fx_try_records(txn, id, text), OK);
	fx_commit_quietly(txn);
	assert_true(record_is_there(f, id, 1));
	assert_true(record_is_there(f, id, 3));
	assert_false(record_is_there(f, id, 5));
	assert_true(record_has(f, id, 6, "\"figure\""));
	assert_true(record_has(f, id, 7, "\"figure\""));
	txn = fx_begin(f);
	assert_int_equal(fx_try_records(txn, id + 1, text), ERR_NOT_FOUND);
	index_abort(txn);
}

/* A file whose second page is a picture, before that is read. */
static uint64_t
put_half_read(struct fx *f, const char *whole, const char *half)
{
	struct file_entry entry = {.state = FILE_INDEXED, .size = strlen(whole)};
	struct index_txn *txn = fx_begin(f);

	assert_int_equal(fx_try_read_again(txn, whole, half, OCR_WANTED, &entry.document), OK);
	assert_int_equal(index_file_put(txn, f->root, SPAN("a"), &entry), OK);
	assert_int_equal(index_file_put(txn, f->root, SPAN("copy"), &entry), OK);
	fx_commit_quietly(txn);
	return entry.document;
}

static bool
entry_wants_ocr(struct fx *f, const char *path)
{
	struct index_read *rd = fx_read(f);
	struct file_entry entry;

	assert_int_equal(index_file_get(rd, f->root, span_of(path), &entry), OK);
	index_read_end(rd);
	return entry.ocr;
}

static void
a_document_whose_pictures_were_read_is_replaced_and_keeps_what_is_equal(void **state)
{
	struct fx *f = *state;
	const char *whole = "10.1/a on page one, 10.1/b n=4 on page two";
	uint64_t id = put_half_read(f, whole, "10.1/a on page one, n=4"), again;
	struct index_txn *txn;
	struct index_news *news;
	struct document text = {0};
	struct index_read *rd;

	assert_int_equal(fx_file_state(f, "a"), FILE_PARTIAL);
	assert_true(entry_wants_ocr(f, "copy"));
	assert_true(record_has(f, id, 1, "\"truncated\":true"));
	assert_false(record_has(f, id, 1, "\"ocr\":true"));

	txn = fx_begin(f);
	assert_int_equal(fx_try_read_again(txn, whole, whole, OCR_DONE, &again), OK);
	assert_int_equal(again, id);
	news = fx_commit(txn);
	assert_int_equal(news->added_count, 1);
	assert_int_equal(news->added[0], id);
	assert_int_equal(news->gone_count, 1);
	index_news_free(news);

	assert_int_equal(fx_file_state(f, "a"), FILE_INDEXED);
	assert_int_equal(fx_file_state(f, "copy"), FILE_INDEXED);
	assert_false(entry_wants_ocr(f, "a"));
	assert_true(record_has(f, id, 1, "10.1/a"));
	assert_true(record_has(f, id, 1, "\"ocr\":true"));
	assert_false(record_has(f, id, 1, "truncated"));
	/* The figure stands elsewhere now: another record. */
	assert_false(record_is_there(f, id, 2));
	assert_true(record_has(f, id, 3, "10.1/b"));
	assert_true(record_has(f, id, 4, "\"figure\""));
	assert_int_equal(fx_records_of(f, "doi"), 2);
	assert_int_equal(fx_records_of(f, "figure"), 1);
	assert_int_equal(stats_of(f).documents, 1);
	rd = fx_read(f);
	assert_int_equal(index_text(rd, id, &text), OK);
	assert_true(span_is(buf_span(&text.text), whole));
	document_clear(&text);
	index_read_end(rd);
	fx_reopen(f);
	assert_int_equal(fx_records_of(f, "doi"), 2);
}

static void
a_document_whose_pictures_cannot_be_read_keeps_its_text_and_says_why(void **state)
{
	struct fx *f = *state;
	uint64_t id = put_half_read(f, "10.1/a 10.1/b", "10.1/a");
	struct index_txn *txn = fx_begin(f);
	struct document_info info;
	struct index_read *rd;

	assert_int_equal(index_document_unread(txn, id + 1, SPAN("x")), ERR_NOT_FOUND);
	assert_int_equal(index_document_unread(txn, id, SPAN("It took too long.")), OK);
	fx_commit_quietly(txn);
	assert_int_equal(fx_file_state(f, "a"), FILE_PARTIAL);
	assert_false(entry_wants_ocr(f, "a"));
	assert_true(record_has(f, id, 1, "10.1/a"));
	rd = fx_read(f);
	assert_int_equal(index_document_get(rd, id, &info), OK);
	assert_true(span_is(info.cut, "Page 2 is a picture. It took too long."));
	assert_int_equal(info.ocr, OCR_NONE);
	index_read_end(rd);
}

static void
a_re_run_that_finds_the_same_is_no_news(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "a", "10.1/a");
	struct index_txn *txn = fx_begin(f);
	struct document_info info;
	struct index_news *news;
	struct index_read *rd;

	assert_int_equal(fx_try_records(txn, id, "10.1/a"), OK);
	news = fx_commit(txn);
	assert_int_equal(news->added_count + news->gone_count, 0);
	index_news_free(news);
	rd = fx_read(f);
	assert_int_equal(index_document_get(rd, id, &info), OK);
	assert_int_equal(info.plugin_set[0], 1);
	assert_int_equal(info.records, 1);
	index_read_end(rd);
}

static void
kinds_keep_their_numbers_and_a_conflict_names_the_plugin(void **state)
{
	struct fx *f = *state;
	static const struct plugin_decl other = {
	    .name = "other",
	    .kind_count = 2,
	    .kinds = {{.name = "doi", .field_count = 1, .fields = {{"doi", FIELD_TEXT}}},
		      {.name = "grant", .field_count = 1, .fields = {{"amount", FIELD_NUMBER}}}}};
	const struct plugin_decl *both[] = {&fx_plugin, &other}, *none[1] = {NULL};
	struct index_txn *txn;
	char why[256] = "";

	fx_put(f, "a", "10.1/a");
	txn = fx_begin(f);
	assert_int_equal(index_catalogue_put(txn, both, 2, why), ERR_EXISTS);
	assert_non_null(strstr(why, "plugin other"));
	fx_commit_quietly(txn);
	assert_int_equal(stats_of(f).kind_count, 3);
	txn = fx_begin(f);
	assert_int_equal(index_catalogue_put(txn, none, 0, why), OK);
	fx_commit_quietly(txn);
	fx_reopen(f);
	/* Not in force, but there are records of it. */
	assert_int_equal(stats_of(f).kind_count, 1);
	assert_int_equal(fx_records_of(f, "doi"), 1);
}

/* --- files --- */

static void
a_renamed_folder_keeps_its_documents_and_their_ids(void **state)
{
	struct fx *f = *state;
	uint64_t one = fx_put(f, "a/b/one", "10.1/a"), two = fx_put(f, "a/two", "10.1/b");
	struct index_txn *txn = fx_begin(f);
	struct index_news *news;
	char paths[512];

	assert_int_equal(index_move(txn, f->root, SPAN("a"), f->root, SPAN("x/y")), OK);
	news = fx_commit(txn);
	assert_int_equal(news->added_count, 2);
	assert_int_equal(news->gone_count, 2);
	index_news_free(news);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(fx_document(f, "x/y/b/one"), one);
		assert_int_equal(fx_document(f, "x/y/two"), two);
		assert_int_equal(fx_file_state(f, "a/two"), FILE_NONE);
		assert_int_equal(fx_file_state(f, "a"), FILE_NONE);
		assert_string_equal(fx_paths(f, one, paths), FX_ROOT "/x/y/b/one");
		assert_int_equal(stats_of(f).files[FILE_FOLDER], 3);
		fx_reopen(f);
	}
	assert_int_equal(fx_ledger(f, "\"event\":\"moved\""), 2);
	assert_int_equal(fx_ledger(f, "\"from\":\"/srv/impact/a/b/one\""), 1);
}

static void
a_renamed_file_takes_the_place_of_what_stood_there(void **state)
{
	struct fx *f = *state;
	uint64_t moved = fx_put(f, "new.part", "10.1/new");
	struct index_txn *txn;

	fx_put(f, "old.txt", "10.1/old");
	fx_move(f, "new.part", "old.txt");
	assert_int_equal(fx_document(f, "old.txt"), moved);
	assert_int_equal(fx_file_state(f, "new.part"), FILE_NONE);
	assert_int_equal(stats_of(f).documents, 1);
	assert_int_equal(stats_of(f).files[FILE_INDEXED], 1);

	fx_put(f, "d/e/f", "10.1/f");
	/* A file takes the place of the folder that it lay in. */
	fx_move(f, "d/e/f", "d");
	assert_int_not_equal(fx_document(f, "d"), 0);
	assert_int_equal(stats_of(f).files[FILE_FOLDER], 0);
	txn = fx_begin(f);
	assert_int_equal(index_move(txn, f->root, SPAN("d"), f->root, SPAN("d/g")), ERR_FORMAT);
	assert_int_equal(index_move(txn, f->root, SPAN("none"), f->root, SPAN("z")), ERR_NOT_FOUND);
	assert_int_equal(index_move(txn, f->root, SPAN("d"), f->root, SPAN("")), ERR_FORMAT);
	assert_int_equal(index_move(txn, f->root, SPAN("d"), 99, SPAN("z")), ERR_NOT_FOUND);
	fx_commit_quietly(txn);
}

static void
files_and_folders_change_into_each_other(void **state)
{
	struct fx *f = *state;

	fx_put(f, "a", "10.1/a");
	fx_put(f, "a/b/c", "10.1/c");
	assert_int_equal(fx_file_state(f, "a"), FILE_FOLDER);
	assert_int_equal(stats_of(f).documents, 1);
	fx_put(f, "a", "10.1/d");
	assert_int_equal(fx_file_state(f, "a"), FILE_INDEXED);
	assert_int_equal(fx_file_state(f, "a/b/c"), FILE_NONE);
	assert_int_equal(stats_of(f).documents, 1);
	assert_int_equal(stats_of(f).files[FILE_FOLDER], 0);
	assert_int_equal(fx_ledger(f, "\"event\":\"gone\""), 2);
}

static void
what_is_gone_keeps_its_hash_and_a_gone_folder_takes_all_with_it(void **state)
{
	struct fx *f = *state;
	struct file_entry entry;
	struct index_read *rd;

	fx_put(f, "a/b/one", "10.1/a");
	fx_put(f, "a/two", "10.1/b");
	fx_state(f, "a/three", FILE_IGNORED);
	fx_state(f, "a", FILE_GONE);
	assert_int_equal(stats_of(f).documents, 0);
	assert_int_equal(stats_of(f).files[FILE_GONE], 3);
	rd = fx_read(f);
	assert_int_equal(index_file_get(rd, f->root, SPAN("a/b/one"), &entry), OK);
	assert_int_equal(entry.state, FILE_GONE);
	assert_true(entry.has_hash);
	assert_int_equal(entry.size, 6);
	assert_int_equal(entry.document, 0);
	index_read_end(rd);
	/* What was ignored is none of the ledger's. */
	assert_int_equal(fx_ledger(f, "\"event\":\"gone\""), 2);
	fx_put(f, "a/two", "10.1/b");
	assert_int_equal(fx_ledger(f, "\"event\":\"seen\""), 3);
}

static void
wrong_arguments_leave_the_transaction_as_it_was(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);
	struct file_entry entry = {.state = FILE_INDEXED, .document = 77};

	assert_int_equal(index_file_put(txn, f->root, SPAN("a"), &entry), ERR_NOT_FOUND);
	assert_int_equal(fx_try_state(txn, f->root, "", FILE_FAILED), ERR_FORMAT);
	assert_int_equal(fx_try_state(txn, f->root, "a//b", FILE_FAILED), ERR_FORMAT);
	assert_int_equal(fx_try_state(txn, f->root, "/a", FILE_FAILED), ERR_FORMAT);
	assert_int_equal(fx_try_state(txn, f->root, "a/", FILE_FAILED), ERR_FORMAT);
	assert_int_equal(fx_try_state(txn, f->root, "a", FILE_NONE), ERR_FORMAT);
	assert_int_equal(fx_try_state(txn, 99, "a", FILE_FAILED), ERR_NOT_FOUND);
	fx_commit_quietly(txn);
	assert_int_equal(fx_file_state(f, "a"), FILE_NONE);
	assert_int_equal(fx_ledger(f, NULL), 0);
}

static bool
on_entry(void *ctx, struct span name, const struct file_entry *entry)
{
	struct buf *out = ctx;

	buf_printf(out, "%.*s:%s ", (int)name.n, name.p, file_state_name(entry->state));
	return true;
}

struct file_page {
	struct buf out, cursor;
	size_t left;
};

static bool
on_file(void *ctx, uint64_t root, struct span path, const struct file_entry *entry,
	struct span cursor)
{
	struct file_page *p = ctx;

	(void)root;
	(void)entry;
	if (p->left-- == 0)
		return false;
	buf_printf(&p->out, "%.*s ", (int)path.n, path.p);
	buf_reset(&p->cursor);
	buf_put_span(&p->cursor, cursor);
	return true;
}

static void
lists_come_in_order_and_go_on_from_a_cursor(void **state)
{
	struct fx *f = *state;
	struct file_page page = {0};
	struct buf entries = {0};
	struct index_read *rd;

	fx_put(f, "b", "1");
	fx_put(f, "a/x", "2");
	fx_put(f, "a/y", "3");
	fx_state(f, "a.txt", FILE_FAILED);
	rd = fx_read(f);
	assert_int_equal(index_folder(rd, f->root, SPAN(""), on_entry, &entries), OK);
	assert_string_equal(buf_cstr(&entries), "a:folder a.txt:failed b:indexed ");
	buf_reset(&entries);
	assert_int_equal(index_folder(rd, f->root, SPAN("none"), on_entry, &entries), OK);
	assert_int_equal(entries.n, 0);
	for (int i = 0; i < 4; i++) {
		page.left = 1;
		assert_int_equal(index_files(rd, buf_span(&page.cursor), on_file, &page), OK);
	}
	page.left = 9;
	assert_int_equal(index_files(rd, buf_span(&page.cursor), on_file, &page), OK);
	assert_string_equal(buf_cstr(&page.out), "a.txt b a/x a/y ");
	index_read_end(rd);
	buf_clear(&entries);
	buf_clear(&page.out);
	buf_clear(&page.cursor);
}

static void
names_that_are_not_utf8_are_kept_to_the_byte(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "d\xe9/caf\xe9", "10.1/a");

	fx_reopen(f);
	assert_int_equal(fx_document(f, "d\xe9/caf\xe9"), id);
	assert_true(record_has(f, id, 1, "\"path_base64\":\"L3Nydi9pbXBhY3QvZOkvY2Fm6Q==\""));
	assert_int_equal(fx_ledger(f, "\"path_base64\":\"L3Nydi9pbXBhY3QvZOkvY2Fm6Q==\""), 1);
}

static void
roots_that_are_not_kept_go_with_all_below(void **state)
{
	struct fx *f = *state;
	struct index_txn *txn = fx_begin(f);
	uint64_t other, again;

	assert_int_equal(index_root(txn, SPAN("/srv/other"), &other), OK);
	assert_int_equal(index_root(txn, SPAN("/srv/other"), &again), OK);
	assert_int_equal(other, again);
	assert_int_equal(fx_try_put(txn, other, "a/b", "10.1/other"), OK);
	assert_int_equal(fx_try_put(txn, f->root, "c", "10.1/mine"), OK);
	fx_commit_quietly(txn);
	txn = fx_begin(f);
	assert_int_equal(index_roots_keep(txn, &f->root, 1), OK);
	fx_commit_quietly(txn);
	assert_int_equal(stats_of(f).documents, 1);
	assert_int_equal(stats_of(f).files[FILE_FOLDER], 0);
	assert_int_not_equal(fx_document(f, "c"), 0);
	txn = fx_begin(f);
	assert_int_equal(index_root(txn, SPAN("/srv/other"), &again), OK);
	assert_int_not_equal(again, other);
	index_abort(txn);
}

static void
a_document_is_listed_with_all_it_has(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "a/b", "10.1/a");
	struct index_read *rd = fx_read(f);
	struct buf json = {0};

	assert_int_equal(index_document_json(rd, id, &json), OK);
	assert_non_null(buf_cstr(&json));
	assert_non_null(strstr(json.p, "\"paths\":[\"/srv/impact/a/b\"],\"sha256\":\""));
	assert_non_null(strstr(json.p, "\"format\":\"text\",\"title\":\"A title\",\"pages\":null,"
				       "\"language\":null,\"role\":null,\"state\":\"indexed\","
				       "\"reason\":null,\"indexed_at\":\""));
	assert_int_equal(index_document_json(rd, id + 1, &json), ERR_NOT_FOUND);
	index_read_end(rd);
	buf_clear(&json);
}

/* --- any order of changes --- */

struct census {
	struct fx *f;
	struct index_read *rd;
	uint64_t links; /* files that have a document, or paths of documents */
	uint64_t documents;
};

static bool
census_on_file(void *ctx, uint64_t root, struct span path, const struct file_entry *entry,
	       struct span cursor)
{
	struct census *c = ctx;
	struct document_info info;

	(void)root;
	(void)path;
	(void)cursor;
	if (entry->document == 0)
		return true;
	assert_int_equal(index_document_get(c->rd, entry->document, &info), OK);
	assert_memory_equal(info.sha256, entry->sha256, sizeof info.sha256);
	assert_int_equal(index_document_by_hash(c->rd, info.sha256), entry->document);
	c->links++;
	return true;
}

static bool
census_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct census *c = ctx;

	assert_true(span_starts(absolute, SPAN(FX_ROOT "/")));
	assert_int_equal(root, c->f->root);
	assert_true(path.n > 0);
	c->links++;
	return true;
}

static bool
census_on_document(void *ctx, uint64_t document, const struct document_info *info)
{
	struct census *c = ctx;

	(void)info;
	c->documents++;
	assert_int_equal(index_paths(c->rd, document, census_on_path, c), OK);
	return true;
}

/* Every name of a document is in `files` and, turned round, in `paths`; counts are right. */
static void
census(struct fx *f)
{
	struct index_stats before = stats_of(f), after;
	struct census files = {.f = f}, paths = {.f = f};

	files.rd = paths.rd = fx_read(f);
	assert_int_equal(index_files(files.rd, SPAN(""), census_on_file, &files), OK);
	assert_int_equal(index_documents(paths.rd, 0, census_on_document, &paths), OK);
	index_read_end(files.rd);
	assert_int_equal(files.links, paths.links);
	assert_int_equal(paths.documents, before.documents);
	fx_reopen(f);
	after = stats_of(f);
	assert_int_equal(before.documents, after.documents);
	assert_memory_equal(before.files, after.files, sizeof before.files);
	assert_int_equal(fx_records_of(f, "doi"), after.documents);
}

/* One of a few names, one to three folders deep. */
static void
some_path(unsigned *seed, char out[16])
{
	unsigned deep = (unsigned)rand_r(seed) % 3;

	out[0] = '\0';
	for (unsigned i = 0; i <= deep; i++)
		snprintf(out + strlen(out), 16 - strlen(out), "%s%c", i == 0 ? "" : "/",
			 'a' + rand_r(seed) % 3);
}

static void
some_change(struct fx *f, struct index_txn *txn, unsigned *seed)
{
	char path[16], to[16], text[32];
	enum err e;

	some_path(seed, path);
	some_path(seed, to);
	snprintf(text, sizeof text, "10.1/%d", rand_r(seed) % 12);
	switch (rand_r(seed) % 6) {
	case 0:
		e = fx_try_state(txn, f->root, path, FILE_GONE);
		break;
	case 1:
		e = fx_try_state(txn, f->root, path, FILE_FAILED);
		break;
	case 2:
		e = index_move(txn, f->root, span_of(path), f->root, span_of(to));
		break;
	default:
		e = fx_try_put(txn, f->root, path, text);
	}
	assert_true(e == OK || e == ERR_NOT_FOUND || e == ERR_FORMAT);
}

static void
random_changes_keep_names_documents_and_counts_in_step(void **state)
{
	struct fx *f = *state;
	unsigned seed = 7;

	for (int round = 0; round < 60; round++) {
		struct index_txn *txn = fx_begin(f);
		int changes = 1 + rand_r(&seed) % 12;

		for (int i = 0; i < changes; i++)
			some_change(f, txn, &seed);
		if (rand_r(&seed) % 5 == 0)
			index_abort(txn);
		else
			fx_commit_quietly(txn);
		census(f);
	}
	assert_true(fx_ledger(f, NULL) > 60);
}

/* --- snapshots --- */

static void
a_snapshot_does_not_change_while_it_is_open(void **state)
{
	struct fx *f = *state;
	uint64_t id = fx_put(f, "a", "10.1/a");
	struct index_read *rd = fx_read(f), *later;
	struct file_entry entry;
	struct buf json = {0};

	fx_put(f, "a", "10.1/b");
	assert_int_equal(index_file_get(rd, f->root, SPAN("a"), &entry), OK);
	assert_int_equal(entry.document, id);
	assert_int_equal(index_record_json(rd, id, 1, &json), OK);
	assert_int_equal(index_read_clock(rd) + 1, stats_of(f).clock);
	later = fx_read(f);
	assert_int_equal(index_record_json(later, id, 1, &json), ERR_NOT_FOUND);
	index_read_end(later);
	index_read_end(rd);
	buf_clear(&json);
}

static void
an_aborted_transaction_leaves_nothing(void **state)
{
	struct fx *f = *state;
	struct index_stats before = stats_of(f), after;
	struct index_txn *txn = fx_begin(f);

	assert_int_equal(fx_try_put(txn, f->root, "a/b", "10.1/a"), OK);
	index_abort(txn);
	after = stats_of(f);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(fx_file_state(f, "a"), FILE_NONE);
	assert_int_equal(fx_ledger(f, NULL), 0);
	assert_int_equal(fx_put(f, "a/b", "10.1/a"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_document_is_found_by_path_hash_and_record),
	    TEST(records_are_numbered_by_place),
	    TEST(the_same_bytes_at_two_places_are_one_document_with_two_paths),
	    TEST(a_changed_file_is_a_new_document_in_the_commit_that_drops_the_old),
	    TEST(a_document_that_no_file_names_is_not_kept),
	    TEST(a_text_that_does_not_unpack_puts_nothing),
	    TEST(a_text_comes_back_as_it_was),
	    TEST(equal_records_keep_their_number_at_a_re_run),
	    TEST(a_document_whose_pictures_were_read_is_replaced_and_keeps_what_is_equal),
	    TEST(a_document_whose_pictures_cannot_be_read_keeps_its_text_and_says_why),
	    TEST(a_re_run_that_finds_the_same_is_no_news),
	    TEST(kinds_keep_their_numbers_and_a_conflict_names_the_plugin),
	    TEST(a_renamed_folder_keeps_its_documents_and_their_ids),
	    TEST(a_renamed_file_takes_the_place_of_what_stood_there),
	    TEST(files_and_folders_change_into_each_other),
	    TEST(what_is_gone_keeps_its_hash_and_a_gone_folder_takes_all_with_it),
	    TEST(wrong_arguments_leave_the_transaction_as_it_was),
	    TEST(lists_come_in_order_and_go_on_from_a_cursor),
	    TEST(names_that_are_not_utf8_are_kept_to_the_byte),
	    TEST(roots_that_are_not_kept_go_with_all_below),
	    TEST(a_document_is_listed_with_all_it_has),
	    TEST(random_changes_keep_names_documents_and_counts_in_step),
	    TEST(a_snapshot_does_not_change_while_it_is_open),
	    TEST(an_aborted_transaction_leaves_nothing),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
