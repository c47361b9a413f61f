/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * package - one member of an office document as XML, parsed as it is unpacked.
 */
#include "extract/readers/package.h"
#include "extract/readers/failure.h"

#include <limits.h>
#include <stdio.h>

/* External entities, DTDs and huge nodes are never wanted; errors are ours to tell. */
#define PACKAGE_XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

enum err
package_open(const struct reader_input *in, const char *name, struct package_xml *x)
{
	enum err e;

	*x = (struct package_xml){0};
	e = zip_open(in, name, &x->entry);
	if (e != OK)
		return e;
	x->reader = xmlReaderForIO(zip_read, NULL, x->entry, NULL, NULL, PACKAGE_XML_OPTIONS);
	if (x->reader == NULL) {
		package_close(x);
		return ERR_NOMEM;
	}
	return OK;
}

enum err
package_open_bytes(struct span xml, struct package_xml *x)
{
	*x = (struct package_xml){0};
	if (xml.n > INT_MAX)
		return ERR_LIMIT;
	x->reader = xmlReaderForMemory(xml.n == 0 ? "" : xml.p, (int)xml.n, NULL, NULL,
				       PACKAGE_XML_OPTIONS);
	return x->reader == NULL ? ERR_NOMEM : OK;
}

enum err
package_next(struct package_xml *x)
{
	int r = xmlTextReaderRead(x->reader);
	enum err e = x->entry == NULL ? OK : zip_err(x->entry);

	if (e != OK)
		return e;
	return r == 1 ? OK : r == 0 ? ERR_NOT_FOUND : ERR_FORMAT;
}

void
package_close(struct package_xml *x)
{
	if (x->reader != NULL)
		xmlFreeTextReader(x->reader);
	zip_close(x->entry);
	*x = (struct package_xml){0};
}

bool
package_is(const struct package_xml *x, const char *local_name)
{
	const xmlChar *name = xmlTextReaderConstLocalName(x->reader);

	return name != NULL && strcmp((const char *)name, local_name) == 0;
}

bool
package_attribute(const struct package_xml *x, const char *local_name, char *to, size_t size)
{
	bool found = false;

	to[0] = '\0';
	if (xmlTextReaderMoveToFirstAttribute(x->reader) != 1)
		return false;
	do {
		const xmlChar *value = xmlTextReaderConstValue(x->reader);

		if (value != NULL && package_is(x, local_name)) {
			found = snprintf(to, size, "%s", (const char *)value) < (int)size;
			break;
		}
	} while (xmlTextReaderMoveToNextAttribute(x->reader) == 1);
	(void)xmlTextReaderMoveToElement(x->reader);
	if (!found)
		to[0] = '\0';
	return found;
}

enum err
package_explain(enum err e, const char *what, const struct reader_work *work, struct builder *b,
		struct reader_failure *failure)
{
	char reason[200];

	switch (e) {
	case ERR_DENIED:
		snprintf(reason, sizeof reason, "This %s is password-protected.", what);
		return failure_set(failure, ERR_FORMAT, "encrypted", reason,
				   "Open it with its password and save it without one.");
	case ERR_LIMIT:
		if (builder_length(b) > 0) {
			reader_cut_unpacked(work, b);
			return OK;
		}
		snprintf(reason, sizeof reason,
			 "This %s unpacks to more than %llu MiB, or to %llu times its own size: no "
			 "honest document does.",
			 what, (unsigned long long)(work->limits->unpacked_bytes / (1024 * 1024)),
			 (unsigned long long)work->limits->unpacked_ratio);
		return failure_set(failure, ERR_FORMAT, "too_large", reason,
				   "Open it and save it again, or save it as a PDF.");
	case ERR_NOT_FOUND:
	case ERR_FORMAT:
		snprintf(reason, sizeof reason,
			 "This %s is damaged: a part of it is missing or cannot be unpacked.",
			 what);
		return failure_set(
		    failure, ERR_FORMAT, "damaged", reason,
		    "Open it in its program, let that repair it, and save it again.");
	default:
		return e;
	}
}
