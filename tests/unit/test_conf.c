/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration: what is read, what is refused and with which words.
 */
#include "common/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64];
	char file[96];
};

static int
place_setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->dir, sizeof p->dir, "/tmp/test_conf.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof p->file, "%s/evidenced.conf", p->dir);
	*state = p;
	return 0;
}

static int
place_teardown(void **state)
{
	struct place *p = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static enum err
read_text(const struct place *p, const char *text, struct conf *c, char why[512])
{
	FILE *f = fopen(p->file, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	conf_init(c);
	return conf_read(c, p->file, why);
}

static void
every_option_is_read(void **state)
{
	struct conf c;
	char why[512];

	assert_int_equal(read_text(*state,
				   "state = /var/x\nplugins = '/etc/p'\n"
				   "watch \"/srv/a\" { mode = poll ignore = {\"*.bak\", 'Old'} }\n"
				   "watch /srv/b { }\n"
				   "socket { path = /run/s mode = 0600 }\n"
				   "limits { file_bytes = 1000 settle_ms = 5 query_ms = 7 }\n"
				   "worker { children = 3 cpu_s = 9 }\n",
				   &c, why),
			 OK);
	assert_string_equal(c.state_dir, "/var/x");
	assert_string_equal(c.plugin_dir, "/etc/p");
	assert_true(c.plugin_dir_given);
	assert_int_equal(c.watch_count, 2);
	assert_string_equal(c.watches[0].path, "/srv/a");
	assert_int_equal(c.watches[0].mode, WATCH_POLL);
	assert_int_equal(c.watches[0].ignore_count, 2);
	assert_string_equal(c.watches[0].ignore[1], "Old");
	assert_int_equal(c.watches[1].mode, WATCH_AUTO);
	assert_string_equal(c.socket, "/run/s");
	assert_int_equal(c.socket_mode, 0600);
	assert_int_equal(c.limits.file_bytes, 1000);
	assert_int_equal(c.settle_ms, 5);
	assert_int_equal(c.query_ms, 7);
	assert_int_equal(c.children, 3);
	assert_int_equal(c.limits.cpu_s, 9);
	conf_clear(&c);
}

static void
settings_become_a_json_object_per_plugin(void **state)
{
	struct conf c;
	char why[512];

	setenv("TEST_CONF_HOST", "h.org", 1);
	assert_int_equal(
	    read_text(*state,
		      "plugin \"one\" { set(threshold, 3) set(half, 0.5) set(on, true)\n"
		      "  set(hosts, \"a.org\", \"${TEST_CONF_HOST}\") set(raw, '${X}\"') }\n"
		      "plugin two { }\n",
		      &c, why),
	    OK);
	assert_string_equal(conf_plugin_settings(&c, "one"),
			    "{\"threshold\":3,\"half\":0.5,\"on\":true,"
			    "\"hosts\":[\"a.org\",\"h.org\"],\"raw\":\"${X}\\\"\"}");
	assert_string_equal(conf_plugin_settings(&c, "two"), "{}");
	assert_string_equal(conf_plugin_settings(&c, "three"), "{}");
	conf_clear(&c);
}

static void
what_is_wrong_is_named_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"\nnonsense = 5\n", "evidenced.conf:2: no such option 'nonsense'"},
	    {"limits { settle_ms = many }\n", "evidenced.conf:1"},
	    {"limits { settle_ms = 0 }\n", "between 1 and 60000"},
	    {"watch \"/a\" { mode = sometimes }\n", "'auto', 'inotify' or 'poll'"},
	    {"watch \"/a\" {\n", "not closed by"},
	    {"state = var/x\n", "absolute"},
	    {"plugin p { set(key) }\n", "a key and at least one value"},
	    {"plugin p { set('Bad Key', 1) }\n", "no name for a setting"},
	    {"plugin p { }\nplugin p { }\n", "evidenced.conf:2"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf c;
		char why[512] = "";

		assert_int_equal(read_text(*state, cases[i].text, &c, why), ERR_FORMAT);
		if (strstr(why, cases[i].words) == NULL)
			fail_msg("'%s' is not in '%s'", cases[i].words, why);
		conf_clear(&c);
	}
}

