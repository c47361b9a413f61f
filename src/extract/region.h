/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * region - the memory of one Lua state, which can be set back to what it was.
 *
 * A state keeps things where no lock reaches: in upvalues, in tables that they hold.
 * Setting back all of its bytes undoes that at the cost of comparing some hundred KB,
 * where a new state would have to load and compile its plugin anew.
 *
 *  N1  After region_rewind() each block that lived at the mark has the address and the
 *      bytes it had then, and nothing that was allocated since is left.
 *  N2  Nothing outside of the region may point to what was allocated since the mark.
 */
#pragma once

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

struct region; /* opaque */

struct region *region_new(void);    /* NULL: no memory */
void region_free(struct region *r); /* and all that is in it; NULL is allowed */

/*
 * As realloc() and free(): `p` NULL allocates, `size` 0 frees. `old` is the size that
 * the block was given last, 0 for none. NULL: no memory; the block stands.
 */
void *region_realloc(struct region *r, void *p, size_t old, size_t size);

/* From here on region_rewind() leads back to now. Once a region. ERR_NOMEM: no mark is set. */
MUST_CHECK enum err region_mark(struct region *r);
bool region_is_marked(const struct region *r);

/* Only for a marked region. Writes to nothing that is as it was. */
void region_rewind(struct region *r);
