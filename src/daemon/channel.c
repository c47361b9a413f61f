/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * channel - sendmsg and recv on a polled socket; libuv's own pipes send descriptors
 * only of its own handles.
 */
#include "daemon/channel.h"

#include "daemon/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHANNEL_RECEIVE (64 * 1024)
#define CHANNEL_TURN    (1024 * 1024) /* received in one turn of the loop: others want it too */

struct channel_out {
	struct channel_out *next;
	struct buf bytes;
	size_t done;
	int fd; /* -1: none, or sent */
};

struct channel {
	uv_poll_t poll;
	int fd;
	size_t max;
	struct channel_events events;
	struct buf in;
	struct channel_out *first, **last;
	bool ended;  /* on_end was called */
	bool broken; /* sending failed; on_end follows by the reading side */
	bool closing;
};

static void channel_on_poll(uv_poll_t *poll, int status, int events);

/* --- out --- */

static void
channel_drop_first(struct channel *c)
{
	struct channel_out *o = c->first;

	c->first = o->next;
	if (c->first == NULL)
		c->last = &c->first;
	if (o->fd >= 0)
		close(o->fd);
	buf_clear(&o->bytes);
	free(o);
}

/* One sendmsg. ERR_BUSY: not now. */
static enum err
channel_send_some(struct channel *c, struct channel_out *o)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec iov = {.iov_base = o->bytes.p + o->done, .iov_len = o->bytes.n - o->done};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t put;

	if (o->fd >= 0) {
		struct cmsghdr *cm = &control.align;

		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof o->fd);
		memcpy(CMSG_DATA(cm), &o->fd, sizeof o->fd);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof control.bytes;
	}
	put = sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (put < 0 && errno == EINTR)
		return OK;
	if (put < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return ERR_BUSY;
	if (put < 0)
		return ERR_CLOSED;
	o->done += (size_t)put;
	if (o->fd >= 0) {
		close(o->fd);
		o->fd = -1;
	}
	return OK;
}

/* Sends what can be sent, and asks to be told when more can. */
static enum err
channel_flush(struct channel *c)
{
	enum err e = OK;
	int status;

	while (c->first != NULL && e == OK) {
		e = channel_send_some(c, c->first);
		if (e == OK && c->first->done == c->first->bytes.n)
			channel_drop_first(c);
	}
	if (e == ERR_CLOSED) {
		c->broken = true;
		while (c->first != NULL)
			channel_drop_first(c);
	}
	status = uv_poll_start(&c->poll, UV_READABLE | (c->first != NULL ? UV_WRITABLE : 0),
			       channel_on_poll);
	if (e == ERR_BUSY)
		e = OK;
	return e != OK ? e : err_from_uv(status);
}

enum err
channel_send(struct channel *c, struct buf *take_bytes, int take_fd)
{
	struct channel_out *o = NULL;
	enum err e = buf_err(take_bytes);

	if (e == OK && (c->ended || c->broken || c->closing))
		e = ERR_CLOSED;
	if (e == OK) {
		o = malloc(sizeof *o);
		e = o == NULL ? ERR_NOMEM : OK;
	}
	if (e != OK) {
		if (take_fd >= 0)
			close(take_fd);
		buf_clear(take_bytes);
		return e;
	}
	*o = (struct channel_out){.bytes = *take_bytes, .fd = take_fd};
	*take_bytes = (struct buf){0};
	*c->last = o;
	c->last = &o->next;
	return channel_flush(c);
}

/* --- the handle --- */

enum err
channel_open(uv_loop_t *loop, size_t max, const struct channel_events *events, struct channel **out,
	     int *other)
{
	struct channel *c = calloc(1, sizeof *c);
	int pair[2] = {-1, -1}, status;
	enum err e;

	if (c == NULL)
		return ERR_NOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		e = err_from_errno(errno);
		goto fail;
	}
	status = uv_poll_init(loop, &c->poll, pair[0]);
	if (status != 0) {
		e = err_from_uv(status);
		goto fail;
	}
	c->poll.data = c;
	c->fd = pair[0];
	c->max = max;
	c->events = *events;
	c->last = &c->first;
	status = uv_poll_start(&c->poll, UV_READABLE, channel_on_poll);
	if (status != 0) {
		channel_close(c);
		close(pair[1]);
		return err_from_uv(status);
	}
	*out = c;
	*other = pair[1];
	return OK;
fail:
	if (pair[0] >= 0) {
		close(pair[0]);
		close(pair[1]);
	}
	free(c);
	return e;
}

static void
channel_on_closed(uv_handle_t *handle)
{
	struct channel *c = handle->data;

	while (c->first != NULL)
		channel_drop_first(c);
	buf_clear(&c->in);
	free(c);
}

void
channel_close(struct channel *c)
{
	if (c->closing)
		return;
	c->closing = true;
	uv_close((uv_handle_t *)&c->poll, channel_on_closed);
	/* At once: the other end must see it now, not in the next turn. */
	close(c->fd);
}

/* --- in --- */

static void
channel_end(struct channel *c, enum err e)
{
	if (c->ended || c->closing)
		return;
	c->ended = true;
	uv_poll_stop(&c->poll);
	c->events.on_end(c->events.ctx, e);
}

/* Gives all whole frames there are. */
static enum err
channel_give(struct channel *c)
{
	size_t done = 0, used = 1;
	enum err e = OK;

	while (e == OK && used != 0 && !c->closing) {
		struct span rest = span_sub(buf_span(&c->in), done, c->in.n);
		struct frame f;

		e = frame_next(rest, c->max, &f, &used);
		if (e == OK && used != 0)
			e = c->events.on_frame(c->events.ctx, &f);
		done += used;
	}
	if (done > 0)
		buf_consume(&c->in, done);
	return e;
}

static void
channel_receive(struct channel *c)
{
	size_t turn = 0;
	enum err e = OK;

	while (e == OK && turn < CHANNEL_TURN && !c->closing) {
		char *to = buf_reserve(&c->in, CHANNEL_RECEIVE);
		ssize_t got;

		if (to == NULL) {
			e = ERR_NOMEM;
			break;
		}
		got = recv(c->fd, to, CHANNEL_RECEIVE, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		/* What was sent to a process that is gone comes back as ECONNRESET; half a frame
		   is no fault of one that was killed. */
		if (got <= 0) {
			channel_end(c, OK);
			return;
		}
		c->in.n += (size_t)got;
		turn += (size_t)got;
		e = channel_give(c);
	}
	if (e != OK)
		channel_end(c, e);
}

static void
channel_on_poll(uv_poll_t *poll, int status, int events)
{
	struct channel *c = poll->data;

	/* A reset socket polls as an error, though frames may lie in it still. */
	if (status < 0) {
		channel_receive(c);
		channel_end(c, OK);
		return;
	}
	if ((events & UV_WRITABLE) != 0 && !c->broken && channel_flush(c) != OK)
		c->broken = true;
	if ((events & UV_READABLE) != 0)
		channel_receive(c);
}
