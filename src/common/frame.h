/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame - messages between daemon, zygote and children.
 *
 * A frame is its payload's length (u32), its type (u8) and the payload, all in
 * the machine's byte order: both ends are always the same build on the same
 * machine. A span is a u32 length and the bytes. What a child sends is hostile:
 * the decoder never reads past the frame, its failure is sticky, and whoever
 * reads a frame ends with frame_done(), which also refuses bytes left over.
 */
#pragma once

#include "common/record.h"

#define FRAME_HEADER_BYTES 5
#define FRAME_BYTES_MAX                                                                            \
	(96u * 1024 * 1024) /* of a payload: a text of 64 MiB that does not compress */

/*
 * The messages, by direction. `fd` says that a descriptor comes along.
 * Anything else, or one out of its order, ends the connection.
 */
enum frame_type {
	/* daemon to zygote, in this order; then FORK and KILL at any time */
	FRAME_LIMITS = 1, /* struct limits, see frame_put_limits() */
	FRAME_PLUGIN,     /* u32 index, span file (for messages), span source, span settings (JSON
			     object) */
	FRAME_START,      /* (empty): no more plugins */
	FRAME_FORK,       /* u32 token, fd: the child's end of its socket */
	FRAME_KILL,       /* u32 token */

	/* zygote to daemon */
	FRAME_LOADING, /* u32 index: said before each plugin is loaded, and before its trial run */
	FRAME_LOADED,  /* u32 index, declaration */
	FRAME_REFUSED, /* u32 index, span reason with file and line */
	FRAME_READY,   /* struct worker_level, see frame_put_level() */
	FRAME_STARTED, /* u32 token, u32 pid */
	FRAME_ENDED,   /* u32 token, u32 wait status, u64 greatest resident bytes */

	/* daemon to child: one of them; after the answer's last frame the next one when it said
	   `run`, else the child's end of the connection */
	FRAME_READ,  /* u32 bool run, span name (a hint), u64 size, fd: the document */
	FRAME_RERUN, /* u32 bool run, span format, span name, span title, u64 text bytes, span zstd
			text, span marks, span meta, u32 n, n times u32: indexes of plugins to leave
			out */

	/* child to daemon */
	FRAME_HASH,          /* 32 bytes, u64 size: all was read, the descriptor is closed */
	FRAME_DOCUMENT,      /* span format, span title, u32 pages, span meta, span cut (why text is
				missing; empty: whole), u32 enum document_ocr */
	FRAME_TEXT,          /* u64 bytes, span zstd text, span marks: handed over */
	FRAME_BEGIN,         /* u32 plugin */
	FRAME_RECORDS,       /* u32 plugin, u32 n, n records: the plugin is done */
	FRAME_PLUGIN_FAILED, /* u32 plugin, span reason with file and line */
	FRAME_PROPOSED,      /* u32 plugin, span role, span language (either may be empty) */
	FRAME_HANDED_BACK, /* (empty): only after READ with `run` and HASH: for another child, since
			      it is not for one of our own text readers; the last frame */
	FRAME_FAILED, /* span code, span reason, span remedy, u32 enum reader_next: no text; the
			 last frame */
	FRAME_DONE    /* (empty): the last frame */
};

#define RUN_DOCUMENTS_MAX 64 /* that one child is asked for, when all are `run` */
#define CHILD_EXIT_NOMEM  3  /* a child's exit status when it had no memory to say so */

/* What is to become of a file that has no text. */
enum reader_next {
	NEXT_NOTHING,  /* it failed */
	NEXT_A_PERSON, /* no machine reads it: needs-you */
	NEXT_OCR       /* it is a picture of text: for the zygote that reads those */
};

/* What a document's text has to do with pictures of text. */
enum document_ocr {
	OCR_NONE,
	OCR_WANTED, /* some pages are pictures: the text is what could be had without reading them
		     */
	OCR_DONE    /* read from pictures: words may be wrong */
};

