/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odf - members, passwords and properties of OpenDocument files.
 */
#include "extract/readers/odf.h"

#include <stdio.h>
#include <stdlib.h>

enum err
odf_open(const struct odf *o, const char *member, struct package_xml *x)
{
	return o->flat ? package_open_bytes(o->in->bytes, x) : package_open(o->in, member, x);
}

void
odf_clear(struct odf *o)
{
	idmap_clear(&o->styles);
	idmap_clear(&o->deleted);
	idmap_clear(&o->inserted);
}

enum err
odf_check_password(const struct odf *o)
{
	struct package_xml x;
	enum err e;

	if (o->flat)
		return OK;
	e = package_open(o->in, "META-INF/manifest.xml", &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		e = package_next(&x);
		if (e == OK && xmlTextReaderNodeType(x.reader) == XML_READER_TYPE_ELEMENT &&
		    (package_is(&x, "encryption-data") || package_is(&x, "encrypted-key")))
			e = ERR_DENIED;
	}
	package_close(&x);
	/* A manifest that is damaged says nothing of passwords; the text may be whole. */
	return e == ERR_NOT_FOUND || e == ERR_FORMAT ? OK : e;
}

/* --- properties --- */

static const struct {
	const char *element, *key;
} odf_properties[] = {
    {"initial-creator", "author"},  {"creator", "modified_by"}, {"creation-date", "created"},
    {"date", "modified"},           {"subject", "subject"},     {"keyword", "keywords"},
    {"description", "description"},
};

static void
odf_put_property(const char *name, struct span value, struct builder *b)
{
	if (strcmp(name, "title") == 0)
		builder_title(b, value);
	for (size_t i = 0; i < sizeof odf_properties / sizeof odf_properties[0]; i++)
		if (strcmp(name, odf_properties[i].element) == 0)
			builder_meta(b, odf_properties[i].key, value);
}

enum err
odf_put_meta(struct odf *o, struct builder *b)
{
	struct package_xml x;
	char name[ODF_NAME_BYTES] = "", count[16];
	bool inside = false;
	enum err e = odf_open(o, "meta.xml", &x);

	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT) {
			/* Properties come before everything else in a flat file. */
			if (package_is(&x, "body"))
				break;
			inside |= package_is(&x, "meta");
			snprintf(name, sizeof name, "%s",
				 (const char *)xmlTextReaderConstLocalName(x.reader));
			if (package_is(&x, "document-statistic") &&
			    package_attribute(&x, "table-count", count, sizeof count))
				o->tables = (uint32_t)strtoul(count, NULL, 10);
		} else if (type == XML_READER_TYPE_END_ELEMENT) {
			name[0] = '\0';
			if (package_is(&x, "meta"))
				break;
		} else if (type == XML_READER_TYPE_TEXT && inside) {
			odf_put_property(name,
					 span_of((const char *)xmlTextReaderConstValue(x.reader)),
					 b);
		}
	}
	package_close(&x);
	return e == ERR_NOT_FOUND ? OK : e;
}
