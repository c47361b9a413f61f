/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftests - the documents of the readers' self-tests, for those whose bytes would
 * stand in a reader's way: one for each data file or converter that a reader may need.
 */
#pragma once

#include "extract/reader.h"

extern const struct reader_selftest selftests_text[];
extern const struct reader_selftest selftests_markdown[];
extern const struct reader_selftest selftests_csv[];
extern const struct reader_selftest selftests_html[];
extern const struct reader_selftest selftests_mhtml[];
extern const struct reader_selftest selftests_pdf[];
extern const struct reader_selftest selftests_docx[];
extern const struct reader_selftest selftests_odt[];
extern const struct reader_selftest selftests_rtf[];
extern const struct reader_selftest selftests_xlsx[];
extern const struct reader_selftest selftests_ods[];
extern const struct reader_selftest selftests_pptx[];
extern const struct reader_selftest selftests_odp[];
extern const struct reader_selftest selftests_eml[];
extern const struct reader_selftest selftests_mbox[];
extern const struct reader_selftest selftests_msg[];
extern const struct reader_selftest selftests_doc[];
extern const struct reader_selftest selftests_archive[];
extern const struct reader_selftest selftests_transcript[];
extern const struct reader_selftest selftests_tnef[];
