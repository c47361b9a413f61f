/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query_judge - leaves that write themselves and judge a sample; AND, OR and NOT over them.
 */
#include "query_judge.h"

#include "text/date.h"

enum leaf_how {
	LEAF_WORD,
	LEAF_PREFIX,
	LEAF_PHRASE,
	LEAF_KIND,
	LEAF_TEXT,
	LEAF_TEXT_PHRASE,
	LEAF_KEY,
	LEAF_VALUE,
	LEAF_YEAR,
	LEAF_DATE,
	LEAF_DOCUMENT,
	LEAF_COUNT
};

struct leaf {
	enum leaf_how how;
	enum sample_kind kind;
	const char *word, *key;
	char start[4]; /* of the word */
	char phrase[64];
	int low, high, year;
	char from[11], to[16];
	uint64_t document;
};

static struct leaf
leaf_random(const struct sample *samples, size_t n, uint64_t *seed)
{
	struct leaf l = {.how = (enum leaf_how)sample_random(seed, LEAF_COUNT),
			 .kind = (enum sample_kind)sample_random(seed, 3)};

	l.word = sample_vocabulary[sample_random(seed, COUNT(sample_vocabulary))];
	l.key = sample_keys[sample_random(seed, COUNT(sample_keys))];
	snprintf(l.start, sizeof l.start, "%.3s", l.word);
	snprintf(l.phrase, sizeof l.phrase, "%s %s", l.word,
		 sample_vocabulary[sample_random(seed, COUNT(sample_vocabulary))]);
	l.low = (int)sample_random(seed, 100) - 20;
	l.high = l.low + (int)sample_random(seed, 30);
	l.year = 2004 + (int)sample_random(seed, 12);
	sample_date(seed, l.from);
	snprintf(l.to, sizeof l.to, "%04d", atoi(l.from) + (int)sample_random(seed, 3));
	l.document = samples[sample_random(seed, (uint32_t)n)].document;
	return l;
}

static void
leaf_write(const struct leaf *l, struct buf *out)
{
	static const char *const kinds[] = {"citation", "event_figure", "testimonial"};
	static const char *const texts[] = {"title", "noun", "quote"};
	static const char *const keys[] = {"listed", "measure", "medium"};

	switch (l->how) {
	case LEAF_WORD:
		buf_put_str(out, l->word);
		break;
	case LEAF_PREFIX:
		buf_printf(out, "%s*", l->start);
		break;
	case LEAF_PHRASE:
		buf_printf(out, "\"%s\"", l->phrase);
		break;
	case LEAF_KIND:
		buf_printf(out, "kind:%s", kinds[l->kind]);
		break;
	case LEAF_TEXT:
		buf_printf(out, "%s:%s", texts[l->kind], l->word);
		break;
	case LEAF_TEXT_PHRASE:
		buf_printf(out, "%s:\"%s\"", texts[l->kind], l->phrase);
		break;
	case LEAF_KEY:
		buf_printf(out, "%s:%s", keys[l->kind], l->key);
		break;
	case LEAF_VALUE:
		buf_printf(out, "value:%d..%d", l->low, l->high);
		break;
	case LEAF_YEAR:
		buf_printf(out, "year:>%d", l->year);
		break;
	case LEAF_DATE:
		buf_printf(out, "date:%s..%s", l->from, l->to);
		break;
	default:
		buf_printf(out, "document:%llu", (unsigned long long)l->document);
	}
}

/* Does `wanted` stand in `words` at the borders of words (or begin one)? */
static bool
words_hold(const char *words, const char *wanted, bool prefix)
{
	size_t n = strlen(wanted);

	for (const char *p = words; (p = strstr(p, wanted)) != NULL; p++)
		if ((p == words || p[-1] == ' ') && (prefix || p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* Is the key, in small letters, the word (or does it begin so)? */
static bool
key_folds_to(const char *key, const char *word, bool prefix)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++)
		if ((key[i] | 32) != word[i])
			return false;
	return prefix || key[n] == '\0';
}

static bool
sample_overlaps(const struct sample *s, const char *low, const char *high)
{
	char year[16];
	const char *from = s->from, *to = s->to;
	int32_t a, b, c, d, other;

	if (s->kind == SAMPLE_QUOTE) /* its field is called otherwise */
		return false;
	if (s->kind == SAMPLE_CITATION) {
		snprintf(year, sizeof year, "%04d", s->value);
		from = to = year;
	}
	return date_days(span_of(from), &a, &other) && date_days(span_of(to), &other, &b) &&
	       date_days(span_of(low), &c, &other) && date_days(span_of(high), &other, &d) &&
	       a <= d && b >= c;
}

static bool
leaf_holds(const struct leaf *l, const struct sample *s)
{
	bool of_kind = s->kind == l->kind;

	switch (l->how) {
	case LEAF_WORD:
		return words_hold(s->words, l->word, false) || key_folds_to(s->key, l->word, false);
	case LEAF_PREFIX:
		return words_hold(s->words, l->start, true) || key_folds_to(s->key, l->start, true);
	case LEAF_PHRASE:
		return words_hold(s->words, l->phrase, false);
	case LEAF_KIND:
		return of_kind;
	case LEAF_TEXT:
		return of_kind && words_hold(s->words, l->word, false);
	case LEAF_TEXT_PHRASE:
		return of_kind && words_hold(s->words, l->phrase, false);
	case LEAF_KEY:
		return of_kind && strcmp(s->key, l->key) == 0;
	case LEAF_VALUE:
		return s->kind == SAMPLE_FIGURE && s->value >= l->low && s->value <= l->high;
	case LEAF_YEAR:
		return s->kind == SAMPLE_CITATION && s->value > l->year;
	case LEAF_DATE:
		return sample_overlaps(s, l->from, l->to);
	default:
		return s->document == l->document;
	}
}

struct judged
judge_random(const struct sample *samples, size_t n, uint64_t *seed, unsigned depth)
{
	struct judged j = {.match = calloc(n + 1, sizeof *j.match)}, left, right;
	uint32_t how = depth == 0 ? 0 : sample_random(seed, 4);
	struct leaf l;

	if (j.match == NULL)
		abort();
	if (how == 0) {
		l = leaf_random(samples, n, seed);
		leaf_write(&l, &j.text);
		for (size_t i = 0; i < n; i++)
			j.match[i] = leaf_holds(&l, &samples[i]);
		return j;
	}
	left = judge_random(samples, n, seed, depth - 1);
	right = judge_random(samples, n, seed, depth - 1);
	if (how == 1)
		buf_printf(&j.text, "-(%s)", buf_cstr(&left.text));
	else
		buf_printf(&j.text, "(%s%s%s)", buf_cstr(&left.text), how == 2 ? " " : " OR ",
			   buf_cstr(&right.text));
	for (size_t i = 0; i < n; i++)
		j.match[i] = how == 1   ? !left.match[i]
			     : how == 2 ? left.match[i] && right.match[i]
					: left.match[i] || right.match[i];
	judged_clear(&left);
	judged_clear(&right);
	return j;
}

void
judged_clear(struct judged *j)
{
	buf_clear(&j->text);
	free(j->match);
}
