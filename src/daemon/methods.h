/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods - the table of what can be asked on the socket. One file a topic:
 * methods_find.c (evidence), methods_text.c, methods_export.c, methods_files.c
 * (lists of files and documents, why), methods_status.c, methods_live.c (wait,
 * rescan, reload), methods_subscribe.c.
 */
#pragma once

#include "daemon/call.h"

struct method {
	const char *name;
	const char *about;  /* a sentence */
	const char *params; /* JSON Schemas; params are checked by it (schema.h) */
	const char *result;
	bool alone;    /* begins when all before it is answered; nothing behind it begins before it
			  ends */
	bool no_batch; /* it sends lines before its answer */
	enum call_next (*begin)(struct call *c); /* on the loop, within a millisecond */
	void (*run)(struct call *c);             /* on a query thread */
	enum call_next (*done)(
	    struct call *c); /* on the loop after run(); NULL: the call is ended */
};

struct methods; /* opaque: the table with its schemas parsed */

MUST_CHECK enum err methods_new(struct methods **out);
void methods_free(struct methods *m); /* NULL is allowed */

/* The method, with `params` (NULL: none) checked; NULL with *e filled. */
const struct method *methods_find(const struct methods *m, const char *name, json_t *params,
				  struct rpc_error *e);

/* The rows, for `describe`. */
size_t methods_count(void);
const struct method *methods_at(size_t i);

/* One file each; shared by the table. */
extern const struct method method_find, method_get, method_text, method_export;
extern const struct method method_hello, method_describe, method_status;
extern const struct method method_documents, method_failures, method_why;
extern const struct method method_wait, method_rescan, method_reload;
extern const struct method method_subscribe, method_unsubscribe;
