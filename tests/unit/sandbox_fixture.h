/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox_fixture - a function in a child that is confined as the worker's are.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "extract/child.h"

#define FIXTURE_NO_SANDBOX 8u /* instead of layers: only forked */
#define FIXTURE_TEXT       4096

/* What parent and child share. */
struct shared {
	int result; /* FIXTURE_UNSAID until the child has set it */
	unsigned refused;
	unsigned char sha256[32];
	char text[FIXTURE_TEXT];
};

#define FIXTURE_UNSAID (-1)

struct fixture {
	struct readers *readers;
	struct limits limits;
	struct shared *shared;
	int null;
	struct child_setup setup;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Runs `run` in a child behind these layers; gives its wait status. */
int fixture_run(struct fixture *f, unsigned layers, void (*run)(struct fixture *f, const void *arg),
		const void *arg);
