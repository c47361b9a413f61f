/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pdf_parts - what a PDF carries beside its pages: attached files, and comments that
 * people wrote into its margins.
 */
#include "extract/readers/pdf_parts.h"

#define PDF_NOTES_MAX 10000

/* --- comments --- */

struct pdf_note { /* both lie in notes->text */
	size_t at, words, author;
	uint32_t page;
};

/* Does what it says stand nowhere on the page? Fields and free text are drawn. */
static bool
pdf_is_note(PopplerAnnot *annot)
{
	switch (poppler_annot_get_annot_type(annot)) {
	case POPPLER_ANNOT_TEXT:
	case POPPLER_ANNOT_HIGHLIGHT:
	case POPPLER_ANNOT_UNDERLINE:
	case POPPLER_ANNOT_SQUIGGLY:
	case POPPLER_ANNOT_STRIKE_OUT:
	case POPPLER_ANNOT_CARET:
	case POPPLER_ANNOT_INK:
	case POPPLER_ANNOT_LINE:
	case POPPLER_ANNOT_SQUARE:
	case POPPLER_ANNOT_CIRCLE:
	case POPPLER_ANNOT_POLYGON:
	case POPPLER_ANNOT_POLY_LINE:
	case POPPLER_ANNOT_STAMP:
		return true;
	default:
		return false;
	}
}

void
pdf_notes_add(struct pdf_notes *notes, PopplerPage *page)
{
	GList *annots = poppler_page_get_annot_mapping(page);

	for (GList *i = annots; i != NULL; i = i->next) {
		PopplerAnnot *annot = ((PopplerAnnotMapping *)i->data)->annot;
		struct pdf_note note = {.at = notes->text.n,
					.page = (uint32_t)poppler_page_get_index(page)};
		char *words, *author;

		if (notes->list.n / sizeof note >= PDF_NOTES_MAX || !pdf_is_note(annot))
			continue;
		words = poppler_annot_get_contents(annot);
		if (words != NULL && words[strspn(words, " \r\n\t")] != '\0') {
			author = POPPLER_IS_ANNOT_MARKUP(annot)
				     ? poppler_annot_markup_get_label(POPPLER_ANNOT_MARKUP(annot))
				     : NULL;
			note.words = strlen(words);
			note.author = author == NULL ? 0 : strlen(author);
			buf_put(&notes->text, words, note.words);
			buf_put(&notes->text, author, note.author);
			buf_put(&notes->list, &note, sizeof note);
			g_free(author);
		}
		g_free(words);
	}
	poppler_page_free_annot_mapping(annots);
}

bool
pdf_notes_put(struct pdf_notes *notes, struct builder *b)
{
	size_t count = notes->list.n / sizeof(struct pdf_note);
	bool ok = !notes->list.failed && !notes->text.failed;

	for (size_t i = 0; ok && i < count; i++) {
		const struct pdf_note *n = &((struct pdf_note *)(void *)notes->list.p)[i];
		struct span all = buf_span(&notes->text);
		size_t token;

		builder_paragraph(b);
		token =
		    builder_open(b, MARK_COMMENT, 0, span_sub(all, n->at + n->words, n->author));
		builder_text(b, span_sub(all, n->at, n->words));
		builder_close(b, token);
		builder_paragraph(b);
	}
	buf_clear(&notes->list);
	buf_clear(&notes->text);
	return ok;
}

/* --- attachments --- */

struct pdf_attached {
	struct reader_work *work;
	struct buf bytes;
	bool full;
};

static gboolean
pdf_on_attached(const gchar *bytes, gsize n, gpointer ctx, GError **error)
{
	struct pdf_attached *a = ctx;

	(void)error;
	a->full |= !reader_unpacked(a->work, n) || a->bytes.n + n > a->work->limits->file_bytes;
	if (!a->full)
		buf_put(&a->bytes, bytes, n);
	return !a->full && !a->bytes.failed;
}

static enum err
pdf_put_attached(const struct reader_input *in, PopplerAttachment *attachment, struct builder *b,
		 bool *full)
{
	struct pdf_attached a = {.work = in->work};
	const char *name = poppler_attachment_get_name(attachment);
	struct span shown = name == NULL || name[0] == '\0' ? SPAN("attachment") : span_of(name);
	GError *error = NULL;
	enum err e = OK;

	/* What is damaged gives as much as there is. */
	if (!poppler_attachment_save_to_callback(attachment, pdf_on_attached, &a, &error))
		g_clear_error(&error);
	*full = a.full;
	if (a.full)
		reader_cut_unpacked(in->work, b);
	else if (a.bytes.failed)
		e = ERR_NOMEM;
	else
		e = reader_put_part(in, buf_span(&a.bytes), shown, false, b);
	buf_clear(&a.bytes);
	return e;
}

enum err
pdf_attachments_put(const struct reader_input *in, PopplerDocument *doc, struct builder *b)
{
	GList *list = poppler_document_get_attachments(doc);
	bool full = false;
	enum err e = OK;

	for (GList *i = list; i != NULL && e == OK && !full; i = i->next)
		e = pdf_put_attached(in, i->data, b, &full);
	g_list_free_full(list, g_object_unref);
	return e;
}
