/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rtf_words - what control words do. Those that are not here change how words look.
 */
#include "extract/readers/rtf_inside.h"

#include <stdlib.h>

enum rtf_action {
	RTF_CHAR,  /* argument: the character */
	RTF_GROUP, /* argument: the destination of the group that has begun */
	RTF_META,  /* a property's value; argument: index of its key */
	RTF_DATE,  /* argument: which part of a date */
	RTF_DO_PAR,
	RTF_DO_LINE,
	RTF_DO_TAB,
	RTF_DO_CELL,
	RTF_DO_NESTED_CELL,
	RTF_DO_ROW,
	RTF_DO_ROW_HEAD,
	RTF_DO_ROW_NAMES,
	RTF_DO_IN_TABLE,
	RTF_DO_PARD,
	RTF_DO_PLAIN,
	RTF_DO_UNICODE,
	RTF_DO_SKIP,
	RTF_DO_FONT,
	RTF_DO_CHARSET,
	RTF_DO_FONT_PAGE,
	RTF_DO_PAGE,
	RTF_DO_STYLE,
	RTF_DO_BASED,
	RTF_DO_OUTLINE,
	RTF_DO_BOLD,
	RTF_DO_HIDDEN,
	RTF_DO_DELETED,
	RTF_DO_INSERTED,
	RTF_DO_AUTHOR,
	RTF_DO_RESULT,
	RTF_DO_SECOND,
	RTF_DO_ENDNOTE,
	RTF_DO_FROM_HTML,
	RTF_DO_UNSEEN
};

static const char *const rtf_keys[] = {"title",   "author",   "subject",     "keywords",
				       "created", "modified", "modified_by", "description"};

struct rtf_known {
	const char *word;
	enum rtf_action action;
	int argument;
};

/* In the order of strcmp(). RTF_NOWHERE: groups with words inside that are none of the text;
   RTF_CHAR 0: groups whose words count although a reader need not know them. */
