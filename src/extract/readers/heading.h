/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heading - which lines are headings, where a format does not say so.
 *
 * Both tests want to be sure: a heading that is missed costs a record its
 * section, one that is invented gives it a wrong one.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

#define HEADING_BYTES_MAX 120

/*
 * Is the line a heading of the case-study template or of a bibliography
 * ("References to the research", "3. Underpinning research (indicative
 * maximum 500 words)")? Numbers in front, brackets and a colon behind do not
 * count, nor does case.
 */
bool heading_is_known(struct span line);

/*
 * Has the line the shape of a heading: short, beginning with a capital (maybe
 * after a number), without a full stop, figures, quotation marks, addresses, or
 * what begins and ends a letter? Where it stands is the caller's to judge.
 */
bool heading_has_shape(struct span line);

/* Without blanks (no-break spaces too) at both ends. */
struct span heading_trim(struct span s);
