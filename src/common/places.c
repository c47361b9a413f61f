/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * places - the rules for default places; environment first, then the user.
 */
#include "common/places.h"

#include "common/buf.h"

#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* An environment variable that is set and absolute, as the XDG specification asks; else NULL. */
static const char *
places_env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* Joins up to three pieces; NULL when there is no memory. */
static char *
places_join(const char *a, const char *b, const char *c)
{
	struct buf path = {0};

	buf_put_str(&path, a);
	buf_put_str(&path, b);
	buf_put_str(&path, c);
	if (buf_cstr(&path) == NULL)
		buf_clear(&path);
	return path.p;
}

static const char *
places_home(void)
{
	const char *home = places_env("HOME");
	struct passwd *pw;

	if (home != NULL)
		return home;
	pw = getpwuid(geteuid());
	return pw != NULL && pw->pw_dir != NULL ? pw->pw_dir : "/";
}

char *
places_state(void)
{
	const char *dir = places_env("STATE_DIRECTORY");

	if (dir != NULL)
		return places_join(dir, "", "");
	if (geteuid() == 0)
		return places_join("/var/lib/evidenced", "", "");
	dir = places_env("XDG_STATE_HOME");
	return dir != NULL ? places_join(dir, "/evidenced", "")
			   : places_join(places_home(), "/.local/state", "/evidenced");
}

char *
places_socket(const char *state_dir)
{
	const char *dir = places_env("RUNTIME_DIRECTORY");

	if (dir == NULL && geteuid() == 0)
		dir = "/run/evidenced";
	if (dir == NULL)
		dir = places_env("XDG_RUNTIME_DIR");
	return places_join(dir != NULL ? dir : state_dir, "/evidenced.sock", "");
}

char **
places_sockets(size_t *n)
{
	char **places = calloc(3, sizeof *places);
	char *state = places_state();
	const char *runtime = places_env("XDG_RUNTIME_DIR");

	*n = 0;
	if (places == NULL || state == NULL)
		goto fail;
	if (geteuid() != 0 && runtime != NULL)
		places[(*n)++] = places_join(runtime, "/evidenced.sock", "");
	if (geteuid() != 0)
		places[(*n)++] = places_join(state, "/evidenced.sock", "");
	places[(*n)++] = places_join("/run/evidenced/evidenced.sock", "", "");
	for (size_t i = 0; i < *n; i++)
		if (places[i] == NULL)
			goto fail;
	free(state);
	return places;
fail:
	free(state);
	places_free(places, *n);
	*n = 0;
	return NULL;
}

void
places_free(char **places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(places[i]);
	free(places);
}

char *
places_plugins(void)
{
	const char *dir = places_env("XDG_CONFIG_HOME");

	if (geteuid() == 0)
		return places_join("/etc/evidenced/plugins", "", "");
	return dir != NULL ? places_join(dir, "/evidenced/plugins", "")
			   : places_join(places_home(), "/.config", "/evidenced/plugins");
}

/* The folder that this program lies in, malloc'ed; NULL when the system does not say. */
static char *
places_own_dir(void)
{
	char *dir = realpath("/proc/self/exe", NULL), *slash;

	slash = dir != NULL ? strrchr(dir, '/') : NULL;
	if (slash != NULL)
		*slash = '\0';
	return dir;
}

char *
places_program(const char *name)
{
	char *dir = places_own_dir(), *path;

	path = dir != NULL ? places_join(dir, "/", name) : NULL;
	free(dir);
	return path;
}

static bool
places_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *
places_shipped_plugins(void)
{
	/* Installed; built in the source tree, in a folder of it, in a folder of that. */
	static const char *const below[] = {"/../share/evidenced/plugins", "/plugins",
					    "/../plugins", "/../../plugins"};
	char *dir = places_own_dir(), *path = NULL;

	for (size_t i = 0; dir != NULL && i < sizeof below / sizeof *below; i++) {
		path = places_join(dir, below[i], "");
		if (path == NULL || places_is_dir(path))
			break;
		free(path);
		path = NULL;
	}
	free(dir);
	return path;
}
