/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox - Landlock's rule set, and the steps of entering.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/sandbox_inside.h"

#include "common/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef WITH_SANITIZERS
#include <sanitizer/common_interface_defs.h>
#endif

/* What the system's header may be too old for. */
struct sandbox_ruleset_attr {
	uint64_t fs, net, scoped;
};

struct sandbox {
	const char *const *readable;
	unsigned abi;
	int ruleset; /* -1: none */
	struct sock_fprog programs[2];
};

/* --- Landlock --- */

/* All that each version can take away is taken away. */
static const struct {
	unsigned abi;
	struct sandbox_ruleset_attr more;
	size_t size;
} sandbox_abis[] = {
    {1, {.fs = 0x1fff}, 8},                /* execute … make symbolic links */
    {2, {.fs = 1u << 13}, 8},              /* link and rename between folders */
    {3, {.fs = 1u << 14}, 8},              /* truncate */
    {4, {.net = 1u << 0 | 1u << 1}, 16},   /* TCP: bind, connect */
    {5, {.fs = 1u << 15}, 16},             /* ioctl of devices */
    {6, {.scoped = 1u << 0 | 1u << 1}, 24} /* abstract sockets, signals of others */
};

static enum err
sandbox_allow(int ruleset, const char *folder)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
								    LANDLOCK_ACCESS_FS_READ_DIR,
						  .parent_fd = open(folder, O_PATH | O_DIRECTORY |
										O_CLOEXEC)};
	enum err e = OK;

	if (rule.parent_fd < 0)
		return errno == ENOENT ? OK : err_from_errno(errno);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		e = err_from_errno(errno);
	close(rule.parent_fd);
	return e;
}

static enum err
sandbox_make_ruleset(struct sandbox *s)
{
	struct sandbox_ruleset_attr attr = {0};
	size_t size = 0;
	enum err e = OK;

	for (size_t i = 0; i < sizeof sandbox_abis / sizeof sandbox_abis[0]; i++) {
		if (sandbox_abis[i].abi > s->abi)
			break;
		attr.fs |= sandbox_abis[i].more.fs;
		attr.net |= sandbox_abis[i].more.net;
		attr.scoped |= sandbox_abis[i].more.scoped;
		size = sandbox_abis[i].size;
	}
	s->ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (s->ruleset < 0)
		return err_from_errno(errno);
	for (const char *const *folder = s->readable; *folder != NULL && e == OK; folder++)
		e = sandbox_allow(s->ruleset, *folder);
	return e;
}

/* --- both --- */

enum err
sandbox_new(const char *const *readable, unsigned layers, struct sandbox **out)
{
	struct sandbox *s = calloc(1, sizeof *s);
	enum err e = OK;

	*out = NULL;
	if (s == NULL)
		return ERR_NOMEM;
	s->readable = readable;
	s->ruleset = -1;
	if (layers & SANDBOX_LANDLOCK)
		s->abi = landlock_abi();
	if (s->abi > 0)
		e = sandbox_make_ruleset(s);
	if (layers & SANDBOX_SECCOMP)
		for (int role = SANDBOX_ZYGOTE; role <= SANDBOX_CHILD && e == OK; role++)
			e = sandbox_filter((enum sandbox_role)role, s->abi > 0, &s->programs[role]);
	if (e == OK)
		*out = s;
	else
		sandbox_free(s);
	return e;
}

void
sandbox_free(struct sandbox *s)
{
	if (s == NULL)
		return;
	if (s->ruleset >= 0)
		close(s->ruleset);
	for (int role = SANDBOX_ZYGOTE; role <= SANDBOX_CHILD; role++)
		free(s->programs[role].filter);
	free(s);
}

unsigned
sandbox_landlock(const struct sandbox *s)
{
	return s->abi;
}

enum err
sandbox_enter_files(const struct sandbox *s)
{
#ifdef WITH_SANITIZERS
	/* Their reports read /proc later: they get to read it now. */
	__sanitizer_sandbox_arguments arguments = {.coverage_sandboxed = 0, .coverage_fd = -1};

	__sanitizer_sandbox_on_notify(&arguments);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_from_errno(errno);
	if (s->ruleset >= 0 && syscall(SYS_landlock_restrict_self, s->ruleset, 0) != 0)
		return err_from_errno(errno);
	return OK;
}

enum err
sandbox_enter_calls(const struct sandbox *s, enum sandbox_role role)
{
	enum err e;

	if (s->programs[role].filter == NULL)
		return OK;
	e = sandbox_catch(s->abi > 0 ? s->readable : NULL);
	if (e == OK && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &s->programs[role]) != 0)
		e = err_from_errno(errno);
	return e;
}
