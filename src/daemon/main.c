/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main - evidenced's options; the rest is daemon.c.
 */
#include "daemon/daemon.h"

#include "config.h"

#include "common/landlock.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAIN_CONF_DEFAULT "/etc/evidenced/evidenced.conf"

static const char main_help[] =
    "Usage: evidenced --watch DIR [OPTION]...\n"
    "       evidenced --config FILE [OPTION]...\n"
    "\n"
    "Watches folders, reads the documents that land there, extracts evidence of\n"
    "research impact from them, and answers on a unix socket (see: evidence --help).\n"
    "It runs in the foreground; end it with Ctrl-C or SIGTERM.\n"
    "\n"
    "  --watch DIR      a folder to watch, with all below it; may be given again\n"
    "  --state DIR      where the index is kept; local disk, not inside a watched folder\n"
    "  --socket PATH    the unix socket\n"
    "  --plugins DIR    your own plugins, beside the shipped ones\n"
    "  --config FILE    the configuration; without --watch and --config\n"
    "                   " MAIN_CONF_DEFAULT " is read\n"
    "  --allow-no-landlock\n"
    "                   read documents also where the kernel has no Landlock, with the\n"
    "                   weaker half of the sandbox\n"
    "  --check          check options and configuration, and exit\n"
    "  --help           this text\n"
    "  --version        the version\n"
    "\n"
    "SIGHUP reads plugins and their settings again.\n"
    "\n"
    "Exit status: 0 ended by a signal, 1 could not start or stop, 2 usage or\n"
    "configuration, 3 another daemon is running here, 4 the disk failed.\n";

static const char main_no_landlock[] =
    "evidenced: this kernel has no Landlock (Linux 5.13 or later, with landlock in the list\n"
    "of its lsm= option), which keeps what reads hostile documents away from your files.\n"
    "To go on with seccomp alone: --allow-no-landlock, or in the configuration\n"
    "worker { allow_no_landlock = true }.\n";

struct main_options {
	const char *config;
	bool check, allow_no_landlock;
};

/* An absolute path for one that is relative to where we are. NULL: no memory. */
static char *
main_absolute(const char *path)
{
	char cwd[PATH_MAX];
	struct buf b = {0};

	if (path[0] != '/' && getcwd(cwd, sizeof cwd) != NULL) {
		buf_put_str(&b, cwd);
		buf_put_char(&b, '/');
	}
	buf_put_str(&b, path);
	if (buf_cstr(&b) == NULL)
		buf_clear(&b);
	return b.p;
}

static bool
main_set(char **to, const char *path)
{
	free(*to);
	*to = main_absolute(path);
	return *to != NULL;
}

/*
 * Reads the options, and the configuration before them, so that options win.
 * Returns -1 to go on, else the exit status.
 */
static int
main_options(int argc, char **argv, struct conf *conf, struct main_options *o)
{
	enum { WATCH = 1, STATE, SOCKET, PLUGINS, CONFIG, NO_LANDLOCK, CHECK, HELP, VERSION_ };
	static const struct option options[] = {
	    {"watch", required_argument, NULL, WATCH},
	    {"state", required_argument, NULL, STATE},
	    {"socket", required_argument, NULL, SOCKET},
	    {"plugins", required_argument, NULL, PLUGINS},
	    {"config", required_argument, NULL, CONFIG},
	    {"allow-no-landlock", no_argument, NULL, NO_LANDLOCK},
	    {"check", no_argument, NULL, CHECK},
	    {"help", no_argument, NULL, HELP},
	    {"version", no_argument, NULL, VERSION_},
	    {NULL, 0, NULL, 0}};
	const char *watches[64], *state = NULL, *socket = NULL, *plugins = NULL;
	size_t watch_count = 0;
	char why[512];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case WATCH:
			if (watch_count == sizeof watches / sizeof *watches) {
				fprintf(stderr,
					"evidenced: more than %zu --watch; use a configuration\n",
					watch_count);
				return DAEMON_EXIT_USAGE;
			}
			watches[watch_count++] = optarg;
			break;
		case STATE:
			state = optarg;
			break;
		case SOCKET:
			socket = optarg;
			break;
		case PLUGINS:
			plugins = optarg;
			break;
		case CONFIG:
			o->config = optarg;
			break;
		case NO_LANDLOCK:
			o->allow_no_landlock = true;
			break;
		case CHECK:
			o->check = true;
			break;
		case HELP:
			fputs(main_help, stdout);
			return DAEMON_EXIT_OK;
		case VERSION_:
			puts("evidenced " PACKAGE_VERSION);
			return DAEMON_EXIT_OK;
		default:
			fputs("Try 'evidenced --help'.\n", stderr);
			return DAEMON_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "evidenced: unexpected argument '%s'; did you mean --watch %s?\n",
			argv[optind], argv[optind]);
		return DAEMON_EXIT_USAGE;
	}
	if (o->config == NULL && watch_count == 0 && access(MAIN_CONF_DEFAULT, R_OK) == 0)
		o->config = MAIN_CONF_DEFAULT;
	if (o->config != NULL && conf_read(conf, o->config, why) != OK) {
		fprintf(stderr, "evidenced: %s\n", why);
		return DAEMON_EXIT_USAGE;
	}
	for (size_t i = 0; i < watch_count; i++)
		if (conf_add_watch(conf, watches[i]) != OK)
			return DAEMON_EXIT_FAILED;
	if ((state != NULL && !main_set(&conf->state_dir, state)) ||
	    (socket != NULL && !main_set(&conf->socket, socket)) ||
	    (plugins != NULL && !main_set(&conf->plugin_dir, plugins)))
		return DAEMON_EXIT_FAILED;
	conf->plugin_dir_given |= plugins != NULL;
	conf->allow_no_landlock |= o->allow_no_landlock;
	if (conf->watch_count == 0) {
		fputs("evidenced: nothing to watch: give --watch DIR or a configuration with a "
		      "watch section\nTry 'evidenced --help'.\n",
		      stderr);
		return DAEMON_EXIT_USAGE;
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct conf conf;
	struct main_options o = {0};
	char why[512];
	int status;

	conf_init(&conf);
	status = main_options(argc, argv, &conf, &o);
	if (status < 0 && conf_check(&conf, why) != OK) {
		fprintf(stderr, "evidenced: %s\n", why);
		status = DAEMON_EXIT_USAGE;
	}
	if (status < 0 && !conf.allow_no_landlock && landlock_abi() == 0) {
		fputs(main_no_landlock, stderr);
		status = DAEMON_EXIT_USAGE;
	}
	if (status < 0 && o.check) {
		puts("evidenced: options and configuration are fine");
		status = DAEMON_EXIT_OK;
	}
	if (status < 0)
		status = daemon_run(&conf, o.config);
	conf_clear(&conf);
	return status;
}
