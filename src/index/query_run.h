/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_run - running a query over a table of vectors as of a clock.
 */
#pragma once

#include "index/query_tree.h"
#include "index/vectors.h"

/* What query_run() does, with the table and clock given; `rd` is for under: alone, which NULL
 * ignores. */
MUST_CHECK enum err query_run_on(struct vectors *v, uint64_t clock, struct index_read *rd,
				 const struct query *q, const struct query_page *page,
				 struct hits *out);
