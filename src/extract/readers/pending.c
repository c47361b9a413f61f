/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pending - readers that are being written; this file goes with the last of them.
 */
#include "extract/readers/failure.h"

static enum err
pending_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	(void)in;
	(void)b;
	return failure_set(failure, ERR_UNSUPPORTED, "unsupported",
			   "There is no reader for this format yet.", "");
}

const struct reader reader_csv = {.name = "CSV", .format = "csv", .read = pending_read};
const struct reader reader_mhtml = {.name = "saved web page",
				    .format = "mhtml",
				    .read = pending_read};
const struct reader reader_odt = {.name = "ODT", .format = "odt", .read = pending_read};
const struct reader reader_rtf = {.name = "RTF", .format = "rtf", .read = pending_read};
const struct reader reader_xlsx = {.name = "XLSX", .format = "xlsx", .read = pending_read};
const struct reader reader_ods = {.name = "ODS", .format = "ods", .read = pending_read};
const struct reader reader_pptx = {.name = "PPTX", .format = "pptx", .read = pending_read};
const struct reader reader_odp = {.name = "ODP", .format = "odp", .read = pending_read};
const struct reader reader_mbox = {.name = "mbox", .format = "mbox", .read = pending_read};
const struct reader reader_msg = {.name = "MSG", .format = "msg", .read = pending_read};
const struct reader reader_doc = {.name = "DOC", .format = "doc", .read = pending_read};
const struct reader reader_archive = {.name = "archive", .format = "archive", .read = pending_read};
const struct reader reader_transcript = {.name = "transcript",
					 .format = "transcript",
					 .read = pending_read};
const struct reader reader_tnef = {.name = "winmail.dat", .format = "eml", .read = pending_read};
