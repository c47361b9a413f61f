/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a child cannot do: each attempt behind both layers of the sandbox, and behind
 * each layer alone where that layer stands for it.
 */
#include "sandbox_fixture.h"

#include "common/landlock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE       4096
#define FOREIGN_FD 200 /* a descriptor of the parent's that a child must not have */

/* What the parent holds ready as a prey. */
static struct prey {
	int tcp, abstract;
	uint16_t port;
	char secret[16];
} prey;

/* --- the attempts: 0 when it worked, else errno --- */

static int
said(long result)
{
	return result < 0 ? errno : 0;
}

static int
try_open(void)
{
	return said(open("/etc/passwd", O_RDONLY));
}

static int
try_open_old(void)
{
#ifdef SYS_open
	return said(syscall(SYS_open, "/etc/passwd", O_RDONLY));
#else
	return EACCES;
#endif
}

static int
try_open_like_the_handler(void)
{
	return said(syscall(SYS_openat, 0x7fff4242L, "/etc/passwd", (long)O_RDONLY));
}

static int
try_open_out_of_the_data(void)
{
	return said(open("/usr/share/poppler/../../../etc/passwd", O_RDONLY));
}

static int
try_write_to_the_data(void)
{
	return said(open("/usr/share/poppler/cMap/new", O_WRONLY | O_CREAT, 0600));
}

static int
try_create(void)
{
	return said(open("/tmp/evidenced-escape", O_WRONLY | O_CREAT, 0600));
}

static int
try_stat(void)
{
	struct stat st;

	return said(stat("/etc/passwd", &st));
}

static int
try_stat_beside_the_empty_path(void)
{
	struct stat st;

	return said(fstatat(AT_FDCWD, "/etc/passwd", &st, AT_EMPTY_PATH));
}

static int
try_access(void)
{
	return said(access("/etc/passwd", F_OK));
}

static int
try_readlink(void)
{
	char to[PAGE];

	return said(readlink("/proc/self/exe", to, sizeof to));
}

static int
try_unlink(void)
{
	return said(unlink("/tmp/evidenced-escape-not-there")) == ENOENT ? 0 : errno;
}

static int
try_chmod(void)
{
	return said(chmod("/etc/hosts-not-there", 0600)) == ENOENT ? 0 : errno;
}

static int
try_own_memory(void)
{
	return said(open("/proc/self/mem", O_RDWR));
}

static int
try_socket(void)
{
	return said(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_connect(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(prey.port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_STREAM, 0);

	return s < 0 ? errno : said(connect(s, (struct sockaddr *)&to, sizeof to));
}

static int
try_connect_abstract(void)
{
	struct sockaddr_un to;
	socklen_t n = sizeof to;
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (s < 0)
		return errno;
	memset(&to, 0, sizeof to);
	to.sun_family = AF_UNIX;
	n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			(size_t)snprintf(to.sun_path + 1, 50, "evidenced-prey-%d", getppid()));
	return said(connect(s, (struct sockaddr *)&to, n));
}

static int
try_exec(void)
{
	char name[] = "/bin/true", *argv[] = {name, NULL}, *envp[] = {NULL};

	return said(execve(name, argv, envp));
}

static int
try_exec_open(void)
{
	char empty[] = "", *argv[] = {empty, NULL};

	return said(syscall(SYS_execveat, 0, "/bin/true", argv, argv + 1, 0));
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return said(pid);
}

static int
try_thread(void)
{
	/* As pthread_create() does, without what would follow. */
	return said(syscall(SYS_clone, CLONE_FS, NULL, NULL, NULL, NULL));
}

static int
try_ptrace(void)
{
	return said(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}

static int
try_kill(void)
{
	return said(kill(getppid(), SIGWINCH));
}

static int
try_signal_a_thread(void)
{
	return said(syscall(SYS_tgkill, getppid(), getppid(), SIGWINCH));
}

static int
try_read_the_parent(void)
{
	char got[sizeof prey.secret];
	struct iovec to = {got, sizeof got}, from = {prey.secret, sizeof prey.secret};

	return said(process_vm_readv(getppid(), &to, 1, &from, 1, 0));
}

static int
try_write_the_parent(void)
{
	struct iovec from = {prey.secret, sizeof prey.secret}, to = from;

	return said(process_vm_writev(getppid(), &from, 1, &to, 1, 0));
}

static int
try_limit_the_parent(void)
{
	const struct rlimit core = {0, 0};

	return said(prlimit(getppid(), RLIMIT_CORE, &core, NULL));
}

static int
try_map_executable(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		       MAP_FAILED
		   ? errno
		   : 0;
}

static int
try_make_executable(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : said(mprotect(page, PAGE, PROT_READ | PROT_EXEC));
}

static int
try_foreign_descriptor(void)
{
	return said(write(FOREIGN_FD, "x", 1)) == EBADF ? EACCES : 0;
}

static int
try_send_descriptor(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(sizeof(int))}};
	char byte = 'x';
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof control};

	return said(sendmsg(CHILD_SOCKET, &msg, 0));
}

