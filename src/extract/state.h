/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state - one restricted Lua state with a budget.
 *
 * Knows nothing of documents or declarations: it loads a chunk, runs C functions
 * in protected mode, counts memory and instructions, and says why something
 * failed, always as "FILE:LINE: reason".
 *
 *  T1  Only base, string, table, math and utf8 are there, without what reaches the
 *      file system, bytecode, addresses, coroutines or finalisers.
 *  T2  Once over budget it is dead: pcall re-raises, every instruction raises.
 *  T3  Every call into Lua happens inside state_run().
 *  T4  What a script leaves behind (in an upvalue, a table) is gone with the next
 *      state_begin(), once the state is settled.
 *
 * A loop inside one C function (string.find on a hostile pattern) is not counted:
 * only the daemon's time-out ends it.
 */
#pragma once

#include "common/buf.h"

#include <lua.h>

#define STATE_WHY_BYTES        512
#define STATE_SUBJECT_MAX      (4 * 1024 * 1024) /* bytes searched with a Lua pattern at once */
#define STATE_PATTERN_MAX      1024              /* bytes of a Lua pattern */
#define STATE_LOG_LINES_MAX    100               /* of one budget */
#define STATE_REFUSALS_MAX     8                 /* refused allocations before the state is dead */
#define STATE_GC_PAUSE         1000 /* per cent of what is in use: lua_gc(3), LUA_GCINC */
#define STATE_INSTRUCTION_HOOK 1000 /* instructions between two looks at the budget */

struct state; /* opaque */

/* A new state; `file` is for messages. 0 means no limit. ERR_NOMEM. */
MUST_CHECK enum err state_new(uint64_t memory_bytes, uint64_t instructions, struct span file,
			      struct state **out);
void state_free(struct state *st); /* NULL is allowed */

/*
 * Runs `run` in protected mode with `ctx` as its only argument (a light userdata).
 * ERR_FORMAT with state_why() when it, or a script it called, failed; ERR_NOMEM
 * when there is no stack for the call itself.
 */
MUST_CHECK enum err state_run(struct state *st, lua_CFunction run, void *ctx);

/* Why the last state_run() failed: "FILE:LINE: reason". Borrowed until the next one. */
const char *state_why(const struct state *st);

/*
 * Begins a new budget. `extra` bytes (a document's text) do not count as the script's.
 * After state_settle() the state is as it was then, whatever scripts did since (T4).
 */
void state_begin(struct state *st, uint64_t extra);

/*
 * All that is loaded stays: collects now, and later as late as it can. A collection
 * marks, and thus copies, each page of the heap that a child shares with its parent.
 * Each state_begin() leads back to here. Once a state. ERR_NOMEM.
 */
MUST_CHECK enum err state_settle(struct state *st);

/* Does what the next state_begin() would do first; false: it was never settled. */
bool state_rewind(struct state *st);

bool state_dead(const struct state *st);

/* One more line for the log: false when this budget has none left. */
bool state_take_log(struct state *st);

/* --- inside state_run() only: these may raise --- */

struct state *state_of(lua_State *L);

/* Loads `source` as text and calls it; pushes its one result. Globals may be assigned meanwhile. */
void state_load(lua_State *L, struct span source);

/* Raises "FILE:LINE: reason" for a line of the source that no running function stands on. */
int state_error_at(lua_State *L, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* The line of the script that runs now, 0 when none does. */
int state_line(lua_State *L);

/* "FILE", as given to state_new(). */
struct span state_file(const struct state *st);

/* Adds a global that scripts can read: takes the value at the top of the stack. */
void state_set_global(lua_State *L, const char *name);

/*
 * Replaces the table at the top by one through which it can be read and not
 * written; `name` is for the message.
 */
void state_protect(lua_State *L, const char *name);
