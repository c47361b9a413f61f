/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftests - the documents of the readers' self-tests, for those whose bytes would
 * stand in a reader's way: one for each data file or converter that a reader may need.
 */
#pragma once

#include "extract/reader.h"

extern const struct reader_selftest selftests_text[];
extern const struct reader_selftest selftests_html[];
extern const struct reader_selftest selftests_eml[];
extern const struct reader_selftest selftests_pdf[];
extern const struct reader_selftest selftests_docx[];
