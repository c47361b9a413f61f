/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * look - a name is first taken hold of with O_PATH, which neither wakes a device
 * nor waits for a FIFO's writer; what turns out to be a regular file is then
 * opened by way of that hold, so that it cannot be exchanged in between.
 */
#include "daemon/look.h"

#include "common/little.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LOOK_FUSE         0x65735546  /* its number in statfs(2): many count no blocks */
#define LOOK_INLINE_BYTES (64 * 1024) /* smaller files may lie in their inode, without a block */

/* Windows' attributes of files whose content is elsewhere: OFFLINE, RECALL_ON_OPEN,
 * RECALL_ON_DATA_ACCESS (MS-FSCC 2.6). */
#define LOOK_ELSEWHERE (0x1000 | 0x40000 | 0x400000)

#define LOOK_TRIES 16 /* openat2 says EAGAIN when a rename came in between */

int
look_openat(int dir, struct span path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW),
			       .resolve =
				   RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	char name[LOOK_PATH_MAX + 1];
	long fd = -1;

	if (path.n > LOOK_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (path.n == 0)
		path = SPAN(".");
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	for (int i = 0; i < LOOK_TRIES; i++) {
		fd = syscall(SYS_openat2, dir, name, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

static enum look_result
look_failed(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP: /* a folder on the way is a link now */
	case EXDEV:
		return LOOK_GONE;
	case ESTALE:
	case ENOTCONN:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ETIMEDOUT:
	case ENODEV:
	case ENXIO:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
		return LOOK_NOT_NOW;
	default:
		return LOOK_UNREADABLE;
	}
}

enum look_result
look_find(int dir, struct span path, int *fd, struct stat *st)
{
	int number;

	*fd = look_openat(dir, path, O_PATH);
	if (*fd < 0)
		return look_failed(errno);
	if (fstat(*fd, st) == 0)
		return LOOK_THERE;
	number = errno;
	close(*fd);
	*fd = -1;
	errno = number;
	return look_failed(number);
}

void
look_put_stat(struct file_entry *entry, const struct stat *st)
{
	entry->size = (uint64_t)st->st_size;
	entry->inode = st->st_ino;
	entry->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
	entry->ctime_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

/* Where does a link lead? Asked of the system, which goes no step outside. */
static const char *
look_link(int dir, struct span root, struct span path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	char name[LOOK_PATH_MAX + 1], target[LOOK_PATH_MAX + 1];
	ssize_t n;
	long fd;

	if (path.n > LOOK_PATH_MAX)
		return "It is a link. Links are not followed.";
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	n = readlinkat(dir, name, target, sizeof target - 1);
	if (n > 0) {
		struct span to = {target, (size_t)n};

		target[n] = '\0';
		/* An absolute one may lead back in. */
		if (span_starts(to, root) && to.n > root.n + 1 && to.p[root.n] == '/')
			memmove(name, target + root.n + 1, to.n - root.n);
	}
	fd = syscall(SYS_openat2, dir, name, &how, sizeof how);
	if (fd >= 0) {
		close((int)fd);
		return "It is a link. Links are not followed: what it leads to is read where it "
		       "lies.";
	}
	if (errno == EXDEV)
		return "It is a link that leads outside of the watched folder. It is not followed.";
	if (errno == ELOOP)
		return "It is a link that leads back to itself.";
	if (errno == ENOENT || errno == ENOTDIR)
		return "It is a dangling link: what it leads to is not there.";
	return "It is a link. Links are not followed.";
}

const char *
look_special(int dir, struct span root, struct span path, const struct stat *st,
	     enum file_code *code)
{
	*code = CODE_SPECIAL;
	switch (st->st_mode & S_IFMT) {
	case S_IFLNK:
		*code = CODE_LINK;
		return look_link(dir, root, path);
	case S_IFIFO:
		return "It is a FIFO (named pipe), not a file.";
	case S_IFSOCK:
		return "It is a socket, not a file.";
	case S_IFCHR:
	case S_IFBLK:
		return "It is a device, not a file.";
	default:
		return "It is neither a file nor a folder.";
	}
}

static void
look_fail(struct root_opened *out, enum file_code code, const char *reason)
{
	out->entry.state = FILE_FAILED;
	out->entry.code = code;
	out->entry.reason = span_of(reason);
}

static void
look_fail_errno(struct root_opened *out, int number, char reason[FILE_REASON_MAX])
{
	if (number == EACCES || number == EPERM) {
		look_fail(out, CODE_UNREADABLE, "The daemon may not read it (permission denied).");
		out->entry.remedy = SPAN("Give the daemon's user the right to read it.");
	} else if (number == ENAMETOOLONG) {
		snprintf(reason, FILE_REASON_MAX, "Its path is longer than %d bytes.",
			 LOOK_PATH_MAX);
		look_fail(out, CODE_UNREADABLE, reason);
	} else {
		snprintf(reason, FILE_REASON_MAX, "It cannot be opened: %s.", strerror(number));
		look_fail(out, CODE_UNREADABLE, reason);
	}
}

/* "/proc/self/fd/N": what works on a descriptor of O_PATH too. */
static void
look_name_hold(int hold, char name[64])
{
	snprintf(name, 64, "/proc/self/fd/%d", hold);
}

/* Windows' attributes as the drivers for SMB and NTFS show them. */
static uint32_t
look_attributes(const char *name)
{
	static const char *const drivers[] = {"system.ntfs_attrib", "user.cifs.dosattrib"};
	char raw[4], text[256] = "";

	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (getxattr(name, drivers[i], raw, sizeof raw) == (ssize_t)sizeof raw)
			return little_u32((struct span){raw, sizeof raw}, 0);
	/* Samba on the server's own disk: begins with a text such as "0x1020" and a NUL. */
	if (getxattr(name, "user.DOSATTRIB", text, sizeof text - 1) > 0)
		return (uint32_t)strtoul(text, NULL, 0);
	return 0;
}

/* Would reading it fetch it from somewhere else, or give zeros? */
static bool
look_is_placeholder(int hold, const struct stat *st)
{
	char name[64];
	struct statfs fs;

	look_name_hold(hold, name);
	if ((look_attributes(name) & LOOK_ELSEWHERE) != 0)
		return true;
	return st->st_blocks == 0 && st->st_size > LOOK_INLINE_BYTES && statfs(name, &fs) == 0 &&
	       (unsigned)fs.f_type != LOOK_FUSE;
}

/* A regular file: does its size allow to read it? */
static void
look_judge_size(const struct look *l, struct root_opened *out, char reason[FILE_REASON_MAX])
{
	if (out->entry.size == 0) {
		look_fail(out, CODE_EMPTY, "The file is empty.");
	} else if (out->entry.size > l->bytes_max) {
		snprintf(reason, FILE_REASON_MAX,
			 "The file has %llu bytes; at most %llu are read (limits.file_bytes).",
			 (unsigned long long)out->entry.size, (unsigned long long)l->bytes_max);
		look_fail(out, CODE_TOO_LARGE, reason);
	} else {
		out->entry.state = FILE_INDEXED;
	}
}

/* A regular file: may it be opened? */
static void
look_judge(const struct look *l, int hold, const struct stat *st, struct root_opened *out,
	   char reason[FILE_REASON_MAX])
{
	look_judge_size(l, out, reason);
	if (out->entry.state != FILE_INDEXED || !look_is_placeholder(hold, st))
		return;
	look_fail(out, CODE_SPECIAL,
		  "It is a placeholder: its content is kept elsewhere (OneDrive, tiered or "
		  "archived storage) and is not fetched just to be read here.");
	out->entry.remedy = SPAN("Fetch it (in OneDrive: \"Always keep on this device\"); "
				 "then it is read by itself.");
}

/* Opens what `hold` (O_PATH) holds, a regular file of right size. */
static enum look_result
look_open(const struct look *l, int hold, struct root_opened *out, char reason[FILE_REASON_MAX])
{
	char proc[64];
	struct stat st;
	enum look_result result = LOOK_THERE;
	int number;

	look_name_hold(hold, proc);
	out->fd = open(proc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (out->fd < 0 || fstat(out->fd, &st) != 0)
		goto failed;
	/* It may have grown since; the same inode is as regular as it was. */
	look_put_stat(&out->entry, &st);
	look_judge_size(l, out, reason);
	if (out->entry.state != FILE_INDEXED) {
		close(out->fd);
		out->fd = -1;
	}
	return result;
failed:
	number = errno;
	result = look_failed(number);
	if (result == LOOK_GONE || result == LOOK_UNREADABLE) {
		look_fail_errno(out, number, reason);
		result = LOOK_UNREADABLE;
	}
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
	return result;
}

enum look_result
look_at(const struct look *l, struct root_opened *out, char reason[FILE_REASON_MAX])
{
	struct stat st;
	enum file_code code;
	const char *special;
	int hold;
	enum look_result result = look_find(l->dir, l->path, &hold, &st);

	*out = (struct root_opened){.fd = -1};
	if (result == LOOK_UNREADABLE)
		look_fail_errno(out, errno, reason);
	if (result != LOOK_THERE)
		return result;
	if (S_ISDIR(st.st_mode) && l->rule.n == 0) {
		result = LOOK_FOLDER;
		goto out;
	}
	look_put_stat(&out->entry, &st);
	if (l->rule.n > 0) {
		out->entry.state = FILE_IGNORED;
		out->entry.remedy = l->rule;
		snprintf(reason, FILE_REASON_MAX, "Its name is left out by the rule \"%.*s\".",
			 (int)(l->rule.n < 200 ? l->rule.n : 200), l->rule.p);
		out->entry.reason = span_of(reason);
	} else if (!S_ISREG(st.st_mode)) {
		special = look_special(l->dir, l->root, l->path, &st, &code);
		look_fail(out, code, special);
	} else {
		look_judge(l, hold, &st, out, reason);
		if (l->open && out->entry.state == FILE_INDEXED)
			result = look_open(l, hold, out, reason);
	}
out:
	close(hold);
	return result;
}
