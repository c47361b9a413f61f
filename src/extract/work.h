/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * work - the steps of one document that a child and `--file` share.
 */
#pragma once

#include "common/frame.h"
#include "extract/reader.h"

#include <sys/resource.h>

/* Loads what must be there before a fork: locale, tables of libcrypto, readers.
 *out lives as long as the process. ERR_NOMEM, ERR_NOT_FOUND (no database of formats). */
MUST_CHECK enum err work_prepare(struct readers **out);

/* RLIMIT_AS (not under sanitizers) and RLIMIT_CORE for good, RLIMIT_CPU for `documents` of which
 * one comes now. ERR_DENIED. */
MUST_CHECK enum err work_limit(const struct limits *l, unsigned documents);

/* The next document has l->cpu_s from now on, rounded up. ERR_DENIED. */
MUST_CHECK enum err work_limit_next(const struct limits *l);

/*
 * Reads all of the file behind `fd` once, hashing it meanwhile. `size` is a hint.
 * On an error *failure says it for a person.
 *   ERR_LIMIT   it is larger than l->file_bytes
 *   ERR_IO      the system could not read it
 *   ERR_NOMEM
 */
MUST_CHECK enum err work_read_file(int fd, uint64_t size, const struct limits *l, struct buf *bytes,
				   unsigned char sha256[32], struct reader_failure *failure);

/*
 * Makes the document of `bytes` with `reader`, or (NULL) with the one that readers_find()
 * finds. On any error *failure says it for a person.
 */
MUST_CHECK enum err work_read_document(const struct readers *readers, const struct reader *reader,
				       struct span bytes, struct span name, const struct limits *l,
				       struct document *out, struct reader_failure *failure);

/* Fills *failure; `remedy` may be empty. */
void work_fail(struct reader_failure *failure, const char *code, const char *remedy,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));
