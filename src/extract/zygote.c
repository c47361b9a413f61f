/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote - first loading, frame by frame as they come, then a loop over the
 * daemon's socket and the signals of ended children. Writing to the daemon blocks:
 * it always reads.
 */
#include "extract/zygote.h"

#include "common/log.h"
#include "extract/child.h"
#include "extract/rehearse.h"
#include "extract/selftest.h"
#include "extract/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ZYGOTE_RECEIVE      (64 * 1024)
#define ZYGOTE_FDS_MAX      64 /* descriptors that came before their FRAME_FORK was read */
#define ZYGOTE_CHILDREN_MAX 1024
#define ZYGOTE_FRAME_MAX    (PLUGIN_SOURCE_MAX + 1024 * 1024) /* a source, its name and settings */
#define ZYGOTE_FORK_FAILED  0x7f00 /* the wait status told for a child that never was */

struct zygote_child {
	uint32_t token;
	pid_t pid;
};

struct zygote {
	struct limits limits;
	struct readers *readers;
	struct ocr *ocr; /* NULL: not the one for pictures */
	struct host *host;
	struct sandbox *sandbox;
	struct selftest *selftest; /* while plugins are loaded */
	struct worker_level level;
	struct buf in, out;
	int fds[ZYGOTE_FDS_MAX];
	size_t fd_count;
	struct zygote_child children[ZYGOTE_CHILDREN_MAX];
	size_t child_count;
	int null, signals;
	pid_t pid;
	enum err trial; /* of telling which plugin is tried */
	bool ready;
};

/* --- out --- */

static enum err
zygote_send(struct zygote *z)
{
	enum err e = buf_err(&z->out);
	size_t done = 0;

	while (e == OK && done < z->out.n) {
		ssize_t put = send(CHILD_SOCKET, z->out.p + done, z->out.n - done, MSG_NOSIGNAL);

		if (put >= 0)
			done += (size_t)put;
		else if (errno != EINTR)
			e = ERR_CLOSED;
	}
	buf_reset(&z->out);
	return e;
}

static enum err
zygote_send_u32(struct zygote *z, enum frame_type type, uint32_t n)
{
	size_t begun = frame_begin(&z->out, type);

	frame_put_u32(&z->out, n);
	frame_end(&z->out, begun);
	return zygote_send(z);
}

static enum err
zygote_send_ended(struct zygote *z, uint32_t token, int status, uint64_t resident)
{
	size_t begun = frame_begin(&z->out, FRAME_ENDED);

	frame_put_u32(&z->out, token);
	frame_put_u32(&z->out, (uint32_t)status);
	frame_put_u64(&z->out, resident);
	frame_end(&z->out, begun);
	return zygote_send(z);
}

/* --- loading --- */

static enum err
zygote_load_plugin(struct zygote *z, struct frame *f)
{
	uint32_t index = frame_get_u32(f);
	struct span file = frame_get_span(f), source = frame_get_span(f),
		    settings = frame_get_span(f);
	struct plugin_decl decl;
	char why[512] = "";
	size_t begun;
	enum err e;

	if (frame_done(f) != OK || z->host == NULL || z->ready || index >= PLUGINS_MAX)
		return ERR_FORMAT;
	e = zygote_send_u32(z, FRAME_LOADING, index);
	if (e != OK)
		return e;
	e = host_load(z->host, index, file, source, settings, &decl, why);
	if (e != OK && e != ERR_FORMAT)
		return e;
	begun = frame_begin(&z->out, e == OK ? FRAME_LOADED : FRAME_REFUSED);
	frame_put_u32(&z->out, index);
	if (e == OK)
		frame_put_decl(&z->out, &decl);
	else
		frame_put_span(&z->out, span_of(why));
	frame_end(&z->out, begun);
	return zygote_send(z);
}

/* What every child is given; its socket is its own. */
static struct child_setup
zygote_setup(const struct zygote *z)
{
	return (struct child_setup){.null = z->null,
				    .zygote = z->pid,
				    .sandbox = z->sandbox,
				    .limits = &z->limits,
				    .readers = z->readers,
				    .host = z->host};
}

