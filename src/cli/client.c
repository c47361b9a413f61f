/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client - sockets, lines, messages.
 */
#include "cli/client.h"

#include "common/places.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENT_READ_BYTES   (64 * 1024)
#define CLIENT_ANSWER_BYTES (256u * 1024 * 1024) /* no answer is nearly so long */

struct client {
	int fd;
	struct buf in;
	size_t at; /* lines before it are done with */
	json_t *root;
};

static int
client_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, error;

	if (strlen(path) > SOCKET_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Tries one place; notes in `looked` why it was not that. */
static int
client_try(const char *path, struct buf *looked)
{
	int fd = client_connect(path);

	if (fd >= 0)
		return fd;
	buf_printf(looked, "  %s (%s)\n", path,
		   errno == ECONNREFUSED ? "nobody answers there" : strerror(errno));
	return -1;
}

static int
client_look(const char *socket_path, struct buf *looked)
{
	char **places;
	size_t n;
	int fd = -1;

	if (socket_path == NULL)
		socket_path = getenv("EVIDENCED_SOCKET");
	if (socket_path != NULL && socket_path[0] != '\0')
		return client_try(socket_path, looked);
	places = places_sockets(&n);
	for (size_t i = 0; places != NULL && fd < 0 && i < n; i++)
		fd = client_try(places[i], looked);
	places_free(places, n);
	return fd;
}

enum err
client_open(const char *socket_path, struct client **out)
{
	struct client *c = calloc(1, sizeof *c);
	struct buf looked = {0};
	enum err e = OK;

	*out = NULL;
	if (c == NULL) {
		fprintf(stderr, "evidence: %s\n", err_text(ERR_NOMEM));
		return ERR_NOMEM;
	}
	c->fd = client_look(socket_path, &looked);
	if (c->fd >= 0) {
		*out = c;
	} else {
		const char *text = buf_cstr(&looked);

		fprintf(stderr, "evidence: no daemon answers. Looked at:\n%s",
			text != NULL ? text : "");
		free(c);
		e = ERR_NOT_FOUND;
	}
	buf_clear(&looked);
	return e;
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	json_decref(c->root);
	buf_clear(&c->in);
	free(c);
}

enum err
client_send(struct client *c, const char *method, struct span params)
{
	struct buf line = {0};
	size_t at = 0;
	enum err e;

	buf_printf(&line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"", method);
	if (params.n > 0) {
		buf_put_str(&line, ",\"params\":");
		buf_put_span(&line, params);
	}
	buf_put_str(&line, "}\n");
	e = buf_err(&line);
	while (e == OK && at < line.n) {
		ssize_t n = send(c->fd, line.p + at, line.n - at, MSG_NOSIGNAL);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR)
			e = ERR_CLOSED;
	}
	buf_clear(&line);
	return e;
}

/* More bytes from the socket. */
static enum err
client_fill(struct client *c)
{
	char *at;
	ssize_t n;

	if (c->at > 0) {
		buf_consume(&c->in, c->at);
		c->at = 0;
	}
	if (c->in.n > CLIENT_ANSWER_BYTES)
		return ERR_LIMIT;
	at = buf_reserve(&c->in, CLIENT_READ_BYTES);
	if (at == NULL)
		return ERR_NOMEM;
	do {
		n = recv(c->fd, at, CLIENT_READ_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return ERR_CLOSED;
	c->in.n += (size_t)n;
	return OK;
}

static enum err
client_line(struct client *c, struct span *line)
{
	size_t seen = c->at;
	enum err e;

	for (;;) {
		const char *newline = NULL;

		if (seen < c->in.n)
			newline = memchr(c->in.p + seen, '\n', c->in.n - seen);
		if (newline != NULL) {
			size_t end = (size_t)(newline - c->in.p);

			*line = (struct span){c->in.p + c->at, end - c->at};
			c->at = end + 1;
			return OK;
		}
		seen = c->in.n - c->at;
		e = client_fill(c);
		if (e != OK)
			return e;
	}
}

bool
client_wait(struct client *c, int ms)
{
	struct pollfd fd = {.fd = c->fd, .events = POLLIN};

	if (c->at < c->in.n && memchr(c->in.p + c->at, '\n', c->in.n - c->at) != NULL)
		return true;
	return poll(&fd, 1, ms) > 0;
}

enum err
client_read(struct client *c, struct message *out)
{
	enum err e;

	*out = (struct message){0};
	json_decref(c->root);
	c->root = NULL;
	e = client_line(c, &out->text);
	if (e == OK)
		e = jread_parse(out->text, &c->root, NULL) == OK ? OK : ERR_FORMAT;
	if (e != OK)
		return e;
	out->root = c->root;
	out->method = json_string_value(json_object_get(c->root, "method"));
	out->error = json_object_get(c->root, "error");
	if (jread_member(out->text, "result", &out->result) || out->error != NULL ||
	    out->method != NULL)
		return OK;
	return ERR_FORMAT;
}

void
client_say(enum err e)
{
	if (e == ERR_CLOSED)
		fprintf(stderr, "evidence: the daemon closed the connection\n");
	else if (e == ERR_FORMAT)
		fprintf(stderr, "evidence: what answers there is not evidenced\n");
	else
		fprintf(stderr, "evidence: %s\n", err_text(e));
}

enum err
client_call(struct client *c, const char *method, struct span params, struct message *out)
{
	enum err e = client_send(c, method, params);

	while (e == OK) {
		e = client_read(c, out);
		if (e == OK && out->method == NULL)
			return OK;
	}
	client_say(e);
	return e;
}
