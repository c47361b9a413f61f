/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heic - the pictures of telephones (HEIC, HEIF), with libheif.
 */
#pragma once

#include "common/span.h"

struct Pix; /* leptonica's */

/* Do the bytes begin like one? */
bool heic_is(struct span bytes);

/* The first picture, upright, in grey; NULL: it is damaged or too large. */
struct Pix *heic_read(struct span bytes);