/* What bounds a child's work. Sent once a zygote. */
struct limits {
	uint64_t file_bytes;       /* a larger file is not read */
	uint64_t text_bytes;       /* text is cut there, at a paragraph */
	uint64_t unpacked_bytes;   /* of all members of archives (DOCX, XLSX, … too), together */
	uint64_t unpacked_ratio;   /* unpacked bytes for each byte of the file, past 10 MiB */
	uint64_t pages;            /* or slides, or sheets; later ones are left out */
	uint64_t parts;            /* members of archives and attachments, together */
	uint64_t part_depth;       /* parts within parts: an archive in a mail in an archive is 3 */
	uint64_t memory_bytes;     /* RLIMIT_AS of a child; 0: none */
	uint64_t cpu_s;            /* RLIMIT_CPU of a child */
	uint64_t ocr_confidence;   /* per cent: pages read with less are left out */
	uint64_t lua_memory_bytes; /* of one plugin's state */
	uint64_t lua_instructions; /* of one plugin in one document */
};

#define READERS_OFF_MAX     64
#define OCR_LANGUAGES_BYTES 200
#define OCR_MISSING_BYTES   600

/* What a zygote has in force: said once, by FRAME_READY. */
struct worker_level {
	uint32_t reader_version; /* even while a reader is off, odd else: higher when all work */
	bool seccomp;
	uint32_t landlock; /* its ABI version; 0: none */
	size_t off_count;
	char off[READERS_OFF_MAX]
		[NAME_BYTES_MAX + 1]; /* formats whose reader failed its self-test */
	/* Of the zygote for pictures. */
	bool ocr;                                    /* words in them can be read */
	char ocr_languages[OCR_LANGUAGES_BYTES + 1]; /* "eng+cym" */
	char ocr_missing[OCR_MISSING_BYTES +
			 1]; /* what is not installed and what to do, sentences */
};

/* --- writing: frame_begin() … frame_end(), anything between; failure sticks to the buf --- */

/* Returns where the frame begins, for frame_end(). */
size_t frame_begin(struct buf *b, enum frame_type type);
void frame_end(struct buf *b, size_t begun);
void frame_put_u32(struct buf *b, uint32_t n);
void frame_put_u64(struct buf *b, uint64_t n);
void frame_put_f64(struct buf *b, double n);
void frame_put_span(struct buf *b, struct span s);
void frame_put_limits(struct buf *b, const struct limits *l);
void frame_put_level(struct buf *b, const struct worker_level *l);
void frame_put_decl(struct buf *b, const struct plugin_decl *d);
void frame_put_record(struct buf *b, const struct record *r);

/* --- reading --- */

struct frame {
	enum frame_type type;
	struct span rest; /* what is not read yet */
	bool bad;         /* sticky: something was missing or out of range */
};

/*
 * Takes the first whole frame of `in`; *used is its length with header, 0 when
 * there is not all of it yet. The frame borrows from `in`.
 *
 *   ERR_LIMIT   the payload would be longer than `max`
 *   ERR_FORMAT  unknown type
 */
MUST_CHECK enum err frame_next(struct span in, size_t max, struct frame *f, size_t *used);

uint32_t frame_get_u32(struct frame *f);
uint64_t frame_get_u64(struct frame *f);
double frame_get_f64(struct frame *f);
struct span frame_get_span(struct frame *f);
void frame_get_limits(struct frame *f, struct limits *l);

/* Names, types and counts are checked, here and in the next. */
void frame_get_level(struct frame *f, struct worker_level *l);
void frame_get_decl(struct frame *f, struct plugin_decl *d);

/*
 * Reads a record and checks it against `d`: its kind and fields are declared
 * with that type, text is UTF-8, dates are dates, numbers finite, offsets in
 * order and inside `text_bytes`. The values lie in `values`, which has room for
 * RECORD_VALUES_MAX; texts borrow from the frame. Anything wrong: f->bad.
 */
void frame_get_record(struct frame *f, const struct plugin_decl *d, uint64_t text_bytes,
		      struct record *r, struct value *values);

/* OK when all was read and nothing was wrong, else ERR_FORMAT. */
MUST_CHECK enum err frame_done(const struct frame *f);
