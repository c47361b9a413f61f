/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * declare - the table a plugin returns, read strictly.
 *
 * Unknown keys, names, types and formats are refused with the nearest known one.
 * A table has no lines, so the line in a reason is that on which the key at fault is
 * set in the source, as far as one finds it there.
 */
#pragma once

#include "common/record.h"

#include <lua.h>

#define PLUGIN_PATTERNS_MAX      32
#define PLUGIN_PATTERN_BYTES_MAX 4096

struct declared {
	struct plugin_decl decl;
	uint32_t formats; /* a bit for each of the formats it wants; 0: all */
	bool has_document;
	size_t pattern_count;
	struct declared_pattern {
		char name[NAME_BYTES_MAX + 1];
		char *expression;
	} patterns[PLUGIN_PATTERNS_MAX]; /* sorted by name */
};

void declared_clear(struct declared *d);

/*
 * Reads the table at the top into an empty *d, and keeps its functions for
 * declare_push_function(). Raises; *d is then to be cleared. `source` is where lines are
 * looked for.
 */
void declare_read(lua_State *L, struct span source, struct declared *d);

/* Pushes the function of pattern `i`, or `document` where i is DECLARE_DOCUMENT. */
#define DECLARE_DOCUMENT SIZE_MAX
void declare_push_function(lua_State *L, size_t i);

/* Does a plugin with these want documents of this format? */
bool declared_wants(const struct declared *d, const char *format);

/*
 * The line of `source` on which `key` is set (NULL: on which the table is returned), looked
 * for behind the place where `parent` is set (NULL: where the table is returned).
 */
int declare_line(struct span source, const char *parent, const char *key);
