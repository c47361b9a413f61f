/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox_filter - the list of system calls, compiled by libseccomp.
 *
 * The children's list was found by reading every sample and some thousand real
 * documents; what is not on it gives ENOSYS, so that a library that tries something
 * newer falls back. A call that only an attacker makes kills.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "extract/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define SANDBOX_PROGRAM_MAX (64 * 1024) /* bytes of a compiled list */

#ifdef WITH_SANITIZERS
/* A report wants to start a program that names symbols; without it there is still a report. */
#define SANDBOX_KILL SCMP_ACT_ERRNO(EPERM)
#else
#define SANDBOX_KILL SCMP_ACT_KILL_PROCESS
#endif

/* Reading, memory, time, and how a process ends. */
static const int sandbox_always[] = {
    SCMP_SYS(read),         SCMP_SYS(write),           SCMP_SYS(pread64),
    SCMP_SYS(lseek),        SCMP_SYS(close),           SCMP_SYS(fstat),
    SCMP_SYS(getdents64),   SCMP_SYS(recvmsg),         SCMP_SYS(sendto),
    SCMP_SYS(poll),         SCMP_SYS(ppoll),           SCMP_SYS(brk),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),          SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(clock_gettime),   SCMP_SYS(gettimeofday),
    SCMP_SYS(time),         SCMP_SYS(getrandom),       SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(rt_sigreturn),    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#ifdef WITH_SANITIZERS
    SCMP_SYS(sigaltstack),  SCMP_SYS(sched_yield),     SCMP_SYS(pipe),
    SCMP_SYS(pipe2),        SCMP_SYS(getrlimit),       SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getppid),      SCMP_SYS(getuid),          SCMP_SYS(geteuid),
#endif
};

/* What a zygote does for its children, and they before they are children. */
static const int sandbox_zygote[] = {
    SCMP_SYS(wait4),       SCMP_SYS(kill),
    SCMP_SYS(getppid),     SCMP_SYS(dup2),
    SCMP_SYS(dup3),        SCMP_SYS(pipe2),
    SCMP_SYS(seccomp),     SCMP_SYS(landlock_restrict_self),
    SCMP_SYS(close_range), SCMP_SYS(set_robust_list),
};

/* The handler of SIGSYS answers these. */
static const int sandbox_trapped[] = {
    SCMP_SYS(open),      SCMP_SYS(openat2),    SCMP_SYS(creat),      SCMP_SYS(stat),
    SCMP_SYS(lstat),     SCMP_SYS(statx),      SCMP_SYS(newfstatat), SCMP_SYS(access),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
};

/* No library that reads documents does this. */
static const int sandbox_deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(pkey_mprotect),
    SCMP_SYS(memfd_create),
    SCMP_SYS(memfd_secret),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(open_tree),
    SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(personality),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(modify_ldt),
};

/* Threads and signals: a zygote forks and kills, a child neither. */
static const int sandbox_deadly_child[] = {SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(kill),
					   SCMP_SYS(tkill)};

#define SANDBOX_CLONE_REFUSED                                                                      \
	(CLONE_VM | CLONE_VFORK | CLONE_THREAD | CLONE_FILES | CLONE_FS | CLONE_SIGHAND |          \
	 CLONE_PARENT | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
	 CLONE_NEWNET | CLONE_NEWCGROUP)

/* Calls that go, or do not, by their arguments. */
struct sandbox_rule {
	uint32_t action;
	int call;
	unsigned n;
	struct scmp_arg_cmp args[3];
};

