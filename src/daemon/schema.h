/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema - checks a method's parameters against the JSON Schema that `describe`
 * shows, so that what is told is what is done.
 *
 * Understood are: type (string, integer, boolean, object, array, null, or a list
 * of these), enum, minimum, maximum, minLength, maxLength (in bytes), items,
 * minItems, maxItems, properties, required. An object takes no other members than
 * its properties.
 */
#pragma once

#include "daemon/request.h"

/*
 * False with *e filled: RPC_LIMIT for a number out of range called `limit`, else
 * RPC_PARAMS; `at` is the JSON pointer of what is wrong.
 */
bool schema_check(const json_t *schema, const json_t *value, struct rpc_error *e);

/* How many letters must be inserted, dropped or changed to turn one name into the other. */
size_t schema_distance(const char *a, const char *b);
