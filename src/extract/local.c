/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * local - reads one file, runs the plugins, prints what they find.
 */
#include "extract/local.h"

#include "common/conf.h"
#include "common/log.h"
#include "common/places.h"
#include "extract/sandbox.h"
#include "extract/work.h"
#include "text/record_json.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- plugins --- */

static enum err
local_read_installed(struct plugin_files *files)
{
	char *shipped = places_shipped_plugins(), *own = places_plugins();
	enum err e = OK;

	if (shipped != NULL)
		e = plugin_files_read(files, shipped, false);
	if (e == OK)
		e = own == NULL ? ERR_NOMEM : plugin_files_read(files, own, true);
	free(shipped);
	free(own);
	return e;
}

static bool
local_is_path(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') != NULL || (n > 4 && strcmp(name + n - 4, ".lua") == 0);
}

/* Leaves in `files` only what is asked for. ERR_NOT_FOUND: the reason is logged. */
static enum err
local_choose(struct plugin_files *files, const char *const *names, size_t count)
{
	struct plugin_files installed = {0};
	enum err e = local_read_installed(&installed);

	for (size_t i = 0; i < count && e == OK; i++) {
		const struct plugin_file *f;

		if (local_is_path(names[i])) {
			e = plugin_files_add(files, names[i]);
			continue;
		}
		f = plugin_files_find(&installed, span_of(names[i]));
		if (f == NULL) {
			log_error("there is no plugin %s", names[i]);
			e = ERR_NOT_FOUND;
		} else if (f->source == NULL) {
			log_error("%s: %s", f->path, f->error);
			e = ERR_NOT_FOUND;
		} else {
			e = plugin_files_add(files, f->path);
		}
	}
	plugin_files_clear(&installed);
	return e;
}

static bool
local_load(struct local *l)
{
	char why[512];

	for (size_t i = 0; i < l->files.n; i++) {
		const struct plugin_file *f = &l->files.list[i];
		enum err e;

		if (f->source == NULL) {
			log_error("%s: %s", f->path, f->error);
			return false;
		}
		e = host_load(l->host, (uint32_t)i, span_of(f->path),
			      (struct span){f->source, f->n}, SPAN("{}"), &l->decls[i], why);
		if (e == ERR_FORMAT)
			log_error("%s", why);
		else if (e != OK)
			log_error("%s: %s", f->path, err_text(e));
		if (e != OK)
			return false;
		if (strcmp(l->decls[i].name, f->name) != 0) {
			log_error("%s: it names itself %s; name and file name must agree", f->path,
				  l->decls[i].name);
			return false;
		}
	}
	if (host_compile(l->host, why) != OK) {
		log_error("%s", why);
		return false;
	}
	return true;
}

bool
local_open(struct local *l, const char *const *names, size_t count)
{
	struct conf conf;
	enum err e;

	*l = (struct local){0};
	conf_init(&conf);
	l->limits = conf.limits;
	conf_clear(&conf);
	e = work_prepare(&l->readers);
	if (e == ERR_NOT_FOUND)
		log_error("the locale C.UTF-8 or libmagic's database is missing");
	if (e == OK)
		e = count == 0 ? local_read_installed(&l->files)
			       : local_choose(&l->files, names, count);
	plugin_files_log(&l->files);
	if (e == OK)
		l->decls = calloc(l->files.n + 1, sizeof *l->decls);
	if (e == OK)
		e = l->decls == NULL ? ERR_NOMEM : host_new(&l->limits, &l->host);
	if (e != OK && e != ERR_NOT_FOUND)
		log_error("%s", err_text(e));
	return e == OK && local_load(l);
}

void
local_close(struct local *l)
{
	host_free(l->host);
	ocr_free(l->ocr);
	readers_free(l->readers);
	plugin_files_clear(&l->files);
	free(l->decls);
	*l = (struct local){0};
}

/* --- printing --- */

struct local_print {
	const struct local *local;
	const struct document *doc;
	struct buf line;
	uint64_t printed;
	bool failed;
};

static void
local_print_line(struct local_print *p)
{
	buf_put_char(&p->line, '\n');
	if (buf_err(&p->line) != OK || fwrite(p->line.p, 1, p->line.n, stdout) != p->line.n)
		p->failed = true;
	buf_reset(&p->line);
	p->printed++;
}

static void
local_on_records(void *ctx, uint32_t plugin, struct span frames, uint32_t n)
{
	struct local_print *p = ctx;
	struct frame f = {.type = FRAME_RECORDS, .rest = frames};
	struct value *values = calloc(RECORD_VALUES_MAX, sizeof *values);
	const struct plugin_decl *decl = &p->local->decls[plugin];

	for (uint32_t i = 0; i < n && values != NULL && !f.bad; i++) {
		struct jwrite o = {.buf = &p->line};
		struct record r;

		frame_get_record(&f, decl, p->doc->text.n, &r, values);
		if (f.bad)
			break;
		jwrite_object_begin(&o);
		record_json_body(&r, p->doc, span_of(decl->name), &o);
		jwrite_object_end(&o);
		local_print_line(p);
	}
	if (values == NULL || frame_done(&f) != OK) {
		log_error("%s: its records could not be read", p->local->files.list[plugin].path);
		p->failed = true;
	}
	free(values);
}

static void
local_on_failed(void *ctx, uint32_t plugin, struct span reason)
{
	struct local_print *p = ctx;

	log_error("plugin %s: %.*s", p->local->files.list[plugin].name, (int)reason.n, reason.p);
	p->failed = true;
}

static void
local_on_begin(void *ctx, uint32_t plugin)
{
	(void)ctx;
	(void)plugin;
}

