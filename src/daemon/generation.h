/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * generation - how zygote.c makes what daemon/zygote.h describes.
 *
 *  G1  A generation changes only until generation_seal(); afterwards threads share it.
 */
#pragma once

#include "common/plugin_files.h"
#include "daemon/zygote.h"

/* Of sources and settings, none in force yet. NULL: no memory. */
struct generation *generation_new(const struct plugin_files *files, const struct conf *conf);

/*
 * Plugin `index` is loaded and declares `decl`. Refused with a sentence in `why` when
 * it names itself otherwise than its file, or shares a kind with an earlier plugin but
 * has another type for one of its fields.
 *   ERR_FORMAT  refused
 */
MUST_CHECK enum err generation_put(struct generation *g, size_t index,
				   const struct plugin_decl *decl, char why[512]);

/* Out of force, "FILE: reason" (or what begins with the file already). ERR_NOMEM. */
MUST_CHECK enum err generation_refuse(struct generation *g, size_t index, struct span reason);

/* All plugins are put or refused: makes plugin_set. ERR_NOMEM. */
MUST_CHECK enum err generation_seal(struct generation *g, const struct worker_level *level);

/* SHA-256 over all files' names, sources, settings and errors: did anything change? ERR_NOMEM. */
MUST_CHECK enum err generation_fingerprint(const struct plugin_files *files,
					   const struct conf *conf, unsigned char out[32]);
