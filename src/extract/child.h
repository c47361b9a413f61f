/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child - one forked process: one document, or a run of small texts, then its end.
 *
 * It waits for FRAME_READ or FRAME_RERUN on its socket and answers with the frames
 * of common/frame.h. The text is sent before any plugin runs, so that a plugin can
 * cost its own result only. When the frame said `run` it waits for the next one.
 *
 *  C1  It holds its socket as descriptor 3, /dev/null as 0 to 2 and nothing else;
 *      the document's descriptor is closed before a parser sees a byte.
 *  C2  It ends when its socket does, when the zygote does, or when it is done.
 *  C3  In a run nothing but our own text readers sees a document's bytes: what is for
 *      another reader is handed back. Nothing of a document is left for the next.
 */
#pragma once

#include "extract/plugin.h"
#include "extract/reader.h"
#include "extract/sandbox.h"

#include <sys/types.h>

#define CHILD_SOCKET 3 /* the descriptor that both zygote and child speak through */

struct child_setup { /* all of it the zygote's, inherited by fork */
	int socket;  /* to the daemon */
	int null;    /* of /dev/null */
	pid_t zygote;
	const struct sandbox *sandbox;
	const struct limits *limits;
	const struct readers *readers;
	struct host *host;
};

/* What the new process does instead of going on. */
_Noreturn void child_run(const struct child_setup *s);
