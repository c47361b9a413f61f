/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence - the command line of evidenced: a table of subcommands.
 */
#include "config.h"

#include "cli/command.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static const struct command *const commands[] = {
    &command_status,   &command_find,   &command_show, &command_documents,
    &command_failures, &command_why,    &command_wait, &command_watch,
    &command_rescan,   &command_export, &command_call,
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void
main_help(FILE *to)
{
	fprintf(to, "Usage: evidence [--socket PATH] COMMAND [OPTIONS] [WORDS]\n\n"
		    "Asks a running evidenced for evidence in watched folders.\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->about);
	fprintf(
	    to,
	    "\n`evidence COMMAND --help` says more. Lists take --limit N, --all, and --format\n"
	    "table, json, jsonl or csv (--json, --csv for short). The socket is looked for at\n"
	    "--socket, $EVIDENCED_SOCKET, and where daemons put it.\n\n"
	    "Exit status: 0 found, 1 nothing found, 2 usage, 3 no daemon, 4 the daemon's error.\n");
}

static const struct command *
main_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
main_run(const struct command *command, struct args *a, int argc, char **argv)
{
	struct client *client;
	int status;

	if (!args_read(a, command->allowed, argc, argv)) {
		fprintf(stderr, "Usage: evidence %s\n", command->usage);
		return EXIT_USAGE;
	}
	if (a->help) {
		printf("Usage: evidence %s\n\n%s.\n%s", command->usage, command->about,
		       command->help);
		return EXIT_FOUND;
	}
	if (a->count < command->words_min ||
	    (command->words_max >= 0 && a->count > command->words_max)) {
		fprintf(stderr, "evidence: %s\nUsage: evidence %s\n",
			a->count < command->words_min ? "something is missing" : "too many words",
			command->usage);
		return EXIT_USAGE;
	}
	if (client_open(a->socket, &client) != OK)
		return EXIT_NO_DAEMON;
	status = command->run(a, client);
	client_close(client);
	if (fflush(stdout) != 0) {
		perror("evidence: the output can't be written");
		return EXIT_DAEMON;
	}
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *command;
	struct args a = {0};
	int at = 1;

	/* Widths of characters are asked for; output is UTF-8 in any locale. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "");
	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--help") == 0) {
			main_help(stdout);
			return EXIT_FOUND;
		}
		if (strcmp(argv[at], "--version") == 0) {
			printf("evidence %s\n", PACKAGE_VERSION);
			return EXIT_FOUND;
		}
		if (strncmp(argv[at], "--socket=", 9) == 0) {
			a.socket = argv[at] + 9;
		} else if (strcmp(argv[at], "--socket") == 0 && at + 1 < argc) {
			a.socket = argv[++at];
		} else {
			fprintf(stderr, "evidence: there is no option %s before a command\n",
				argv[at]);
			main_help(stderr);
			return EXIT_USAGE;
		}
	}
	if (at == argc) {
		main_help(stderr);
		return EXIT_USAGE;
	}
	command = main_find(argv[at]);
	if (command == NULL) {
		fprintf(stderr, "evidence: there is no command %s\n", argv[at]);
		main_help(stderr);
		return EXIT_USAGE;
	}
	return main_run(command, &a, argc - at, argv + at);
}
