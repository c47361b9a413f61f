/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lua_doc - `doc`: a document as a plugin sees it.
 *
 * Positions in Lua are 1-based and include the last byte; here they become 0-based
 * and exclusive. The text becomes a Lua string only when `doc.text` is read. A
 * `doc` that a script keeps is dead after its document.
 */
#pragma once

#include "extract/convert.h"
#include "text/document.h"

#include <lua.h>

#define LUA_DOC_LANGUAGE_MAX 35 /* bytes of a language tag (RFC 5646) */

struct lua_doc_run { /* what lies behind a `doc` */
	const struct document *document;
	struct span name; /* of the file: a hint */
	const struct plugin_decl *decl;
	struct records *records;
	char role[16];                           /* proposed; empty: none */
	char language[LUA_DOC_LANGUAGE_MAX + 1]; /* proposed; empty: none */
	struct lua_doc *doc;                     /* set by lua_doc_push() */
};

/* Once a state. Raises. */
void lua_doc_open(lua_State *L);

/* Pushes a new `doc` for the run; the state keeps it until lua_doc_end(). Raises. */
void lua_doc_push(lua_State *L, struct lua_doc_run *run);

/*
 * For state_run(), without an argument: the document is over. Its `doc` is an error to use from
 * now on, and its text garbage.
 */
int lua_doc_end(lua_State *L);
