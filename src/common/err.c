/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err - names and texts of the codes, and the translation of errno.
 */
#include "common/err.h"

#include <errno.h>
#include <stddef.h>

static const struct {
	const char *name;
	const char *text;
} err_table[] = {
    [OK] = {"ok", "no error"},
    [ERR_NOMEM] = {"no_memory", "out of memory"},
    [ERR_IO] = {"io", "input or output failed"},
    [ERR_FULL] = {"full", "no room left"},
    [ERR_LIMIT] = {"limit", "a limit was reached"},
    [ERR_FORMAT] = {"format", "malformed"},
    [ERR_ENCODING] = {"not_utf8", "not UTF-8"},
    [ERR_DEPTH] = {"too_deep", "nested too deep"},
    [ERR_NOT_FOUND] = {"not_found", "no such thing"},
    [ERR_EXISTS] = {"exists", "exists already"},
    [ERR_BUSY] = {"busy", "in use"},
    [ERR_DENIED] = {"denied", "permission denied"},
    [ERR_TIMEOUT] = {"timeout", "took too long"},
    [ERR_CLOSED] = {"closed", "the other end is closed"},
    [ERR_CORRUPT] = {"corrupt", "damaged or foreign data"},
    [ERR_UNSUPPORTED] = {"unsupported", "not supported"},
    [ERR_STOPPING] = {"stopping", "the daemon is stopping"},
    [ERR_INTERNAL] = {"internal", "internal error"},
};

const char *
err_name(enum err e)
{
	return (size_t)e < sizeof err_table / sizeof *err_table ? err_table[e].name : "unknown";
}

const char *
err_text(enum err e)
{
	return (size_t)e < sizeof err_table / sizeof *err_table ? err_table[e].text
								: "unknown error";
}

enum err
err_from_errno(int number)
{
	switch (number) {
	case 0:
		return OK;
	case ENOMEM:
		return ERR_NOMEM;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOENT:
	case ENOTDIR:
	case ESTALE:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case ELOOP:
	case EXDEV:
		return ERR_DENIED;
	case EBUSY:
	case EADDRINUSE:
		return ERR_BUSY;
	case EPIPE:
	case ECONNRESET:
	case ECONNREFUSED:
	case ENOTCONN:
		return ERR_CLOSED;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case ENAMETOOLONG:
	case EMFILE:
	case ENFILE:
	case E2BIG:
	case EFBIG:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}
