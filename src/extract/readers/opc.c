/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * opc - relations between the parts of an Office document, and its properties.
 */
#include "extract/readers/opc.h"

#include <stdio.h>

bool
opc_type_ends(const struct opc_relation *r, const char *end)
{
	size_t n = strlen(r->type), m = strlen(end);

	return n > m && strcmp(r->type + n - m, end) == 0;
}

void
opc_resolve(const char *from, const char *target, char out[OPC_NAME_BYTES])
{
	const char *slash = strrchr(from, '/');
	int folder = slash == NULL ? 0 : (int)(slash - from) + 1, n;

	while (strncmp(target, "../", 3) == 0) {
		target += 3;
		for (folder -= folder > 0; folder > 0 && from[folder - 1] != '/';)
			folder--;
	}
	if (target[0] == '/')
		n = snprintf(out, OPC_NAME_BYTES, "%s", target + 1);
	else
		n = snprintf(out, OPC_NAME_BYTES, "%.*s%s", folder, from, target);
	if (n >= OPC_NAME_BYTES)
		out[0] = '\0';
}

void
opc_relations_name(const char *part, char out[OPC_NAME_BYTES])
{
	const char *slash = strrchr(part, '/');
	int folder = slash == NULL ? 0 : (int)(slash - part) + 1;

	if (snprintf(out, OPC_NAME_BYTES, "%.*s_rels/%s.rels", folder, part, part + folder) >=
	    OPC_NAME_BYTES)
		out[0] = '\0';
}

enum err
opc_each_in(struct package_xml *x, void (*on)(void *ctx, const struct opc_relation *r), void *ctx)
{
	char id[OPC_NAME_BYTES], type[OPC_NAME_BYTES], mode[OPC_NAME_BYTES],
	    target[OPC_TARGET_BYTES];
	enum err e = OK;

	for (size_t n = 0; e == OK;) {
		e = package_next(x);
		if (e != OK || xmlTextReaderNodeType(x->reader) != XML_READER_TYPE_ELEMENT ||
		    !package_is(x, "Relationship"))
			continue;
		if (++n > OPC_RELATIONS_MAX)
			break;
		package_attribute(x, "TargetMode", mode, sizeof mode);
		if (package_attribute(x, "Id", id, sizeof id) &&
		    package_attribute(x, "Type", type, sizeof type) &&
		    package_attribute(x, "Target", target, sizeof target))
			on(ctx, &(struct opc_relation){.id = id,
						       .type = type,
						       .target = target,
						       .external = strcmp(mode, "External") == 0});
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
opc_each(const struct reader_input *in, const char *name,
	 void (*on)(void *ctx, const struct opc_relation *r), void *ctx)
{
	struct package_xml x;
	enum err e = package_open(in, name, &x);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e == OK)
		e = opc_each_in(&x, on, ctx);
	package_close(&x);
	return e;
}

enum err
opc_put_core(const struct reader_input *in, const char *member, struct builder *b)
{
	static const struct {
		const char *element, *key;
	} properties[] = {
	    {"creator", "author"},          {"lastModifiedBy", "modified_by"},
	    {"created", "created"},         {"modified", "modified"},
	    {"subject", "subject"},         {"keywords", "keywords"},
	    {"description", "description"},
	};
	struct package_xml x;
	char name[OPC_NAME_BYTES] = "";
	enum err e;

	if (member[0] == '\0')
		return OK;
	e = package_open(in, member, &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	while (e == OK) {
		struct span value;
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT)
			snprintf(name, sizeof name, "%s",
				 (const char *)xmlTextReaderConstLocalName(x.reader));
		if (type == XML_READER_TYPE_END_ELEMENT)
			name[0] = '\0';
		if (type != XML_READER_TYPE_TEXT)
			continue;
		value = span_of((const char *)xmlTextReaderConstValue(x.reader));
		/* What PowerPoint calls what nobody gave a title. */
		if (strcmp(name, "title") == 0 && !span_is(value, "PowerPoint Presentation"))
			builder_title(b, value);
		for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
			if (strcmp(name, properties[i].element) == 0)
				builder_meta(b, properties[i].key, value);
	}
	package_close(&x);
	return e == ERR_NOT_FOUND ? OK : e;
}

bool
opc_attribute(const struct package_xml *x, const char *local_name, char to[OPC_NAME_BYTES])
{
	bool found = false;

	to[0] = '\0';
	if (xmlTextReaderMoveToFirstAttribute(x->reader) != 1)
		return false;
	do {
		const char *space = (const char *)xmlTextReaderConstNamespaceUri(x->reader);
		const char *value = (const char *)xmlTextReaderConstValue(x->reader);

		if (space != NULL && value != NULL && package_is(x, local_name) &&
		    strstr(space, "/relationships") != NULL) {
			found = snprintf(to, OPC_NAME_BYTES, "%s", value) < OPC_NAME_BYTES;
			break;
		}
	} while (xmlTextReaderMoveToNextAttribute(x->reader) == 1);
	(void)xmlTextReaderMoveToElement(x->reader);
	if (!found)
		to[0] = '\0';
	return found;
}

bool
opc_is_other_way(struct opc_alternates *a, const struct package_xml *x, size_t depth)
{
	const char *space = (const char *)xmlTextReaderConstNamespaceUri(x->reader);

	if (space == NULL || strstr(space, "markup-compatibility") == NULL)
		return false;
	if (package_is(x, "AlternateContent")) {
		if (depth < OPC_DEPTH_MAX)
			a->taken[depth] = false;
		return false;
	}
	if (!package_is(x, "Choice") && !package_is(x, "Fallback"))
		return false;
	if (depth == 0 || depth > OPC_DEPTH_MAX || a->taken[depth - 1])
		return true;
	a->taken[depth - 1] = true;
	return false;
}
