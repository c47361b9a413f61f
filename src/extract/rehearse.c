/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rehearse - the text, and callbacks that drop what comes of it.
 */
#include "extract/rehearse.h"

#include "extract/work.h"

static const char rehearse_text[] =
    "References to the research\n\n"
    "Smith, M., and Wilkinson, H. (2013) Working with families: a review. Journal of Trials "
    "4(2): 11-27. DOI: 10.1000/trial.2013.1. See https://www.example.org/review.\n\n"
    "Details of the impact\n\n"
    "Between March 2011 and May 2012 we held six workshops, attended by over 60 people. "
    "'It changed the way in which we work with families', said Jane Jones, a head of service "
    "at the council (5.1).\n";

struct rehearsal {
	void (*on_begin)(void *ctx, uint32_t plugin);
	void *ctx;
};

static void
rehearse_on_begin(void *ctx, uint32_t plugin)
{
	const struct rehearsal *r = ctx;

	if (r->on_begin != NULL)
		r->on_begin(r->ctx, plugin);
}

static void
rehearse_on_records(void *ctx, uint32_t plugin, struct span frames, uint32_t n)
{
	(void)ctx;
	(void)plugin;
	(void)frames;
	(void)n;
}

static void
rehearse_on_failed(void *ctx, uint32_t plugin, struct span reason)
{
	(void)ctx;
	(void)plugin;
	(void)reason;
}

static void
rehearse_on_proposed(void *ctx, uint32_t plugin, struct span role, struct span language)
{
	(void)ctx;
	(void)plugin;
	(void)role;
	(void)language;
}

enum err
rehearse(const struct readers *readers, struct host *h, const struct limits *limits,
	 void (*on_begin)(void *ctx, uint32_t plugin), void *ctx)
{
	struct rehearsal r = {.on_begin = on_begin, .ctx = ctx};
	const struct host_events events = {.ctx = &r,
					   .on_begin = rehearse_on_begin,
					   .on_records = rehearse_on_records,
					   .on_failed = rehearse_on_failed,
					   .on_proposed = rehearse_on_proposed};
	const struct span text = {rehearse_text, sizeof rehearse_text - 1};
	const struct span name = SPAN("rehearsal.txt");
	struct reader_failure failure = {0};
	struct document doc = {0};
	enum err e = work_read_document(readers, NULL, text, name, limits, &doc, &failure);

	if (e == OK)
		e = host_run(h, &doc, name, NULL, 0, &events);
	document_clear(&doc);
	return e;
}
