/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vectors - documents' versions and the lock around them and the dictionary.
 *
 * The dictionary knows slots, not versions: it has a slot under a term as long
 * as any version of it has the term (and some time longer). Whoever reads takes
 * its lists for a first guess and looks into the version that he sees.
 *
 *   born: newest version of its slot --remove--> died, in the queue --retire--> freed
 */
#include "index/vectors.h"

#include "index/terms.h"

#include <pthread.h>
#include <stdlib.h>

#define VECTORS_NEVER      UINT64_MAX
#define VECTORS_LOCK_TERMS 4096 /* the lock is opened for others after so many */

struct version {
	struct version *older;
	uint64_t born, died;
	size_t n;
	char bytes[];
};

struct slot {
	uint64_t document;
	struct version *newest;
};

struct death {
	uint64_t clock;
	uint32_t slot;
	struct version *version;
};

struct vectors {
	pthread_rwlock_t lock;
	struct terms *terms;
	struct slot *slots; /* ascending by document */
	uint32_t slot_count, slot_cap;
	struct death *deaths; /* [death_first, death_count), ascending by clock */
	size_t death_first, death_count, death_cap;
	uint32_t *births; /* slots with a version born at birth_clock: for undoing */
	size_t birth_count, birth_cap;
	uint64_t birth_clock;
};

/* Writers first: readers that ask without a pause would keep the commits waiting. */
static bool
vectors_lock_init(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	bool made;

	if (pthread_rwlockattr_init(&attr) != 0)
		return false;
	made = pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) ==
		   0 &&
	       pthread_rwlock_init(lock, &attr) == 0;
	pthread_rwlockattr_destroy(&attr);
	return made;
}

struct vectors *
vectors_new(void)
{
	struct vectors *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	v->terms = terms_new();
	if (v->terms == NULL || !vectors_lock_init(&v->lock)) {
		terms_free(v->terms);
		free(v);
		return NULL;
	}
	return v;
}

void
vectors_free(struct vectors *v)
{
	if (v == NULL)
		return;
	for (uint32_t i = 0; i < v->slot_count; i++)
		while (v->slots[i].newest != NULL) {
			struct version *older = v->slots[i].newest->older;

			free(v->slots[i].newest);
			v->slots[i].newest = older;
		}
	pthread_rwlock_destroy(&v->lock);
	terms_free(v->terms);
	free(v->slots);
	free(v->deaths);
	free(v->births);
	free(v);
}

/* The locks fail only where we use them wrongly. */
static void
vectors_lock(struct vectors *v, bool writing)
{
	int code = writing ? pthread_rwlock_wrlock(&v->lock) : pthread_rwlock_rdlock(&v->lock);

	if (code != 0)
		abort();
}

static void
vectors_unlock(struct vectors *v)
{
	pthread_rwlock_unlock(&v->lock);
}

/* Lets the readers in between two pieces of long work. */
static void
vectors_breathe(struct vectors *v, uint32_t *steps)
{
	if (++*steps % VECTORS_LOCK_TERMS != 0)
		return;
	vectors_unlock(v);
	vectors_lock(v, true);
}

/* --- slots --- */