static const struct rtf_known rtf_words[] = {
    {"aftncn", RTF_GROUP, RTF_NOWHERE},
    {"aftnsep", RTF_GROUP, RTF_NOWHERE},
    {"aftnsepc", RTF_GROUP, RTF_NOWHERE},
    {"annotation", RTF_GROUP, RTF_COMMENT},
    {"ansi", RTF_DO_PAGE, 1252},
    {"ansicpg", RTF_DO_PAGE, 0},
    {"atnauthor", RTF_GROUP, RTF_COMMENT_AUTHOR},
    {"author", RTF_META, 1},
    {"b", RTF_DO_BOLD, 0},
    {"bullet", RTF_CHAR, 0x2022},
    {"cell", RTF_DO_CELL, 0},
    {"colortbl", RTF_GROUP, RTF_NOWHERE},
    {"column", RTF_DO_LINE, 0},
    {"cpg", RTF_DO_FONT_PAGE, 0},
    {"creatim", RTF_META, 4},
    {"deff", RTF_DO_FONT, 0},
    {"deleted", RTF_DO_DELETED, 0},
    {"do", RTF_CHAR, 0},
    {"doccomm", RTF_META, 7},
    {"dptxbxtext", RTF_GROUP, RTF_BOX},
    {"dy", RTF_DATE, 2},
    {"emdash", RTF_CHAR, 0x2014},
    {"emspace", RTF_CHAR, 0x2003},
    {"endash", RTF_CHAR, 0x2013},
    {"enspace", RTF_CHAR, 0x2002},
    {"f", RTF_DO_FONT, 0},
    {"fcharset", RTF_DO_CHARSET, 0},
    {"field", RTF_CHAR, 0},
    {"filetbl", RTF_GROUP, RTF_NOWHERE},
    {"fldinst", RTF_GROUP, RTF_INSTRUCTION},
    {"fldrslt", RTF_DO_RESULT, 0},
    {"fonttbl", RTF_GROUP, RTF_FONTS},
    {"footer", RTF_GROUP, RTF_NOWHERE},
    {"footerf", RTF_GROUP, RTF_NOWHERE},
    {"footerl", RTF_GROUP, RTF_NOWHERE},
    {"footerr", RTF_GROUP, RTF_NOWHERE},
    {"footnote", RTF_GROUP, RTF_NOTE},
    {"fromhtml", RTF_DO_FROM_HTML, 0},
    {"ftnalt", RTF_DO_ENDNOTE, 0},
    {"ftncn", RTF_GROUP, RTF_NOWHERE},
    {"ftnsep", RTF_GROUP, RTF_NOWHERE},
    {"ftnsepc", RTF_GROUP, RTF_NOWHERE},
    {"header", RTF_GROUP, RTF_NOWHERE},
    {"headerf", RTF_GROUP, RTF_NOWHERE},
    {"headerl", RTF_GROUP, RTF_NOWHERE},
    {"headerr", RTF_GROUP, RTF_NOWHERE},
    {"hr", RTF_DATE, 3},
    {"htmlrtf", RTF_DO_UNSEEN, 0},
    {"htmltag", RTF_GROUP, RTF_HTML},
    {"info", RTF_GROUP, RTF_INFO},
    {"intbl", RTF_DO_IN_TABLE, 0},
    {"keywords", RTF_META, 3},
    {"ldblquote", RTF_CHAR, 0x201c},
    {"line", RTF_DO_LINE, 0},
    {"listoverridetable", RTF_GROUP, RTF_NOWHERE},
    {"listtable", RTF_GROUP, RTF_NOWHERE},
    {"listtext", RTF_GROUP, RTF_NOWHERE},
    {"lquote", RTF_CHAR, 0x2018},
    {"mac", RTF_DO_PAGE, 10000},
    {"min", RTF_DATE, 4},
    {"mmath", RTF_CHAR, 0},
    {"mo", RTF_DATE, 1},
    {"moMath", RTF_CHAR, 0},
    {"mr", RTF_CHAR, 0},
    {"nestcell", RTF_DO_NESTED_CELL, 0},
    {"nestrow", RTF_DO_NESTED_CELL, 0},
    {"nesttableprops", RTF_GROUP, RTF_EITHER},
    {"nonesttables", RTF_GROUP, RTF_NOWHERE},
    {"nonshppict", RTF_GROUP, RTF_NOWHERE},
    {"objclass", RTF_GROUP, RTF_NOWHERE},
    {"objdata", RTF_GROUP, RTF_NOWHERE},
    {"object", RTF_CHAR, 0},
    {"objname", RTF_GROUP, RTF_NOWHERE},
    {"operator", RTF_META, 6},
    {"outlinelevel", RTF_DO_OUTLINE, 0},
    {"page", RTF_DO_LINE, 0},
    {"par", RTF_DO_PAR, 0},
    {"pard", RTF_DO_PARD, 0},
    {"pc", RTF_DO_PAGE, 437},
    {"pca", RTF_DO_PAGE, 850},
    {"pict", RTF_GROUP, RTF_NOWHERE},
    {"plain", RTF_DO_PLAIN, 0},
    {"pn", RTF_GROUP, RTF_NOWHERE},
    {"pntext", RTF_GROUP, RTF_NOWHERE},
    {"private", RTF_GROUP, RTF_NOWHERE},
    {"qmspace", RTF_CHAR, 0x2005},
    {"rdblquote", RTF_CHAR, 0x201d},
    {"result", RTF_CHAR, 0},
    {"revauth", RTF_DO_AUTHOR, 0},
    {"revised", RTF_DO_INSERTED, 0},
    {"revtbl", RTF_GROUP, RTF_AUTHORS},
    {"revtim", RTF_META, 5},
    {"row", RTF_DO_ROW, 0},
    {"rquote", RTF_CHAR, 0x2019},
    {"rxe", RTF_GROUP, RTF_NOWHERE},
    {"s", RTF_DO_STYLE, 0},
    {"sbasedon", RTF_DO_BASED, 0},
    {"sect", RTF_DO_PAR, 0},
    {"shpinst", RTF_CHAR, 0},
    {"shprslt", RTF_GROUP, RTF_NOWHERE},
    {"shptxt", RTF_GROUP, RTF_BOX},
    {"sp", RTF_GROUP, RTF_NOWHERE},
    {"stylesheet", RTF_GROUP, RTF_STYLES},
    {"subject", RTF_META, 2},
    {"tab", RTF_DO_TAB, 0},
    {"tc", RTF_GROUP, RTF_NOWHERE},
    {"tcn", RTF_GROUP, RTF_NOWHERE},
    {"template", RTF_GROUP, RTF_NOWHERE},
    {"themedata", RTF_GROUP, RTF_NOWHERE},
    {"title", RTF_META, 0},
    {"trhdr", RTF_DO_ROW_NAMES, 0},
    {"trowd", RTF_DO_ROW_HEAD, 0},
    {"u", RTF_DO_UNICODE, 0},
    {"uc", RTF_DO_SKIP, 0},
    {"ud", RTF_DO_SECOND, 0},
    {"upr", RTF_GROUP, RTF_EITHER},
    {"v", RTF_DO_HIDDEN, 0},
    {"xe", RTF_GROUP, RTF_NOWHERE},
    {"yr", RTF_DATE, 0},
    {"zwj", RTF_CHAR, 0x200d},
    {"zwnj", RTF_CHAR, 0x200c},
};

