/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * confine - limits, closed descriptors, no privileges, the sandbox: each step for good.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/confine.h"

#include "extract/work.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONFINE_FILES 32 /* RLIMIT_NOFILE: its own four, the document, tables of a reader */

enum err
confine_child(const struct child_setup *s)
{
	const struct rlimit none = {0, 0}, files = {CONFINE_FILES, CONFINE_FILES};
	sigset_t set;
	enum err e;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return err_from_errno(errno);
	if (getppid() != s->zygote)
		return ERR_CLOSED;
	sigemptyset(&set);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return err_from_errno(errno);
	e = sandbox_enter_files(s->sandbox);
	if (e != OK)
		return e;
	/* With RLIMIT_FSIZE 0 a parser's word on a log file would be a death. */
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_from_errno(errno);
	if (dup2(s->null, STDIN_FILENO) < 0 || dup2(s->null, STDOUT_FILENO) < 0)
		return err_from_errno(errno);
#ifndef WITH_SANITIZERS /* they report there */
	if (dup2(s->null, STDERR_FILENO) < 0)
		return err_from_errno(errno);
#endif
	if (dup2(s->socket, CHILD_SOCKET) < 0 || close_range(CHILD_SOCKET + 1, ~0u, 0) != 0)
		return err_from_errno(errno);
	if (setrlimit(RLIMIT_FSIZE, &none) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0)
		return err_from_errno(errno);
	e = work_limit(s->limits, RUN_DOCUMENTS_MAX);
	if (e != OK)
		return e;
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return err_from_errno(errno);
	return sandbox_enter_calls(s->sandbox, SANDBOX_CHILD);
}
