/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doc_format - how characters and paragraphs of a Word document are formatted.
 *
 * A list of FCs (the "bin table") names for each range a page of 512 bytes, which
 * lists the ranges in it and for each a run of "sprms": an operation and what it
 * takes. Only the few that change what is read are looked at.
 */
#include "extract/readers/doc.h"
#include "common/little.h"

#include <stdlib.h>

#define FORMAT_PAGE       512
#define FORMAT_HOLE       512 /* bytes that are taken to be plain where nothing is said of them */
#define FORMAT_BASED_MAX  10  /* styles that stand on styles */
#define FORMAT_STYLES_MAX 4096
#define FORMAT_TITLE      62 /* number of the built-in style "Title" */
#define FORMAT_NO_LEVEL   9
#define FORMAT_BODY_LEVEL 9 /* an outline level from 0 to 8 is a heading */

enum format_sprm {
	SPRM_DELETED = 0x0800,
	SPRM_BOLD = 0x0835,
	SPRM_HIDDEN = 0x083c,
	SPRM_IN_TABLE = 0x2416,
	SPRM_ROW_END = 0x2417,
	SPRM_OUTLINE = 0x2640,
	SPRM_TABS = 0xc615,
	SPRM_TABLE = 0xd608
};

/* Takes the next operation off *grpprl: its name, and its operand in *operand. 0 at the end. */
static uint32_t
format_next_sprm(struct span *grpprl, struct span *operand)
{
	static const uint8_t sizes[8] = {1, 1, 2, 4, 2, 2, 0, 3};
	uint32_t sprm = little_u16(*grpprl, 0);
	size_t n = sizes[sprm >> 13], skip = 2;

	if (grpprl->n < 3)
		return 0;
	if (n == 0 && sprm == SPRM_TABLE) { /* of variable length, and this one longer than most */
		n = little_u16(*grpprl, 2);
		n = n == 0 ? 0 : n - 1;
		skip = 4;
	} else if (n == 0) {
		n = (unsigned char)grpprl->p[2];
		skip = 3;
		if (sprm == SPRM_TABS && n == 255) { /* says its length in another way */
			size_t deleted = grpprl->n > 3 ? (unsigned char)grpprl->p[3] : 0;
			size_t at = 4 + deleted * 4;
			size_t added = at < grpprl->n ? (unsigned char)grpprl->p[at] : 0;

			n = 2 + deleted * 4 + added * 3;
		}
	}
	*operand = span_sub(*grpprl, skip, n);
	*grpprl = span_sub(*grpprl, skip + n, grpprl->n);
	return operand->n < n ? 0 : sprm;
}

static uint32_t
format_byte(struct span operand)
{
	return operand.n == 0 ? 0 : (unsigned char)operand.p[0];
}

/* --- pages --- */

struct format_range {
	uint32_t from, to;
	struct span page;
	size_t at; /* of its properties in the page; 0: it has none */
};

/* The last of the n + 1 sorted numbers at the span's start that is not above `value`; false: none.
 */
static bool
format_search(struct span list, size_t n, uint32_t value, size_t *index)
{
	size_t low = 0, high = n;

	if (n == 0 || value < little_u32(list, 0) || value >= little_u32(list, n * 4))
		return false;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (little_u32(list, mid * 4) <= value)
			low = mid;
		else
			high = mid;
	}
	*index = low;
	return true;
}

/* The range that `fc` is in; each has `entry` bytes in its page, the first of which says where. */
static bool
format_find(const struct doc *d, struct span bins, size_t entry, uint32_t fc,
	    struct format_range *r)
{
	size_t n = bins.n < 4 ? 0 : (bins.n - 4) / 8, i, count;
	uint64_t at;

	if (!format_search(bins, n, fc, &i))
		return false;
	at = (uint64_t)(little_u32(bins, (n + 1) * 4 + i * 4) & 0x3fffff) * FORMAT_PAGE;
	if (at + FORMAT_PAGE > d->word.n)
		return false;
	r->page = span_sub(d->word, (size_t)at, FORMAT_PAGE);
	count = (unsigned char)r->page.p[FORMAT_PAGE - 1];
	if (count * (4 + entry) + 4 >= FORMAT_PAGE || !format_search(r->page, count, fc, &i))
		return false;
	r->from = little_u32(r->page, i * 4);
	r->to = little_u32(r->page, i * 4 + 4);
	r->at = (size_t)(unsigned char)r->page.p[(count + 1) * 4 + i * entry] * 2;
	return true;
}

