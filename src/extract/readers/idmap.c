/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * idmap - strings by id.
 */
#include "extract/readers/idmap.h"

#include <stdlib.h>

struct idmap_entry {
	const char *base; /* of the bytes, set when sorted: the comparison has no other way to
			     them */
	size_t id, id_n, value, value_n;
};

static struct idmap_entry *
idmap_entries(const struct idmap *m)
{
	return (struct idmap_entry *)(void *)m->entries.p;
}

size_t
idmap_count(const struct idmap *m)
{
	return m->entries.n / sizeof(struct idmap_entry);
}

void
idmap_put(struct idmap *m, struct span id, struct span value)
{
	struct idmap_entry e = {.id = m->bytes.n, .id_n = id.n, .value_n = value.n};

	buf_put_span(&m->bytes, id);
	e.value = m->bytes.n;
	buf_put_span(&m->bytes, value);
	buf_put(&m->entries, &e, sizeof e);
}

static struct span
idmap_entry_id(const struct idmap_entry *e)
{
	return (struct span){e->base + e->id, e->id_n};
}

struct span
idmap_id(const struct idmap *m, size_t i)
{
	return idmap_entry_id(&idmap_entries(m)[i]);
}

static int
idmap_compare(const void *a, const void *b)
{
	return span_cmp(idmap_entry_id(a), idmap_entry_id(b));
}

void
idmap_sort(struct idmap *m)
{
	struct idmap_entry *list = idmap_entries(m);
	size_t n = idmap_count(m);

	if (m->bytes.failed || m->entries.failed || n == 0)
		return;
	/* Nothing but empty strings: there is no memory to point into. */
	for (size_t i = 0; i < n; i++)
		list[i].base = m->bytes.p == NULL ? "" : m->bytes.p;
	qsort(list, n, sizeof *list, idmap_compare);
}

bool
idmap_get(const struct idmap *m, struct span id, struct span *value)
{
	struct idmap_entry key = {.base = id.p, .id_n = id.n};
	const struct idmap_entry *found;

	if (m->bytes.failed || m->entries.failed || idmap_count(m) == 0 || id.n == 0)
		return false;
	found = bsearch(&key, idmap_entries(m), idmap_count(m), sizeof key, idmap_compare);
	if (found == NULL)
		return false;
	*value = (struct span){found->base + found->value, found->value_n};
	return true;
}

enum err
idmap_err(const struct idmap *m)
{
	enum err e = buf_err(&m->entries);

	return e == OK ? buf_err(&m->bytes) : e;
}

void
idmap_clear(struct idmap *m)
{
	buf_clear(&m->entries);
	buf_clear(&m->bytes);
}
