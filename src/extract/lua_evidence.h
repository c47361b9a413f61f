/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lua_evidence - `evidence`: what extractors need and should not write again.
 */
#pragma once

#include "common/span.h"

#include <lua.h>

#define LUA_EVIDENCE_LOG_BYTES 500 /* of one evidence.log() */

/*
 * Sets the global `evidence` with `settings` (a JSON object; empty: none). `re` is the text of
 * LPeg's re module; it and what it points to outlive the state. Raises.
 */
void lua_evidence_open(lua_State *L, const struct span *re, struct span settings);
