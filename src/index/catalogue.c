/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * catalogue - kinds, fields and their numbers; small enough for linear search.
 */
#include "index/catalogue.h"

#include "common/frame.h"

#include <stdio.h>
#include <stdlib.h>

struct catalogue *
catalogue_new(void)
{
	struct catalogue *cat = calloc(1, sizeof *cat);

	if (cat == NULL)
		return NULL;
	atomic_init(&cat->refs, 1);
	cat->next_number = 1;
	return cat;
}

struct catalogue *
catalogue_ref(struct catalogue *cat)
{
	atomic_fetch_add(&cat->refs, 1);
	return cat;
}

void
catalogue_unref(struct catalogue *cat)
{
	if (cat == NULL || atomic_fetch_sub(&cat->refs, 1) != 1)
		return;
	for (size_t i = 0; i < cat->kind_count; i++)
		free(cat->kinds[i].fields);
	free(cat->kinds);
	free(cat);
}

const struct catalogue_kind *
catalogue_kind(const struct catalogue *cat, struct span name)
{
	for (size_t i = 0; i < cat->kind_count; i++)
		if (span_is(name, cat->kinds[i].name))
			return &cat->kinds[i];
	return NULL;
}

const struct catalogue_kind *
catalogue_kind_numbered(const struct catalogue *cat, uint32_t number)
{
	for (size_t i = 0; i < cat->kind_count; i++)
		if (cat->kinds[i].number == number)
			return &cat->kinds[i];
	return NULL;
}

const struct catalogue_field *
catalogue_field(const struct catalogue_kind *kind, struct span name)
{
	const struct catalogue_field *found = NULL;

	for (size_t i = 0; i < kind->field_count; i++)
		if (span_is(name, kind->fields[i].name) &&
		    (found == NULL || kind->fields[i].in_force))
			found = &kind->fields[i];
	return found;
}

const struct catalogue_field *
catalogue_field_typed(const struct catalogue_kind *kind, struct span name, enum field_type type)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == type && span_is(name, kind->fields[i].name))
			return &kind->fields[i];
	return NULL;
}

bool
catalogue_knows(const struct catalogue *cat, const struct record *r)
{
	const struct catalogue_kind *kind = catalogue_kind(cat, r->kind);

	if (kind == NULL)
		return false;
	for (size_t i = 0; i < r->field_count; i++)
		if (catalogue_field_typed(kind, r->fields[i].name, r->fields[i].type) == NULL)
			return false;
	return true;
}

/* --- making the next one --- */

static struct catalogue_kind *
catalogue_kind_add(struct catalogue *cat, const char *name, uint32_t number)
{
	struct catalogue_kind *kinds;

	if (cat->kind_count >= CATALOGUE_KINDS_MAX)
		return NULL;
	kinds = realloc(cat->kinds, (cat->kind_count + 1) * sizeof *kinds);
	if (kinds == NULL)
		return NULL;
	cat->kinds = kinds;
	kinds += cat->kind_count++;
	*kinds = (struct catalogue_kind){.number = number};
	snprintf(kinds->name, sizeof kinds->name, "%s", name);
	return kinds;
}

static struct catalogue_field *
catalogue_field_add(struct catalogue_kind *kind, const char *name, enum field_type type,
		    uint32_t number)
{
	struct catalogue_field *fields;

	if (kind->field_count >= CATALOGUE_FIELDS_MAX)
		return NULL;
	fields = realloc(kind->fields, (kind->field_count + 1) * sizeof *fields);
	if (fields == NULL)
		return NULL;
	kind->fields = fields;
	fields += kind->field_count++;
	*fields = (struct catalogue_field){.type = type, .number = number};
	snprintf(fields->name, sizeof fields->name, "%s", name);
	return fields;
}

/* A copy in which nothing is in force. */
static enum err
catalogue_copy(const struct catalogue *old, struct catalogue *cat)
{
	cat->next_number = old->next_number;
	for (size_t i = 0; i < old->kind_count; i++) {
		const struct catalogue_kind *from = &old->kinds[i];
		struct catalogue_kind *to = catalogue_kind_add(cat, from->name, from->number);

		if (to == NULL)
			return ERR_NOMEM;
		memcpy(to->about, from->about, sizeof to->about);
		memcpy(to->plugin, from->plugin, sizeof to->plugin);
		for (size_t j = 0; j < from->field_count; j++)
			if (catalogue_field_add(to, from->fields[j].name, from->fields[j].type,
						from->fields[j].number) == NULL)
				return ERR_NOMEM;
	}
	return OK;
}

/* The field of `decl` that an earlier plugin declares with another type; NULL when they agree. */
static const struct field_decl *
catalogue_conflict(const struct catalogue *cat, const struct kind_decl *decl)
{
	const struct catalogue_kind *kind = catalogue_kind(cat, span_of(decl->name));

	if (kind == NULL)
		return NULL;
	for (size_t i = 0; i < decl->field_count; i++) {
		const struct catalogue_field *field =
		    catalogue_field(kind, span_of(decl->fields[i].name));

		if (field != NULL && field->in_force && field->type != decl->fields[i].type)
			return &decl->fields[i];
	}
	return NULL;
}

