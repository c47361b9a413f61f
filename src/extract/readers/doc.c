/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doc - Word documents from before 2007.
 *
 * Read are the main text, footnotes and endnotes, text boxes and comments; heads
 * and feet of pages are not, nor what was deleted while changes were tracked.
 */
#include "extract/readers/doc.h"
#include "common/little.h"
#include "extract/readers/failure.h"
#include "extract/readers/selftests.h"

#include <stdlib.h>

#define DOC_FIB_BYTES      898  /* of the file's head in Word 97 */
#define DOC_WORD97         0xc1 /* the least version of it */
#define DOC_ENCRYPTED      0x0100
#define DOC_WHICH_TABLE    0x0200
#define DOC_LENGTHS        76 /* where the stories' lengths begin */
#define DOC_PLACES         154 /* where the places in the table stream begin: FC and length, 8 bytes */
#define DOC_MAGIC          0xa5ecu
#define DOC_MAGIC_95       0xa5dcu
#define DOC_DAMAGED_REMEDY "Copy it again from where it came from, or save it as .docx."

enum doc_place {
	DOC_PLACE_STYLES = 1,
	DOC_PLACE_FOOTNOTES = 2,
	DOC_PLACE_CHARACTERS = 12,
	DOC_PLACE_PARAGRAPHS = 13,
	DOC_PLACE_PIECES = 33
};

static struct span
doc_place(const struct doc *d, enum doc_place place)
{
	size_t at = DOC_PLACES + (size_t)place * 8;

	return span_sub(d->table, little_u32(d->word, at), little_u32(d->word, at + 4));
}

/* The list of pieces stands behind any number of formats that they share. */
static bool
doc_find_pieces(struct doc *d)
{
	struct span clx = doc_place(d, DOC_PLACE_PIECES);

	while (clx.n > 3 && clx.p[0] == 1)
		clx = span_sub(clx, 3 + (size_t)little_u16(clx, 1), clx.n);
	if (clx.n < 5 || clx.p[0] != 2)
		return false;
	d->pieces = span_sub(clx, 5, little_u32(clx, 1));
	d->piece_count = d->pieces.n < 4 ? 0 : (uint32_t)((d->pieces.n - 4) / 12);
	return d->piece_count > 0;
}

/* Each character takes a byte at least: more than the stream has are not there. */
static bool
doc_find_stories(struct doc *d)
{
	uint64_t cp = 0;

	for (int i = 0; i < DOC_STORIES; i++) {
		d->from[i] = (uint32_t)cp;
		cp += little_u32(d->word, DOC_LENGTHS + (size_t)i * 4);
		if (cp > d->word.n)
			cp = d->word.n;
	}
	d->from[DOC_STORIES] = (uint32_t)cp;
	return d->from[DOC_MAIN + 1] > 0;
}

static enum err
doc_check_head(struct span word, struct reader_failure *failure)
{
	uint32_t magic = little_u16(word, 0), version = little_u16(word, 2);

	if (magic == DOC_MAGIC_95 || (magic == DOC_MAGIC && version < DOC_WORD97))
		return failure_set(failure, ERR_UNSUPPORTED, "unsupported",
				   "This is a Word 95 file (or older): save it as .docx.",
				   "Open it in Word or LibreOffice and save it as .docx.");
	if (magic != DOC_MAGIC || word.n < DOC_FIB_BYTES)
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This Word document is damaged or cut off: its head is missing.",
				   DOC_DAMAGED_REMEDY);
	if ((little_u16(word, 10) & DOC_ENCRYPTED) != 0)
		return failure_set(failure, ERR_FORMAT, "encrypted",
				   "This Word document is password-protected.",
				   "Open it with its password and save it without one.");
	return OK;
}

static enum err
doc_put_text(struct doc *d, struct reader_failure *failure)
{
	enum err e;

	if (!doc_find_pieces(d) || !doc_find_stories(d))
		return failure_set(failure, ERR_FORMAT, "damaged",
				   "This Word document is damaged: the list of the pieces of its "
				   "text is missing.",
				   DOC_DAMAGED_REMEDY);
	d->styles = doc_place(d, DOC_PLACE_STYLES);
	d->characters = doc_place(d, DOC_PLACE_CHARACTERS);
	d->paragraphs = doc_place(d, DOC_PLACE_PARAGRAPHS);
	d->footnote_places = doc_place(d, DOC_PLACE_FOOTNOTES);
	e = doc_read_styles(d);
	if (e == OK)
		e = doc_put_main(d);
	builder_paragraph(d->b);
	if (e == OK)
		e = doc_put_notes(d, DOC_FOOTNOTES);
	if (e == OK)
		e = doc_put_notes(d, DOC_ENDNOTES);
	if (e == OK)
		e = doc_put_notes(d, DOC_BOXES);
	if (e == OK)
		e = doc_put_notes(d, DOC_COMMENTS);
	if (d->holes)
		builder_cut(d->b, "The file is damaged: some of its text is missing.");
	return e;
}

static enum err
doc_read(const struct reader_input *in, struct builder *b, struct reader_failure *failure)
{
	GsfInfile *root;
	struct buf word = {0}, table = {0};
	struct doc d = {.b = b};
	enum err e = ole_open(in->bytes, &root);

	builder_format(b, "doc");
	if (e == OK)
		e = ole_read(root, "WordDocument", in->bytes.n, &word);
	if (e != OK)
		goto out;
	d.word = buf_span(&word);
	e = doc_check_head(d.word, failure);
	if (e == OK)
		e = ole_read(root,
			     (little_u16(d.word, 10) & DOC_WHICH_TABLE) != 0 ? "1Table" : "0Table",
			     in->bytes.n, &table);
	if (e != OK)
		goto out;
	d.table = buf_span(&table);
	e = ole_put_summary(root, in->bytes.n, b);
	if (e == OK)
		e = doc_put_text(&d, failure);
out:
	if (e != OK && e != ERR_NOMEM && failure->code == NULL)
		e = failure_set(failure, ERR_FORMAT, "damaged",
				"This Word document is damaged or cut off: part of it is missing.",
				DOC_DAMAGED_REMEDY);
	tables_clear(&d.tables);
	free(d.levels);
	buf_clear(&word);
	buf_clear(&table);
	if (root != NULL)
		g_object_unref(root);
	return e;
}

const struct reader reader_doc = {
    .name = "Word document (before 2007)",
    .format = "doc",
    .prepare = ole_prepare,
    .read = doc_read,
    .selftest = selftests_doc,
};