static const struct sandbox_rule sandbox_rules[] = {
    /* Memory is written or executed, never both, never later. */
    {SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {SANDBOX_KILL, SCMP_SYS(mmap), 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {SANDBOX_KILL, SCMP_SYS(mprotect), 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, {{1, SCMP_CMP_EQ, F_GETFL, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, {{1, SCMP_CMP_EQ, F_GETFD, 0}}},
    /* Its own limits: to be asked, and that of the processor's time set for each of several texts.
     */
    {SCMP_ACT_ALLOW,
     SCMP_SYS(prlimit64),
     2,
     {{0, SCMP_CMP_EQ, 0, 0}, {1, SCMP_CMP_EQ, RLIMIT_CPU, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, {{0, SCMP_CMP_EQ, 0, 0}, {2, SCMP_CMP_EQ, 0, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(setrlimit), 1, {{0, SCMP_CMP_EQ, RLIMIT_CPU, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(getrusage), 1, {{0, SCMP_CMP_EQ, RUSAGE_SELF, 0}}},
    /* abort(): without its signal it ends by a fault, which is a crash as well. */
    {SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 0, {{0}}},
};

/* The handler's own opens go. A rule without arguments would stand above those with some. */
static const struct sandbox_rule sandbox_rules_pass[] = {
    {SCMP_ACT_TRAP, SCMP_SYS(openat), 1, {{0, SCMP_CMP_NE, SANDBOX_PASS_FD, 0}}},
    {SCMP_ACT_ALLOW,
     SCMP_SYS(openat),
     2,
     {{0, SCMP_CMP_EQ, SANDBOX_PASS_FD, 0},
      {2, SCMP_CMP_MASKED_EQ, ~(uint64_t)(O_CLOEXEC | O_DIRECTORY), O_RDONLY}}},
};

static const struct sandbox_rule sandbox_rules_no_pass[] = {
    {SCMP_ACT_TRAP, SCMP_SYS(openat), 0, {{0}}},
};

static const struct sandbox_rule sandbox_rules_zygote[] = {
    {SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, {{0, SCMP_CMP_MASKED_EQ, SANDBOX_CLONE_REFUSED, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, {{0, SCMP_CMP_EQ, 0, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, {{0, SCMP_CMP_EQ, PR_SET_PDEATHSIG, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, {{0, SCMP_CMP_EQ, PR_SET_DUMPABLE, 0}}},
    {SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, {{0, SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS, 0}}},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* A call that this machine does not have (open() on ARM), or libseccomp does not know, has no rule:
 * ENOSYS. */
static enum err
sandbox_put(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i] >= 0 && seccomp_rule_add(f, action, calls[i], 0) != 0)
			return ERR_NOMEM;
	return OK;
}

static enum err
sandbox_put_rules(scmp_filter_ctx f, const struct sandbox_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].call >= 0 && seccomp_rule_add_array(f, rules[i].action, rules[i].call,
								 rules[i].n, rules[i].args) != 0)
			return ERR_NOMEM;
	return OK;
}

static enum err
sandbox_put_role(scmp_filter_ctx f, enum sandbox_role role)
{
	enum err e;

	if (role == SANDBOX_CHILD)
		return sandbox_put(f, SANDBOX_KILL, sandbox_deadly_child,
				   COUNT(sandbox_deadly_child));
	e = sandbox_put(f, SCMP_ACT_ALLOW, sandbox_zygote, COUNT(sandbox_zygote));
	return e != OK ? e
		       : sandbox_put_rules(f, sandbox_rules_zygote, COUNT(sandbox_rules_zygote));
}

/* The compiled program, through a file in memory: the library writes nowhere else. */
static enum err
sandbox_export(scmp_filter_ctx f, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	enum err e = ERR_IO;
	off_t n;

	if (fd < 0)
		return err_from_errno(errno);
	if (seccomp_export_bpf(f, fd) != 0)
		goto out;
	n = lseek(fd, 0, SEEK_END);
	if (n <= 0 || n > SANDBOX_PROGRAM_MAX)
		goto out;
	out->filter = malloc((size_t)n);
	if (out->filter == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	if (pread(fd, out->filter, (size_t)n, 0) != n) {
		free(out->filter);
		out->filter = NULL;
		goto out;
	}
	out->len = (unsigned short)((size_t)n / sizeof *out->filter);
	e = OK;
out:
	close(fd);
	return e;
}

enum err
sandbox_filter(enum sandbox_role role, bool pass, struct sock_fprog *out)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	enum err e = OK;

	*out = (struct sock_fprog){0};
	if (f == NULL)
		return ERR_NOMEM;
	if (seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0)
		e = ERR_IO;
	if (e == OK)
		e = sandbox_put(f, SCMP_ACT_ALLOW, sandbox_always, COUNT(sandbox_always));
	if (e == OK)
		e = sandbox_put(f, SCMP_ACT_TRAP, sandbox_trapped, COUNT(sandbox_trapped));
	if (e == OK)
		e = sandbox_put(f, SANDBOX_KILL, sandbox_deadly, COUNT(sandbox_deadly));
	if (e == OK)
		e = sandbox_put_rules(f, sandbox_rules, COUNT(sandbox_rules));
	if (e == OK)
		e = pass
			? sandbox_put_rules(f, sandbox_rules_pass, COUNT(sandbox_rules_pass))
			: sandbox_put_rules(f, sandbox_rules_no_pass, COUNT(sandbox_rules_no_pass));
	if (e == OK)
		e = sandbox_put_role(f, role);
	if (e == OK)
		e = sandbox_export(f, out);
	seccomp_release(f);
	return e;
}
