/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox changes no text, and where it would, it says so.
 */
#include "sandbox_fixture.h"

#include "common/landlock.h"
#include "extract/selftest.h"
#include "extract/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CORPUS_PART 5 /* one of so many files of the shared corpus is read */
#define PATH_BYTES  4096

/* --- the same text with and without --- */

struct file {
	struct buf bytes;
	const char *name;
};

/* Text, marks and what is missing, as one hash; for what has no text, the reason. */
static void
run_read(struct fixture *f, const void *arg)
{
	const struct file *file = arg;
	struct reader_failure failure;
	struct document doc = {0};
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct buf marks = {0};
	enum err e = work_read_document(f->readers, NULL, buf_span(&file->bytes),
					span_of(file->name), &f->limits, &doc, &failure);

	marks_encode(&doc.marks, &marks);
	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		return;
	if (e == OK) {
		EVP_DigestUpdate(md, doc.text.p, doc.text.n);
		EVP_DigestUpdate(md, marks.p, marks.n);
		EVP_DigestUpdate(md, doc.meta.p, doc.meta.n);
		EVP_DigestUpdate(md, doc.cut, strlen(doc.cut));
	}
	EVP_DigestFinal_ex(md, f->shared->sha256, NULL);
	snprintf(f->shared->text, FIXTURE_TEXT, "%s", e == OK ? doc.cut : failure.reason);
	f->shared->result = (int)e;
}

static void
load(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	size_t n = 0;

	assert_non_null(file);
	do {
		char *to = buf_reserve(out, 65536);

		assert_non_null(to);
		n = fread(to, 1, 65536, file);
		out->n += n;
	} while (n > 0);
	fclose(file);
}

static void
assert_same_text(struct fixture *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct file file = {.name = slash == NULL ? path : slash + 1};
	struct shared without;
	int status;

	load(path, &file.bytes);
	status = fixture_run(f, FIXTURE_NO_SANDBOX, run_read, &file);
	without = *f->shared;
	assert_true(WIFEXITED(status) && without.result != FIXTURE_UNSAID);
	status = fixture_run(f, SANDBOX_BOTH, run_read, &file);
	if (!WIFEXITED(status) || f->shared->result != without.result)
		fail_msg("%s: status %d, it gave %d instead of %d: %s", path, status,
			 f->shared->result, without.result, f->shared->text);
	if (memcmp(f->shared->sha256, without.sha256, 32) != 0)
		fail_msg("%s: another text (%s)", path, f->shared->text);
	buf_clear(&file.bytes);
}

