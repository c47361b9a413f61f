/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugin - the plugin host: Lua states, their limits, the one pattern database.
 *
 * All plugins are loaded in the zygote, each in a restricted state of its own;
 * their patterns are compiled into one Hyperscan database; a child runs them over
 * one document. A plugin that fails harms nothing but its own result.
 *
 *  H1  A state never sees another state, the file system, or bytecode.
 *  H2  Once over budget a state is dead: nothing a script does revives it.
 *  H3  Records leave a state only through the strict converter (types, UTF-8, counts).
 *  H4  What a plugin gives depends on the document only: nothing that it keeps outlives
 *      the document, once the host is settled.
 */
#pragma once

#include "common/frame.h"
#include "common/plugin_files.h" /* PLUGINS_MAX, PLUGIN_SOURCE_MAX, HOST_API_VERSION */
#include "text/document.h"

#define PLUGIN_MATCHES_MAX 10000 /* of one pattern in one document */

struct host; /* opaque: all plugins of a generation */

/* Reads LPeg's re.lua: before the process gives up its file system. ERR_NOMEM, ERR_NOT_FOUND,
 * ERR_IO. */
MUST_CHECK enum err host_new(const struct limits *limits, struct host **out);
void host_free(struct host *h); /* NULL is allowed */

/*
 * Loads one plugin from source text. `file` is for messages. Its index is given
 * by the caller. *decl gets the declaration, kinds and fields sorted by name.
 *
 *   ERR_FORMAT  the plugin is refused; `why` is "FILE:LINE: reason"
 *   ERR_LIMIT   the index is PLUGINS_MAX or more
 *   ERR_EXISTS  the index is taken
 *   ERR_NOMEM
 */
MUST_CHECK enum err host_load(struct host *h, uint32_t index, struct span file, struct span source,
			      struct span settings_json, struct plugin_decl *decl, char why[512]);

/* Compiles all loaded plugins' patterns into one database; after the last host_load(). */
MUST_CHECK enum err host_compile(struct host *h, char why[512]);

/*
 * The plugins are loaded and tried: makes what children inherit small and lasting. From
 * here on each document finds every state as it is now (H4). Once, before any child.
 * ERR_NOMEM.
 */
MUST_CHECK enum err host_settle(struct host *h);

/* Does now what the next host_run() would do first: what plugins left behind goes. */
void host_rewind(struct host *h);

/* What a run over one document gives, as it goes. Spans are borrowed for the call. */
struct host_events {
	void *ctx;
	void (*on_begin)(void *ctx, uint32_t plugin);
	/* `frames`: n records as frame_put_record() writes them, offsets 0-based, end exclusive. */
	void (*on_records)(void *ctx, uint32_t plugin, struct span frames, uint32_t n);
	void (*on_failed)(void *ctx, uint32_t plugin, struct span reason);
	void (*on_proposed)(void *ctx, uint32_t plugin, struct span role, struct span language);
};

/*
 * Scans the text once and runs every plugin but those in `skip`, in the order of their
 * indexes: its `document` function first, then its matches in text order. Each
 * plugin gives on_begin, then either on_records (maybe 0) or on_failed; on_proposed
 * comes before on_records, and only where something was proposed. `name` is the
 * file's name, a hint. A state that went over budget is made anew, or set back, for the
 * next document.
 *
 *   ERR_LIMIT   the text is longer than 4 GiB
 *   ERR_NOMEM   for the scan: no plugin ran
 */
MUST_CHECK enum err host_run(struct host *h, const struct document *d, struct span name,
			     const uint32_t *skip, size_t skip_count,
			     const struct host_events *events);
