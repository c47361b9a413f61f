/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tnef - winmail.dat, in which Outlook wraps what other programs then cannot open.
 *
 * Not libytnef: it prints what it meets to standard output, keeps its state in globals
 * and ends at the first oddity; the format is a run of attributes with lengths.
 */
#pragma once

#include "extract/reader.h"

bool tnef_is(struct span bytes);

/*
 * Puts the attachments as parts of `whole`, and the `body` when the mail around it has
 * none. `named` counts attachments in meta, see eml_put_attachment(). What is damaged is
 * named in builder_cut(). ERR_NOMEM.
 */
MUST_CHECK enum err tnef_put(const struct reader_input *whole, struct span bytes, bool body,
			     unsigned *named, struct builder *b);
