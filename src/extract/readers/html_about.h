/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_about - what a page says of itself, and what a browser wrote into it when it was
 * saved: meta url, saved, author, date, …
 */
#pragma once

#include "extract/readers/html_tags.h"
#include "text/document.h"

struct html_about {            /* {0} is empty */
	struct buf saved_from; /* where the browser had it from */
	struct buf canonical;  /* where the page itself says that it stands */
	struct buf saved;      /* the day, ISO 8601 */
};

/* <meta>: to the builder at once. */
void html_about_meta(struct builder *b, const unsigned char **attributes);
/* <link> */
void html_about_link(struct html_about *a, const unsigned char **attributes);
/* <html>: WebScrapBook and ScrapBook write there. */
void html_about_root(struct html_about *a, struct builder *b, const unsigned char **attributes);
/* Chrome and Edge ("saved from url=(0022)https://…"), SingleFile, the Internet Archive. */
void html_about_comment(struct html_about *a, struct span comment);

/* Puts url and saved; `address` is what was known from outside. */
void html_about_put(const struct html_about *a, struct span address, struct builder *b);
void html_about_clear(struct html_about *a);
