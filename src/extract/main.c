/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidenced-extract - the worker: as the daemon's zygote, or by hand for one file.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/cases.h"
#include "extract/local.h"
#include "extract/zygote.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

static const char main_help[] =
    "Usage: evidenced-extract --file FILE [--plugin NAME|FILE.lua]... [--text]\n"
    "       evidenced-extract --cases FILE.lua\n"
    "\n"
    "Reads one document without the daemon and prints what plugins find in it, one JSON\n"
    "object a line.\n"
    "\n"
    "  --file FILE      the document\n"
    "  --plugin PLUGIN  only this plugin: an installed one's name, or a file; may be repeated\n"
    "  --text           print the document's text and marks instead\n"
    "  --no-sandbox     read it without the sandbox that the daemon's workers are in\n"
    "  --cases FILE.lua run the plugin over its cases, FILE.cases beside it\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 something was found (or all cases passed), 1 nothing (or a case failed),\n"
    "2 usage, 4 it failed, with the reason on standard error.\n";

enum main_option {
	OPT_FILE = 1,
	OPT_PLUGIN,
	OPT_TEXT,
	OPT_NO_SANDBOX,
	OPT_CASES,
	OPT_ZYGOTE,
	OPT_OCR,
	OPT_HELP,
	OPT_VERSION
};

static const struct option main_options[] = {
    {"file", required_argument, NULL, OPT_FILE},
    {"plugin", required_argument, NULL, OPT_PLUGIN},
    {"text", no_argument, NULL, OPT_TEXT},
    {"no-sandbox", no_argument, NULL, OPT_NO_SANDBOX},
    {"cases", required_argument, NULL, OPT_CASES},
    {"zygote", no_argument, NULL, OPT_ZYGOTE},
    {"ocr", required_argument, NULL, OPT_OCR},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {0},
};

static int
main_usage(const char *why)
{
	fprintf(stderr, "evidenced-extract: %s; see evidenced-extract --help\n", why);
	return LOCAL_USAGE;
}

int
main(int argc, char **argv)
{
	const char *plugins[PLUGINS_MAX], *cases = NULL, *ocr = NULL;
	struct local_options o = {.plugins = plugins};
	bool zygote = false;
	int c, status;

	while ((c = getopt_long(argc, argv, "", main_options, NULL)) != -1) {
		switch ((enum main_option)c) {
		case OPT_FILE:
			o.file = optarg;
			break;
		case OPT_PLUGIN:
			if (o.plugin_count == PLUGINS_MAX)
				return main_usage("too many plugins");
			plugins[o.plugin_count++] = optarg;
			break;
		case OPT_TEXT:
			o.text = true;
			break;
		case OPT_NO_SANDBOX:
			o.no_sandbox = true;
			break;
		case OPT_CASES:
			cases = optarg;
			break;
		case OPT_OCR:
			ocr = optarg;
			break;
		case OPT_ZYGOTE:
			zygote = true;
			break;
		case OPT_HELP:
			return fputs(main_help, stdout) < 0 ? LOCAL_FAILED : 0;
		case OPT_VERSION:
			return puts("evidenced-extract " PACKAGE_VERSION) < 0 ? LOCAL_FAILED : 0;
		default:
			return main_usage("what is asked for is not known");
		}
	}
	if (optind < argc)
		return main_usage("an argument too many");
	if (zygote + (cases != NULL) + (o.file != NULL) != 1)
		return main_usage("one of --file and --cases is needed");
	if (zygote)
		status = zygote_run(ocr);
	else if (cases != NULL)
		status = cases_run(cases);
	else
		status = local_run(&o);
	fflush(stdout);
	/* Readers may leak and libraries keep what they loaded: this is the end of all of it. */
	_exit(status);
}