static void
local_on_proposed(void *ctx, uint32_t plugin, struct span role, struct span language)
{
	(void)ctx;
	(void)plugin;
	(void)role;
	(void)language;
}

static enum local_exit
local_print_records(struct local *l, const struct document *d, struct span name)
{
	struct local_print print = {.local = l, .doc = d};
	const struct host_events events = {
	    .ctx = &print,
	    .on_begin = local_on_begin,
	    .on_records = local_on_records,
	    .on_failed = local_on_failed,
	    .on_proposed = local_on_proposed,
	};
	enum err e = host_run(l->host, d, name, NULL, 0, &events);

	if (e != OK)
		log_error("the plugins could not be run: %s", err_text(e));
	buf_clear(&print.line);
	if (fflush(stdout) != 0 || e != OK || print.failed)
		return LOCAL_FAILED;
	return print.printed > 0 ? LOCAL_FOUND : LOCAL_NONE;
}

static enum local_exit
local_print_text(const struct document *d)
{
	struct buf out = {0};
	enum local_exit status = LOCAL_FAILED;

	buf_put_span(&out, buf_span(&d->text));
	if (out.n > 0 && out.p[out.n - 1] != '\n')
		buf_put_char(&out, '\n');
	buf_put_str(&out, "--- marks\n");
	for (size_t i = 0; i < d->marks.n; i++) {
		const struct mark *m = &d->marks.list[i];
		struct span name = marks_name(&d->marks, m);

		buf_printf(&out, "%s %u %llu %llu ", mark_type_name(m->type), m->number,
			   (unsigned long long)m->start, (unsigned long long)m->end);
		if (name.n == 0)
			buf_put_char(&out, '-');
		for (size_t k = 0; k < name.n; k++)
			buf_put_char(&out, name.p[k] == '\n' ? ' ' : name.p[k]);
		buf_put_char(&out, '\n');
	}
	if (buf_err(&out) == OK && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
		status = LOCAL_FOUND;
	buf_clear(&out);
	return status;
}

/* --- the file --- */

static void
local_on_cpu(int signal_number)
{
	static const char text[] = "evidenced-extract: error: it took longer than allowed\n";

	(void)signal_number;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(LOCAL_FAILED);
	_exit(LOCAL_FAILED);
}

/* Opens and reads; the reason is in *failure. */
static bool
local_read_file(const char *file, const struct limits *l, struct buf *bytes,
		struct reader_failure *failure)
{
	unsigned char sha256[32];
	struct stat st;
	bool ok = false;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) != 0)
		work_fail(failure, "unreadable", "", "It cannot be opened: %s.", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		work_fail(failure, "special", "", "It is not a file.");
	else if (st.st_size == 0)
		work_fail(failure, "empty", "", "The file is empty.");
	else
		ok = work_read_file(fd, (uint64_t)st.st_size, l, bytes, sha256, failure) == OK;
	if (fd >= 0)
		close(fd);
	return ok;
}

/* What pictures are read with: loaded before the sandbox, and not for what is text alone. */
static enum err
local_open_ocr(struct local *l, struct span bytes, struct span name)
{
	struct reader_work work = {.readers = l->readers, .limits = &l->limits};
	const struct reader_input in = {.bytes = bytes, .name = name, .work = &work};
	enum err e;

	/* A mail is text too, with pictures attached. */
	if (readers_find_own(&in) != NULL)
		return OK;
	e = ocr_open(OCR_LANGUAGES, &l->ocr);
	if (e != OK)
		log_error("reading pictures: %s", err_text(e));
	else
		readers_use_ocr(l->readers, l->ocr);
	return e;
}

/* The same one that the daemon's children are in. False: the reason is logged. */
static bool
local_enter_sandbox(void)
{
	struct sandbox *s = NULL;
	enum err e = sandbox_new(readers_data, SANDBOX_BOTH, &s);

	if (e == OK)
		e = sandbox_enter_files(s);
	if (e == OK)
		e = sandbox_enter_calls(s, SANDBOX_CHILD);
	if (e != OK)
		log_error("the sandbox cannot be put in force: %s", err_text(e));
	else if (sandbox_landlock(s) == 0)
		log_warning("this kernel has no Landlock: reading behind seccomp alone");
	sandbox_free(s);
	return e == OK;
}

enum local_exit
local_run(const struct local_options *o)
{
	const char *slash = strrchr(o->file, '/');
	struct span name = span_of(slash == NULL ? o->file : slash + 1);
	struct reader_failure failure = {0};
	struct document doc = {0};
	struct buf bytes = {0};
	struct local l;
	enum local_exit status = LOCAL_FAILED;

	if (!local_open(&l, o->plugins, o->plugin_count))
		goto out;
	if (signal(SIGXCPU, local_on_cpu) == SIG_ERR || work_limit(&l.limits, 1) != OK) {
		log_error("the limits could not be set");
		goto out;
	}
	if (!local_read_file(o->file, &l.limits, &bytes, &failure))
		goto failed;
	if (local_open_ocr(&l, buf_span(&bytes), name) != OK)
		goto out;
	if (!o->no_sandbox && !local_enter_sandbox())
		goto out;
	if (work_read_document(l.readers, NULL, buf_span(&bytes), name, &l.limits, &doc,
			       &failure) != OK)
		goto failed;
	if (doc.cut[0] != '\0')
		log_warning("%s: %s", o->file, doc.cut);
	status = o->text ? local_print_text(&doc) : local_print_records(&l, &doc, name);
	goto out;
failed:
	log_error("%s: %s%s%s (%s)", o->file, failure.reason, failure.remedy[0] == '\0' ? "" : " ",
		  failure.remedy, failure.code);
out:
	document_clear(&doc);
	buf_clear(&bytes);
	local_close(&l);
	return status;
}
