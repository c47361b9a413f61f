/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_judge - random queries, each made together with the set of samples that
 * it means. The judge reads the samples' plain values and knows nothing of vectors.
 */
#pragma once

#include "records.h"

struct judged {
	struct buf text;
	bool *match; /* by sample */
};

/* Aborts without memory. judged_clear() after. */
struct judged judge_random(const struct sample *samples, size_t n, uint64_t *seed, unsigned depth);
void judged_clear(struct judged *j);