/* All is loaded that needs files; what comes now is of strangers. */
static enum err
zygote_enter_sandbox(struct zygote *z)
{
	enum err e = sandbox_new(readers_data, SANDBOX_BOTH, &z->sandbox);

	if (e == OK)
		e = sandbox_enter_files(z->sandbox);
	if (e == OK)
		e = sandbox_enter_calls(z->sandbox, SANDBOX_ZYGOTE);
	if (e != OK) {
		log_error("the sandbox cannot be put in force: %s", err_text(e));
		return e;
	}
	z->level.seccomp = true;
	z->level.landlock = sandbox_landlock(z->sandbox);
	return OK;
}

static enum err
zygote_limits(struct zygote *z, struct frame *f)
{
	const struct reader *const *list;
	struct child_setup setup;
	size_t n;
	enum err e;

	if (z->host != NULL)
		return ERR_FORMAT;
	frame_get_limits(f, &z->limits);
	e = frame_done(f) != OK ? ERR_FORMAT : host_new(&z->limits, &z->host);
	if (e == OK)
		e = zygote_enter_sandbox(z);
	if (e != OK)
		return e;
	setup = zygote_setup(z);
	list = readers_list(&n);
	return selftest_begin(&setup, list, n, &z->selftest);
}

static void
zygote_on_reader_failed(void *ctx, size_t reader, const char *why)
{
	struct zygote *z = ctx;
	size_t n;
	const struct reader *failed = readers_list(&n)[reader];
	struct worker_level *l = &z->level;

	log_error("the reader for %s is switched off: in its own test %s", failed->name, why);
	readers_switch_off(z->readers, reader);
	if (l->off_count < READERS_OFF_MAX)
		snprintf(l->off[l->off_count++], sizeof l->off[0], "%s", failed->format);
}

static enum err
zygote_hear_selftest(struct zygote *z)
{
	struct selftest *t = z->selftest;
	enum err e;

	z->selftest = NULL;
	e = selftest_end(t, zygote_on_reader_failed, z);
	if (e != OK)
		log_error("no child can be put into the sandbox: %s", err_text(e));
	/* What failed while a reader was off is tried again when it is not. */
	z->level.reader_version = READER_SET_VERSION * 2 + (z->level.off_count == 0);
	return e;
}

static enum err
zygote_send_ready(struct zygote *z)
{
	size_t begun = frame_begin(&z->out, FRAME_READY);

	frame_put_level(&z->out, &z->level);
	frame_end(&z->out, begun);
	return zygote_send(z);
}

/* A plugin that hangs in its trial run is named like one that hangs while it is loaded. */
static void
zygote_on_trial(void *ctx, uint32_t plugin)
{
	struct zygote *z = ctx;

	z->trial = zygote_send_u32(z, FRAME_LOADING, plugin);
}

static bool
zygote_reads_text(const struct zygote *z)
{
	size_t n;
	const struct reader *const *list = readers_list(&n);

	for (size_t i = 0; i < n; i++)
		if (list[i] == &reader_text)
			return !readers_is_off(z->readers, i);
	return false;
}

static enum err
zygote_try(struct zygote *z)
{
	enum err e = OK;

	/* The trial is on plain text; without its reader the daemon will not have this zygote. */
	if (zygote_reads_text(z))
		e = rehearse(z->readers, z->host, &z->limits, zygote_on_trial, z);
	return e != OK ? e : z->trial;
}

static enum err
zygote_start(struct zygote *z, struct frame *f)
{
	char why[512] = "";
	enum err e;

	if (frame_done(f) != OK || z->host == NULL || z->ready)
		return ERR_FORMAT;
	e = host_compile(z->host, why);
	if (e != OK) {
		log_error("the plugins' patterns: %s", why);
		return e;
	}
	e = zygote_hear_selftest(z);
	if (e == OK)
		e = zygote_try(z);
	if (e == OK)
		e = host_settle(z->host);
	if (e != OK)
		return e;
	z->ready = true;
	return zygote_send_ready(z);
}

/* --- children --- */

