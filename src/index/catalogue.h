/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * catalogue - the kinds and fields that records may have, with their numbers.
 *
 * A catalogue never changes once it is in force: a new set of plugins makes a
 * new one. Readers hold a reference to the one they began with.
 *
 *  C1  A number means one kind, or one (kind, field, type), for the life of the index.
 *  C2  What no plugin declares any more stays, not in force: stored records may have it.
 *  C3  Of the fields of one kind with the same name (other types) at most one is in force.
 */
#pragma once

#include "common/record.h"

#include <stdatomic.h>

#define CATALOGUE_KINDS_MAX  4096
#define CATALOGUE_FIELDS_MAX 4096 /* of one kind, with those from before */

struct catalogue_field {
	char name[NAME_BYTES_MAX + 1];
	enum field_type type;
	uint32_t number;
	bool in_force;
};

struct catalogue_kind {
	char name[NAME_BYTES_MAX + 1];
	char about[ABOUT_BYTES_MAX + 1]; /* of the first plugin that declares it */
	char plugin[NAME_BYTES_MAX + 1]; /* likewise; its name */
	uint32_t number;
	bool in_force;
	size_t field_count;
	struct catalogue_field *fields; /* in the order in which they were first declared */
};

struct catalogue {
	atomic_uint refs;
	uint32_t next_number; /* kinds and fields share the sequence */
	size_t kind_count;
	struct catalogue_kind *kinds; /* in the order in which they were first declared */
};

/* An empty one with one reference; NULL: no memory. */
struct catalogue *catalogue_new(void);
struct catalogue *catalogue_ref(struct catalogue *cat);
void catalogue_unref(struct catalogue *cat); /* NULL is allowed */

/* In force or not; NULL when never declared. */
const struct catalogue_kind *catalogue_kind(const struct catalogue *cat, struct span name);
const struct catalogue_kind *catalogue_kind_numbered(const struct catalogue *cat, uint32_t number);

/* The field in force, or, when none is, one from before. NULL when never declared. */
const struct catalogue_field *catalogue_field(const struct catalogue_kind *kind, struct span name);
/* The field of exactly that type. */
const struct catalogue_field *catalogue_field_typed(const struct catalogue_kind *kind,
						    struct span name, enum field_type type);

/* Are the record's kind and each of its fields, with that type, known? */
bool catalogue_knows(const struct catalogue *cat, const struct record *r);

/*
 * The catalogue that follows `old` when `plugins` are in force. ERR_EXISTS: as
 * index_catalogue_put() says; *out is made all the same. ERR_LIMIT, ERR_NOMEM.
 */
MUST_CHECK enum err catalogue_next(const struct catalogue *old,
				   const struct plugin_decl *const *plugins, size_t n,
				   struct catalogue **out, char why[256]);

/* As kept in `meta`. ERR_CORRUPT, ERR_NOMEM. */
void catalogue_encode(const struct catalogue *cat, struct buf *out);
MUST_CHECK enum err catalogue_decode(struct span in, struct catalogue **out);
