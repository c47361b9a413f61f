/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * odt - OpenDocument texts (LibreOffice and others), packed or as one flat file.
 *
 *  1. a password is asked for in the manifest; properties are read
 *  2. styles, and what tracked changes took out
 *  3. the text is read twice: once for its tables' kinds, once for the text
 */
#include "extract/readers/failure.h"
#include "extract/readers/odf.h"
#include "extract/readers/selftests.h"

static enum err
odt_pass(struct odf *o, struct odf_text *t)
{
	struct builder *b = odf_text_para(t)->b;
	struct package_xml x;
	bool inside = false;
	enum err e = odf_open(o, "content.xml", &x);

	while (e == OK && !(b != NULL && builder_full(b))) {
		e = package_next(&x);
		if (e != OK)
			break;
		if (!inside && package_is(&x, "body"))
			inside = true;
		else if (inside)
			odf_text_node(t, &x);
		e = odf_text_err(t);
	}
	package_close(&x);
	return e == ERR_NOT_FOUND && inside ? OK : e;
}

static enum err
odt_put(struct odf *o, struct builder *b)
{
	struct odf_text *t = odf_text_new(o);
	uint64_t unpacked = o->in->work->unpacked;
	enum err e = t == NULL ? ERR_NOMEM : odt_pass(o, t);

	if (e == OK) {
		o->in->work->unpacked = unpacked; /* the same bytes count once */
		para_second_pass(odf_text_para(t), b);
		odf_text_restart(t);
		e = odt_pass(o, t);
	}
	if (t != NULL)
		para_finish(odf_text_para(t));
	odf_text_free(t);
	return e;
}

static enum err
odt_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct odf o = {.in = in, .flat = !span_starts(in->bytes, SPAN("PK"))};
	enum err e;

	builder_format(b, "odt");
	e = odf_check_password(&o);
	if (e == OK)
		e = odf_put_meta(&o, b);
	if (e == OK)
		e = odf_read_head(&o);
	if (e == OK)
		e = odt_put(&o, b);
	odf_clear(&o);
	return e == OK ? OK : package_explain(e, "OpenDocument text", in->work, b, failure);
}

const struct reader reader_odt = {
    .name = "ODT",
    .format = "odt",
    .prepare = xmlInitParser,
    .read = odt_read,
    .selftest = selftests_odt,
};