static enum err
zygote_fork(struct zygote *z, struct frame *f)
{
	uint32_t token = frame_get_u32(f);
	struct child_setup setup = zygote_setup(z);
	size_t begun;
	pid_t pid = -1;

	if (frame_done(f) != OK || !z->ready || z->fd_count == 0)
		return ERR_FORMAT;
	setup.socket = z->fds[0];
	z->fd_count--;
	memmove(z->fds, z->fds + 1, z->fd_count * sizeof *z->fds);
	if (z->child_count < ZYGOTE_CHILDREN_MAX)
		pid = fork();
	if (pid == 0)
		child_run(&setup);
	close(setup.socket);
	if (pid < 0)
		return zygote_send_ended(z, token, ZYGOTE_FORK_FAILED, 0);
	z->children[z->child_count++] = (struct zygote_child){.token = token, .pid = pid};
	begun = frame_begin(&z->out, FRAME_STARTED);
	frame_put_u32(&z->out, token);
	frame_put_u32(&z->out, (uint32_t)pid);
	frame_end(&z->out, begun);
	return zygote_send(z);
}

/* A token that is not known has ended meanwhile. */
static enum err
zygote_kill(struct zygote *z, struct frame *f)
{
	uint32_t token = frame_get_u32(f);

	if (frame_done(f) != OK)
		return ERR_FORMAT;
	for (size_t i = 0; i < z->child_count; i++)
		if (z->children[i].token == token && kill(z->children[i].pid, SIGKILL) != 0)
			return err_from_errno(errno);
	return OK;
}

static enum err
zygote_reap(struct zygote *z)
{
	struct signalfd_siginfo info;
	struct rusage usage;
	enum err e = OK;
	int status;
	pid_t pid;

	/* Signals merge: one may stand for several children. */
	if (read(z->signals, &info, sizeof info) < 0 && errno != EAGAIN && errno != EINTR)
		return err_from_errno(errno);
	/* Until then there is the self-test's child only, which it waits for itself. */
	while (e == OK && z->ready && (pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		for (size_t i = 0; i < z->child_count; i++) {
			uint32_t token = z->children[i].token;

			if (z->children[i].pid != pid)
				continue;
			z->children[i] = z->children[--z->child_count];
			e = zygote_send_ended(z, token, status, (uint64_t)usage.ru_maxrss * 1024);
			break;
		}
	}
	return e;
}

static void
zygote_end_children(struct zygote *z)
{
	for (size_t i = 0; i < z->child_count; i++)
		kill(z->children[i].pid, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* --- in --- */

static enum err
zygote_on_frame(struct zygote *z, struct frame *f)
{
	switch (f->type) {
	case FRAME_LIMITS:
		return zygote_limits(z, f);
	case FRAME_PLUGIN:
		return zygote_load_plugin(z, f);
	case FRAME_START:
		return zygote_start(z, f);
	case FRAME_FORK:
		return zygote_fork(z, f);
	case FRAME_KILL:
		return zygote_kill(z, f);
	default:
		return ERR_FORMAT;
	}
}

static enum err
zygote_take_fds(struct zygote *z, struct msghdr *msg)
{
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(msg); cm != NULL; cm = CMSG_NXTHDR(msg, cm)) {
		int fd;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS ||
		    cm->cmsg_len != CMSG_LEN(sizeof fd) || z->fd_count == ZYGOTE_FDS_MAX)
			return ERR_FORMAT;
		memcpy(&fd, CMSG_DATA(cm), sizeof fd);
		z->fds[z->fd_count++] = fd;
	}
	return OK;
}

/* ERR_CLOSED: the daemon is gone. */
static enum err
zygote_receive(struct zygote *z)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = buf_reserve(&z->in, ZYGOTE_RECEIVE),
			    .iov_len = ZYGOTE_RECEIVE};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof control};
	struct frame f;
	ssize_t got;
	size_t used;
	enum err e;

	if (iov.iov_base == NULL)
		return ERR_NOMEM;
	got = recvmsg(CHILD_SOCKET, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return OK;
	if (got <= 0)
		return ERR_CLOSED;
	z->in.n += (size_t)got;
	e = zygote_take_fds(z, &msg);
	while (e == OK) {
		e = frame_next(buf_span(&z->in), ZYGOTE_FRAME_MAX, &f, &used);
		if (e != OK || used == 0)
			break;
		e = zygote_on_frame(z, &f);
		buf_consume(&z->in, used);
	}
	return e;
}

