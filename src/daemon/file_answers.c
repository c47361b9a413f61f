/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * file_answers - which words stand for what is stored of a file.
 */
#include "daemon/file_answers.h"

void
file_view_of(struct span path, const struct file_entry *entry, struct file_view *out)
{
	*out = (struct file_view){.path = path, .entry = entry};
	out->state = file_state_name(entry->state);
	out->code = entry->code;
	out->reason = entry->reason;
	if (entry->state == FILE_IGNORED)
		out->rule = entry->remedy; /* files.h: kept there */
	else
		out->remedy = entry->remedy;
}

static void
file_put_text(struct jwrite *w, const char *key, struct span text)
{
	jwrite_key(w, key);
	if (text.n > 0)
		jwrite_string(w, text);
	else
		jwrite_null(w);
}

void
file_view_write(struct jwrite *w, const struct file_view *v)
{
	static const struct file_entry nothing;
	const struct file_entry *entry = v->entry != NULL ? v->entry : &nothing;

	jwrite_put_path(w, "path", v->path);
	jwrite_put_string(w, "state", span_of(v->state));
	file_put_text(w, "code", span_of(file_code_name(v->code)));
	file_put_text(w, "reason", v->reason);
	file_put_text(w, "remedy", v->remedy);
	jwrite_key(w, "since");
	jwrite_time(w, entry->since_ms);
	jwrite_put_uint(w, "tries", entry->tries);
	jwrite_key(w, "next_try");
	jwrite_time(w, entry->next_try_ms);
	jwrite_key(w, "size");
	if (v->entry != NULL)
		jwrite_uint(w, entry->size);
	else
		jwrite_null(w);
}

void
file_absolute(struct span root, struct span path, struct buf *out)
{
	buf_put_span(out, root);
	if (path.n > 0 && !span_is(root, "/"))
		buf_put_char(out, '/');
	buf_put_span(out, path);
}
