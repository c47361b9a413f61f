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

const struct reader reader_image = {.name = "picture", .format = "image", .read = pending_read};