static enum err
zygote_loop(struct zygote *z)
{
	struct pollfd polled[] = {{.fd = CHILD_SOCKET, .events = POLLIN},
				  {.fd = z->signals, .events = POLLIN}};
	enum err e = OK;

	while (e == OK) {
		if (poll(polled, 2, -1) < 0) {
			e = errno == EINTR ? OK : err_from_errno(errno);
			continue;
		}
		if (polled[1].revents != 0)
			e = zygote_reap(z);
		if (e == OK && polled[0].revents != 0)
			e = zygote_receive(z);
	}
	return e;
}

/* --- the beginning --- */

/* Dies with the daemon: by the signal, or here when that is gone already. */
static enum err
zygote_bind_to_daemon(void)
{
	struct ucred peer;
	socklen_t n = sizeof peer;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return err_from_errno(errno);
	/* Who made the socket pair is who forked this process. */
	if (getsockopt(CHILD_SOCKET, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return err_from_errno(errno);
	return peer.pid == getppid() ? OK : ERR_CLOSED;
}

static enum err
zygote_confine(struct zygote *z)
{
	sigset_t set;

	if (close_range(CHILD_SOCKET + 1, ~0u, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_from_errno(errno);
	/* What the daemon must not be stopped by would stop it here: Ctrl-C reaches the group. */
	if (signal(SIGINT, SIG_IGN) == SIG_ERR || signal(SIGHUP, SIG_IGN) == SIG_ERR ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_from_errno(errno);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &set, NULL) != 0)
		return err_from_errno(errno);
	z->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	z->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (z->signals < 0 || z->null < 0 || dup2(z->null, STDIN_FILENO) < 0)
		return err_from_errno(errno);
	return OK;
}

/* Linux has this call, but the C library no name for it: class 3 is idle. */
static enum err
zygote_be_patient(void)
{
	const struct sched_param none = {0};
	const int idle = 3 << 13;

	if (setpriority(PRIO_PROCESS, 0, 19) != 0 ||
	    sched_setscheduler(0, SCHED_BATCH, &none) != 0 ||
	    syscall(SYS_ioprio_set, 1, 0, idle) != 0)
		return err_from_errno(errno);
	return OK;
}

static enum err
zygote_load_ocr(struct zygote *z, const char *languages)
{
	enum err e = zygote_be_patient();

	if (e == OK)
		e = ocr_open(languages, &z->ocr);
	if (e != OK)
		return e;
	z->level.ocr = ocr_works(z->ocr);
	snprintf(z->level.ocr_languages, sizeof z->level.ocr_languages, "%s",
		 ocr_languages(z->ocr));
	if (ocr_why(z->ocr)[0] != '\0') {
		snprintf(z->level.ocr_missing, sizeof z->level.ocr_missing, "%s %s",
			 ocr_why(z->ocr), ocr_remedy(z->ocr));
		log_warning("%s", z->level.ocr_missing);
	}
	readers_use_ocr(z->readers, z->ocr);
	return OK;
}

int
zygote_run(const char *ocr)
{
	struct zygote *z = calloc(1, sizeof *z);
	enum err e = z == NULL ? ERR_NOMEM : zygote_bind_to_daemon();

	if (e == OK)
		e = zygote_confine(z);
	if (e == OK) {
		z->pid = getpid();
		e = work_prepare(&z->readers);
	}
	if (e == OK && ocr != NULL)
		e = zygote_load_ocr(z, ocr);
	if (e == ERR_NOT_FOUND)
		log_error("the locale C.UTF-8 or libmagic's database is missing");
	if (e == OK)
		e = zygote_loop(z);
	if (z != NULL)
		zygote_end_children(z);
	if (e == ERR_CLOSED)
		return EXIT_SUCCESS;
	log_error("the worker ends: %s", err_text(e));
	return EXIT_FAILURE;
}
