/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transcript - what was said, with times: WebVTT and SubRip files.
 *
 *   transcript.c       the reader: speakers' paragraphs
 *   transcript_cues.c  the file as cues, a cue's lines as text
 */
#pragma once

#include "common/buf.h"

#define TRANSCRIPT_SPEAKER_MAX 100 /* bytes of a name */

struct transcript_cue { /* borrows from the file's text */
	uint64_t from_ms, to_ms;
	struct span lines; /* as they stand in the file */
};

struct transcript_cues { /* {0} but for rest */
	struct span rest;
	bool vtt;
	struct span title, language; /* what a WebVTT file's head says; set by transcript_begin() */
};

/* Does a text that begins so look like WebVTT or SubRip, whatever its name? */
bool transcript_is(struct span head);

/* `text` is UTF-8 and outlives *c. */
void transcript_begin(struct transcript_cues *c, struct span text);
bool transcript_next(struct transcript_cues *c, struct transcript_cue *cue);

/*
 * A cue's line without tags, with entities resolved, in *out (emptied first). Who says
 * it by its <v> tag in *speaker (empty: no such tag; borrows from `line`).
 */
void transcript_clean(struct span line, struct buf *out, struct span *speaker);

/* Takes the first line off *rest, without its line end. */
struct span transcript_line(struct span *rest);

/*
 * "Jane Jones: words" - the length of the name in front, 0: there is none. `sure`: the
 * name has the form of one (several words with capitals); else it may be "Note:".
 */
size_t transcript_name(struct span line, bool *sure);
