/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * package - office documents of today are ZIP files of XML: one member as XML, parsed
 * as it is unpacked. No tree, no whole member in memory.
 */
#pragma once

#include "extract/readers/zip.h"

#include <libxml/xmlreader.h>

struct package_xml {
	struct zip_entry *entry; /* NULL: from memory */
	xmlTextReaderPtr reader;
};

/* As zip_open(); ERR_NOMEM too. `in` must outlive it. */
MUST_CHECK enum err package_open(const struct reader_input *in, const char *name,
				 struct package_xml *x);
/* XML that is in memory already and outlives it. ERR_LIMIT, ERR_NOMEM. */
MUST_CHECK enum err package_open_bytes(struct span xml, struct package_xml *x);
/* The next node: OK, ERR_NOT_FOUND at the end; ERR_FORMAT, ERR_LIMIT, ERR_NOMEM. */
MUST_CHECK enum err package_next(struct package_xml *x);
void package_close(struct package_xml *x);
bool package_is(const struct package_xml *x, const char *local_name);
/* An attribute by its local name, into `to`; false when there is none or it is too long. */
bool package_attribute(const struct package_xml *x, const char *local_name, char *to, size_t size);

/*
 * Makes of an error what a person reads; `what` is the kind of document ("Word
 * document"). ERR_LIMIT with text in `b` already is OK, with builder_cut().
 */
enum err package_explain(enum err e, const char *what, const struct reader_work *work,
			 struct builder *b, struct reader_failure *failure);
