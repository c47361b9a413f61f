/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err - the one enumeration of what can go wrong.
 *
 * Every function that can fail returns it and is marked MUST_CHECK. Codes of
 * errno, libuv and LMDB are translated where they arise, in one function each
 * (err_from_errno here, err_from_uv in daemon/, err_from_mdb in index/), and
 * travel no further.
 */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
	OK = 0,
	ERR_NOMEM,       /* no memory */
	ERR_IO,          /* the system could not read or write */
	ERR_FULL,        /* no room: disk or map */
	ERR_LIMIT,       /* a named limit would be passed */
	ERR_FORMAT,      /* bytes that are not what they should be */
	ERR_ENCODING,    /* not UTF-8 */
	ERR_DEPTH,       /* nested too deep */
	ERR_NOT_FOUND,   /* there is no such thing */
	ERR_EXISTS,      /* there is one already */
	ERR_BUSY,        /* somebody else has it, or: not now */
	ERR_DENIED,      /* not allowed */
	ERR_TIMEOUT,     /* took too long */
	ERR_CLOSED,      /* the other end is gone */
	ERR_CORRUPT,     /* stored bytes are damaged or foreign */
	ERR_UNSUPPORTED, /* nothing here can do that */
	ERR_STOPPING,    /* the daemon is ending */
	ERR_INTERNAL     /* an invariant of our own does not hold */
};

/* A stable word for logs ("not_found"). Never NULL; static. */
const char *err_name(enum err e);

/* What a person reads ("no such thing"). Never NULL; static. */
const char *err_text(enum err e);

/* Translates an errno value; 0 gives OK, an unknown one ERR_IO. */
enum err err_from_errno(int number);
