/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * person - the name of a person at the beginning of a text.
 */
#pragma once

#include "common/span.h"

struct person {
	struct span title; /* "Professor", "Dr"; empty when there is none */
	struct span name;  /* without title; white space as it stands */
};

/*
 * Reads a name: after titles, given names or initials, particles ("van der",
 * "de la", "ap") and a family name; "Jr", "III" belong to it. Without a title two
 * words at least. Careful: what has the form of a name but a word of offices,
 * places, bodies or the calendar in it ("Belfast City Council", "Head of Service")
 * is none; such a word after a whole name ends it.
 */
bool person_parse(struct span text, struct person *out);
