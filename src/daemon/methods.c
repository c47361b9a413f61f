/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * methods - the table, in the order in which `describe` shows it.
 */
#include "daemon/methods.h"

#include "common/log.h"
#include "daemon/schema.h"

#include <stdlib.h>

static const struct method *const methods_table[] = {
    &method_hello,     &method_describe,    &method_status,   &method_find,   &method_get,
    &method_text,      &method_documents,   &method_failures, &method_why,    &method_wait,
    &method_subscribe, &method_unsubscribe, &method_export,   &method_rescan, &method_reload,
};

#define METHOD_COUNT (sizeof methods_table / sizeof *methods_table)

struct methods {
	json_t *params[METHOD_COUNT];
	json_t *none; /* an empty object */
};

size_t
methods_count(void)
{
	return METHOD_COUNT;
}

const struct method *
methods_at(size_t i)
{
	return methods_table[i];
}

void
methods_free(struct methods *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < METHOD_COUNT; i++)
		json_decref(m->params[i]);
	json_decref(m->none);
	free(m);
}

enum err
methods_new(struct methods **out)
{
	struct methods *m = calloc(1, sizeof *m);
	enum err e = m == NULL ? ERR_NOMEM : OK;
	char why[160];

	*out = NULL;
	for (size_t i = 0; e == OK && i < METHOD_COUNT; i++) {
		e = jread_parse(span_of(methods_table[i]->params), &m->params[i], why);
		if (e != OK)
			log_error("the schema of %s: %s", methods_table[i]->name, why);
	}
	if (e == OK) {
		m->none = json_object();
		e = m->none == NULL ? ERR_NOMEM : OK;
	}
	if (e == OK)
		*out = m;
	else
		methods_free(m);
	return e;
}

/* Names the two nearest methods. */
static void
methods_unknown(const char *name, struct rpc_error *e)
{
	size_t first = 0, second = 1, distance[METHOD_COUNT];

	for (size_t i = 0; i < METHOD_COUNT; i++)
		distance[i] = schema_distance(name, methods_table[i]->name);
	if (distance[second] < distance[first]) {
		first = 1;
		second = 0;
	}
	for (size_t i = 2; i < METHOD_COUNT; i++) {
		if (distance[i] < distance[first]) {
			second = first;
			first = i;
		} else if (distance[i] < distance[second]) {
			second = i;
		}
	}
	rpc_error_set(e, RPC_METHOD,
		      "There is no method \"%.64s\". Near are %s and %s; `describe` lists all.",
		      name, methods_table[first]->name, methods_table[second]->name);
}

const struct method *
methods_find(const struct methods *m, const char *name, json_t *params, struct rpc_error *e)
{
	for (size_t i = 0; i < METHOD_COUNT; i++) {
		if (strcmp(methods_table[i]->name, name) != 0)
			continue;
		return schema_check(m->params[i], params != NULL ? params : m->none, e)
			   ? methods_table[i]
			   : NULL;
	}
	methods_unknown(name, e);
	return NULL;
}
