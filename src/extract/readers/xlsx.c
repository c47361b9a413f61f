/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xlsx - Excel workbooks (Office Open XML).
 *
 *  1. the package's relations name the workbook; its own name styles, strings, sheets
 *  2. strings, styles and properties are read, then the workbook's list of sheets
 *  3. each sheet is read once; twice where cells carry links, which stand behind them
 */
#include "extract/readers/selftests.h"
#include "extract/readers/xlsx.h"

#include <stdio.h>
#include <strings.h>

struct xlsx_entry { /* a sheet of the workbook */
	char name[XLSX_NAME_BYTES], id[XLSX_NAME_BYTES];
	bool hidden;
};

/* "Sheet1", in Excels of several languages: a name that nobody gave. */
static bool
xlsx_is_default_name(const char *name)
{
	static const char *const names[] = {"Sheet",  "Taflen", "Tabelle",  "Feuil", "Hoja",
					    "Foglio", "Blad",   "Planilha", "Table"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(name, names[i], n) == 0 &&
		    strspn(name + n, " 0123456789") == strlen(name + n))
			return true;
	}
	return false;
}

static void
xlsx_on_entry(const struct package_xml *xml, struct buf *list)
{
	struct xlsx_entry entry = {0};
	char state[16];

	package_attribute(xml, "state", state, sizeof state);
	if (strcmp(state, "veryHidden") == 0 ||
	    !package_attribute(xml, "id", entry.id, sizeof entry.id))
		return;
	entry.hidden = strcmp(state, "hidden") == 0;
	package_attribute(xml, "name", entry.name, sizeof entry.name);
	buf_put(list, &entry, sizeof entry);
}

static bool
xlsx_count_member(void *ctx, const char *name)
{
	(void)name;
	++*(uint64_t *)ctx;
	return true;
}

/* How many sheets are read. Each costs two walks through the archive's members. */
static uint64_t
xlsx_sheets_max(const struct xlsx *x)
{
	uint64_t members = 1, most = x->in->work->limits->pages;

	/* What is too many or damaged will fail where it is opened. */
	if (zip_each(x->in->bytes, xlsx_count_member, &members) != OK)
		members = ZIP_ENTRIES_MAX;
	if (most > XLSX_SHEETS_MAX)
		most = XLSX_SHEETS_MAX;
	return most < XLSX_WALK_MAX / (2 * members) ? most : XLSX_WALK_MAX / (2 * members);
}

/* The workbook's sheets, those past the limit left out. */
static enum err
xlsx_read_book(struct xlsx *x, const char *member, struct buf *list)
{
	uint64_t most = xlsx_sheets_max(x);
	struct package_xml xml;
	char value[16];
	enum err e = package_open(x->in, member, &xml);

	if (e != OK)
		return e;
	while (e == OK) {
		e = package_next(&xml);
		if (e != OK || xmlTextReaderNodeType(xml.reader) != XML_READER_TYPE_ELEMENT)
			continue;
		if (package_is(&xml, "workbookPr") &&
		    package_attribute(&xml, "date1904", value, sizeof value))
			x->from_1904 = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
		if (!package_is(&xml, "sheet"))
			continue;
		if (list->n / sizeof(struct xlsx_entry) == most) {
			builder_cut(x->b, "It has more sheets than limits.pages, or than can be "
					  "read in good time; "
					  "the later ones are left out.");
			break;
		}
		xlsx_on_entry(&xml, list);
		e = buf_err(list);
	}
	package_close(&xml);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
xlsx_put_entry(struct xlsx *x, const struct xlsx_entry *entry, uint32_t number, bool named)
{
	struct span target;
	char member[OPC_NAME_BYTES];
	size_t page, heading;
	enum err e = OK;

	if (!xlsx_target(&x->relations, entry->id, &target))
		return OK; /* a chart, a dialog */
	snprintf(member, sizeof member, "%.*s", (int)target.n, target.p);
	builder_paragraph(x->b);
	page = builder_open(x->b, MARK_PAGE, number, (struct span){0});
	if (named) {
		heading = builder_open(x->b, MARK_HEADING, 1, (struct span){0});
		builder_text(x->b, span_of(entry->name));
		if (entry->hidden)
			builder_text(x->b, SPAN(" (hidden)"));
		builder_close(x->b, heading);
		builder_paragraph(x->b);
	}
	sheet_begin(x->sheet, named ? 2 : 1);
	e = xlsx_put_sheet(x, member);
	builder_paragraph(x->b);
	builder_close(x->b, page);
	/* One that is missing is not worth the others. */
	if (e == ERR_NOT_FOUND) {
		builder_cut(x->b, "A sheet of the workbook is missing from the file.");
		e = OK;
	}
	return e;
}

static enum err
xlsx_put_book(struct xlsx *x, const char *book)
{
	struct buf list = {0};
	enum err e = xlsx_read_book(x, book, &list);
	size_t n = list.n / sizeof(struct xlsx_entry);

	if (e == OK)
		builder_pages(x->b, (uint32_t)n);
	for (size_t i = 0; e == OK && i < n && !builder_full(x->b); i++) {
		const struct xlsx_entry *entry =
		    (const struct xlsx_entry *)(const void *)list.p + i;
		bool named = n > 1 || entry->hidden || !xlsx_is_default_name(entry->name);

		e = xlsx_put_entry(x, entry, (uint32_t)i + 1, named);
	}
	buf_clear(&list);
	return e;
}

static enum err
xlsx_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	struct xlsx x = {.in = in, .b = b, .sheet = sheet_new(b)};
	struct xlsx_relations package = {0};
	enum err e = x.sheet == NULL ? ERR_NOMEM : OK;

	builder_format(b, "xlsx");
	if (e == OK)
		e = xlsx_read_relations(&x, "", &package);
	if (e == OK && package.book[0] == '\0')
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = opc_put_core(in, package.core, b);
	if (e == OK)
		e = xlsx_read_relations(&x, package.book, &x.relations);
	if (e == OK)
		e = xlsx_read_strings(&x);
	if (e == OK)
		e = xlsx_read_styles(&x);
	if (e == OK)
		e = xlsx_put_book(&x, package.book);
	xlsx_clear_relations(&package);
	xlsx_clear_relations(&x.relations);
	buf_clear(&x.strings);
	buf_clear(&x.string_ends);
	buf_clear(&x.styles);
	sheet_free(x.sheet);
	return e == OK ? OK : package_explain(e, "Excel workbook", in->work, b, failure);
}

const struct reader reader_xlsx = {
    .name = "Excel",
    .format = "xlsx",
    .prepare = xmlInitParser,
    .read = xlsx_read,
    .selftest = selftests_xlsx,
};
