/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rehearse - a run over a text that has some of everything, for what it leaves
 * behind: what plugins and libraries make on first use (compiled grammars, bound
 * symbols). In the zygote each child inherits that; in a child that waits, the pages
 * that a run writes to are its own before there is a document.
 */
#pragma once

#include "common/frame.h"
#include "extract/plugin.h"
#include "extract/reader.h"

/*
 * What the plugins find or fail at does not matter. `on_begin` (may be NULL) hears
 * of each plugin before it runs. ERR_NOMEM, ERR_UNSUPPORTED (no reader for plain text).
 */
MUST_CHECK enum err rehearse(const struct readers *readers, struct host *h,
			     const struct limits *limits,
			     void (*on_begin)(void *ctx, uint32_t plugin), void *ctx);
