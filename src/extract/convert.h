/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * convert - Lua tables to records, strictly, and the records of one run.
 *
 * Everything a script hands over passes here (H3): kinds, fields and types as
 * declared, UTF-8 without NUL, finite numbers up to 2^53, dates YYYY[-MM[-DD]],
 * lists without holes, sizes. An empty string or list is a field without value
 * and left out. What is wrong is raised as an error with the script's line.
 */
#pragma once

#include "common/record.h"

#include <lua.h>

#define RECORDS_BYTES_MAX (16 * 1024 * 1024) /* of one plugin's records of one document */

struct records {           /* of one plugin and one document; {0} is empty */
	struct buf frames; /* as frame_put_record() writes them */
	uint32_t n;
	struct records_slot {
		uint64_t hash;
		size_t at, bytes; /* in frames; bytes 0: free */
	} * slots;                /* open addressing; a power of two */
	size_t slot_count;
	struct value values[RECORD_VALUES_MAX]; /* of the record being made */
};

void records_clear(struct records *rs);
void records_reset(struct records *rs); /* keeps the memory */

/*
 * Adds a record whose fields are the table (or nil) at `fields`. r->kind, start,
 * end and confidence are set by the caller. One that was added before (same
 * kind, place and fields) is dropped. Raises.
 */
void convert_record(lua_State *L, int fields, const struct kind_decl *kind, struct record *r,
		    struct records *rs);
