/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * idmap - strings by id, as office documents refer to their parts: relations to
 * addresses, styles to levels, notes to texts. Filled, sorted once, then searched.
 */
#pragma once

#include "common/buf.h"

struct idmap { /* {0} is empty */
	struct buf entries;
	struct buf bytes;
};

void idmap_put(struct idmap *m, struct span id, struct span value);
void idmap_sort(struct idmap *m); /* after the last put, before the first get */
/* False when there is none. The value lives as long as the map is unchanged. */
bool idmap_get(const struct idmap *m, struct span id, struct span *value);
size_t idmap_count(const struct idmap *m);
/* Of a sorted one, the id of entry i < idmap_count(). */
struct span idmap_id(const struct idmap *m, size_t i);
MUST_CHECK enum err idmap_err(const struct idmap *m);
void idmap_clear(struct idmap *m);
