/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods_why - one path: what is known of it, in which state it is and why.
 */
#include "daemon/file_answers.h"
#include "daemon/methods.h"
#include "daemon/server_state.h"
#include "index/documents.h"

#include <stdio.h>

struct why_ask {
	struct call *call;
	struct index_read *rd;
	struct buf clean;
	struct root *root; /* the path is in this one */
	struct span path;  /* below it */
	bool known, queued;
	struct file_entry entry;
	struct buf absolute, found_at;
};

/* Looks whether the root has the path. */
static enum err
why_look(struct why_ask *ask, struct root *r, struct span path)
{
	enum err e;

	ask->root = r;
	ask->path = path;
	ask->queued = queue_has(ask->call->server->world->queue, r, path);
	e = index_file_get(ask->rd, root_id(r), path, &ask->entry);
	ask->known = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Finds root and path; an absolute one may lie in no root, a relative one in none or several. */
static enum err
why_resolve(struct why_ask *ask)
{
	const struct server_world *world = ask->call->server->world;
	struct span clean = buf_span(&ask->clean), below;
	bool absolute = clean.n > 0 && clean.p[0] == '/';
	enum err e = OK;

	for (size_t i = 0; e == OK && i < world->root_count; i++) {
		struct root *r = world->roots[i];

		if (!absolute) {
			e = why_look(ask, r, clean);
			if (ask->known || ask->queued)
				return e;
		} else if (answer_below(root_path(r), clean, &below)) {
			return why_look(ask, r, below);
		}
	}
	if (!absolute)
		ask->root = NULL;
	return e;
}

static bool
why_on_path(void *ctx, struct span absolute, uint64_t root, struct span path)
{
	struct why_ask *ask = ctx;

	(void)root;
	(void)path;
	buf_put_span(&ask->found_at, absolute);
	return false;
}

/* Where the bytes of a file that is gone are now. */
static enum err
why_find_again(struct why_ask *ask)
{
	uint64_t document;

	if (!ask->known || ask->entry.state != FILE_GONE || !ask->entry.has_hash)
		return OK;
	document = index_document_by_hash(ask->rd, ask->entry.sha256);
	return document == 0 ? OK : index_paths(ask->rd, document, why_on_path, ask);
}

static void
why_put_text(struct jwrite *w, const char *key, struct span text)
{
	jwrite_key(w, key);
	if (text.n > 0)
		jwrite_string(w, text);
	else
		jwrite_null(w);
}

static void
why_view(struct why_ask *ask, struct file_view *view, char reason[300])
{
	struct root_status status;

	*view = (struct file_view){.path = buf_span(&ask->absolute), .state = "waiting"};
	if (ask->known)
		file_view_of(view->path, &ask->entry, view);
	if (!root_available(ask->root) && (!ask->known || ask->entry.state != FILE_GONE)) {
		root_status(ask->root, &status);
		snprintf(reason, 300, "The watched folder can't be reached%s%s.",
			 status.reason[0] == '\0' ? "" : ": ", status.reason);
		view->state = "unavailable";
		view->code = CODE_NONE;
		view->reason = span_of(reason);
		view->remedy =
		    SPAN("It is looked for again and again; what is known of the file is "
			 "kept.");
	} else if (ask->queued) {
		view->state = "waiting";
		view->code = CODE_NONE;
		view->reason = SPAN("It waits to be read, or is being read now.");
		view->remedy = SPAN("`wait` answers when it is done.");
	} else if (ask->found_at.n > 0) {
		view->reason = SPAN("It is gone from here; the same bytes are found elsewhere.");
	}
}

static void
why_write(struct why_ask *ask)
{
	struct jwrite *w = &ask->call->w;
	const struct file_entry *entry = &ask->entry;
	struct file_view view;
	char reason[300], text[65];

	why_view(ask, &view, reason);
	jwrite_object_begin(w);
	file_view_write(w, &view);
	why_put_text(w, "rule", view.rule);
	jwrite_put_path(w, "root", root_path(ask->root));
	text[0] = '\0';
	if (ask->known && entry->document != 0)
		snprintf(text, sizeof text, "%llu", (unsigned long long)entry->document);
	why_put_text(w, "document", span_of(text));
	text[0] = '\0';
	for (size_t i = 0; ask->known && entry->has_hash && i < sizeof entry->sha256; i++)
		snprintf(text + 2 * i, 3, "%02x", entry->sha256[i]);
	why_put_text(w, "sha256", span_of(text));
	why_put_text(w, "found_at", buf_span(&ask->found_at));
	jwrite_object_end(w);
}

/* A path of which nothing is known: says where it lies. */
static void
why_unknown(struct why_ask *ask)
{
	struct span text = buf_span(&ask->clean);
	int n = (int)(text.n < 200 ? text.n : 200);
	bool absolute = text.n > 0 && text.p[0] == '/';

	if (ask->root != NULL && ask->known)
		call_fail(ask->call, RPC_NOT_FOUND,
			  "%.*s is a folder; ask for a file in it, or `failures` with under.", n,
			  text.p);
	else if (ask->root != NULL)
		call_fail(
		    ask->call, RPC_NOT_FOUND,
		    "%.*s lies in the watched folder %.*s, but no file of that name was seen "
		    "there. If it was just dropped, `wait` and ask again; `rescan` looks anew.",
		    n, text.p, (int)root_path(ask->root).n, root_path(ask->root).p);
	else
		call_fail(ask->call, RPC_NOT_FOUND,
			  "%.*s is %s; `status` lists the watched folders.", n, text.p,
			  absolute ? "not in a watched folder" : "in none of the watched folders");
}

static enum call_next
why_begin(struct call *c)
{
	struct why_ask ask = {.call = c};
	enum err e = OK;

	if (!answer_take_path(c, &ask.clean))
		goto out;
	e = index_read_begin(c->server->world->index, &ask.rd);
	if (e == OK)
		e = why_resolve(&ask);
	if (e == OK && ask.root != NULL)
		e = why_find_again(&ask);
	if (e == OK && (ask.root == NULL || (!ask.known && !ask.queued) ||
			(ask.known && ask.entry.state == FILE_FOLDER))) {
		why_unknown(&ask);
		goto out;
	}
	if (e == OK) {
		file_absolute(root_path(ask.root), ask.path, &ask.absolute);
		e = buf_err(&ask.absolute);
	}
	if (e == OK)
		why_write(&ask);
	else
		call_fail_err(c, e, "reading the index");
out:
	index_read_end(ask.rd);
	buf_clear(&ask.clean);
	buf_clear(&ask.absolute);
	buf_clear(&ask.found_at);
	return CALL_ENDED;
}

const struct method method_why = {
    .name = "why",
    .about = "In which state one file is, and why.",
    .params = "{\"type\":\"object\",\"properties\":{" ANSWER_PATH_PARAMS "}}",
    .result =
	"{\"type\":\"object\",\"description\":\"path state code reason remedy since tries "
	"next_try size, and rule (of what is ignored), root, document, sha256, found_at (where "
	"a file that is gone is now)\"}",
    .begin = why_begin,
};