/* One of `part` files below `path`. Gives how many were read. */
static unsigned
assert_same_texts(struct fixture *f, const char *path, unsigned part, unsigned *seen)
{
	struct dirent **list;
	unsigned done = 0;
	int n = scandir(path, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char inner[PATH_BYTES];
		struct stat st;

		snprintf(inner, sizeof inner, "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && stat(inner, &st) == 0) {
			if (S_ISDIR(st.st_mode)) {
				done += assert_same_texts(f, inner, part, seen);
			} else if (S_ISREG(st.st_mode) && st.st_size > 0 && (*seen)++ % part == 0) {
				assert_same_text(f, inner);
				done++;
			}
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return done;
}

static void
every_sample_has_the_same_text(void **state)
{
	const char *samples = getenv("SAMPLES");
	unsigned seen = 0;

	assert_true(assert_same_texts(*state, samples == NULL ? SAMPLES_DIR : samples, 1, &seen) >
		    8);
}

/* EVIDENCED_CORPUS_PART=1 reads all of it. */
static void
real_documents_have_the_same_text(void **state)
{
	const char *shared = getenv("EVIDENCED_SHARED"), *part = getenv("EVIDENCED_CORPUS_PART");
	char path[PATH_BYTES];
	unsigned seen = 0, done;

	snprintf(path, sizeof path, "%s/corpus", shared == NULL ? "" : shared);
	if (shared == NULL || access(path, R_OK) != 0)
		skip();
	done = assert_same_texts(*state, path, part == NULL ? CORPUS_PART : (unsigned)atoi(part),
				 &seen);
	print_message("%u of %u documents\n", done, seen);
	assert_true(done > 100);
}

/* --- character sets --- */

static void
run_selftests(struct fixture *f, const void *arg)
{
	const struct reader *reader = arg;

	for (const struct reader_selftest *t = reader->selftest; t->text != NULL; t++) {
		struct reader_failure failure;
		struct document doc = {0};
		enum err e = work_read_document(f->readers, NULL, t->bytes, span_of(t->name),
						&f->limits, &doc, &failure);
		struct buf text = {0};

		buf_put_span(&text, buf_span(&doc.text));
		snprintf(f->shared->text, FIXTURE_TEXT, "%s: %s%s", t->name,
			 e == OK ? buf_cstr(&text) : failure.reason, doc.cut);
		f->shared->result = (int)e;
		if (e != OK || strstr(f->shared->text, strrchr(t->text, '\n') != NULL
							   ? strrchr(t->text, '\n') + 1
							   : t->text) == NULL)
			_exit(EXIT_FAILURE);
	}
}

static void
every_character_set_is_read_rightly(void **state)
{
	struct fixture *f = *state;
	size_t n;
	const struct reader *const *list = readers_list(&n);

	if (landlock_abi() == 0)
		skip();
	for (size_t i = 0; i < n; i++)
		if (list[i]->selftest != NULL &&
		    fixture_run(f, SANDBOX_BOTH, run_selftests, list[i]) != 0)
			fail_msg("%s", f->shared->text);
}

/* --- what is refused is said --- */

static enum err
open_and_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	char path[PATH_BYTES];
	int fd;

	(void)failure;
	snprintf(path, sizeof path, "%.*s", (int)in->bytes.n, in->bytes.p);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	builder_text(b, fd < 0 ? SPAN("without it") : SPAN("with it"));
	return OK;
}

static enum err
open_and_fail(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	enum err e = open_and_read(in, b, failure);

	work_fail(failure, "damaged", "", "Something is missing.");
	return e == OK ? ERR_FORMAT : e;
}

static const struct reader opener = {.name = "opener", .format = "text", .read = open_and_read};
static const struct reader failer = {.name = "failer", .format = "text", .read = open_and_fail};

struct reading {
	const struct reader *reader;
	const char *paths[3];
};

/* Reads each path with the reader; the last one's text, lack or reason counts. */
static void
run_reading(struct fixture *f, const void *arg)
{
	const struct reading *r = arg;

	for (size_t i = 0; i < 3 && r->paths[i] != NULL; i++) {
		struct reader_failure failure;
		struct document doc = {0};
		enum err e = work_read_document(f->readers, r->reader, span_of(r->paths[i]),
						SPAN("name"), &f->limits, &doc, &failure);

		f->shared->result = (int)e;
		f->shared->refused = sandbox_refused_count();
		snprintf(f->shared->text, FIXTURE_TEXT, "%s%s%s", e == OK ? doc.cut : failure.code,
			 e == OK ? "" : ": ", e == OK ? "" : failure.reason);
	}
}

static void
a_refused_file_makes_the_document_partial(void **state)
{
	struct fixture *f = *state;
	const struct reading r = {.reader = &opener, .paths = {"/etc/passwd"}};

	fixture_run(f, SANDBOX_BOTH, run_reading, &r);
	assert_int_equal(f->shared->result, OK);
	assert_string_equal(f->shared->text,
			    "Some of its text may be missing or wrong: the sandbox refused the "
			    "reader /etc/passwd.");
	assert_int_equal(f->shared->refused, 1);
}

static void
a_reader_that_fails_for_a_refused_file_says_so(void **state)
{
	struct fixture *f = *state;
	const struct reading r = {.reader = &failer, .paths = {"/usr/lib/x/some \x01.so"}};

	fixture_run(f, SANDBOX_BOTH, run_reading, &r);
	assert_int_equal(f->shared->result, ERR_FORMAT);
	assert_string_equal(
	    f->shared->text,
	    "sandbox: Reading it needs /usr/lib/x/some??.so, which the sandbox refuses.");
}

static void
refusals_count_for_one_document(void **state)
{
	struct fixture *f = *state;
	const struct reading r = {.reader = &opener, .paths = {"/etc/passwd", "/etc/localtime"}};

	fixture_run(f, SANDBOX_BOTH, run_reading, &r);
	assert_int_equal(f->shared->result, OK);
	/* Every library looks for that one; nothing is missing without it. */
	assert_string_equal(f->shared->text, "");
	assert_int_equal(f->shared->refused, 1);
}

static void
without_landlock_the_readers_data_are_refused_and_named(void **state)
{
	struct fixture *f = *state;
	const struct reading r = {.reader = &opener, .paths = {"/usr/share/poppler/cMap"}};

	fixture_run(f, SANDBOX_SECCOMP, run_reading, &r);
	assert_int_equal(f->shared->result, OK);
	assert_non_null(strstr(f->shared->text, "/usr/share/poppler/cMap"));
}

/* --- self-test --- */

static enum err
read_crash(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	(void)in;
	(void)b;
	(void)failure;
	_exit(7);
}

static enum err
read_exec(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	char name[] = "/bin/true", *argv[] = {name, NULL};

	(void)in;
	(void)b;
	(void)failure;
	return execve(name, argv, argv + 1) == 0 ? OK : ERR_FORMAT;
}

static const char some_path[] = "/etc/passwd", some_word[] = "without";
static const struct reader_selftest says_without[] = {SELFTEST("a", some_path, "without it"), {0}};
static const struct reader_selftest says_with[] = {SELFTEST("a", some_word, "with it"), {0}};
static const struct reader_selftest two_lines[] = {SELFTEST("a", some_word, "with\nout it"), {0}};

static const struct reader good = {.name = "good",
				   .format = "text",
				   .read = open_and_fail,
				   .selftest = NULL};
static const struct reader refused = {.name = "refused",
				      .format = "text",
				      .read = open_and_read,
				      .selftest = says_without};
static const struct reader wrong = {.name = "wrong",
				    .format = "text",
				    .read = read_exec,
				    .selftest = says_with};
static const struct reader dead = {.name = "dead",
				   .format = "text",
				   .read = read_crash,
				   .selftest = says_with};

struct verdicts {
	char text[FIXTURE_TEXT];
	const struct reader *const *list;
};

static void
on_failed(void *ctx, size_t reader, const char *why)
{
	struct verdicts *v = ctx;
	size_t n = strlen(v->text);

	snprintf(v->text + n, sizeof v->text - n, "%s: %s\n", v->list[reader]->name, why);
}

static void
run_list(struct fixture *f, const struct reader *const *list, size_t n, struct verdicts *v)
{
	struct sandbox *sandbox;
	struct selftest *t;

	*v = (struct verdicts){.list = list};
	assert_int_equal(sandbox_new(readers_data, SANDBOX_BOTH, &sandbox), OK);
	f->setup = (struct child_setup){.null = f->null,
					.zygote = getpid(),
					.sandbox = sandbox,
					.limits = &f->limits,
					.readers = f->readers};
	assert_int_equal(selftest_begin(&f->setup, list, n, &t), OK);
	assert_int_equal(selftest_end(t, on_failed, v), OK);
	sandbox_free(sandbox);
}

/* A converter that is missing shows in words beyond ASCII only. */
static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void
every_reader_has_a_test_with_words_beyond_ascii(void **state)
{
	size_t n;
	const struct reader *const *list = readers_list(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct reader_selftest *t = list[i]->selftest;

		/* Without optical character recognition there are no words in a picture. */
		if (list[i] == &reader_image && t == NULL)
			continue;
		if (t == NULL || t->text == NULL)
			fail_msg("the reader for %s has no self-test", list[i]->name);
		for (; t->text != NULL; t++)
			if (list[i] != &reader_image && is_ascii(span_of(t->text)))
				fail_msg("%s: ASCII only", t->name);
	}
}

static void
the_readers_pass_their_own_test(void **state)
{
	struct verdicts v;
	size_t n;
	const struct reader *const *list = readers_list(&n);

	if (landlock_abi() == 0)
		skip();
	run_list(*state, list, n, &v);
	assert_string_equal(v.text, "");
}

static void
a_reader_that_fails_its_test_is_named_and_the_others_go_on(void **state)
{
	const struct reader *const list[] = {&good, &dead, &refused, &good, &wrong, &dead};
	struct verdicts v;

	run_list(*state, list, sizeof list / sizeof list[0], &v);
	assert_non_null(strstr(v.text, "dead: it ended\nrefused: the sandbox refused it a file "
				       "that it needs\nwrong: "));
	assert_non_null(strstr(v.text, "\ndead: it ended\n"));
	assert_null(strstr(v.text, "good"));
}

static enum err
read_without(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	(void)failure;
	builder_text(b, in->bytes);
	builder_text(b, SPAN(" it"));
	return OK;
}

static void
each_line_of_the_expected_text_must_stand_in_the_documents(void **state)
{
	const struct reader with = {.name = "with",
				    .format = "text",
				    .read = read_without,
				    .selftest = two_lines};
	const struct reader other = {.name = "other",
				     .format = "text",
				     .read = read_without,
				     .selftest = says_with};
	const struct reader *const list[] = {&with, &other};
	struct verdicts v;

	run_list(*state, list, 2, &v);
	assert_string_equal(v.text, "other: it gave another text than it should\n");
}

static enum err
read_without_end(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	volatile size_t n = 0;

	(void)in;
	(void)b;
	(void)failure;
	while (n < SIZE_MAX)
		n = n / 2 + 1;
	return OK;
}

static void
a_reader_that_does_not_end_fails_its_test(void **state)
{
	struct fixture *f = *state;
	const uint64_t cpu_s = f->limits.cpu_s;
	const struct reader endless = {.name = "endless",
				       .format = "text",
				       .read = read_without_end,
				       .selftest = says_with};
	const struct reader part = {.name = "part",
				    .format = "text",
				    .read = read_without,
				    .selftest = says_with};
	const struct reader *const list[] = {&endless, &part};
	struct verdicts v;

	f->limits.cpu_s = 1;
	run_list(f, list, 2, &v);
	f->limits.cpu_s = cpu_s;
	assert_non_null(strstr(v.text, "endless: it "));
	assert_non_null(strstr(v.text, "\npart: it gave another text than it should\n"));
}

static enum err
read_part(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	size_t token = builder_part_open(b, SPAN("without it"));

	(void)failure;
	builder_text(b, in->bytes);
	builder_part_close(b, token);
	return OK;
}

static void
the_name_of_a_part_counts_as_its_text(void **state)
{
	static const struct reader_selftest both[] = {SELFTEST("a", some_word, "out it\nwithout"),
						      {0}};
	const struct reader part = {.name = "part",
				    .format = "text",
				    .read = read_part,
				    .selftest = both};
	const struct reader *const list[] = {&part};
	struct verdicts v;

	run_list(*state, list, 1, &v);
	assert_string_equal(v.text, "");
}

static void
a_reader_that_is_switched_off_gives_its_reason(void **state)
{
	struct fixture *f = *state;
	struct reader_work work = {.readers = f->readers, .limits = &f->limits};
	const struct reader_input in = {.bytes = SPAN("%PDF-1.4\n"),
					.name = SPAN("a"),
					.work = &work};
	struct reader_failure failure;
	size_t n, pdf = 0;
	const struct reader *const *list = readers_list(&n);

	while (list[pdf] != &reader_pdf)
		pdf++;
	assert_ptr_equal(readers_find(f->readers, &in, &failure), &reader_pdf);
	readers_switch_off(f->readers, pdf);
	assert_true(readers_is_off(f->readers, pdf));
	assert_null(readers_find(f->readers, &in, &failure));
	assert_string_equal(failure.code, "sandbox");
	assert_string_equal(failure.reason, "The reader for PDF is switched off: it failed its own "
					    "test in the sandbox.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_sample_has_the_same_text),
	    cmocka_unit_test(real_documents_have_the_same_text),
	    cmocka_unit_test(every_character_set_is_read_rightly),
	    cmocka_unit_test(a_refused_file_makes_the_document_partial),
	    cmocka_unit_test(a_reader_that_fails_for_a_refused_file_says_so),
	    cmocka_unit_test(refusals_count_for_one_document),
	    cmocka_unit_test(without_landlock_the_readers_data_are_refused_and_named),
	    cmocka_unit_test(every_reader_has_a_test_with_words_beyond_ascii),
	    cmocka_unit_test(the_readers_pass_their_own_test),
	    cmocka_unit_test(a_reader_that_fails_its_test_is_named_and_the_others_go_on),
	    cmocka_unit_test(each_line_of_the_expected_text_must_stand_in_the_documents),
	    cmocka_unit_test(a_reader_that_does_not_end_fails_its_test),
	    cmocka_unit_test(the_name_of_a_part_counts_as_its_text),
	    cmocka_unit_test(a_reader_that_is_switched_off_gives_its_reason),
	};

	return cmocka_run_group_tests_name("sandbox_text", tests, fixture_setup, fixture_teardown);
}
