/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf_check - what a configuration says, held against the machine.
 */
#include "common/conf.h"

#include "common/places.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Is `inner` the folder `outer` or below it? Both absolute and real. */
static bool
conf_is_inside(const char *inner, const char *outer)
{
	size_t n = strlen(outer);

	if (n == 1)
		return true; /* the root of all */
	return strncmp(inner, outer, n) == 0 && (inner[n] == '\0' || inner[n] == '/');
}

static enum err
conf_check_watch(struct conf_watch *w, char why[512])
{
	char real[PATH_MAX];
	struct stat st;
	char *copy;

	if (realpath(w->path, real) == NULL) {
		snprintf(why, 512, "cannot watch %.300s: %s", w->path, strerror(errno));
		return ERR_FORMAT;
	}
	if (stat(real, &st) != 0 || !S_ISDIR(st.st_mode)) {
		snprintf(why, 512, "cannot watch %.300s: it is not a folder", w->path);
		return ERR_FORMAT;
	}
	copy = strdup(real);
	if (copy == NULL)
		return ERR_NOMEM;
	free(w->path);
	w->path = copy;
	return OK;
}

/* The real form of a path that may not exist yet: of the part that does, with the rest behind it.
 */
static bool
conf_real(const char *path, char real[PATH_MAX])
{
	char head[PATH_MAX], *slash;
	size_t n = strlen(path), used;

	if (n == 0 || n >= sizeof head)
		return false;
	memcpy(head, path, n + 1);
	while (realpath(head, real) == NULL) {
		slash = strrchr(head, '/');
		if (errno != ENOENT || slash == NULL || slash == head) {
			memcpy(real, path, n + 1);
			return path[0] == '/';
		}
		*slash = '\0';
	}
	used = strlen(real);
	if (used == 1)
		used = 0;
	if (used + n - strlen(head) >= PATH_MAX)
		return false;
	memcpy(real + used, path + strlen(head), n - strlen(head) + 1);
	return true;
}

/* Numbers of statfs(2) for file systems that other machines write to. */
static bool
conf_is_network(const char *path)
{
	static const unsigned network[] = {0x6969,     0xff534d42, 0xfe534d42,
					   0x517b,     0x65735546, 0x01021997,
					   0x00c36400, 0x5346414f, 0x73757245};
	char head[PATH_MAX], *slash;
	struct statfs fs;

	snprintf(head, sizeof head, "%s", path);
	while (statfs(head, &fs) != 0) {
		slash = strrchr(head, '/');
		if (slash == NULL || slash == head)
			return false;
		*slash = '\0';
	}
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		if ((unsigned)fs.f_type == network[i])
			return true;
	return false;
}

static enum err
conf_check_state(struct conf *c, char why[512])
{
	char real[PATH_MAX];

	if (c->state_dir == NULL)
		c->state_dir = places_state();
	if (c->state_dir == NULL)
		return ERR_NOMEM;
	if (!conf_real(c->state_dir, real)) {
		snprintf(why, 512, "the state folder must be an absolute path: %.300s",
			 c->state_dir);
		return ERR_FORMAT;
	}
	for (size_t i = 0; i < c->watch_count; i++) {
		if (!conf_is_inside(real, c->watches[i].path))
			continue;
		snprintf(why, 512, "the state folder %.200s lies inside the watched folder %.200s",
			 real, c->watches[i].path);
		return ERR_FORMAT;
	}
	if (conf_is_network(real)) {
		snprintf(
		    why, 512,
		    "the state folder %.300s is on a network file system, where LMDB loses data; "
		    "choose a local one with --state",
		    real);
		return ERR_FORMAT;
	}
	return OK;
}

enum err
conf_check(struct conf *c, char why[512])
{
	enum err e;

	why[0] = '\0';
	for (size_t i = 0; i < c->watch_count; i++) {
		e = conf_check_watch(&c->watches[i], why);
		if (e != OK)
			return e;
	}
	for (size_t i = 0; i < c->watch_count; i++) {
		for (size_t k = 0; k < c->watch_count; k++) {
			if (k == i || !conf_is_inside(c->watches[k].path, c->watches[i].path))
				continue;
			snprintf(
			    why, 512,
			    "the watched folder %.200s lies inside %.200s, which is watched too",
			    c->watches[k].path, c->watches[i].path);
			return ERR_FORMAT;
		}
	}
	e = conf_check_state(c, why);
	if (e != OK)
		return e;
	if (c->socket == NULL)
		c->socket = places_socket(c->state_dir);
	if (c->plugin_dir == NULL)
		c->plugin_dir = places_plugins();
	if (c->socket == NULL || c->plugin_dir == NULL)
		return ERR_NOMEM;
	if (c->socket[0] != '/') {
		snprintf(why, 512, "the socket must be an absolute path: %.300s", c->socket);
		return ERR_FORMAT;
	}
	if (strlen(c->socket) > SOCKET_PATH_MAX) {
		snprintf(why, 512, "the socket's path has %zu bytes, but %d are the most: %.300s",
			 strlen(c->socket), SOCKET_PATH_MAX, c->socket);
		return ERR_FORMAT;
	}
	if (c->plugin_dir_given && access(c->plugin_dir, R_OK | X_OK) != 0) {
		snprintf(why, 512, "the plugin folder %.300s: %s", c->plugin_dir, strerror(errno));
		return ERR_FORMAT;
	}
	return OK;
}
