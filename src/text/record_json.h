/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record_json - the one place that knows how a record looks as JSON.
 *
 * It writes what cannot change while the document does not; who prints a record
 * puts id, document, paths, case, role and status around it.
 */
#pragma once

#include "common/jwrite.h"
#include "common/record.h"
#include "text/document.h"

#define RECORD_TEXT_BYTES_MAX (64 * 1024) /* of `text`; a longer range is quoted up to there */
#define RECORD_CONTEXT_CHARS  32          /* of `prefix` and `suffix`, in code points */

/*
 * Writes the members kind, page, section, start, end, text, prefix, suffix, fields,
 * plugin and confidence, in this order, into the object that is open in *o.
 * `plugin` is the plugin's name. The record's offsets lie inside the document's
 * text, else they are clipped to it.
 */
void record_json_body(const struct record *r, const struct document *d, struct span plugin,
		      struct jwrite *o);
