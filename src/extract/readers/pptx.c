/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pptx - slides (PowerPoint, Office Open XML).
 *
 *  1. the package's relations name the main part; parts with words are unpacked
 *  2. the main part says in which order its slides are shown
 *  3. all slides are read twice: once for their tables' kinds, once for the text
 */
#include "extract/readers/pptx.h"
#include "extract/readers/selftests.h"

#include <stdio.h>

enum err
pptx_open(struct pptx *d, const char *name, struct package_xml *x)
{
	struct span xml;

	*x = (struct package_xml){0};
	if (!idmap_get(&d->parts, span_of(name), &xml))
		return ERR_NOT_FOUND;
	d->parsed += xml.n;
	if (d->parsed / PPTX_TIMES > d->parts.bytes.n)
		return ERR_LIMIT;
	return package_open_bytes(xml, x);
}

/* --- the package --- */

static void
pptx_on_package(void *ctx, const struct opc_relation *r)
{
	struct pptx *d = ctx;

	if (r->external)
		return;
	if (opc_type_ends(r, "/officeDocument"))
		opc_resolve("", r->target, d->main);
	else if (opc_type_ends(r, "/core-properties"))
		opc_resolve("", r->target, d->core);
}

static bool
pptx_ends(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* Masters and layouts hold words that only ask for some; charts and themes have none. */
static bool
pptx_wanted(void *ctx, const char *name)
{
	static const char *const without[] = {"/slideMasters/", "/slideLayouts/",   "/theme/",
					      "/notesMasters/", "/handoutMasters/", "/charts/",
					      "/embeddings/",   "/media/"};

	(void)ctx;
	if ((!pptx_ends(name, ".xml") && !pptx_ends(name, ".rels")) ||
	    strlen(name) >= OPC_NAME_BYTES || strncmp(name, "docProps/", 9) == 0)
		return false;
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
		if (strstr(name, without[i]) != NULL)
			return false;
	return true;
}

static enum err
pptx_on_part(void *ctx, const char *name, struct span bytes)
{
	struct pptx *d = ctx;

	if (d->parts.bytes.n + bytes.n > PPTX_PARTS_BYTES)
		return ERR_LIMIT;
	idmap_put(&d->parts, span_of(name), bytes);
	return idmap_err(&d->parts);
}

static enum err
pptx_load(struct pptx *d)
{
	enum err e = zip_load(d->in, PPTX_PART_BYTES, pptx_wanted, pptx_on_part, d);

	idmap_sort(&d->parts);
	d->more_parts = e == ERR_LIMIT;
	return e == ERR_LIMIT && idmap_count(&d->parts) > 0 ? OK : e;
}

/* --- order --- */

static void
pptx_on_relation(void *ctx, const struct opc_relation *r)
{
	struct pptx *d = ctx;
	char name[OPC_NAME_BYTES];

	if (r->external)
		return;
	if (opc_type_ends(r, "/slide")) {
		opc_resolve(d->main, r->target, name);
		idmap_put(&d->slides, span_of(r->id), span_of(name));
	} else if (opc_type_ends(r, "/commentAuthors")) {
		opc_resolve(d->main, r->target, d->authors_name[0]);
	} else if (opc_type_ends(r, "/authors")) {
		opc_resolve(d->main, r->target, d->authors_name[1]);
	}
}

static enum err
pptx_read_relations(struct pptx *d)
{
	struct package_xml x;
	char name[OPC_NAME_BYTES];
	enum err e;

	opc_relations_name(d->main, name);
	e = pptx_open(d, name, &x);
	if (e == OK)
		e = opc_each_in(&x, pptx_on_relation, d);
	package_close(&x);
	idmap_sort(&d->slides);
	if (e == ERR_NOT_FOUND && d->more_parts)
		e = ERR_LIMIT;
	return e == OK ? idmap_err(&d->slides) : e;
}

static void
pptx_on_slide_id(struct pptx *d, const struct package_xml *x)
{
	char id[OPC_NAME_BYTES];
	struct span name;

	if (!opc_attribute(x, "id", id) || !idmap_get(&d->slides, span_of(id), &name))
		return;
	if (d->slide_count == PPTX_SLIDES_MAX || d->slide_count == d->in->work->limits->pages) {
		d->more_slides = true;
		return;
	}
	buf_put_span(&d->order, name);
	buf_put_char(&d->order, '\0');
	d->slide_count++;
}

static enum err
pptx_read_order(struct pptx *d)
{
	struct package_xml x;
	enum err e = pptx_open(d, d->main, &x);

	while (e == OK) {
		e = package_next(&x);
		if (e == OK && xmlTextReaderNodeType(x.reader) == XML_READER_TYPE_ELEMENT &&
		    package_is(&x, "sldId"))
			pptx_on_slide_id(d, &x);
		else if (e == ERR_NOT_FOUND) {
			e = OK;
			break;
		}
	}
	package_close(&x);
	return e == OK ? buf_err(&d->order) : e;
}

static enum err
pptx_read_authors(struct pptx *d)
{
	enum err e = OK;

	for (size_t i = 0; i < 2 && e == OK; i++) {
		struct package_xml x;
		char id[OPC_NAME_BYTES], name[OPC_NAME_BYTES];

		e = pptx_open(d, d->authors_name[i], &x);
		while (e == OK) {
			e = package_next(&x);
			if (e == OK && xmlTextReaderNodeType(x.reader) == XML_READER_TYPE_ELEMENT &&
			    package_attribute(&x, "id", id, sizeof id) &&
			    package_attribute(&x, "name", name, sizeof name) &&
			    idmap_count(&d->authors) < PPTX_AUTHORS_MAX)
				idmap_put(&d->authors, span_of(id), span_of(name));
		}
		package_close(&x);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	idmap_sort(&d->authors);
	return e == OK ? idmap_err(&d->authors) : e;
}

/* --- text --- */

static enum err
pptx_pass(struct pptx *d)
{
	struct builder *b = d->para.b;
	const char *name = d->order.p;
	enum err e = OK;

	for (size_t i = 0; i < d->slide_count && e == OK; i++) {
		size_t token = 0;

		if (b != NULL && builder_full(b))
			break;
		if (b != NULL)
			token = builder_open(b, MARK_PAGE, (uint32_t)(i + 1), (struct span){0});
		e = pptx_put_slide(d, name);
		if (b != NULL)
			builder_close(b, token);
		name += strlen(name) + 1;
	}
	return e;
}

static enum err
pptx_put(struct pptx *d, struct builder *b)
{
	enum err e = pptx_pass(d);

	if (e != OK)
		return e;
	para_second_pass(&d->para, b);
	e = pptx_pass(d);
	para_finish(&d->para);
	builder_pages(b, (uint32_t)d->slide_count);
	if (d->more_slides)
		builder_cut(b, "It has more slides than limits.pages; the later ones are left "
			       "out.");
	if (d->more_parts)
		builder_cut(b, "Its slides unpack to more than is read; some are left out.");
	return e;
}

static enum err
pptx_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct pptx d = {.in = in};
	enum err e;

	builder_format(b, "pptx");
	e = opc_each(in, "_rels/.rels", pptx_on_package, &d);
	if (e == OK && d.main[0] == '\0')
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = opc_put_core(in, d.core, b);
	if (e == OK)
		e = pptx_load(&d);
	if (e == OK)
		e = pptx_read_relations(&d);
	if (e == OK)
		e = pptx_read_order(&d);
	if (e == OK)
		e = pptx_read_authors(&d);
	if (e == OK)
		e = pptx_put(&d, b);
	idmap_clear(&d.parts);
	idmap_clear(&d.slides);
	idmap_clear(&d.authors);
	buf_clear(&d.order);
	para_clear(&d.para);
	return e == OK ? OK : package_explain(e, "PowerPoint file", in->work, b, failure);
}

const struct reader reader_pptx = {
    .name = "PowerPoint",
    .format = "pptx",
    .prepare = xmlInitParser,
    .read = pptx_read,
    .selftest = selftests_pptx,
};
