/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox_refused - the handler of SIGSYS: opens and looks of files end here.
 *
 * It lets the readers' data through, answers an fstat() that glibc writes as a look at
 * an empty path, and notes all others. Whoever runs hostile code in this process can do
 * whatever the handler can, so that it guards nothing: the kernel does.
 */
#include "extract/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define SANDBOX_PATH_MAX 256

/* A signal's handler gets no context. */
static struct {
	const char *const *readable;
	unsigned count;
	bool noted;
	char path[SANDBOX_PATH_MAX];
} sandbox_state;

/*
 * What libraries look for on their way without needing it: a zone that tzset() has read, a
 * file of aliases that no system has any more.
 */
static const char *const sandbox_harmless[] = {"/etc/localtime", "/charset.alias"};

#if defined(__x86_64__)
#define SANDBOX_ARG(c, n)                                                                          \
	((uint64_t)(c)->uc_mcontext.gregs[(n) == 0   ? REG_RDI                                     \
					  : (n) == 1 ? REG_RSI                                     \
					  : (n) == 2 ? REG_RDX                                     \
						     : REG_R10])
#define SANDBOX_RESULT(c) ((c)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define SANDBOX_ARG(c, n) ((uint64_t)(c)->uc_mcontext.regs[n])
#define SANDBOX_RESULT(c) ((c)->uc_mcontext.regs[0])
#else
#error "the sandbox knows the registers of x86-64 and of 64-bit ARM only"
#endif

/* Where each trapped call has its path; -1: none that can be read. */
static const struct {
	int nr;
	int fd, path, flags; /* positions; -1: it has none */
} sandbox_calls[] = {
    {SYS_openat, 0, 1, 2},      {SYS_openat2, 0, 1, -1},   {SYS_newfstatat, 0, 1, 3},
    {SYS_statx, 0, 1, 2},       {SYS_faccessat, 0, 1, -1}, {SYS_faccessat2, 0, 1, -1},
    {SYS_readlinkat, 0, 1, -1},
#ifdef SYS_open
    {SYS_open, -1, 0, 1},       {SYS_creat, -1, 0, -1},    {SYS_stat, -1, 0, -1},
    {SYS_lstat, -1, 0, -1},     {SYS_access, -1, 0, -1},   {SYS_readlink, -1, 0, -1},
#endif
};

static bool
sandbox_is_readable(const char *path)
{
	const char *const *folder = sandbox_state.readable;

	for (; folder != NULL && *folder != NULL; folder++) {
		size_t n = strlen(*folder);

		/* The folder itself may come without its last slash. */
		if (strncmp(path, *folder, n) == 0 ||
		    (strncmp(path, *folder, n - 1) == 0 && path[n - 1] == '\0'))
			return true;
	}
	return false;
}

static bool
sandbox_is_harmless(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof sandbox_harmless / sizeof sandbox_harmless[0]; i++) {
		size_t m = strlen(sandbox_harmless[i]);

		if (n >= m && strcmp(path + n - m, sandbox_harmless[i]) == 0)
			return true;
	}
	return false;
}

static void
sandbox_note(const char *path)
{
	sandbox_state.count++;
	if (sandbox_state.noted || sandbox_is_harmless(path))
		return;
	sandbox_state.noted = true;
	strncpy(sandbox_state.path, path[0] != '\0' ? path : "a file without a name",
		sizeof sandbox_state.path - 1);
}

/* Gives a descriptor, or an errno below 0. */
static long
sandbox_open(const char *path, uint64_t flags)
{
	long fd = syscall(SYS_openat, (long)SANDBOX_PASS_FD, path,
			  (long)(O_RDONLY | O_CLOEXEC | (flags & O_DIRECTORY)), 0L);

	return fd < 0 ? -errno : fd;
}

static long
sandbox_look(const char *path, struct stat *st)
{
	long fd = sandbox_open(path, 0), e = fd;

	if (fd < 0)
		return e;
	e = syscall(SYS_fstat, fd, st) == 0 ? 0 : -errno;
	close((int)fd);
	return e;
}

/* What the call gives: 0 or more, or an errno below 0. */
static long
sandbox_answer(int nr, const char *path, uint64_t fd, uint64_t flags, struct stat *st)
{
	struct stat none;

	if (nr == SYS_newfstatat && path[0] == '\0' && (flags & AT_EMPTY_PATH))
		return syscall(SYS_fstat, (long)fd, st) == 0 ? 0 : -errno;
	if (!sandbox_is_readable(path)) {
		sandbox_note(path);
		return -EACCES;
	}
	switch (nr) {
	case SYS_openat:
#ifdef SYS_open
	case SYS_open:
#endif
		if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY)
			return sandbox_open(path, flags);
		break;
	case SYS_newfstatat:
#ifdef SYS_open
	case SYS_stat:
#endif
		return sandbox_look(path, st);
	case SYS_faccessat:
	case SYS_faccessat2:
#ifdef SYS_open
	case SYS_access:
#endif
		return sandbox_look(path, &none);
	default:
		break;
	}
	sandbox_note(path);
	return -EACCES;
}

static void
sandbox_on_sigsys(int number, siginfo_t *info, void *context)
{
	ucontext_t *c = context;
	int kept = errno;
	long result = -ENOSYS;

	(void)number;
	for (size_t i = 0; i < sizeof sandbox_calls / sizeof sandbox_calls[0]; i++) {
		int path = sandbox_calls[i].path, flags = sandbox_calls[i].flags;
		uint64_t fd = sandbox_calls[i].fd < 0 ? 0 : SANDBOX_ARG(c, sandbox_calls[i].fd);
		const char *name;

		if (sandbox_calls[i].nr != info->si_syscall)
			continue;
		name = (const char *)(uintptr_t)SANDBOX_ARG(c, path);
		result = sandbox_answer(info->si_syscall, name == NULL ? "" : name, fd,
					flags < 0 ? 0 : SANDBOX_ARG(c, flags),
					(struct stat *)(uintptr_t)SANDBOX_ARG(c, path + 1));
		break;
	}
	SANDBOX_RESULT(c) = result;
	errno = kept;
}

enum err
sandbox_catch(const char *const *readable)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO | SA_NODEFER};

	sandbox_state.readable = readable;
	action.sa_sigaction = sandbox_on_sigsys;
	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) != 0 ? err_from_errno(errno) : OK;
}

void
sandbox_refused_reset(void)
{
	sandbox_state.count = 0;
	sandbox_state.noted = false;
}

unsigned
sandbox_refused_count(void)
{
	return sandbox_state.count;
}

const char *
sandbox_refused(void)
{
	return sandbox_state.noted ? sandbox_state.path : NULL;
}