static int
try_io_uring(void)
{
	struct io_uring_params p = {0};

	return said(syscall(SYS_io_uring_setup, 1, &p));
}

static int
try_bpf(void)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = 1};

	return said(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
}

static int
try_keyctl(void)
{
	return said(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

static int
try_unshare(void)
{
	return said(unshare(CLONE_NEWUSER));
}

static int
try_setns(void)
{
	return said(setns(-1, 0));
}

static int
try_mount(void)
{
	return said(mount("none", "/tmp", "no-such-type", 0, NULL));
}

static int
try_chroot(void)
{
	return said(chroot("/tmp"));
}

static int
try_memory_file(void)
{
	return said(memfd_create("escape", 0));
}

static int
try_pidfd(void)
{
	return said(syscall(SYS_pidfd_open, getppid(), 0));
}

static int
try_new_filter(void)
{
	return said(syscall(SYS_seccomp, 1 /* a filter */, 0, NULL));
}

static int
try_unknown_call(void)
{
	return said(syscall(1000000));
}

#define L SANDBOX_LANDLOCK
#define S SANDBOX_SECCOMP

static const struct attempt {
	const char *name;
	int (*run)(void);
	unsigned layers;   /* that refuse it, each alone */
	unsigned landlock; /* the first ABI version that does */
	bool control;      /* works on any machine where nothing refuses it */
} attempts[] = {
    {"open a file", try_open, L | S, 1, true},
    {"open by the old call", try_open_old, L | S, 1, false},
    {"open as the handler does", try_open_like_the_handler, L | S, 1, true},
    {"open from the readers' data upwards", try_open_out_of_the_data, L | S, 1, false},
    {"write into the readers' data", try_write_to_the_data, L | S, 1, false},
    {"create a file", try_create, L | S, 1, false},
    {"look at a file", try_stat, S, 0, true},
    {"look at a file with the flag for none", try_stat_beside_the_empty_path, S, 0, true},
    {"ask for a file", try_access, S, 0, true},
    {"read a link", try_readlink, S, 0, true},
    {"unlink", try_unlink, S, 0, true},
    {"change a mode", try_chmod, S, 0, true},
    {"open its own memory", try_own_memory, L | S, 1, true},
    {"make a socket", try_socket, S, 0, true},
    {"connect by TCP", try_connect, L | S, 4, true},
    {"connect to an abstract socket", try_connect_abstract, L | S, 6, true},
    {"execute a program", try_exec, L | S, 1, true},
    {"execute by another call", try_exec_open, L | S, 1, true},
    {"fork", try_fork, S, 0, true},
    {"clone", try_thread, S, 0, true},
    {"trace the zygote", try_ptrace, L | S, 1, false},
    {"signal the zygote", try_kill, L | S, 6, true},
    {"signal a thread of the zygote", try_signal_a_thread, L | S, 6, true},
    {"read the zygote's memory", try_read_the_parent, L | S, 1, false},
    {"write the zygote's memory", try_write_the_parent, L | S, 1, false},
    {"limit the zygote", try_limit_the_parent, S, 0, true},
    {"map executable memory", try_map_executable, S, 0, true},
    {"make memory executable", try_make_executable, S, 0, true},
    {"write to a descriptor of the zygote", try_foreign_descriptor, L | S, 0, true},
    {"send a descriptor", try_send_descriptor, S, 0, true},
    {"set up an io_uring", try_io_uring, S, 0, false},
    {"load a BPF map", try_bpf, S, 0, false},
    {"use the keyring", try_keyctl, S, 0, false},
    {"leave its namespace", try_unshare, S, 0, false},
    {"enter a namespace", try_setns, S, 0, false},
    {"mount", try_mount, L | S, 1, false},
    {"change its root", try_chroot, S, 0, false},
    {"make a file in memory", try_memory_file, S, 0, true},
    {"get a handle of the zygote", try_pidfd, S, 0, true},
    {"put another filter", try_new_filter, S, 0, false},
    {"call what is not known", try_unknown_call, S, 0, false},
};

static void
run_attempt(struct fixture *f, const void *arg)
{
	const struct attempt *a = arg;

	f->shared->result = a->run();
}

/* Refused: it was killed for it, or told that it may not, or that there is no such thing. */
static bool
is_refused(struct fixture *f, const struct attempt *a, unsigned layers)
{
	int status = fixture_run(f, layers, run_attempt, a);

	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS;
	return f->shared->result == EPERM || f->shared->result == EACCES ||
	       f->shared->result == ENOSYS;
}

static void
assert_refused(void **state, unsigned layers, const char *behind)
{
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		const struct attempt *a = &attempts[i];

		if ((layers & a->layers) == 0 ||
		    (layers == SANDBOX_LANDLOCK && a->landlock > landlock_abi()))
			continue;
		if (!is_refused(*state, a, layers))
			fail_msg("%s, %s: it gave %d", a->name, behind,
				 ((struct fixture *)*state)->shared->result);
	}
}

static void
the_attempts_work_where_nothing_refuses_them(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		int status = fixture_run(f, FIXTURE_NO_SANDBOX, run_attempt, &attempts[i]);

		if (!attempts[i].control)
			continue;
		/* A program that was executed says nothing. */
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
		    (f->shared->result != 0 && f->shared->result != FIXTURE_UNSAID))
			fail_msg("%s: status %d, it gave %d", attempts[i].name, status,
				 f->shared->result);
	}
}

