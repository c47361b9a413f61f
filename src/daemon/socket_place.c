/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * socket_place - bind under another name in the same folder, listen, rename.
 *
 * The name bound goes through /proc/self/fd, so that it never is too long for a
 * sockaddr_un even where the final path just fits. The mode is given to the
 * socket before it has a name: at no moment can anybody connect who may not.
 */
#include "daemon/socket_place.h"

#include "common/places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_BACKLOG 128

struct socket_place {
	int folder;
	char name[SOCKET_PATH_MAX + 1];
	char temporary[32];
	dev_t device;
	ino_t inode;
};

static enum err
socket_place_check(const char *path, char why[256])
{
	size_t n = strlen(path);

	if (n == 0 || path[0] != '/')
		snprintf(why, 256, "The socket's path must be absolute.");
	else if (n > SOCKET_PATH_MAX)
		snprintf(why, 256, "The socket's path has %zu bytes; the system allows %d.", n,
			 SOCKET_PATH_MAX);
	else if (path[n - 1] == '/')
		snprintf(why, 256, "The socket's path must not end with a slash.");
	else
		return OK;
	return ERR_LIMIT;
}

/* Opens the folder that is to hold the socket; its last level is made if it is missing. */
static enum err
socket_place_folder(const char *path, struct socket_place *p, char why[256])
{
	char folder[SOCKET_PATH_MAX + 1];
	size_t n = (size_t)(strrchr(path, '/') - path);

	memcpy(folder, path, n);
	folder[n] = '\0';
	snprintf(p->name, sizeof p->name, "%s", path + n + 1);
	if (n == 0)
		snprintf(folder, sizeof folder, "/");
	if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
		snprintf(why, 256, "The folder %s can't be made: %s.", folder, strerror(errno));
		return err_from_errno(errno);
	}
	p->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->folder >= 0)
		return OK;
	snprintf(why, 256, "The folder %s can't be opened: %s.", folder, strerror(errno));
	return err_from_errno(errno);
}

/* Is nobody at home? OK when the place is free or stale. */
static enum err
socket_place_probe(const char *path, const struct socket_place *p, char why[256])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	int fd, error = 0;

	if (fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? OK : err_from_errno(errno);
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(why, 256, "%s exists and is not a socket; move it away.", path);
		return ERR_EXISTS;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_from_errno(errno);
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		error = errno;
	close(fd);
	if (error == ECONNREFUSED || error == ENOENT)
		return OK;
	if (error == 0 || error == EAGAIN) {
		snprintf(why, 256, "Another daemon answers at %s.", path);
		return ERR_BUSY;
	}
	snprintf(why, 256, "Whether a daemon answers at %s can't be found out: %s.", path,
		 strerror(error));
	return err_from_errno(error);
}

static enum err
socket_place_bind(struct socket_place *p, int fd, unsigned mode)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;

	snprintf(p->temporary, sizeof p->temporary, ".evidenced.%ld", (long)getpid());
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", p->folder,
		 p->temporary);
	if (unlinkat(p->folder, p->temporary, 0) < 0 && errno != ENOENT)
		return err_from_errno(errno);
	if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return err_from_errno(errno);
	/* bind() took the umask off; nobody can connect before listen(). */
	if (fchmodat(p->folder, p->temporary, mode, 0) < 0 || listen(fd, SOCKET_BACKLOG) < 0 ||
	    fstatat(p->folder, p->temporary, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    renameat(p->folder, p->temporary, p->folder, p->name) < 0) {
		int error = errno;

		unlinkat(p->folder, p->temporary, 0);
		return err_from_errno(error);
	}
	p->device = st.st_dev;
	p->inode = st.st_ino;
	return OK;
}

enum err
socket_place_open(const char *path, unsigned mode, struct socket_place **out, int *fd,
		  char why[256])
{
	struct socket_place *p;
	enum err e;

	*out = NULL;
	*fd = -1;
	why[0] = '\0';
	e = socket_place_check(path, why);
	if (e != OK)
		return e;
	p = calloc(1, sizeof *p);
	if (p == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	p->folder = -1;
	e = socket_place_folder(path, p, why);
	if (e == OK)
		e = socket_place_probe(path, p, why);
	if (e != OK)
		goto out;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	e = *fd < 0 ? err_from_errno(errno) : socket_place_bind(p, *fd, mode);
out:
	if (e == OK) {
		*out = p;
		return OK;
	}
	if (why[0] == '\0')
		snprintf(why, 256, "The socket %s can't be made: %s.", path, err_text(e));
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	if (p != NULL && p->folder >= 0)
		close(p->folder);
	free(p);
	return e;
}

void
socket_place_close(struct socket_place *p)
{
	struct stat st;

	if (p == NULL)
		return;
	if (fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == p->device &&
	    st.st_ino == p->inode)
		unlinkat(p->folder, p->name, 0);
	close(p->folder);
	free(p);
}
