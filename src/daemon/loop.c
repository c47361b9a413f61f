/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop - libuv's codes are negated errno values on Unix, but for its own few.
 */
#include "daemon/loop.h"

#include <time.h>
#include <uv.h>

enum err
err_from_uv(int status)
{
	if (status >= 0)
		return OK;
	if (status == UV_EOF)
		return ERR_CLOSED;
	if (status == UV_ECANCELED)
		return ERR_STOPPING;
	return err_from_errno(-status);
}

int64_t
loop_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