static void
both_layers_refuse_all(void **state)
{
	assert_refused(state, SANDBOX_BOTH, "both");
}

static void
landlock_alone_refuses_files_and_others_processes(void **state)
{
	if (landlock_abi() == 0)
		skip();
	assert_refused(state, SANDBOX_LANDLOCK, "Landlock alone");
}

static void
seccomp_alone_refuses_all(void **state)
{
	assert_refused(state, SANDBOX_SECCOMP, "seccomp alone");
}

/* --- what it can do --- */

static void
run_own_limit(struct fixture *f, const void *arg)
{
	const struct rlimit cpu = {20, 21};
	struct rlimit got = {0, 0};

	(void)arg;
	f->shared->result = said(setrlimit(RLIMIT_CPU, &cpu));
	if (f->shared->result == 0)
		f->shared->result = said(getrlimit(RLIMIT_CPU, &got));
	if (got.rlim_cur != 20)
		f->shared->result = EINVAL;
}

static void
a_child_may_limit_its_own_processor_time(void **state)
{
	struct fixture *f = *state;

	fixture_run(f, SANDBOX_BOTH, run_own_limit, NULL);
	assert_int_equal(f->shared->result, 0);
}

static void
run_reads_data(struct fixture *f, const void *arg)
{
	FILE *file = fopen("/usr/share/poppler/cMap/Adobe-Japan1/90ms-RKSJ-H", "re");

	(void)arg;
	f->shared->result = file == NULL || fread(f->shared->text, 1, 100, file) != 100 ? errno : 0;
	f->shared->refused = sandbox_refused_count();
}

static void
a_child_may_read_the_readers_data(void **state)
{
	struct fixture *f = *state;

	if (access("/usr/share/poppler/cMap/Adobe-Japan1/90ms-RKSJ-H", R_OK) != 0 ||
	    landlock_abi() == 0)
		skip();
	fixture_run(f, SANDBOX_BOTH, run_reads_data, NULL);
	assert_int_equal(f->shared->result, 0);
	assert_int_equal(f->shared->refused, 0);
}

static void
run_looks_at_an_open_file(struct fixture *f, const void *arg)
{
	struct stat st = {0};

	(void)arg;
	/* glibc writes it as a look at the empty path. */
	f->shared->result = said(fstatat(CHILD_SOCKET, "", &st, AT_EMPTY_PATH));
	if (!S_ISSOCK(st.st_mode))
		f->shared->result = EINVAL;
	f->shared->refused = sandbox_refused_count();
}

static void
a_child_may_look_at_what_it_holds(void **state)
{
	struct fixture *f = *state;

	fixture_run(f, SANDBOX_BOTH, run_looks_at_an_open_file, NULL);
	assert_int_equal(f->shared->result, 0);
	assert_int_equal(f->shared->refused, 0);
}

/* --- prey --- */

static int
sandbox_setup(void **state)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un;
	socklen_t n = sizeof in;

	if (fixture_setup(state) != 0)
		return -1;
	memcpy(prey.secret, "the zygote's own", sizeof prey.secret);
	prey.tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(prey.tcp, (struct sockaddr *)&in, sizeof in) != 0 || listen(prey.tcp, 5) != 0 ||
	    getsockname(prey.tcp, (struct sockaddr *)&in, &n) != 0)
		return -1;
	prey.port = ntohs(in.sin_port);
	memset(&un, 0, sizeof un);
	un.sun_family = AF_UNIX;
	n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			(size_t)snprintf(un.sun_path + 1, 50, "evidenced-prey-%d", getpid()));
	prey.abstract = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(prey.abstract, (struct sockaddr *)&un, n) != 0 || listen(prey.abstract, 5) != 0)
		return -1;
	return dup2(((struct fixture *)*state)->null, FOREIGN_FD) == FOREIGN_FD ? 0 : -1;
}

static int
sandbox_teardown(void **state)
{
	close(prey.tcp);
	close(prey.abstract);
	close(FOREIGN_FD);
	return fixture_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_attempts_work_where_nothing_refuses_them),
	    cmocka_unit_test(both_layers_refuse_all),
	    cmocka_unit_test(landlock_alone_refuses_files_and_others_processes),
	    cmocka_unit_test(seccomp_alone_refuses_all),
	    cmocka_unit_test(a_child_may_limit_its_own_processor_time),
	    cmocka_unit_test(a_child_may_read_the_readers_data),
	    cmocka_unit_test(a_child_may_look_at_what_it_holds),
	};

	return cmocka_run_group_tests_name("sandbox", tests, sandbox_setup, sandbox_teardown);
}
