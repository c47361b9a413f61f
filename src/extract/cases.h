/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases - runs a plugin over its cases file and tells what differs.
 *
 * NAME.cases lies beside NAME.lua: UTF-8, blocks of
 *
 *   === title [format]
 *   the document's text; a line that begins with \=== or \--- loses its backslash
 *   ---
 *   KIND "words" {"field": value}
 *
 * `words` (a JSON string) is compared with the record's text, white space folded; of the
 * fields those named must agree, {} may be left out. Records of the plugin's kinds
 * that no line expects fail the case, and so does a line that no record meets.
 */
#pragma once

#include "extract/local.h"

#define CASES_BYTES_MAX (4 * 1024 * 1024)

/* Prints a line for each failed case and a sum. LOCAL_NONE: some case failed. */
enum local_exit cases_run(const char *plugin_file);
