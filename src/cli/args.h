/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args - the command line: subcommand, options, and what is left of it.
 */
#pragma once

#include "common/buf.h"

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV };

/* Options that only some subcommands take. */
enum {
	ARG_FORMAT = 1,    /* --format, --json, --csv */
	ARG_LIMIT = 2,     /* --limit, --all */
	ARG_UNDER = 4,     /* --under */
	ARG_STATE = 8,     /* --state */
	ARG_TIMEOUT = 16,  /* --timeout */
	ARG_KIND = 32,     /* --kind */
	ARG_WATCH = 64,    /* --watch */
	ARG_PLUGINS = 128, /* --plugins */
	ARG_OCR = 256      /* --ocr */
};

struct args {
	const char *socket; /* NULL: look for it */
	bool format_given;
	enum format format;
	int64_t limit; /* 0: not given */
	bool all, watch, plugins, ocr, help;
	const char *under, *state, *kind;
	double timeout_s; /* < 0: none */
	int count;        /* words that are left */
	char **words;
};

/*
 * Reads the options of a subcommand, `allowed` being ARG_ bits; argv[0] is its name.
 * False: something is wrong, and it was said on stderr.
 */
MUST_CHECK bool args_read(struct args *a, unsigned allowed, int argc, char **argv);

/*
 * The words as one query: joined by a blank; a word `field:words with blanks`
 * becomes field:"words with blanks". ERR_NOMEM.
 */
MUST_CHECK enum err args_query(const struct args *a, struct buf *out);

/* One word of it, appended: what args_query() does with each. */
void args_put_query_word(struct buf *out, const char *word);