static void
a_missing_file_is_not_found(void **state)
{
	struct conf c;
	char why[512];

	(void)state;
	conf_init(&c);
	assert_int_equal(conf_read(&c, "/nonexistent/evidenced.conf", why), ERR_NOT_FOUND);
	assert_non_null(strstr(why, "/nonexistent/evidenced.conf"));
	conf_clear(&c);
}

static void
folders_in_each_other_are_refused(void **state)
{
	const struct place *p = *state;
	char inner[96], state_dir[128], why[512];
	struct conf c;

	snprintf(inner, sizeof inner, "%s/inner", p->dir);
	assert_int_equal(mkdir(inner, 0755), 0);

	conf_init(&c);
	assert_int_equal(conf_add_watch(&c, p->dir), OK);
	assert_int_equal(conf_add_watch(&c, inner), OK);
	assert_int_equal(conf_check(&c, why), ERR_FORMAT);
	assert_non_null(strstr(why, "which is watched too"));
	conf_clear(&c);

	conf_init(&c);
	snprintf(state_dir, sizeof state_dir, "%s/not/yet", inner);
	c.state_dir = strdup(state_dir);
	assert_int_equal(conf_add_watch(&c, p->dir), OK);
	assert_int_equal(conf_check(&c, why), ERR_FORMAT);
	assert_non_null(strstr(why, "inside the watched folder"));
	conf_clear(&c);
}

static void
places_are_filled_in_and_watched_paths_made_real(void **state)
{
	const struct place *p = *state;
	char link[96], why[512];
	struct conf c;

	snprintf(link, sizeof link, "%s.link", p->dir);
	assert_int_equal(symlink(p->dir, link), 0);
	setenv("STATE_DIRECTORY", "/var/lib/somewhere", 1);
	setenv("RUNTIME_DIRECTORY", "/run/somewhere", 1);
	conf_init(&c);
	assert_int_equal(conf_add_watch(&c, link), OK);
	assert_int_equal(conf_check(&c, why), OK);
	assert_string_equal(c.watches[0].path, p->dir);
	assert_string_equal(c.state_dir, "/var/lib/somewhere");
	assert_string_equal(c.socket, "/run/somewhere/evidenced.sock");
	assert_non_null(c.plugin_dir);
	conf_clear(&c);
	unlink(link);
	unsetenv("STATE_DIRECTORY");
	unsetenv("RUNTIME_DIRECTORY");
}

static void
the_shipped_example_is_read_and_says_the_defaults(void **state)
{
	struct conf c, defaults;
	char why[512] = "";

	(void)state;
	conf_init(&c);
	conf_init(&defaults);
	if (conf_read(&c, CONF_EXAMPLE, why) != OK)
		fail_msg("%s", why);
	assert_memory_equal(&c.limits, &defaults.limits, sizeof c.limits);
	assert_int_equal(c.map_bytes, defaults.map_bytes);
	assert_int_equal(c.socket_mode, defaults.socket_mode);
	assert_int_equal(c.query_ms, defaults.query_ms);
	assert_int_equal(c.document_ms, defaults.document_ms);
	assert_int_equal(c.settle_ms, defaults.settle_ms);
	assert_int_equal(c.poll_s, defaults.poll_s);
	assert_int_equal(c.children, defaults.children);
	conf_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_option_is_read, place_setup, place_teardown),
	    cmocka_unit_test_setup_teardown(settings_become_a_json_object_per_plugin, place_setup,
					    place_teardown),
	    cmocka_unit_test_setup_teardown(what_is_wrong_is_named_with_file_and_line, place_setup,
					    place_teardown),
	    cmocka_unit_test(a_missing_file_is_not_found),
	    cmocka_unit_test_setup_teardown(folders_in_each_other_are_refused, place_setup,
					    place_teardown),
	    cmocka_unit_test_setup_teardown(places_are_filled_in_and_watched_paths_made_real,
					    place_setup, place_teardown),
	    cmocka_unit_test(the_shipped_example_is_read_and_says_the_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
