/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odp - OpenDocument slides (LibreOffice Impress and others), packed or as one flat
 * file: a page a slide, its title a heading, the speaker's notes under one of their own.
 */
#include "extract/readers/failure.h"
#include "extract/readers/odf.h"
#include "extract/readers/selftests.h"

#define ODP_NOTES_LEVEL 2

struct odp {
	struct odf *odf;
	struct odf_text *text;
	struct builder *b;
	struct package_xml x;
	size_t left_out, title, notes; /* depths; 0: nothing */
	size_t page;                   /* token */
	uint32_t pages;
	bool inside, more;
};

/* What a frame is for says whether its words count. True: they do not. */
static bool
odp_frame(struct odp *p, size_t depth)
{
	char class[32];

	if (!package_attribute(&p->x, "class", class, sizeof class))
		return false;
	if (strcmp(class, "title") == 0) {
		p->title = depth;
		odf_text_level(p->text, 1);
	}
	return strcmp(class, "header") == 0 || strcmp(class, "footer") == 0 ||
	       strcmp(class, "date-time") == 0 || strcmp(class, "page-number") == 0;
}

static void
odp_page_begin(struct odp *p)
{
	if (p->pages == p->odf->in->work->limits->pages) {
		p->more = true;
		return;
	}
	p->pages++;
	if (p->b != NULL)
		p->page = builder_open(p->b, MARK_PAGE, p->pages, (struct span){0});
}

static void
odp_page_end(struct odp *p)
{
	para_end(odf_text_para(p->text)); /* comments on the page wait for a paragraph's end */
	if (p->b != NULL)
		builder_close(p->b, p->page);
}

/* True: the text goes on into this element. */
static bool
odp_on_element(struct odp *p, size_t depth)
{
	bool empty = xmlTextReaderIsEmptyElement(p->x.reader) == 1;
	const char *name = (const char *)xmlTextReaderConstName(p->x.reader);

	if (name == NULL || p->left_out > 0)
		return false;
	if (strcmp(name, "draw:page") == 0) {
		odp_page_begin(p);
		if (empty)
			odp_page_end(p);
	} else if (strcmp(name, "presentation:notes") == 0 && !empty) {
		/* What hangs on the slide itself comes before its notes. */
		para_end(odf_text_para(p->text));
		p->notes = depth;
		para_announce(odf_text_para(p->text), "Notes", ODP_NOTES_LEVEL);
	} else if (strcmp(name, "presentation:settings") == 0 ||
		   (p->title == 0 && !empty && odp_frame(p, depth))) {
		p->left_out = empty ? 0 : depth;
		return false;
	}
	return true;
}

static void
odp_on_end(struct odp *p, size_t depth)
{
	const char *name = (const char *)xmlTextReaderConstName(p->x.reader);

	if (depth == p->title) {
		p->title = 0;
		odf_text_level(p->text, 0);
	} else if (depth == p->notes) {
		p->notes = 0;
		para_announce(odf_text_para(p->text), NULL, 0);
	} else if (name != NULL && strcmp(name, "draw:page") == 0) {
		odp_page_end(p);
	}
}

static void
odp_on_node(struct odp *p)
{
	size_t depth = (size_t)xmlTextReaderDepth(p->x.reader) + 1;
	int type = xmlTextReaderNodeType(p->x.reader);

	if (!p->inside) {
		p->inside = type == XML_READER_TYPE_ELEMENT && package_is(&p->x, "body");
	} else if (type == XML_READER_TYPE_ELEMENT) {
		if (odp_on_element(p, depth) && !p->more)
			odf_text_node(p->text, &p->x);
	} else if (p->left_out > 0) {
		if (type == XML_READER_TYPE_END_ELEMENT && depth == p->left_out)
			p->left_out = 0;
	} else {
		odf_text_node(p->text, &p->x);
		if (type == XML_READER_TYPE_END_ELEMENT)
			odp_on_end(p, depth);
	}
}

static enum err
odp_pass(struct odp *p, struct builder *b)
{
	enum err e = odf_open(p->odf, "content.xml", &p->x);

	p->b = b;
	p->left_out = p->title = p->notes = 0;
	p->pages = 0;
	p->inside = p->more = false;
	while (e == OK && !p->more && !(b != NULL && builder_full(b))) {
		e = package_next(&p->x);
		if (e != OK)
			break;
		odp_on_node(p);
		e = odf_text_err(p->text);
	}
	package_close(&p->x);
	return e == ERR_NOT_FOUND && p->inside ? OK : e;
}

static enum err
odp_put(struct odf *o, struct builder *b)
{
	struct odp p = {.odf = o, .text = odf_text_new(o)};
	uint64_t unpacked = o->in->work->unpacked;
	enum err e = p.text == NULL ? ERR_NOMEM : odp_pass(&p, NULL);

	if (e == OK) {
		o->in->work->unpacked = unpacked; /* the same bytes count once */
		para_second_pass(odf_text_para(p.text), b);
		odf_text_restart(p.text);
		e = odp_pass(&p, b);
		builder_pages(b, p.pages);
	}
	if (p.more)
		builder_cut(b, "It has more slides than limits.pages; the later ones are left "
			       "out.");
	if (p.text != NULL)
		para_finish(odf_text_para(p.text));
	odf_text_free(p.text);
	return e;
}

static enum err
odp_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct odf o = {.in = in, .flat = !span_starts(in->bytes, SPAN("PK"))};
	enum err e;

	builder_format(b, "odp");
	e = odf_check_password(&o);
	if (e == OK)
		e = odf_put_meta(&o, b);
	if (e == OK)
		e = odf_read_head(&o);
	if (e == OK)
		e = odp_put(&o, b);
	odf_clear(&o);
	return e == OK ? OK : package_explain(e, "OpenDocument presentation", in->work, b, failure);
}

const struct reader reader_odp = {
    .name = "ODP",
    .format = "odp",
    .prepare = xmlInitParser,
    .read = odp_read,
    .selftest = selftests_odp,
};
