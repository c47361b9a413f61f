/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_plugin_files - which files of the plugin folders are taken, and which refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/plugin_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	struct plugin_files files;
};

static int
folder_begin(void **state)
{
	struct fixture *t = calloc(1, sizeof *t);

	if (t == NULL)
		return -1;
	snprintf(t->folder, sizeof t->folder, "/tmp/evidenced-plugins-XXXXXX");
	*state = t;
	return mkdtemp(t->folder) == NULL ? -1 : 0;
}

static int
folder_end(void **state)
{
	struct fixture *t = *state;
	char command[128];

	plugin_files_clear(&t->files);
	snprintf(command, sizeof command, "rm -r %s", t->folder);
	free(t);
	return system(command);
}

static void
put(struct fixture *t, const char *name, const char *source, mode_t mode)
{
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/%s", t->folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, source, strlen(source)), strlen(source));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
plugins_are_sorted_and_odd_files_left_out(void **state)
{
	struct fixture *t = *state;

	put(t, "link.lua", "return {}", 0644);
	put(t, "doi.lua", "return {}", 0644);
	put(t, "evidence.d.lua", "", 0644);
	put(t, ".hidden.lua", "", 0644);
	put(t, "doi.cases", "", 0644);
	put(t, "My Plugin.lua", "", 0644);
	assert_int_equal(plugin_files_read(&t->files, t->folder, true), OK);
	assert_int_equal(t->files.n, 2);
	assert_string_equal(t->files.list[0].name, "doi");
	assert_string_equal(t->files.list[1].name, "link");
	assert_int_equal(t->files.list[1].n, 9);
	assert_non_null(memmem(t->files.notes.p, t->files.notes.n, "My Plugin.lua", 13));
}

static void
a_file_that_others_can_write_is_refused_and_takes_its_name_all_the_same(void **state)
{
	struct fixture *t = *state;

	put(t, "doi.lua", "return 1", 0644);
	assert_int_equal(plugin_files_read(&t->files, t->folder, false), OK);
	put(t, "doi.lua", "return 2", 0666);
	assert_int_equal(plugin_files_read(&t->files, t->folder, true), OK);
	assert_int_equal(t->files.n, 1);
	assert_null(t->files.list[0].source);
	assert_non_null(strstr(t->files.list[0].error, "others can write"));
}

static void
a_folder_that_others_can_write_gives_nothing(void **state)
{
	struct fixture *t = *state;

	put(t, "doi.lua", "return {}", 0644);
	assert_int_equal(chmod(t->folder, 0777), 0);
	assert_int_equal(plugin_files_read(&t->files, t->folder, true), OK);
	assert_int_equal(t->files.n, 0);
	assert_true(t->files.notes.n > 0);
}

static void
what_is_no_text_or_no_file_or_too_long_is_refused(void **state)
{
	struct fixture *t = *state;
	char path[200];

	put(t, "bytes.lua", "\x1bLua\xff", 0644);
	put(t, "long.lua", "", 0644);
	snprintf(path, sizeof path, "%s/long.lua", t->folder);
	assert_int_equal(truncate(path, PLUGIN_SOURCE_MAX + 1), 0);
	snprintf(path, sizeof path, "%s/pipe.lua", t->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(plugin_files_read(&t->files, t->folder, true), OK);
	assert_int_equal(t->files.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_null(t->files.list[i].source);
		assert_true(t->files.list[i].error[0] != '\0');
	}
}

static void
a_folder_that_is_not_there_is_empty(void **state)
{
	struct fixture *t = *state;

	assert_int_equal(plugin_files_read(&t->files, "/nonexistent/plugins", true), OK);
	assert_int_equal(t->files.n, 0);
	assert_int_equal(t->files.notes.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(plugins_are_sorted_and_odd_files_left_out),
	    TEST(a_file_that_others_can_write_is_refused_and_takes_its_name_all_the_same),
	    TEST(a_folder_that_others_can_write_gives_nothing),
	    TEST(what_is_no_text_or_no_file_or_too_long_is_refused),
	    TEST(a_folder_that_is_not_there_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
