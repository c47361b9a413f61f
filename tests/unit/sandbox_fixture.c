/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox_fixture.h"

#include "common/conf.h"
#include "extract/confine.h"
#include "extract/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* libseccomp 2.5 loses some bytes of each list that it compiles; a zygote compiles two. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libseccomp\n";
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct conf conf;

	if (f == NULL || work_prepare(&f->readers) != OK)
		return -1;
	conf_init(&conf);
	f->limits = conf.limits;
	conf_clear(&conf);
	f->shared = mmap(NULL, sizeof *f->shared, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (f->shared == MAP_FAILED || f->null < 0)
		return -1;
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	close(f->null);
	munmap(f->shared, sizeof *f->shared);
	readers_free(f->readers);
	free(f);
	return 0;
}

int
fixture_run(struct fixture *f, unsigned layers, void (*run)(struct fixture *f, const void *arg),
	    const void *arg)
{
	struct sandbox *sandbox = NULL;
	int ends[2], status = -1;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	if (layers != FIXTURE_NO_SANDBOX)
		assert_int_equal(sandbox_new(readers_data, layers, &sandbox), OK);
	f->shared->result = FIXTURE_UNSAID;
	f->setup = (struct child_setup){.socket = ends[1],
					.null = f->null,
					.zygote = getpid(),
					.sandbox = sandbox,
					.limits = &f->limits,
					.readers = f->readers};
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (layers == FIXTURE_NO_SANDBOX)
			dup2(ends[1], CHILD_SOCKET);
		else if (confine_child(&f->setup) != OK)
			_exit(EXIT_FAILURE);
		run(f, arg);
		_exit(EXIT_SUCCESS);
	}
	close(ends[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	close(ends[0]);
	sandbox_free(sandbox);
	return status;
}
