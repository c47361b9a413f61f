/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listing - items of a list as table, JSON array, JSON lines or CSV.
 */
#pragma once

#include "cli/command.h"
#include "cli/table.h"

/* What a kind of item looks like. */
struct listing_kind {
	const char *things; /* "documents" */
	const struct table_column *columns;
	size_t column_count;
	void (*put_row)(struct table *t, const json_t *item); /* a cell for each column */
	const char *const *keys;                              /* of CSV; NULL at the end */
};

extern const struct listing_kind listing_records; /* listing_records.c */

struct listing {
	const struct listing_kind *kind;
	enum format format;
	struct span query; /* for colour */
	struct table *table;
	struct buf out;
	size_t count;
	json_t *fields; /* of records, CSV: more columns */
};

/*
 * Begins. For records as CSV it asks the daemon for the fields there are; `only`
 * (may be NULL) is the one kind of records that will come. False: said why.
 */
MUST_CHECK bool listing_begin(struct listing *l, const struct listing_kind *kind,
			      const struct args *a, enum format format, struct span query,
			      const char *only, struct client *c);
void listing_put(struct listing *l, const json_t *item, struct span raw);
/* Prints what is to be printed at the end, and frees. Gives EXIT_FOUND or EXIT_NOTHING. */
int listing_end(struct listing *l);

/*
 * Pages through a method's list. `params` are members of an object ("\"under\":\"x\"")
 * or empty. On a terminal a table has 20 items unless more are asked for.
 */
int listing_run(const struct args *a, struct client *c, const char *method, struct span params,
		const struct listing_kind *kind, struct span query);

/* A record in one line: the fields, or the words. */
void listing_record_gist(struct buf *out, const json_t *record);
/* "/path p. 3" */
void listing_record_place(struct buf *out, const json_t *record);
