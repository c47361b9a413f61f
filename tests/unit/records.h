/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * records - a catalogue and made-up records for the tests of vectors and queries.
 *
 * A sample keeps a record's values in plain form, so that a test can judge
 * a query without the code under test.
 */
#pragma once

#include "index/catalogue.h"
#include "index/vectors.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define SAMPLE_WORDS  8
#define SAMPLE_FIELDS 8

enum sample_kind { SAMPLE_CITATION, SAMPLE_FIGURE, SAMPLE_QUOTE };

struct sample {
	enum sample_kind kind;
	uint64_t document, start;
	uint32_t number;
	const char *plugin;
	char words[128]; /* citation.title, figure.noun, quote.quote: lower case, one blank between
			  */
	char key[32];    /* citation.listed, figure.measure, quote.medium */
	int value;       /* citation.year, figure.value; none for a quote */
	char from[11], to[11]; /* figure.date_from and date_to; quote.date (both the same) */
};

static const struct plugin_decl sample_papers = {
    .name = "papers",
    .about = "Papers",
    .kind_count = 2,
    .kinds = {{"citation",
	       5,
	       {{"title", FIELD_TEXT},
		{"listed", FIELD_KEY},
		{"year", FIELD_NUMBER},
		{"doi", FIELD_KEY},
		{"author", FIELD_TEXT}}},
	      {"doi", 1, {{"doi", FIELD_KEY}}}},
};

static const struct plugin_decl sample_events = {
    .name = "events",
    .about = "Events",
    .kind_count = 2,
    .kinds = {{"event_figure",
	       5,
	       {{"noun", FIELD_TEXT},
		{"measure", FIELD_KEY},
		{"value", FIELD_NUMBER},
		{"date_from", FIELD_DATE},
		{"date_to", FIELD_DATE}}},
	      {"testimonial",
	       5,
	       {{"quote", FIELD_TEXT},
		{"speaker", FIELD_TEXT},
		{"medium", FIELD_KEY},
		{"when", FIELD_DATE},
		{"doi", FIELD_KEY}}}},
};

static inline struct catalogue *
sample_catalogue(void)
{
	const struct plugin_decl *plugins[] = {&sample_papers, &sample_events};
	struct catalogue *old = catalogue_new(), *made = NULL;
	char why[256];

	if (old == NULL || catalogue_next(old, plugins, COUNT(plugins), &made, why) != OK)
		abort();
	catalogue_unref(old);
	return made;
}

/* A generator of its own: the same numbers everywhere. */
static inline uint32_t
sample_random(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static const char *const sample_vocabulary[] = {"care",   "carer",  "social", "worker", "workers",
						"policy", "change", "event",  "young",  "people"};
static const char *const sample_keys[] = {"references", "text", "Text", "letter"};

static inline void
sample_date(uint64_t *seed, char out[11])
{
	int year = 2008 + (int)sample_random(seed, 8), month = 1 + (int)sample_random(seed, 12);
	int day = 1 + (int)sample_random(seed, 28);

	switch (sample_random(seed, 3)) {
	case 0:
		snprintf(out, 11, "%04d", year);
		break;
	case 1:
		snprintf(out, 11, "%04d-%02d", year, month);
		break;
	default:
		snprintf(out, 11, "%04d-%02d-%02d", year, month, day);
	}
}

static inline struct sample
sample_make(uint64_t *seed, uint64_t document, uint32_t number)
{
	struct sample s = {.document = document, .number = number};
	size_t n = 0, words = 1 + sample_random(seed, SAMPLE_WORDS);

	s.kind = (enum sample_kind)sample_random(seed, 3);
	s.start = sample_random(seed, 1000);
	s.plugin = s.kind == SAMPLE_CITATION ? "papers" : "events";
	for (size_t i = 0; i < words; i++)
		n += (size_t)
		    snprintf(s.words + n, sizeof s.words - n, "%s%s", i == 0 ? "" : " ",
			     sample_vocabulary[sample_random(seed, COUNT(sample_vocabulary))]);
	snprintf(s.key, sizeof s.key, "%s", sample_keys[sample_random(seed, COUNT(sample_keys))]);
	s.value = s.kind == SAMPLE_CITATION ? 2005 + (int)sample_random(seed, 10)
					    : (int)sample_random(seed, 100) - 20;
	sample_date(seed, s.from);
	snprintf(s.to, sizeof s.to, "%s", s.from);
	if (s.kind == SAMPLE_FIGURE && sample_random(seed, 2) == 0)
		snprintf(s.to, sizeof s.to, "%.4s", s.from); /* to the end of that year */
	return s;
}

struct sample_record {
	struct record r;
	struct value values[SAMPLE_FIELDS];
};

static inline void
sample_put(struct sample_record *out, const char *name, enum field_type type, const char *text,
	   double number)
{
	size_t n = out->r.field_count++;

	out->values[n] = (struct value){span_of(text), number};
	out->r.fields[n] = (struct field){span_of(name), type, false, 1, &out->values[n]};
}

static inline void
sample_record(const struct sample *s, struct sample_record *out)
{
	memset(out, 0, sizeof *out);
	out->r.start = s->start;
	out->r.end = s->start + 10;
	out->r.confidence = 1;
	switch (s->kind) {
	case SAMPLE_CITATION:
		out->r.kind = SPAN("citation");
		sample_put(out, "title", FIELD_TEXT, s->words, 0);
		sample_put(out, "listed", FIELD_KEY, s->key, 0);
		sample_put(out, "year", FIELD_NUMBER, NULL, s->value);
		break;
	case SAMPLE_FIGURE:
		out->r.kind = SPAN("event_figure");
		sample_put(out, "noun", FIELD_TEXT, s->words, 0);
		sample_put(out, "measure", FIELD_KEY, s->key, 0);
		sample_put(out, "value", FIELD_NUMBER, NULL, s->value);
		sample_put(out, "date_from", FIELD_DATE, s->from, 0);
		sample_put(out, "date_to", FIELD_DATE, s->to, 0);
		break;
	case SAMPLE_QUOTE:
		out->r.kind = SPAN("testimonial");
		sample_put(out, "quote", FIELD_TEXT, s->words, 0);
		sample_put(out, "medium", FIELD_KEY, s->key, 0);
		sample_put(out, "when", FIELD_DATE, s->from, 0);
	}
}

/* The vector of `n` samples of one document; into an empty *out. */
static inline enum err
sample_vector(const struct catalogue *cat, const struct sample *samples, size_t n, struct buf *out)
{
	struct sample_record *records = calloc(n + 1, sizeof *records);
	struct vector_record *list = calloc(n + 1, sizeof *list);
	enum err e;

	if (records == NULL || list == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		sample_record(&samples[i], &records[i]);
		list[i] = (struct vector_record){samples[i].number, samples[i].start,
						 span_of(samples[i].plugin), &records[i].r};
	}
	e = vectors_build(cat, list, n, out);
	free(records);
	free(list);
	return e;
}
