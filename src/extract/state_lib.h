/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state_lib - what of Lua's libraries a script sees, and what stands in its place.
 */
#pragma once

#include <lua.h>

/* Pushes the table of all globals a script starts with. Raises. */
void state_lib_open(lua_State *L);
