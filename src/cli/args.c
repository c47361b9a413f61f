/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args - getopt_long, and the rule for words with blanks in them.
 */
#include "cli/args.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	OPT_SOCKET = 1000,
	OPT_HELP,
	OPT_FORMAT,
	OPT_JSON,
	OPT_CSV,
	OPT_LIMIT,
	OPT_ALL,
	OPT_UNDER,
	OPT_STATE,
	OPT_TIMEOUT,
	OPT_KIND,
	OPT_WATCH,
	OPT_PLUGINS,
	OPT_OCR
};

static const struct option args_options[] = {
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"help", no_argument, NULL, OPT_HELP},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"json", no_argument, NULL, OPT_JSON},
    {"csv", no_argument, NULL, OPT_CSV},
    {"limit", required_argument, NULL, OPT_LIMIT},
    {"all", no_argument, NULL, OPT_ALL},
    {"under", required_argument, NULL, OPT_UNDER},
    {"state", required_argument, NULL, OPT_STATE},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"kind", required_argument, NULL, OPT_KIND},
    {"watch", no_argument, NULL, OPT_WATCH},
    {"plugins", no_argument, NULL, OPT_PLUGINS},
    {"ocr", no_argument, NULL, OPT_OCR},
    {NULL, 0, NULL, 0},
};

static bool
args_set_format(struct args *a, const char *name)
{
	static const char *const names[] = {"table", "json", "jsonl", "csv"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0) {
			a->format = (enum format)i;
			a->format_given = true;
			return true;
		}
	}
	fprintf(stderr, "evidence: --format takes table, json, jsonl or csv, not %s\n", name);
	return false;
}

static bool
args_set_number(const char *option, const char *text, double max, double *out)
{
	char *end;
	double n = strtod(text, &end);

	if (end != text && *end == '\0' && n >= 0 && n <= max) {
		*out = n;
		return true;
	}
	fprintf(stderr, "evidence: %s takes a number from 0 to %.0f, not %s\n", option, max, text);
	return false;
}

static bool
args_set(struct args *a, int option, unsigned *used)
{
	double n;

	switch (option) {
	case OPT_SOCKET:
		a->socket = optarg;
		return true;
	case OPT_HELP:
		a->help = true;
		return true;
	case OPT_FORMAT:
		*used |= ARG_FORMAT;
		return args_set_format(a, optarg);
	case OPT_JSON:
	case OPT_CSV:
		*used |= ARG_FORMAT;
		return args_set_format(a, option == OPT_JSON ? "json" : "csv");
	case OPT_LIMIT:
		*used |= ARG_LIMIT;
		if (!args_set_number("--limit", optarg, 1e9, &n) || n < 1)
			return false;
		a->limit = (int64_t)n;
		return true;
	case OPT_ALL:
		*used |= ARG_LIMIT;
		a->all = true;
		return true;
	case OPT_UNDER:
		*used |= ARG_UNDER;
		a->under = optarg;
		return true;
	case OPT_STATE:
		*used |= ARG_STATE;
		a->state = optarg;
		return true;
	case OPT_TIMEOUT:
		*used |= ARG_TIMEOUT;
		return args_set_number("--timeout", optarg, 2e6, &a->timeout_s);
	case OPT_KIND:
		*used |= ARG_KIND;
		a->kind = optarg;
		return true;
	case OPT_WATCH:
		*used |= ARG_WATCH;
		a->watch = true;
		return true;
	case OPT_PLUGINS:
		*used |= ARG_PLUGINS;
		a->plugins = true;
		return true;
	case OPT_OCR:
		*used |= ARG_OCR;
		a->ocr = true;
		return true;
	default:
		return false;
	}
}

bool
args_read(struct args *a, unsigned allowed, int argc, char **argv)
{
	unsigned used;
	int option, at;

	a->timeout_s = -1;
	opterr = 0;
	optind = 1;
	for (;;) {
		at = optind;
		used = 0;
		option = getopt_long(argc, argv, ":", args_options, NULL);
		if (option == -1)
			break;
		if (option == ':') {
			fprintf(stderr, "evidence: %s needs a value\n", argv[optind - 1]);
			return false;
		}
		if (option == '?') {
			fprintf(
			    stderr,
			    "evidence: there is no option %s (put -- before a query that begins "
			    "with a dash)\n",
			    argv[at]);
			return false;
		}
		if (!args_set(a, option, &used))
			return false;
		if ((used & ~allowed) != 0) {
			fprintf(stderr, "evidence: %s takes no option %s\n", argv[0],
				argv[optind - 1]);
			return false;
		}
	}
	a->words = argv + optind;
	a->count = argc - optind;
	return true;
}

/* --- queries --- */

static bool
args_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* The length of `name:` at the start of a word (with a `-` before it); 0: there is none. */
static size_t
args_field(const char *word)
{
	size_t n = word[0] == '-', begin = n;

	if (word[n] >= '0' && word[n] <= '9')
		return 0;
	while (args_is_name(word[n]))
		n++;
	return n > begin && word[n] == ':' && strncmp(word + n, "://", 3) != 0 ? n + 1 : 0;
}

/* Is it rather a query of several terms? Then it stands as it is. */
static bool
args_has_operators(const char *value)
{
	static const char *const operators[] = {"AND", "OR", "NOT"};
	const char *word = value;

	if (strpbrk(value, "\"()<>*") != NULL || strstr(value, "..") != NULL)
		return true;
	while ((word = strpbrk(word, " \t\n")) != NULL) {
		word += strspn(word, " \t\n");
		if (args_field(word) > 0 || word[0] == '-')
			return true;
		for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
			size_t n = strlen(operators[i]);

			if (strncmp(word, operators[i], n) == 0 && !args_is_name(word[n]))
				return true;
		}
	}
	return false;
}

void
args_put_query_word(struct buf *out, const char *word)
{
	size_t n = args_field(word);
	const char *value = word + n;

	/* A kind is one word: what follows it is another term. */
	if (n == 0 || value[0] == '\0' || strpbrk(value, " \t\n") == NULL ||
	    strncmp(word, "kind:", n) == 0 || strncmp(word, "-kind:", n) == 0 ||
	    args_has_operators(value)) {
		buf_put_str(out, word);
		return;
	}
	buf_put(out, word, n);
	buf_put_char(out, '"');
	for (; *value != '\0'; value++) {
		if (*value == '\\')
			buf_put_char(out, '\\');
		buf_put_char(out, *value);
	}
	buf_put_char(out, '"');
}

enum err
args_query(const struct args *a, struct buf *out)
{
	for (int i = 0; i < a->count; i++) {
		if (i > 0)
			buf_put_char(out, ' ');
		args_put_query_word(out, a->words[i]);
	}
	return buf_cstr(out) == NULL ? ERR_NOMEM : OK;
}