static void
rtf_font_word(struct rtf *r, enum rtf_action action, long n)
{
	int font = n >= 0 && n < RTF_FONTS_MAX ? (int)n : 0;

	if (action == RTF_DO_FONT && r->now->dest == RTF_FONTS) {
		r->font = font;
	} else if (action == RTF_DO_FONT) {
		r->now->font = font;
	} else if (action == RTF_DO_CHARSET && r->now->dest == RTF_FONTS) {
		r->fonts[r->font].page = (uint16_t)rtf_page_of_charset(n);
		r->fonts[r->font].symbol = n == 2;
	} else if (action == RTF_DO_FONT_PAGE && r->now->dest == RTF_FONTS && n > 0 &&
		   n <= UINT16_MAX) {
		r->fonts[r->font].page = (uint16_t)n;
	} else if (action == RTF_DO_PAGE && n > 0 && n <= UINT16_MAX) {
		r->page = (unsigned)n;
	}
}

static void
rtf_style_word(struct rtf *r, enum rtf_action action, long n)
{
	int style = n >= 0 && n < RTF_STYLES_MAX ? (int)n : 0;
	int level = n >= 0 && n < 9 ? (int)n + 1 : 0;

	if (r->now->dest != RTF_STYLES) {
		if (action == RTF_DO_STYLE)
			r->now->style = style;
		else if (action == RTF_DO_OUTLINE)
			r->now->level = level;
		return;
	}
	if (action == RTF_DO_STYLE)
		r->style = style;
	else if (action == RTF_DO_OUTLINE)
		r->style_level = level;
	else
		r->style_bases[r->style] = (int16_t)style;
}

/* What holds for words or a paragraph. `on`: without a number, or with another than 0. */
static void
rtf_look_word(struct rtf *r, enum rtf_action action, bool on, long n)
{
	struct rtf_group *now = r->now;

	switch (action) {
	case RTF_DO_BOLD:
		now->bold = on;
		break;
	case RTF_DO_HIDDEN:
		now->hidden = on;
		break;
	case RTF_DO_DELETED:
		now->deleted = on;
		break;
	case RTF_DO_INSERTED:
		now->inserted = on;
		break;
	case RTF_DO_AUTHOR:
		now->author = n >= 0 && n < RTF_AUTHORS_MAX ? (int)n : 0;
		break;
	case RTF_DO_UNSEEN:
		now->unseen = on;
		break;
	case RTF_DO_PLAIN:
		now->bold = now->hidden = now->deleted = now->inserted = false;
		now->author = 0;
		break;
	case RTF_DO_PARD:
		now->in_table = false;
		now->level = now->style = 0;
		break;
	case RTF_DO_IN_TABLE:
		now->in_table = true;
		break;
	default:
		break;
	}
}

