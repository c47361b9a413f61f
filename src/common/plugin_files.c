/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugin_files - reading plugin folders with suspicion: what is in them runs.
 */
#include "common/plugin_files.h"

#include "common/log.h"
#include "common/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who else than root and we could change it? Empty `why`: nobody. */
static void
plugin_files_guard(const struct stat *st, char *why, size_t size)
{
	why[0] = '\0';
	if (st->st_uid != 0 && st->st_uid != geteuid())
		snprintf(why, size, "it belongs to user %u; it must belong to root or user %u",
			 (unsigned)st->st_uid, (unsigned)geteuid());
	else if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		snprintf(why, size, "group or others can write it; remedy: chmod go-w");
}

/* The plugin's name of a file name; false when it is none. */
static bool
plugin_files_name(const char *file, char name[NAME_BYTES_MAX + 1])
{
	size_t n = strlen(file);

	if (n < 5 || strcmp(file + n - 4, ".lua") != 0 ||
	    !record_name_valid((struct span){file, n - 4}))
		return false;
	memcpy(name, file, n - 4);
	name[n - 4] = '\0';
	return true;
}

/* Reads the source; any trouble is the file's, only no memory is ours. */
static enum err
plugin_files_load(int folder, const char *name, bool guarded, struct plugin_file *f)
{
	struct stat st;
	enum err e = OK;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) != 0) {
		snprintf(f->error, sizeof f->error, "it cannot be read: %s", strerror(errno));
		goto out;
	}
	if (guarded)
		plugin_files_guard(&st, f->error, sizeof f->error);
	if (!S_ISREG(st.st_mode))
		snprintf(f->error, sizeof f->error, "it is not a file");
	else if (st.st_size > PLUGIN_SOURCE_MAX)
		snprintf(f->error, sizeof f->error, "it has %lld bytes; the limit is %d",
			 (long long)st.st_size, PLUGIN_SOURCE_MAX);
	if (f->error[0] != '\0')
		goto out;
	f->source = malloc((size_t)st.st_size + 1);
	if (f->source == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	while (f->n < (size_t)st.st_size) {
		ssize_t got = read(fd, f->source + f->n, (size_t)st.st_size - f->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			snprintf(f->error, sizeof f->error, "it cannot be read: %s",
				 strerror(errno));
		if (got <= 0)
			break;
		f->n += (size_t)got;
	}
	if (f->error[0] == '\0' && !utf8_valid((struct span){f->source, f->n}))
		snprintf(f->error, sizeof f->error, "it is not UTF-8 text");
	if (f->error[0] != '\0') {
		free(f->source);
		f->source = NULL;
		f->n = 0;
	}
out:
	if (fd >= 0)
		close(fd);
	return e;
}

static void
plugin_file_clear(struct plugin_file *f)
{
	free(f->path);
	free(f->source);
	*f = (struct plugin_file){0};
}

/* Puts it at its place in the order, instead of one of its name. */
static enum err
plugin_files_insert(struct plugin_files *files, struct plugin_file *take_f)
{
	struct plugin_file *list;
	size_t at = 0;

	while (at < files->n && strcmp(files->list[at].name, take_f->name) < 0)
		at++;
	if (at < files->n && strcmp(files->list[at].name, take_f->name) == 0) {
		plugin_file_clear(&files->list[at]);
		files->list[at] = *take_f;
		return OK;
	}
	if (files->n == PLUGINS_MAX) {
		buf_printf(&files->notes, "%s: left out: there are more than %d plugins\n",
			   take_f->path, PLUGINS_MAX);
		plugin_file_clear(take_f);
		return OK;
	}
	list = realloc(files->list, (files->n + 1) * sizeof *list);
	if (list == NULL) {
		plugin_file_clear(take_f);
		return ERR_NOMEM;
	}
	files->list = list;
	memmove(list + at + 1, list + at, (files->n - at) * sizeof *list);
	list[at] = *take_f;
	files->n++;
	return OK;
}

static enum err
plugin_files_take(struct plugin_files *files, int folder, const char *dir, const char *file,
		  bool guarded)
{
	struct plugin_file f = {0};
	enum err e = ERR_NOMEM;

	if (!plugin_files_name(file, f.name)) {
		buf_printf(&files->notes,
			   "%s%s: left out: a plugin's file is called [a-z][a-z0-9_]*.lua, "
			   "at most %d letters\n",
			   dir, file, NAME_BYTES_MAX);
		return OK;
	}
	if (asprintf(&f.path, "%s%s", dir, file) < 0)
		f.path = NULL;
	else
		e = plugin_files_load(folder, file, guarded, &f);
	if (e != OK) {
		plugin_file_clear(&f);
		return e;
	}
	return plugin_files_insert(files, &f);
}

/* Is it a Lua file, and not the type stubs, an editor's copy or hidden? */
static bool
plugin_files_wanted(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 4 && strcmp(name + n - 4, ".lua") == 0 &&
	       !(n > 6 && strcmp(name + n - 6, ".d.lua") == 0);
}

enum err
plugin_files_read(struct plugin_files *files, const char *folder, bool guarded)
{
	char why[200], *dir_name = NULL;
	struct stat st;
	enum err e = OK;
	DIR *dir;

	dir = opendir(folder);
	if (dir == NULL) {
		if (errno != ENOENT)
			buf_printf(&files->notes, "%s: cannot be read: %s\n", folder,
				   strerror(errno));
		return OK;
	}
	why[0] = '\0';
	if (fstat(dirfd(dir), &st) != 0)
		snprintf(why, sizeof why, "%s", strerror(errno));
	else if (guarded)
		plugin_files_guard(&st, why, sizeof why);
	if (why[0] != '\0') {
		buf_printf(&files->notes, "%s: no plugin is taken from there: %s\n", folder, why);
		goto out;
	}
	if (asprintf(&dir_name, "%s/", folder) < 0) {
		dir_name = NULL;
		e = ERR_NOMEM;
		goto out;
	}
	for (struct dirent *d = readdir(dir); d != NULL && e == OK; d = readdir(dir))
		if (plugin_files_wanted(d->d_name))
			e = plugin_files_take(files, dirfd(dir), dir_name, d->d_name, guarded);
out:
	free(dir_name);
	closedir(dir);
	return e;
}

enum err
plugin_files_add(struct plugin_files *files, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash == NULL ? path : slash + 1;
	struct plugin_file f = {0};
	enum err e = ERR_NOMEM;

	f.path = strdup(path);
	if (f.path != NULL)
		e = plugin_files_load(AT_FDCWD, path, false, &f);
	if (e != OK) {
		plugin_file_clear(&f);
		return e;
	}
	if (!plugin_files_name(file, f.name)) {
		snprintf(f.name, sizeof f.name, "%s", file);
		snprintf(f.error, sizeof f.error,
			 "a plugin's file is called [a-z][a-z0-9_]*.lua, at most %d letters",
			 NAME_BYTES_MAX);
	}
	return plugin_files_insert(files, &f);
}

struct plugin_file *
plugin_files_find(const struct plugin_files *files, struct span name)
{
	for (size_t i = 0; i < files->n; i++)
		if (span_is(name, files->list[i].name))
			return &files->list[i];
	return NULL;
}

void
plugin_files_log(const struct plugin_files *files)
{
	struct span rest = buf_span(&files->notes);
	const char *end;

	while (rest.n > 0 && (end = memchr(rest.p, '\n', rest.n)) != NULL) {
		log_warning("%.*s", (int)(end - rest.p), rest.p);
		rest = span_sub(rest, (size_t)(end - rest.p) + 1, rest.n);
	}
}

void
plugin_files_clear(struct plugin_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		plugin_file_clear(&files->list[i]);
	free(files->list);
	buf_clear(&files->notes);
	*files = (struct plugin_files){0};
}
