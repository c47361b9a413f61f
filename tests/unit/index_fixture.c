/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * index_fixture - see the header; what goes wrong here fails the test at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_fixture.h"

#include "common/frame.h"
#include "common/jread.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define FX_MAP_BYTES (64u * 1024 * 1024)

const struct plugin_decl fx_plugin = {
    .name = "finder",
    .about = "What the tests find",
    .version = 1,
    .kind_count = 2,
    .kinds = {{.name = "doi", .field_count = 1, .fields = {{"doi", FIELD_KEY}}},
	      {.name = "figure", .field_count = 1, .fields = {{"value", FIELD_NUMBER}}}},
};

/* --- the folder --- */

int
fx_setup(void **state)
{
	struct fx *f = calloc(1, sizeof *f);

	if (f == NULL)
		return -1;
	snprintf(f->dir, sizeof f->dir, "%s/evidenced-index-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(f->dir) == NULL) {
		free(f);
		return -1;
	}
	f->map_bytes = FX_MAP_BYTES;
	*state = f;
	fx_open(f);
	return 0;
}

static int
fx_on_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

int
fx_teardown(void **state)
{
	struct fx *f = *state;

	fx_close(f);
	nftw(f->dir, fx_on_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

const char *
fx_path(const struct fx *f, const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", f->dir, name);
	return out;
}

char *
fx_read_file(const struct fx *f, const char *name, size_t *n)
{
	char path[128];
	struct stat st;
	int fd = open(fx_path(f, name, path), O_RDONLY);
	char *bytes;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size + 1);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
	bytes[st.st_size] = '\0';
	close(fd);
	*n = (size_t)st.st_size;
	return bytes;
}

void
fx_write_file(const struct fx *f, const char *name, const void *bytes, size_t n)
{
	char path[128];
	int fd = open(fx_path(f, name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

size_t
fx_count_names(const struct fx *f, const char *prefix)
{
	DIR *dir = opendir(f->dir);
	struct dirent *d;
	size_t n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		n += strncmp(d->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return n;
}

/* --- the index --- */

void
fx_open(struct fx *f)
{
	struct index_options options = {.state_dir = f->dir, .map_bytes = f->map_bytes};
	const struct plugin_decl *plugins[] = {&fx_plugin};
	struct index_stats stats;
	struct index_txn *txn;
	char why[256];

	assert_int_equal(index_open(&options, &f->ix, why), OK);
	index_stats(f->ix, &stats);
	if (stats.clock > 0) {
		f->root = 1;
		return;
	}
	txn = fx_begin(f);
	assert_int_equal(index_root(txn, SPAN(FX_ROOT), &f->root), OK);
	assert_int_equal(index_catalogue_put(txn, plugins, 1, why), OK);
	fx_commit_quietly(txn);
}

void
fx_close(struct fx *f)
{
	index_close(f->ix);
	f->ix = NULL;
}

void
fx_reopen(struct fx *f)
{
	fx_close(f);
	fx_open(f);
}

/* --- documents --- */

struct fx_made {
	struct new_document d;
	struct plugin_result result;
	struct buf frames, zstd, marks;
};

static void
fx_add_record(struct fx_made *m, const char *text, const char *from, size_t n, bool doi)
{
	struct value value = {.text = {from, n}, .number = doi ? 0 : atof(from)};
	struct record r = {.kind = doi ? SPAN("doi") : SPAN("figure"),
			   .start = (uint64_t)(from - text),
			   .end = (uint64_t)(from - text) + n,
			   .confidence = 1,
			   .field_count = 1};

	r.fields[0] = (struct field){.name = doi ? SPAN("doi") : SPAN("value"),
				     .type = doi ? FIELD_KEY : FIELD_NUMBER,
				     .value_count = 1,
				     .values = &value};
	frame_put_record(&m->frames, &r);
	m->result.count++;
}

static void
fx_make(const char *text, struct fx_made *m)
{
	size_t n = strlen(text);
	char *to;

	memset(m, 0, sizeof *m);
	for (const char *at = text; *at != '\0';) {
		size_t word = strcspn(at, " \n");

		if (strncmp(at, "10.", 3) == 0)
			fx_add_record(m, text, at, word, true);
		else if (strncmp(at, "n=", 2) == 0)
			fx_add_record(m, text, at + 2, word - 2, false);
		at += word + strspn(at + word, " \n");
	}
	marks_encode(&(struct marks){0}, &m->marks);
	to = buf_reserve(&m->zstd, ZSTD_compressBound(n));
	assert_non_null(to);
	m->zstd.n = ZSTD_compress(to, ZSTD_compressBound(n), text, n, 1);
	assert_false(ZSTD_isError(m->zstd.n));
	assert_int_equal(buf_err(&m->frames), OK);
	m->result.plugin = &fx_plugin;
	m->result.frames = buf_span(&m->frames);
	assert_int_equal(EVP_Digest(text, n, m->d.sha256, NULL, EVP_sha256(), NULL), 1);
	m->d.size = m->d.text_bytes = n;
	m->d.format = SPAN("text");
	m->d.title = SPAN("A title");
	m->d.reader_version = 7;
	m->d.text_zstd = buf_span(&m->zstd);
	m->d.marks = buf_span(&m->marks);
	m->d.results = &m->result;
	m->d.result_count = 1;
}

static void
fx_made_clear(struct fx_made *m)
{
	buf_clear(&m->frames);
	buf_clear(&m->zstd);
	buf_clear(&m->marks);
}

enum err
fx_try_put(struct index_txn *txn, uint64_t root, const char *path, const char *text)
{
	struct file_entry entry = {.state = FILE_INDEXED, .size = strlen(text), .since_ms = 1};
	struct fx_made m;
	enum err e;

	fx_make(text, &m);
	e = index_document_put(txn, &m.d, &entry.document);
	if (e == OK || e == ERR_EXISTS)
		e = index_file_put(txn, root, span_of(path), &entry);
	fx_made_clear(&m);
	return e;
}

enum err
fx_try_read_again(struct index_txn *txn, const char *whole, const char *text, enum document_ocr ocr,
		  uint64_t *document)
{
	struct fx_made m;
	enum err e;

	fx_make(text, &m);
	assert_int_equal(EVP_Digest(whole, strlen(whole), m.d.sha256, NULL, EVP_sha256(), NULL), 1);
	m.d.ocr = ocr;
	m.d.replace = true;
	m.d.cut = ocr == OCR_WANTED ? SPAN("Page 2 is a picture.") : SPAN("");
	e = index_document_put(txn, &m.d, document);
	fx_made_clear(&m);
	return e;
}

enum err
fx_try_records(struct index_txn *txn, uint64_t document, const char *text)
{
	const unsigned char set[32] = {1};
	struct fx_made m;
	enum err e;

	fx_make(text, &m);
	e = index_records_put(txn, document, &m.result, 1, set);
	fx_made_clear(&m);
	return e;
}

enum err
fx_try_state(struct index_txn *txn, uint64_t root, const char *path, enum file_state s)
{
	struct file_entry entry = {.state = s,
				   .code = s == FILE_GONE ? CODE_GONE : CODE_DAMAGED,
				   .reason = SPAN("because"),
				   .since_ms = 2};

	return index_file_put(txn, root, span_of(path), &entry);
}

struct index_txn *
fx_begin(struct fx *f)
{
	struct index_txn *txn;

	assert_int_equal(index_begin(f->ix, &txn), OK);
	return txn;
}

struct index_news *
fx_commit(struct index_txn *txn)
{
	struct index_news *news;

	assert_int_equal(index_commit(txn, &news), OK);
	return news;
}

void
fx_commit_quietly(struct index_txn *txn)
{
	index_news_free(fx_commit(txn));
}

uint64_t
fx_put(struct fx *f, const char *path, const char *text)
{
	struct index_txn *txn = fx_begin(f);

	assert_int_equal(fx_try_put(txn, f->root, path, text), OK);
	fx_commit_quietly(txn);
	return fx_document(f, path);
}

void
fx_state(struct fx *f, const char *path, enum file_state s)
{
	struct index_txn *txn = fx_begin(f);

	assert_int_equal(fx_try_state(txn, f->root, path, s), OK);
	fx_commit_quietly(txn);
}

void
fx_move(struct fx *f, const char *from, const char *to)
{
	struct index_txn *txn = fx_begin(f);

	assert_int_equal(index_move(txn, f->root, span_of(from), f->root, span_of(to)), OK);
	fx_commit_quietly(txn);
}

/* --- reading --- */

struct index_read *
fx_read(struct fx *f)
{
	struct index_read *rd;

	assert_int_equal(index_read_begin(f->ix, &rd), OK);
	return rd;
}

static enum err
fx_entry(struct fx *f, const char *path, struct file_entry *entry)
{
	struct index_read *rd = fx_read(f);
	enum err e = index_file_get(rd, f->root, span_of(path), entry);

	index_read_end(rd);
	return e;
}

uint64_t
fx_document(struct fx *f, const char *path)
{
	struct file_entry entry;

	return fx_entry(f, path, &entry) == OK ? entry.document : 0;
}

enum file_state
fx_file_state(struct fx *f, const char *path)
{
	struct file_entry entry;

	return fx_entry(f, path, &entry) == OK ? entry.state : FILE_NONE;
}

static bool
fx_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	char *out = ctx;
	size_t n = strlen(out);

	(void)root;
	assert_true(absolute.n > path.n);
	snprintf(out + n, 512 - n, "%s%.*s", n == 0 ? "" : "|", (int)absolute.n, absolute.p);
	return true;
}

const char *
fx_paths(struct fx *f, uint64_t document, char out[512])
{
	struct index_read *rd = fx_read(f);

	out[0] = '\0';
	assert_int_equal(index_paths(rd, document, fx_on_path, out), OK);
	index_read_end(rd);
	return out;
}

char *
fx_record(struct fx *f, uint64_t document, uint32_t number)
{
	struct index_read *rd = fx_read(f);
	struct buf json = {0};
	enum err e = index_record_json(rd, document, number, &json);
	json_t *parsed;

	index_read_end(rd);
	if (e == ERR_NOT_FOUND) {
		buf_clear(&json);
		return strdup("");
	}
	assert_int_equal(e, OK);
	assert_int_equal(jread_parse(buf_span(&json), &parsed, NULL), OK);
	json_decref(parsed);
	assert_non_null(buf_cstr(&json));
	return json.p;
}

uint64_t
fx_records_of(struct fx *f, const char *kind)
{
	struct index_stats stats;

	index_stats(f->ix, &stats);
	for (size_t i = 0; i < stats.kind_count; i++)
		if (strcmp(stats.kinds[i].kind, kind) == 0)
			return stats.kinds[i].records;
	return 0;
}

/* --- the ledger --- */

size_t
fx_ledger(const struct fx *f, const char *find)
{
	char prev[65] = "0000000000000000000000000000000000000000000000000000000000000000";
	size_t n, lines = 0, found = 0;
	char *bytes = fx_read_file(f, "ledger.jsonl", &n), *at = bytes;

	while (*at != '\0') {
		char *end = strchr(at, '\n');
		unsigned char hash[32];
		json_t *line;

		assert_non_null(end);
		*end = '\0';
		assert_int_equal(jread_parse(span_of(at), &line, NULL), OK);
		assert_string_equal(json_string_value(json_object_get(line, "prev")), prev);
		json_decref(line);
		assert_int_equal(EVP_Digest(at, (size_t)(end - at), hash, NULL, EVP_sha256(), NULL),
				 1);
		for (size_t i = 0; i < sizeof hash; i++)
			snprintf(prev + 2 * i, 3, "%02x", hash[i]);
		lines++;
		found += find != NULL && strstr(at, find) != NULL;
		at = end + 1;
	}
	free(bytes);
	return find == NULL ? lines : found;
}