static void
rtf_group_word(struct rtf *r, enum rtf_action action, int argument)
{
	switch (action) {
	case RTF_GROUP:
		rtf_begin(r, (enum rtf_dest)argument);
		break;
	case RTF_META:
		rtf_begin(r, r->now->dest == RTF_INFO ? RTF_PROPERTY : RTF_NOWHERE);
		r->property = r->now->dest == RTF_PROPERTY ? rtf_keys[argument] : NULL;
		memset(r->date, 0, sizeof r->date);
		break;
	case RTF_DO_RESULT:
		if (rtf_in_body(r))
			rtf_begin(r, RTF_LINK);
		break;
	case RTF_DO_SECOND:
		if (r->now->dest == RTF_EITHER)
			r->now->dest = r->now->outer;
		break;
	case RTF_DO_ENDNOTE:
		r->endnote = r->now->dest == RTF_NOTE;
		break;
	default:
		break;
	}
}

/* What ends or divides; false: it is not that. */
static bool
rtf_do_break(struct rtf *r, enum rtf_action action)
{
	switch (action) {
	case RTF_DO_PAR:
		rtf_paragraph(r);
		return true;
	case RTF_DO_LINE:
		rtf_line(r);
		return true;
	case RTF_DO_TAB:
		rtf_tab(r);
		return true;
	case RTF_DO_CELL:
		rtf_cell(r);
		return true;
	case RTF_DO_NESTED_CELL:
		rtf_put_text(r, SPAN(" "));
		return true;
	case RTF_DO_ROW:
		rtf_row(r);
		return true;
	case RTF_DO_ROW_HEAD:
		r->header_row = false;
		r->row_head = rtf_in_body(r);
		return true;
	case RTF_DO_ROW_NAMES:
		r->header_row = true;
		return true;
	default:
		return false;
	}
}

static void
rtf_do(struct rtf *r, enum rtf_action action, int argument, bool has, long n)
{
	bool on = !has || n != 0;

	if (r->now->unseen && r->from_html && action != RTF_DO_UNSEEN && action != RTF_GROUP &&
	    action != RTF_DO_FONT)
		return;
	switch (action) {
	case RTF_CHAR:
		rtf_put_char(r, (uint32_t)argument);
		break;
	case RTF_DATE:
		if (r->now->dest == RTF_PROPERTY && n > 0 && n < 10000)
			r->date[argument] = (int)n;
		break;
	case RTF_DO_UNICODE:
		rtf_unicode(r, n);
		break;
	case RTF_DO_SKIP:
		r->now->unicode_skip = n >= 0 && n < 1000 ? (int)n : 1;
		break;
	case RTF_DO_FONT:
	case RTF_DO_CHARSET:
	case RTF_DO_FONT_PAGE:
	case RTF_DO_PAGE:
		rtf_font_word(r, action, argument > 0 ? argument : n);
		break;
	case RTF_DO_STYLE:
	case RTF_DO_BASED:
	case RTF_DO_OUTLINE:
		rtf_style_word(r, action, n);
		break;
	case RTF_DO_FROM_HTML:
		r->from_html = n == 1;
		break;
	case RTF_GROUP:
	case RTF_META:
	case RTF_DO_RESULT:
	case RTF_DO_SECOND:
	case RTF_DO_ENDNOTE:
		rtf_group_word(r, action, argument);
		break;
	default:
		if (!rtf_do_break(r, action))
			rtf_look_word(r, action, on, n);
	}
}

static int
rtf_word_compare(const void *word, const void *known)
{
	return strcmp(word, ((const struct rtf_known *)known)->word);
}

void
rtf_word(struct rtf *r, const char *word, bool has, long n)
{
	bool starred = r->starred;
	const struct rtf_known *known;

	r->starred = false;
	known = bsearch(word, rtf_words, sizeof rtf_words / sizeof rtf_words[0],
			sizeof rtf_words[0], rtf_word_compare);
	if (known != NULL)
		rtf_do(r, known->action, known->argument, has, n);
	else if (starred)
		rtf_begin(r, RTF_NOWHERE);
}
