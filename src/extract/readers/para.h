/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * para - the paragraphs, cells and tables of a written document, and what hangs on
 * them: links, tracked changes, notes, comments.
 *
 * A paragraph is gathered whole before it is put: only at its end is it known
 * whether all of it is bold, which is how many people write headings. Notes,
 * comments and text boxes follow the paragraph (or table) that they hang on.
 *
 *  P1  As tables.h: two passes with the same calls, the first with b == NULL.
 */
#pragma once

#include "extract/readers/tables.h"

#define PARA_BYTES_MAX  (4u * 1024 * 1024) /* the rest of a longer paragraph is left out */
#define PARA_MARKS_MAX  10000              /* links and changes in one paragraph */
#define PARA_OPEN_MAX   32                 /* of them, open at once */
#define PARA_BOLD_LEVEL 6                  /* of bold lines: below all that have a style */
#define PARA_LATER_MAX                                                                             \
	(8u * 1024 * 1024) /* bytes of notes, comments and boxes that wait for a table's end */

struct para { /* {0}: the first pass */
	struct builder *b;
	struct tables tables;
	uint32_t level; /* of the paragraph's heading, 0: none; the reader sets it */
	bool row_is_header;

	/* only para.c looks at the rest */
	struct buf text, names, marks, later;
	size_t visible, bold; /* bytes of the paragraph */
	size_t base;          /* tokens below it are of paragraphs that have ended */
	size_t open;          /* marks that are open */
	const char *announced;
	uint32_t announced_level;
	bool cell_bold, cell_used, title_put, cut;
};

/* Goes over to the second pass. What the first left open is forgotten. */
void para_second_pass(struct para *p, struct builder *b);
/* At the second pass's end, also where it ended early: puts what waits. */
void para_finish(struct para *p);
void para_clear(struct para *p);
MUST_CHECK enum err para_err(const struct para *p);

void para_text(struct para *p, struct span s, bool bold);
void para_tab(struct para *p);
void para_break(struct para *p); /* a line's end inside the paragraph */

/* A heading of the next paragraph that has words; NULL: of none. Static. */
void para_announce(struct para *p, const char *heading, uint32_t level);

/* A mark over what is put until para_close() or the paragraph's end; 0 closes nothing. */
size_t para_open(struct para *p, enum mark_type type, struct span name);
void para_close(struct para *p, size_t token);
/* Words that a tracked change takes out here. */
void para_deleted(struct para *p, struct span words);

/* Follows the paragraph as one of its own; with `type` MARK_COMMENT marked, `name` who made it.
 * Line ends in `text` are kept. */
void para_later(struct para *p, enum mark_type type, struct span name, struct span text);
/* The sign of a note in the text ("[1]"), and the note with it, later. */
void para_note(struct para *p, const char *sign, struct span text);

void para_end(struct para *p);
/* Drops what was gathered of the paragraph. */
void para_reset(struct para *p);

void para_table_begin(struct para *p);
void para_table_end(struct para *p);
void para_row_begin(struct para *p);
void para_row_end(struct para *p);
void para_cell_begin(struct para *p);
void para_cell_end(struct para *p);
