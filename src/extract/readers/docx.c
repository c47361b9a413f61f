/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx - Word documents (Office Open XML).
 *
 *  1. the package's relations name the main part; its own name styles, notes, links
 *  2. styles that are headings, notes and properties are read
 *  3. the main part is read twice: once for its tables' kinds, once for the text
 */
#include "extract/readers/docx.h"
#include "extract/readers/failure.h"

#include <limits.h>
#include <stdio.h>

/* External entities, DTDs and huge nodes are never wanted; errors are ours to tell. */
#define DOCX_XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

enum err
docx_xml_open(const struct docx *d, const char *name, struct docx_xml *x)
{
	enum err e;

	*x = (struct docx_xml){0};
	e = zip_open(d->bytes, name, &x->entry);
	if (e != OK)
		return e;
	x->reader = xmlReaderForIO(zip_read, NULL, x->entry, NULL, NULL, DOCX_XML_OPTIONS);
	if (x->reader == NULL) {
		docx_xml_close(x);
		return ERR_NOMEM;
	}
	return OK;
}

enum err
docx_xml_next(struct docx_xml *x)
{
	int r = xmlTextReaderRead(x->reader);
	enum err e = zip_err(x->entry);

	if (e != OK)
		return e;
	return r == 1 ? OK : r == 0 ? ERR_NOT_FOUND : ERR_FORMAT;
}

void
docx_xml_close(struct docx_xml *x)
{
	if (x->reader != NULL)
		xmlFreeTextReader(x->reader);
	zip_close(x->entry);
	*x = (struct docx_xml){0};
}

bool
docx_xml_is(const struct docx_xml *x, const char *local_name)
{
	const xmlChar *name = xmlTextReaderConstLocalName(x->reader);

	return name != NULL && strcmp((const char *)name, local_name) == 0;
}

bool
docx_xml_attribute(const struct docx_xml *x, const char *local_name, char *to, size_t size)
{
	bool found = false;

	to[0] = '\0';
	if (xmlTextReaderMoveToFirstAttribute(x->reader) != 1)
		return false;
	do {
		const xmlChar *value = xmlTextReaderConstValue(x->reader);

		if (value != NULL && docx_xml_is(x, local_name)) {
			found = snprintf(to, size, "%s", (const char *)value) < (int)size;
			break;
		}
	} while (xmlTextReaderMoveToNextAttribute(x->reader) == 1);
	(void)xmlTextReaderMoveToElement(x->reader);
	if (!found)
		to[0] = '\0';
	return found;
}

static enum err
docx_explain(enum err e, struct reader_failure *failure)
{
	char reason[200];

	switch (e) {
	case ERR_DENIED:
		return failure_set(failure, ERR_FORMAT, "encrypted",
				   "This Word document is password-protected.",
				   "Open it with its password and save it without one.");
	case ERR_LIMIT:
		snprintf(reason, sizeof reason,
			 "This Word document unpacks to more than %u MiB, or to %u times its own "
			 "size: no honest document does.",
			 ZIP_ENTRY_BYTES_MAX / (1024 * 1024), ZIP_RATIO_MAX);
		return failure_set(failure, ERR_FORMAT, "too_large", reason,
				   "Open it in Word and save it again, or save it as a PDF.");
	case ERR_NOT_FOUND:
	case ERR_FORMAT:
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This Word document is damaged: a part of it is missing or "
				   "cannot be unpacked.",
				   "Open it in Word, let Word repair it, and save it again.");
	default:
		return e;
	}
}

static enum err
docx_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct docx d = {.bytes = in->bytes};
	enum err e;

	builder_format(b, "docx");
	e = docx_read_package(&d);
	if (e == OK && d.main[0] == '\0')
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = docx_read_core(&d, b);
	if (e == OK)
		e = docx_read_relations(&d);
	if (e == OK)
		e = docx_read_styles(&d);
	if (e == OK)
		e = docx_read_notes(&d);
	if (e == OK)
		e = docx_put_body(&d, b);
	docx_map_clear(&d.links);
	docx_map_clear(&d.styles);
	docx_map_clear(&d.footnotes);
	docx_map_clear(&d.endnotes);
	return e == OK ? OK : docx_explain(e, failure);
}

const struct reader reader_docx = {
    .name = "Word",
    .format = "docx",
    .prepare = xmlInitParser,
    .read = docx_read,
};