/* The kind and its fields are in force from now on. */
static enum err
catalogue_declare(struct catalogue *cat, const struct plugin_decl *plugin,
		  const struct kind_decl *decl)
{
	struct catalogue_kind *kind =
	    (struct catalogue_kind *)catalogue_kind(cat, span_of(decl->name));

	if (kind == NULL)
		kind = catalogue_kind_add(cat, decl->name, cat->next_number++);
	if (kind == NULL)
		return cat->kind_count >= CATALOGUE_KINDS_MAX ? ERR_LIMIT : ERR_NOMEM;
	if (!kind->in_force) {
		kind->in_force = true;
		memcpy(kind->about, plugin->about, sizeof kind->about);
		memcpy(kind->plugin, plugin->name, sizeof kind->plugin);
	}
	for (size_t i = 0; i < decl->field_count; i++) {
		const struct field_decl *f = &decl->fields[i];
		struct catalogue_field *field =
		    (struct catalogue_field *)catalogue_field_typed(kind, span_of(f->name),
								    f->type);

		if (field == NULL)
			field = catalogue_field_add(kind, f->name, f->type, cat->next_number++);
		if (field == NULL)
			return kind->field_count >= CATALOGUE_FIELDS_MAX ? ERR_LIMIT : ERR_NOMEM;
		field->in_force = true;
	}
	return OK;
}

enum err
catalogue_next(const struct catalogue *old, const struct plugin_decl *const *plugins, size_t n,
	       struct catalogue **out, char why[256])
{
	struct catalogue *cat = catalogue_new();
	bool conflict = false;
	enum err e;

	*out = NULL;
	if (cat == NULL)
		return ERR_NOMEM;
	e = catalogue_copy(old, cat);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < plugins[i]->kind_count && e == OK; j++) {
			const struct kind_decl *decl = &plugins[i]->kinds[j];
			const struct field_decl *other = catalogue_conflict(cat, decl);

			if (other == NULL) {
				e = catalogue_declare(cat, plugins[i], decl);
				continue;
			}
			if (!conflict)
				snprintf(why, 256,
					 "plugin %s: field %s of kind %s is %s here, another type "
					 "in an earlier plugin: its %s is left out",
					 plugins[i]->name, other->name, decl->name,
					 field_type_name(other->type), decl->name);
			conflict = true;
		}
	}
	if (e != OK) {
		catalogue_unref(cat);
		return e;
	}
	*out = cat;
	return conflict ? ERR_EXISTS : OK;
}

/* --- as kept in `meta` --- */

void
catalogue_encode(const struct catalogue *cat, struct buf *out)
{
	frame_put_u32(out, cat->next_number);
	frame_put_u32(out, (uint32_t)cat->kind_count);
	for (size_t i = 0; i < cat->kind_count; i++) {
		const struct catalogue_kind *k = &cat->kinds[i];

		frame_put_u32(out, k->number);
		frame_put_u32(out, k->in_force);
		frame_put_span(out, span_of(k->name));
		frame_put_span(out, span_of(k->about));
		frame_put_span(out, span_of(k->plugin));
		frame_put_u32(out, (uint32_t)k->field_count);
		for (size_t j = 0; j < k->field_count; j++) {
			frame_put_u32(out, k->fields[j].number);
			frame_put_u32(out, k->fields[j].in_force);
			frame_put_u32(out, (uint32_t)k->fields[j].type);
			frame_put_span(out, span_of(k->fields[j].name));
		}
	}
}

static void
catalogue_get_text(struct frame *f, char *to, size_t size)
{
	struct span s = frame_get_span(f);

	if (s.n >= size) {
		f->bad = true;
		return;
	}
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static enum err
catalogue_decode_kind(struct frame *f, struct catalogue *cat)
{
	struct catalogue_kind *k = catalogue_kind_add(cat, "", frame_get_u32(f));
	uint32_t fields;

	if (k == NULL)
		return ERR_NOMEM;
	k->in_force = frame_get_u32(f) != 0;
	catalogue_get_text(f, k->name, sizeof k->name);
	catalogue_get_text(f, k->about, sizeof k->about);
	catalogue_get_text(f, k->plugin, sizeof k->plugin);
	fields = frame_get_u32(f);
	for (uint32_t j = 0; j < fields && !f->bad; j++) {
		struct catalogue_field *field = catalogue_field_add(k, "", 0, frame_get_u32(f));

		if (field == NULL)
			return ERR_NOMEM;
		field->in_force = frame_get_u32(f) != 0;
		field->type = (enum field_type)frame_get_u32(f);
		catalogue_get_text(f, field->name, sizeof field->name);
		if (field_type_name(field->type) == NULL)
			f->bad = true;
	}
	return OK;
}

enum err
catalogue_decode(struct span in, struct catalogue **out)
{
	struct catalogue *cat = catalogue_new();
	struct frame f = {.rest = in};
	enum err e = OK;
	uint32_t kinds;

	*out = NULL;
	if (cat == NULL)
		return ERR_NOMEM;
	cat->next_number = frame_get_u32(&f);
	kinds = frame_get_u32(&f);
	for (uint32_t i = 0; i < kinds && e == OK && !f.bad; i++)
		e = catalogue_decode_kind(&f, cat);
	if (e == OK && frame_done(&f) != OK)
		e = ERR_CORRUPT;
	if (e != OK) {
		catalogue_unref(cat);
		return e;
	}
	*out = cat;
	return OK;
}
