/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zygote - the process that loads everything once and forks children on request.
 *
 * It speaks with the daemon over descriptor 3 (common/frame.h): limits, plugins and
 * FRAME_START come first; each plugin is named by FRAME_LOADING before it is loaded
 * and before it is tried on a short text, so that the daemon knows whom to blame; then
 * FRAME_READY, and children. Before the first plugin it enters its sandbox, in which the
 * readers test themselves; one that fails is switched off and named by FRAME_READY.
 *
 *  Z1  It has one thread, so that a fork copies all of it.
 *  Z2  It ends when the daemon does, and no child outlives it.
 */
#pragma once

/*
 * Gives the exit status; 0 when the daemon closed its end. With `ocr` (languages, "eng+cym")
 * it is the one for pictures: it loads Tesseract, and it and its children run when nobody
 * else wants the processor or the disk.
 */
int zygote_run(const char *ocr);
