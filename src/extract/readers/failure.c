/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * failure - how a reader says why there is no text.
 */
#include "extract/readers/failure.h"

#include <stdio.h>

enum err
failure_set(struct reader_failure *f, enum err e, const char *code, const char *reason,
	    const char *remedy)
{
	f->code = code;
	snprintf(f->reason, sizeof f->reason, "%s", reason);
	snprintf(f->remedy, sizeof f->remedy, "%s", remedy);
	return e;
}