/* --- characters --- */

struct doc_run
doc_run_at(const struct doc *d, uint32_t fc)
{
	struct doc_run run = {.from = fc};
	struct format_range r;
	struct span grpprl, operand;
	uint32_t sprm;

	run.to = fc > UINT32_MAX - FORMAT_HOLE ? UINT32_MAX : fc + FORMAT_HOLE;
	if (!format_find(d, d->characters, 1, fc, &r))
		return run;
	run.from = r.from;
	run.to = r.to;
	if (r.at == 0)
		return run;
	grpprl = span_sub(r.page, r.at + 1, (unsigned char)r.page.p[r.at]);
	while ((sprm = format_next_sprm(&grpprl, &operand)) != 0) {
		bool on = (format_byte(operand) & 1) != 0; /* 0x80 and 0x81: as the style, or not */

		if (sprm == SPRM_DELETED)
			run.deleted = on;
		else if (sprm == SPRM_HIDDEN)
			run.hidden = on;
		else if (sprm == SPRM_BOLD)
			run.bold = on;
	}
	return run;
}

/* --- paragraphs --- */

struct doc_paragraph
doc_paragraph_at(const struct doc *d, uint32_t fc)
{
	struct doc_paragraph p = {0};
	struct format_range r;
	struct span grpprl, operand;
	uint32_t sprm, style;
	size_t n;

	if (!format_find(d, d->paragraphs, 13, fc, &r) || r.at == 0)
		return p;
	/* Its length in words: less a byte, or where that is 0 in the next byte. */
	n = (unsigned char)r.page.p[r.at];
	grpprl = n > 0 ? span_sub(r.page, r.at + 1, n * 2 - 1)
		       : span_sub(r.page, r.at + 2,
				  (size_t)format_byte(span_sub(r.page, r.at + 1, 1)) * 2);
	style = little_u16(grpprl, 0);
	if (style < d->style_count)
		p.level = d->levels[style];
	grpprl = span_sub(grpprl, 2, grpprl.n);
	while ((sprm = format_next_sprm(&grpprl, &operand)) != 0) {
		uint32_t value = format_byte(operand);

		if (sprm == SPRM_IN_TABLE)
			p.in_table = value != 0;
		else if (sprm == SPRM_ROW_END)
			p.row_end = value != 0;
		else if (sprm == SPRM_OUTLINE)
			p.level = value < FORMAT_BODY_LEVEL ? value + 1 : 0;
	}
	return p;
}

/* --- styles --- */

/* Where each style's description stands in the sheet; 0: there is none of that number. */
static void
format_find_styles(struct span sheet, uint32_t *places, uint32_t count)
{
	size_t at = 2 + (size_t)little_u16(sheet, 0);

	for (uint32_t i = 0; i < count && at + 2 <= sheet.n; i++) {
		size_t n = little_u16(sheet, at);

		places[i] = n >= 6 ? (uint32_t)at + 2 : 0;
		at += 2 + n + n % 2;
	}
}

static uint8_t
format_style_level(struct span sheet, const uint32_t *places, uint32_t count, uint32_t style)
{
	for (int i = 0; i < FORMAT_BASED_MAX && style < count && places[style] != 0; i++) {
		uint32_t known = little_u16(sheet, places[style]) & 0xfff;

		if (known >= 1 && known <= FORMAT_NO_LEVEL)
			return (uint8_t)known;
		if (known == FORMAT_TITLE)
			return 1;
		style = little_u16(sheet, (size_t)places[style] + 2) >> 4;
	}
	return 0;
}

enum err
doc_read_styles(struct doc *d)
{
	uint32_t count = little_u16(d->styles, 2), *places;

	if (count > FORMAT_STYLES_MAX)
		count = FORMAT_STYLES_MAX;
	if (count == 0)
		return OK;
	places = calloc(count, sizeof *places);
	d->levels = calloc(count, 1);
	if (places == NULL || d->levels == NULL) {
		free(places);
		return ERR_NOMEM;
	}
	d->style_count = count;
	format_find_styles(d->styles, places, count);
	for (uint32_t i = 0; i < count; i++)
		d->levels[i] = format_style_level(d->styles, places, count, i);
	free(places);
	return OK;
}
