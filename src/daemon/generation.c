/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * generation - the plugins of one zygote, counted, and the hashes that tell whether
 * results are still in force.
 */
#include "daemon/generation.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static void
generation_digest_span(EVP_MD_CTX *md, struct span s, bool *ok)
{
	uint64_t n = s.n;

	/* The length too: else two pieces could be split elsewhere and hash alike. */
	*ok = *ok && EVP_DigestUpdate(md, &n, sizeof n) == 1 && EVP_DigestUpdate(md, s.p, s.n) == 1;
}

static void
generation_digest_plugin(EVP_MD_CTX *md, const struct plugin_file *f, const struct conf *conf,
			 bool *ok)
{
	const uint32_t version = HOST_API_VERSION;

	generation_digest_span(md, (struct span){(const char *)&version, sizeof version}, ok);
	generation_digest_span(md, (struct span){f->source, f->n}, ok);
	generation_digest_span(md, span_of(conf_plugin_settings(conf, f->name)), ok);
}

static enum err
generation_hash_plugin(const struct plugin_file *f, const struct conf *conf, unsigned char out[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	generation_digest_plugin(md, f, conf, &ok);
	ok = ok && EVP_DigestFinal_ex(md, out, NULL) == 1;
	EVP_MD_CTX_free(md);
	return ok ? OK : ERR_NOMEM;
}

enum err
generation_fingerprint(const struct plugin_files *files, const struct conf *conf,
		       unsigned char out[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; i < files->n && ok; i++) {
		const struct plugin_file *f = &files->list[i];

		generation_digest_span(md, span_of(f->path), &ok);
		generation_digest_span(md, span_of(f->error), &ok);
		generation_digest_plugin(md, f, conf, &ok);
	}
	ok = ok && EVP_DigestFinal_ex(md, out, NULL) == 1;
	EVP_MD_CTX_free(md);
	return ok ? OK : ERR_NOMEM;
}

struct generation *
generation_new(const struct plugin_files *files, const struct conf *conf)
{
	struct generation *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->refs = 1;
	g->plugins = calloc(files->n + 1, sizeof *g->plugins);
	if (g->plugins == NULL)
		goto fail;
	for (size_t i = 0; i < files->n; i++) {
		struct generation_plugin *p = &g->plugins[g->count++];
		const struct plugin_file *f = &files->list[i];

		snprintf(p->decl.name, sizeof p->decl.name, "%s", f->name);
		p->file = strdup(f->path);
		if (p->file == NULL || generation_hash_plugin(f, conf, p->sha256) != OK)
			goto fail;
		if (f->error[0] != '\0' && generation_refuse(g, i, span_of(f->error)) != OK)
			goto fail;
	}
	return g;
fail:
	generation_unref(g);
	return NULL;
}

struct generation *
generation_ref(struct generation *g)
{
	__atomic_add_fetch(&g->refs, 1, __ATOMIC_RELAXED);
	return g;
}

void
generation_unref(struct generation *g)
{
	if (g == NULL || __atomic_sub_fetch(&g->refs, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	for (size_t i = 0; i < g->count; i++) {
		free(g->plugins[i].file);
		free(g->plugins[i].error);
	}
	free(g->plugins);
	free(g);
}

/* Do two plugins' kinds of one name agree? Says the first field that does not. */
static bool
generation_kinds_agree(const struct kind_decl *a, const struct kind_decl *b, const char **field)
{
	for (size_t i = 0; i < a->field_count; i++) {
		const struct field_decl *other = kind_decl_field(b, span_of(a->fields[i].name));

		if (other != NULL && other->type != a->fields[i].type) {
			*field = other->name;
			return false;
		}
	}
	return true;
}

static bool
generation_conflict(const struct generation *g, const struct plugin_decl *decl,
		    const struct plugin_decl **with, const char **kind, const char **field)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct plugin_decl *other = &g->plugins[i].decl;

		if (!g->plugins[i].in_force)
			continue;
		for (size_t k = 0; k < decl->kind_count; k++) {
			const struct kind_decl *a =
			    plugin_decl_kind(other, span_of(decl->kinds[k].name));

			if (a == NULL || generation_kinds_agree(a, &decl->kinds[k], field))
				continue;
			*with = other;
			*kind = a->name;
			return true;
		}
	}
	return false;
}

enum err
generation_put(struct generation *g, size_t index, const struct plugin_decl *decl, char why[512])
{
	struct generation_plugin *p = &g->plugins[index];
	const struct plugin_decl *with;
	const char *kind, *field;

	if (strcmp(decl->name, p->decl.name) != 0) {
		snprintf(why, 512, "it names itself %s; a plugin is called as its file, here %s",
			 decl->name, p->decl.name);
		return ERR_FORMAT;
	}
	if (generation_conflict(g, decl, &with, &kind, &field)) {
		snprintf(why, 512, "the field %s of its kind %s has another type in plugin %s",
			 field, kind, with->name);
		return ERR_FORMAT;
	}
	p->decl = *decl;
	p->in_force = true;
	return OK;
}

enum err
generation_refuse(struct generation *g, size_t index, struct span reason)
{
	struct generation_plugin *p = &g->plugins[index];
	bool named = span_starts(reason, span_of(p->file));

	free(p->error);
	if (asprintf(&p->error, "%s%s%.*s", named ? "" : p->file, named ? "" : ": ", (int)reason.n,
		     reason.p) < 0)
		p->error = NULL;
	p->in_force = false;
	return p->error == NULL ? ERR_NOMEM : OK;
}

enum err
generation_seal(struct generation *g, const struct worker_level *level)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; i < g->count && ok; i++) {
		const struct generation_plugin *p = &g->plugins[i];

		if (!p->in_force)
			continue;
		generation_digest_span(md, span_of(p->decl.name), &ok);
		ok = ok && EVP_DigestUpdate(md, p->sha256, sizeof p->sha256) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(md, g->plugin_set, NULL) == 1;
	EVP_MD_CTX_free(md);
	g->level = *level;
	return ok ? OK : ERR_NOMEM;
}
