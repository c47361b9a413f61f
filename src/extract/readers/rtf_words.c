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

static const struct {
	const char *word;
	enum rtf_action action;
	int argument;
} rtf_words[] = {
    {"par", RTF_DO_PAR, 0},
    {"sect", RTF_DO_PAR, 0},
    {"line", RTF_DO_LINE, 0},
    {"page", RTF_DO_LINE, 0},
    {"column", RTF_DO_LINE, 0},
    {"tab", RTF_DO_TAB, 0},
    {"cell", RTF_DO_CELL, 0},
    {"nestcell", RTF_DO_NESTED_CELL, 0},
    {"nestrow", RTF_DO_NESTED_CELL, 0},
    {"row", RTF_DO_ROW, 0},
    {"trowd", RTF_DO_ROW_HEAD, 0},
    {"trhdr", RTF_DO_ROW_NAMES, 0},
    {"intbl", RTF_DO_IN_TABLE, 0},
    {"pard", RTF_DO_PARD, 0},
    {"plain", RTF_DO_PLAIN, 0},
    {"u", RTF_DO_UNICODE, 0},
    {"uc", RTF_DO_SKIP, 0},
    {"f", RTF_DO_FONT, 0},
    {"deff", RTF_DO_FONT, 0},
    {"fcharset", RTF_DO_CHARSET, 0},
    {"cpg", RTF_DO_FONT_PAGE, 0},
    {"ansicpg", RTF_DO_PAGE, 0},
    {"ansi", RTF_DO_PAGE, 1252},
    {"mac", RTF_DO_PAGE, 10000},
    {"pc", RTF_DO_PAGE, 437},
    {"pca", RTF_DO_PAGE, 850},
    {"s", RTF_DO_STYLE, 0},
    {"sbasedon", RTF_DO_BASED, 0},
    {"outlinelevel", RTF_DO_OUTLINE, 0},
    {"b", RTF_DO_BOLD, 0},
    {"v", RTF_DO_HIDDEN, 0},
    {"deleted", RTF_DO_DELETED, 0},
    {"revised", RTF_DO_INSERTED, 0},
    {"revauth", RTF_DO_AUTHOR, 0},
    {"emdash", RTF_CHAR, 0x2014},
    {"endash", RTF_CHAR, 0x2013},
    {"bullet", RTF_CHAR, 0x2022},
    {"lquote", RTF_CHAR, 0x2018},
    {"rquote", RTF_CHAR, 0x2019},
    {"ldblquote", RTF_CHAR, 0x201c},
    {"rdblquote", RTF_CHAR, 0x201d},
    {"emspace", RTF_CHAR, 0x2003},
    {"enspace", RTF_CHAR, 0x2002},
    {"qmspace", RTF_CHAR, 0x2005},
    {"zwj", RTF_CHAR, 0x200d},
    {"zwnj", RTF_CHAR, 0x200c},
    {"fonttbl", RTF_GROUP, RTF_FONTS},
    {"stylesheet", RTF_GROUP, RTF_STYLES},
    {"revtbl", RTF_GROUP, RTF_AUTHORS},
    {"info", RTF_GROUP, RTF_INFO},
    {"title", RTF_META, 0},
    {"author", RTF_META, 1},
    {"subject", RTF_META, 2},
    {"keywords", RTF_META, 3},
    {"creatim", RTF_META, 4},
    {"revtim", RTF_META, 5},
    {"operator", RTF_META, 6},
    {"doccomm", RTF_META, 7},
    {"yr", RTF_DATE, 0},
    {"mo", RTF_DATE, 1},
    {"dy", RTF_DATE, 2},
    {"hr", RTF_DATE, 3},
    {"min", RTF_DATE, 4},
    {"footnote", RTF_GROUP, RTF_NOTE},
    {"ftnalt", RTF_DO_ENDNOTE, 0},
    {"annotation", RTF_GROUP, RTF_COMMENT},
    {"atnauthor", RTF_GROUP, RTF_COMMENT_AUTHOR},
    {"shptxt", RTF_GROUP, RTF_BOX},
    {"dptxbxtext", RTF_GROUP, RTF_BOX},
    {"fldinst", RTF_GROUP, RTF_INSTRUCTION},
    {"fldrslt", RTF_DO_RESULT, 0},
    {"upr", RTF_GROUP, RTF_EITHER},
    {"ud", RTF_DO_SECOND, 0},
    {"fromhtml", RTF_DO_FROM_HTML, 0},
    {"htmltag", RTF_GROUP, RTF_HTML},
    {"htmlrtf", RTF_DO_UNSEEN, 0},
    /* Groups with words inside that are none of the text. */
    {"colortbl", RTF_GROUP, RTF_NOWHERE},
    {"pict", RTF_GROUP, RTF_NOWHERE},
    {"nonshppict", RTF_GROUP, RTF_NOWHERE},
    {"objclass", RTF_GROUP, RTF_NOWHERE},
    {"objname", RTF_GROUP, RTF_NOWHERE},
    {"objdata", RTF_GROUP, RTF_NOWHERE},
    {"shprslt", RTF_GROUP, RTF_NOWHERE},
    {"sp", RTF_GROUP, RTF_NOWHERE},
    {"header", RTF_GROUP, RTF_NOWHERE},
    {"headerl", RTF_GROUP, RTF_NOWHERE},
    {"headerr", RTF_GROUP, RTF_NOWHERE},
    {"headerf", RTF_GROUP, RTF_NOWHERE},
    {"footer", RTF_GROUP, RTF_NOWHERE},
    {"footerl", RTF_GROUP, RTF_NOWHERE},
    {"footerr", RTF_GROUP, RTF_NOWHERE},
    {"footerf", RTF_GROUP, RTF_NOWHERE},
    {"ftnsep", RTF_GROUP, RTF_NOWHERE},
    {"ftnsepc", RTF_GROUP, RTF_NOWHERE},
    {"ftncn", RTF_GROUP, RTF_NOWHERE},
    {"aftnsep", RTF_GROUP, RTF_NOWHERE},
    {"aftnsepc", RTF_GROUP, RTF_NOWHERE},
    {"aftncn", RTF_GROUP, RTF_NOWHERE},
    {"listtext", RTF_GROUP, RTF_NOWHERE},
    {"pntext", RTF_GROUP, RTF_NOWHERE},
    {"pn", RTF_GROUP, RTF_NOWHERE},
    {"xe", RTF_GROUP, RTF_NOWHERE},
    {"tc", RTF_GROUP, RTF_NOWHERE},
    {"tcn", RTF_GROUP, RTF_NOWHERE},
    {"rxe", RTF_GROUP, RTF_NOWHERE},
    {"private", RTF_GROUP, RTF_NOWHERE},
    {"filetbl", RTF_GROUP, RTF_NOWHERE},
    {"listtable", RTF_GROUP, RTF_NOWHERE},
    {"listoverridetable", RTF_GROUP, RTF_NOWHERE},
    {"themedata", RTF_GROUP, RTF_NOWHERE},
    {"template", RTF_GROUP, RTF_NOWHERE},
    {"nonesttables", RTF_GROUP, RTF_NOWHERE},
    {"nesttableprops", RTF_GROUP, RTF_EITHER},
    /* Groups whose words count although a reader need not know them. */
    {"shpinst", RTF_CHAR, 0},
    {"do", RTF_CHAR, 0},
    {"field", RTF_CHAR, 0},
    {"object", RTF_CHAR, 0},
    {"result", RTF_CHAR, 0},
    {"mmath", RTF_CHAR, 0},
    {"moMath", RTF_CHAR, 0},
    {"mr", RTF_CHAR, 0},
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
	case RTF_DO_PAR:
		rtf_paragraph(r);
		break;
	case RTF_DO_LINE:
		rtf_line(r);
		break;
	case RTF_DO_TAB:
		rtf_tab(r);
		break;
	case RTF_DO_CELL:
		rtf_cell(r);
		break;
	case RTF_DO_NESTED_CELL:
		rtf_put_text(r, SPAN(" "));
		break;
	case RTF_DO_ROW:
		rtf_row(r);
		break;
	case RTF_DO_ROW_HEAD:
		r->header_row = false;
		break;
	case RTF_DO_ROW_NAMES:
		r->header_row = true;
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
		rtf_look_word(r, action, on, n);
	}
}

void
rtf_word(struct rtf *r, const char *word, bool has, long n)
{
	bool starred = r->starred;

	r->starred = false;
	for (size_t i = 0; i < sizeof rtf_words / sizeof rtf_words[0]; i++)
		if (strcmp(word, rtf_words[i].word) == 0) {
			rtf_do(r, rtf_words[i].action, rtf_words[i].argument, has, n);
			return;
		}
	if (starred)
		rtf_begin(r, RTF_NOWHERE);
}
