/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * docx_parts - the small parts of a Word document: relations, styles, notes,
 * properties.
 */
#include "extract/readers/docx.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define DOCX_STYLE_DEPTH 20 /* styles based on styles */

/* --- maps --- */

struct docx_entry {
	const char
	    *base; /* of the bytes, set when sorted: the comparison has no other way to them */
	size_t id, id_n, value, value_n;
};

static struct docx_entry *
docx_entries(const struct docx_map *m)
{
	return (struct docx_entry *)(void *)m->entries.p;
}

static size_t
docx_map_count(const struct docx_map *m)
{
	return m->entries.n / sizeof(struct docx_entry);
}

void
docx_map_put(struct docx_map *m, struct span id, struct span value)
{
	struct docx_entry e = {.id = m->bytes.n, .id_n = id.n, .value_n = value.n};

	buf_put_span(&m->bytes, id);
	e.value = m->bytes.n;
	buf_put_span(&m->bytes, value);
	buf_put(&m->entries, &e, sizeof e);
}

static struct span
docx_entry_id(const struct docx_entry *e)
{
	return (struct span){e->base + e->id, e->id_n};
}

static int
docx_map_compare(const void *a, const void *b)
{
	return span_cmp(docx_entry_id(a), docx_entry_id(b));
}

void
docx_map_sort(struct docx_map *m)
{
	struct docx_entry *list = docx_entries(m);
	size_t n = docx_map_count(m);

	if (m->bytes.failed || m->entries.failed || n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		list[i].base = m->bytes.p;
	qsort(list, n, sizeof *list, docx_map_compare);
}

bool
docx_map_get(const struct docx_map *m, struct span id, struct span *value)
{
	struct docx_entry key = {.base = id.p, .id_n = id.n};
	const struct docx_entry *found;

	if (m->bytes.failed || m->entries.failed || docx_map_count(m) == 0 || id.n == 0)
		return false;
	found = bsearch(&key, docx_entries(m), docx_map_count(m), sizeof key, docx_map_compare);
	if (found == NULL)
		return false;
	*value = (struct span){found->base + found->value, found->value_n};
	return true;
}

void
docx_map_clear(struct docx_map *m)
{
	buf_clear(&m->entries);
	buf_clear(&m->bytes);
}

static enum err
docx_map_err(const struct docx_map *m)
{
	enum err e = buf_err(&m->entries);

	return e == OK ? buf_err(&m->bytes) : e;
}

/* --- relations --- */

/* Where `target` is, as seen from `from`: "word/document.xml" + "styles.xml" -> "word/styles.xml".
 */
static void
docx_resolve(const char *from, const char *target, char out[DOCX_NAME_BYTES])
{
	const char *slash = strrchr(from, '/');
	int folder = slash == NULL ? 0 : (int)(slash - from) + 1;

	while (strncmp(target, "../", 3) == 0) {
		target += 3;
		for (folder -= folder > 0; folder > 0 && from[folder - 1] != '/';)
			folder--;
	}
	if (target[0] == '/')
		snprintf(out, DOCX_NAME_BYTES, "%s", target + 1);
	else
		snprintf(out, DOCX_NAME_BYTES, "%.*s%s", folder, from, target);
}

static bool
docx_type_ends(const char *type, const char *end)
{
	size_t n = strlen(type), m = strlen(end);

	return n > m && strcmp(type + n - m, end) == 0;
}

/* Calls `on` with each relation of the member `name`; a missing member has none. */
static enum err
docx_each_relation(struct docx *d, const char *name,
		   void (*on)(struct docx *d, const char *id, const char *type, const char *target,
			      bool external))
{
	struct package_xml x;
	char id[DOCX_NAME_BYTES], type[DOCX_NAME_BYTES], mode[DOCX_NAME_BYTES], target[4096];
	enum err e = package_open(d->in, name, &x);

	if (e == ERR_NOT_FOUND)
		return OK;
	for (size_t n = 0; e == OK;) {
		e = package_next(&x);
		if (e != OK || xmlTextReaderNodeType(x.reader) != XML_READER_TYPE_ELEMENT ||
		    !package_is(&x, "Relationship"))
			continue;
		if (++n > DOCX_RELATIONS_MAX)
			break;
		package_attribute(&x, "TargetMode", mode, sizeof mode);
		if (package_attribute(&x, "Id", id, sizeof id) &&
		    package_attribute(&x, "Type", type, sizeof type) &&
		    package_attribute(&x, "Target", target, sizeof target))
			on(d, id, type, target, strcmp(mode, "External") == 0);
	}
	package_close(&x);
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
docx_on_package(struct docx *d, const char *id, const char *type, const char *target, bool external)
{
	(void)id;
	if (external)
		return;
	if (docx_type_ends(type, "/officeDocument"))
		docx_resolve("", target, d->main);
	else if (docx_type_ends(type, "/core-properties"))
		docx_resolve("", target, d->core);
}

enum err
docx_read_package(struct docx *d)
{
	return docx_each_relation(d, "_rels/.rels", docx_on_package);
}

static void
docx_on_relation(struct docx *d, const char *id, const char *type, const char *target,
		 bool external)
{
	if (external && docx_type_ends(type, "/hyperlink"))
		docx_map_put(&d->links, span_of(id), span_of(target));
	else if (docx_type_ends(type, "/styles"))
		docx_resolve(d->main, target, d->styles_name);
	else if (docx_type_ends(type, "/footnotes"))
		docx_resolve(d->main, target, d->footnotes_name);
	else if (docx_type_ends(type, "/endnotes"))
		docx_resolve(d->main, target, d->endnotes_name);
}

enum err
docx_read_relations(struct docx *d)
{
	char name[DOCX_NAME_BYTES + 16];
	const char *slash = strrchr(d->main, '/');
	int folder = slash == NULL ? 0 : (int)(slash - d->main) + 1;
	enum err e;

	snprintf(name, sizeof name, "%.*s_rels/%s.rels", folder, d->main, d->main + folder);
	e = docx_each_relation(d, name, docx_on_relation);
	docx_map_sort(&d->links);
	return e == OK ? docx_map_err(&d->links) : e;
}

/* --- styles --- */

struct docx_style {
	char id[DOCX_NAME_BYTES], base[DOCX_NAME_BYTES], name[DOCX_NAME_BYTES];
	int level; /* 0: none of its own */
};

/* "heading 2" is 2, "Title" is 1; names of built-in styles are English whatever Word speaks. */
static int
docx_level_of_name(const char *name)
{
	if (strncasecmp(name, "heading ", 8) == 0 && name[8] >= '1' && name[8] <= '9' &&
	    name[9] == '\0')
		return name[8] - '0';
	return strcasecmp(name, "title") == 0 ? 1 : 0;
}

static void
docx_on_style_node(struct package_xml *x, struct docx_style *s)
{
	char value[DOCX_NAME_BYTES];

	if (package_is(x, "name") && package_attribute(x, "val", value, sizeof value)) {
		s->level = docx_level_of_name(value);
	} else if (package_is(x, "basedOn")) {
		package_attribute(x, "val", s->base, sizeof s->base);
	} else if (package_is(x, "outlineLvl") && s->level == 0 &&
		   package_attribute(x, "val", value, sizeof value) && value[0] >= '0' &&
		   value[0] < '0' + DOCX_LEVELS && value[1] == '\0') {
		s->level = value[0] - '0' + 1;
	}
}

/* A style without a level has that of the style it is based on. */
static void
docx_resolve_levels(struct docx *d, const struct docx_map *bases)
{
	struct docx_map resolved = {0};

	for (size_t i = 0; i < docx_map_count(bases); i++) {
		struct span id = docx_entry_id(&docx_entries(bases)[i]), at = id, level, base;

		for (int depth = 0; depth < DOCX_STYLE_DEPTH; depth++) {
			if (docx_map_get(&d->styles, at, &level)) {
				docx_map_put(&resolved, id, level);
				break;
			}
			if (!docx_map_get(bases, at, &base))
				break;
			at = base;
		}
	}
	docx_map_clear(&d->styles);
	d->styles = resolved;
	docx_map_sort(&d->styles);
}

static void
docx_put_style(struct docx *d, struct docx_map *bases, const struct docx_style *s)
{
	char level = (char)('0' + s->level);

	if (s->id[0] == '\0')
		return;
	docx_map_put(bases, span_of(s->id), span_of(s->base));
	if (s->level > 0)
		docx_map_put(&d->styles, span_of(s->id), (struct span){&level, 1});
}

enum err
docx_read_styles(struct docx *d)
{
	struct docx_map bases = {0};
	struct docx_style style = {0};
	struct package_xml x;
	enum err e;

	if (d->styles_name[0] == '\0')
		return OK;
	e = package_open(d->in, d->styles_name, &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	for (size_t n = 0; e == OK;) {
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT && package_is(&x, "style")) {
			if (++n > DOCX_STYLES_MAX)
				break;
			style = (struct docx_style){0};
			package_attribute(&x, "styleId", style.id, sizeof style.id);
		} else if (type == XML_READER_TYPE_ELEMENT) {
			docx_on_style_node(&x, &style);
		} else if (type == XML_READER_TYPE_END_ELEMENT && package_is(&x, "style")) {
			docx_put_style(d, &bases, &style);
		}
	}
	package_close(&x);
	docx_map_sort(&bases);
	docx_map_sort(&d->styles);
	docx_resolve_levels(d, &bases);
	docx_map_clear(&bases);
	if (e == OK || e == ERR_NOT_FOUND)
		e = docx_map_err(&d->styles);
	return e;
}

/* --- notes --- */

/* Takes the text of the notes of one part: runs of w:t, paragraphs joined by a blank. */
static enum err
docx_read_notes_of(struct docx *d, const char *name, const char *element, struct docx_map *notes)
{
	struct package_xml x;
	struct buf text = {0};
	char id[DOCX_NAME_BYTES] = "", kind[DOCX_NAME_BYTES];
	enum err e;

	if (name[0] == '\0')
		return OK;
	e = package_open(d->in, name, &x);
	if (e == ERR_NOT_FOUND)
		return OK;
	for (bool in_text = false; e == OK;) {
		int type;

		e = package_next(&x);
		type = e == OK ? xmlTextReaderNodeType(x.reader) : 0;
		if (type == XML_READER_TYPE_ELEMENT && package_is(&x, element)) {
			buf_reset(&text);
			package_attribute(&x, "id", id, sizeof id);
			/* Separators are notes of a type of their own. */
			if (package_attribute(&x, "type", kind, sizeof kind) &&
			    strcmp(kind, "normal") != 0)
				id[0] = '\0';
		} else if (type == XML_READER_TYPE_END_ELEMENT && package_is(&x, element)) {
			if (id[0] != '\0' && text.n > 0 && notes->bytes.n < DOCX_NOTES_BYTES &&
			    docx_map_count(notes) < DOCX_NOTES_MAX)
				docx_map_put(notes, span_of(id), buf_span(&text));
		} else if (type == XML_READER_TYPE_ELEMENT) {
			in_text = package_is(&x, "t") && !xmlTextReaderIsEmptyElement(x.reader);
			if (package_is(&x, "tab") || package_is(&x, "br"))
				buf_put_char(&text, ' ');
		} else if (type == XML_READER_TYPE_END_ELEMENT) {
			in_text = false;
			if (package_is(&x, "p") && text.n > 0)
				buf_put_char(&text, ' ');
		} else if (in_text && text.n < DOCX_PARAGRAPH_MAX) {
			buf_put_str(&text, (const char *)xmlTextReaderConstValue(x.reader));
		}
	}
	package_close(&x);
	docx_map_sort(notes);
	if (e == ERR_NOT_FOUND)
		e = text.failed ? ERR_NOMEM : docx_map_err(notes);
	buf_clear(&text);
	return e;
}

enum err
docx_read_notes(struct docx *d)
{
	enum err e = docx_read_notes_of(d, d->footnotes_name, "footnote", &d->footnotes);

	if (e == OK)
		e = docx_read_notes_of(d, d->endnotes_name, "endnote", &d->endnotes);
	return e;
}

/* --- properties --- */

enum err
docx_read_core(struct docx *d, struct builder *b)
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
	char name[DOCX_NAME_BYTES] = "";
	enum err e;

	if (d->core[0] == '\0')
		return OK;
	e = package_open(d->in, d->core, &x);
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
		if (strcmp(name, "title") == 0)
			builder_title(b, value);
		for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
			if (strcmp(name, properties[i].element) == 0)
				builder_meta(b, properties[i].key, value);
	}
	package_close(&x);
	return e == ERR_NOT_FOUND ? OK : e;
}