static uint32_t
vectors_find(const struct vectors *v, uint64_t document)
{
	uint32_t low = 0, high = v->slot_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (v->slots[middle].document < document)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The document's slot, made when it is new. */
static enum err
vectors_slot(struct vectors *v, uint64_t document, uint32_t *slot)
{
	*slot = v->slot_count;
	if (v->slot_count > 0 && v->slots[v->slot_count - 1].document >= document) {
		*slot = vectors_find(v, document);
		return v->slots[*slot].document == document ? OK : ERR_INTERNAL;
	}
	if (v->slot_count == v->slot_cap) {
		uint32_t cap = v->slot_cap == 0 ? 256 : v->slot_cap * 2;
		struct slot *slots = reallocarray(v->slots, cap, sizeof *slots);

		if (slots == NULL)
			return ERR_NOMEM;
		v->slots = slots;
		v->slot_cap = cap;
	}
	v->slots[v->slot_count++] = (struct slot){document, NULL};
	return OK;
}

/* Has any version of the slot the term? */
static bool
vectors_slot_has(const struct vectors *v, uint32_t slot, uint32_t unit, struct span term)
{
	for (const struct version *p = v->slots[slot].newest; p != NULL; p = p->older) {
		struct vector vector;

		if (vector_open((struct span){p->bytes, p->n}, &vector) == OK &&
		    vector_has(&vector, unit, term))
			return true;
	}
	return false;
}

/* For terms_drop(). */
static bool
vectors_slot_stands(void *ctx, uint32_t slot)
{
	const struct vectors *v = ctx;

	return v->slots[slot].newest != NULL;
}

static void
vectors_drop_term(struct vectors *v, uint32_t slot, uint32_t unit, struct span term)
{
	if (v->slots[slot].newest == NULL)
		terms_drop(v->terms, unit, term, vectors_slot_stands, v);
	else if (!vectors_slot_has(v, slot, unit, term))
		terms_remove(v->terms, unit, term, slot);
}

/* Takes a version out of its slot and the dictionary, and frees it. */
static void
vectors_drop(struct vectors *v, uint32_t slot, struct version *version, uint32_t *steps)
{
	struct version **link = &v->slots[slot].newest;
	struct vector vector;

	while (*link != version)
		link = &(*link)->older;
	*link = version->older;
	if (vector_open((struct span){version->bytes, version->n}, &vector) != OK)
		abort(); /* it was checked when it came in */
	for (uint32_t i = 0; i < vector.units; i++) {
		struct vector_unit u;
		uint32_t unit = vector_unit_at(&vector, i, &u);

		vectors_drop_term(v, slot, unit, SPAN(""));
		for (uint32_t k = 0; k < u.terms; k++) {
			vectors_drop_term(v, slot, unit, vector_term(&vector, &u, k));
			vectors_breathe(v, steps);
		}
	}
	free(version);
}

/* --- writing --- */

/* The version is in nobody's sight until it is linked. */
static enum err
vectors_add_terms(struct vectors *v, uint32_t slot, const struct version *version)
{
	struct vector vector;
	uint32_t steps = 0;
	enum err e = vector_open((struct span){version->bytes, version->n}, &vector);

	for (uint32_t i = 0; e == OK && i < vector.units; i++) {
		struct vector_unit u;
		uint32_t unit = vector_unit_at(&vector, i, &u);

		e = terms_add(v->terms, unit, SPAN(""), slot);
		for (uint32_t k = 0; e == OK && k < u.terms; k++) {
			e = terms_add(v->terms, unit, vector_term(&vector, &u, k), slot);
			vectors_breathe(v, &steps);
		}
	}
	return e;
}

static enum err
vectors_put(struct vectors *v, uint64_t document, struct span bytes, uint64_t born, uint32_t *slot)
{
	struct version *version;
	enum err e = vector_check(bytes);

	if (e != OK)
		return e;
	version = malloc(sizeof *version + bytes.n);
	if (version == NULL)
		return ERR_NOMEM;
	*version = (struct version){NULL, born, VECTORS_NEVER, bytes.n};
	memcpy(version->bytes, bytes.p, bytes.n);
	vectors_lock(v, true);
	e = vectors_slot(v, document, slot);
	if (e == OK && v->slots[*slot].newest != NULL &&
	    v->slots[*slot].newest->died == VECTORS_NEVER)
		e = ERR_INTERNAL;
	if (e == OK)
		e = vectors_add_terms(v, *slot, version);
	if (e == OK) {
		version->older = v->slots[*slot].newest;
		v->slots[*slot].newest = version;
	}
	vectors_unlock(v);
	if (e != OK)
		free(version);
	return e;
}

enum err
vectors_load(struct vectors *v, uint64_t document, struct span bytes, uint64_t born)
{
	uint32_t slot;

	return vectors_put(v, document, bytes, born, &slot);
}

enum err
vectors_add(struct vectors *v, uint64_t document, struct span bytes, uint64_t clock)
{
	uint32_t slot;
	enum err e;

	if (v->birth_clock != clock) {
		v->birth_count = 0;
		v->birth_clock = clock;
	}
	if (v->birth_count == v->birth_cap) {
		size_t cap = v->birth_cap == 0 ? 256 : v->birth_cap * 2;
		uint32_t *births = reallocarray(v->births, cap, sizeof *births);

		if (births == NULL)
			return ERR_NOMEM;
		v->births = births;
		v->birth_cap = cap;
	}
	e = vectors_put(v, document, bytes, clock, &slot);
	if (e == OK)
		v->births[v->birth_count++] = slot;
	return e;
}

/* Room for one more in the queue. */
static enum err
vectors_reserve_death(struct vectors *v)
{
	struct death *deaths;
	size_t cap;

	if (v->death_count < v->death_cap)
		return OK;
	if (v->death_first > v->death_count / 2) {
		v->death_count -= v->death_first;
		memmove(v->deaths, v->deaths + v->death_first, v->death_count * sizeof *v->deaths);
		v->death_first = 0;
		return OK;
	}
	cap = v->death_cap == 0 ? 256 : v->death_cap * 2;
	deaths = reallocarray(v->deaths, cap, sizeof *deaths);
	if (deaths == NULL)
		return ERR_NOMEM;
	v->deaths = deaths;
	v->death_cap = cap;
	return OK;
}

enum err
vectors_remove(struct vectors *v, uint64_t document, uint64_t clock)
{
	struct version *version = NULL;
	uint32_t slot;
	enum err e = OK;

	vectors_lock(v, true);
	slot = vectors_find(v, document);
	if (slot < v->slot_count && v->slots[slot].document == document)
		version = v->slots[slot].newest;
	if (version != NULL && version->died == VECTORS_NEVER) {
		e = vectors_reserve_death(v);
		if (e == OK) {
			v->deaths[v->death_count++] = (struct death){clock, slot, version};
			version->died = clock;
		}
	}
	vectors_unlock(v);
	return e;
}

void
vectors_undo(struct vectors *v, uint64_t clock)
{
	uint32_t steps = 0;

	vectors_lock(v, true);
	/* What died comes back first, so that what was born and died in this commit is dropped too.
	 */
	while (v->death_count > v->death_first && v->deaths[v->death_count - 1].clock == clock)
		v->deaths[--v->death_count].version->died = VECTORS_NEVER;
	while (v->birth_clock == clock && v->birth_count > 0) {
		uint32_t slot = v->births[--v->birth_count];

		vectors_drop(v, slot, v->slots[slot].newest, &steps);
	}
	terms_purge(v->terms);
	vectors_unlock(v);
}

void
vectors_retire(struct vectors *v, uint64_t oldest)
{
	uint32_t steps = 0;

	vectors_lock(v, true);
	while (v->death_first < v->death_count && v->deaths[v->death_first].clock <= oldest) {
		const struct death *death = &v->deaths[v->death_first++];

		vectors_drop(v, death->slot, death->version, &steps);
	}
	terms_purge(v->terms);
	vectors_unlock(v);
}

/* --- reading --- */

struct vectors_counting {
	uint64_t n, enough;
};

static bool
vectors_on_count(void *ctx, struct terms_slots slots)
{
	struct vectors_counting *counting = ctx;

	counting->n += slots.n;
	return counting->n <= counting->enough;
}

/* The test whose slots are one list of the dictionary; NULL: there are many. */
static const struct span *
vectors_single(const struct term_test *test)
{
	static const struct span any = {"", 0};

	return test->how == TERM_ANY ? &any : test->how == TERM_IS ? &test->from : NULL;
}

uint64_t
vectors_count(struct vectors *v, uint32_t unit, const struct term_test *test, uint64_t enough)
{
	struct vectors_counting counting = {0, enough};
	const struct span *single = vectors_single(test);

	vectors_lock(v, false);
	if (single != NULL)
		counting.n = terms_slots(v->terms, unit, *single).n;
	else
		terms_each(v->terms, unit, test, vectors_on_count, &counting);
	vectors_unlock(v);
	return counting.n;
}

enum err
vectors_slots(struct vectors *v, uint32_t unit, const struct term_test *test, uint32_t from,
	      size_t max, struct buf *slots)
{
	struct terms_slots list;
	uint32_t low = 0, high;

	vectors_lock(v, false);
	list = terms_slots(v->terms, unit, *vectors_single(test));
	high = list.n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list.list[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	if (list.n - low < max)
		max = list.n - low;
	if (max > 0)
		buf_put(slots, list.list + low, max * sizeof *list.list);
	vectors_unlock(v);
	return buf_err(slots);
}

static bool
vectors_on_slots(void *ctx, struct terms_slots slots)
{
	struct buf *out = ctx;

	buf_put(out, slots.list, slots.n * sizeof *slots.list);
	return !out->failed;
}

enum err
vectors_slots_all(struct vectors *v, uint32_t unit, const struct term_test *test, struct buf *slots)
{
	vectors_lock(v, false);
	terms_each(v->terms, unit, test, vectors_on_slots, slots);
	vectors_unlock(v);
	return buf_err(slots);
}

uint32_t
vectors_slot_from(struct vectors *v, uint64_t document)
{
	uint32_t slot;

	vectors_lock(v, false);
	slot = vectors_find(v, document);
	vectors_unlock(v);
	return slot;
}

uint32_t
vectors_slot_count(struct vectors *v)
{
	uint32_t n;

	vectors_lock(v, false);
	n = v->slot_count;
	vectors_unlock(v);
	return n;
}

static const struct version *
vectors_seen(const struct slot *slot, uint64_t clock)
{
	for (const struct version *p = slot->newest; p != NULL; p = p->older)
		if (p->born <= clock && clock < p->died)
			return p;
	return NULL;
}

size_t
vectors_versions(struct vectors *v, uint64_t clock, const uint32_t *slots, size_t n,
		 struct vector_version *out)
{
	size_t seen = 0;

	vectors_lock(v, false);
	for (size_t i = 0; i < n; i++) {
		const struct slot *slot = &v->slots[slots[i]];
		const struct version *version = vectors_seen(slot, clock);

		if (version != NULL)
			out[seen++] =
			    (struct vector_version){slot->document,
						    (struct span){version->bytes, version->n}};
	}
	vectors_unlock(v);
	return seen;
}
