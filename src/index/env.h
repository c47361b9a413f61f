/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * env - the LMDB environment of an index (ix->dir, ix->env, ix->dbi).
 */
#pragma once

#include "index/store.h"

#define ENV_DAMAGED "damaged" /* a file in the index's folder: do not use what is here */

/*
 * Opens the environment in ix->dir, with all databases. ERR_CORRUPT: damaged, or of
 * another LMDB. ERR_NOMEM: no map of that size, nor of half of it and so on down to
 * STORE_MAP_MIN. Nothing is left open on an error.
 */
MUST_CHECK enum err env_open(struct index *ix, uint64_t map_bytes);
void env_close(struct index *ix);

/* Brings ix->bytes and ix->map_bytes up to date. */
void env_measure(struct index *ix);
