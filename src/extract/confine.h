/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * confine - what a child gives up before it sees a document.
 */
#pragma once

#include "extract/child.h"

/*
 * Called by a fresh child: on any error it must not begin.
 *   ERR_CLOSED  the zygote is gone
 */
MUST_CHECK enum err confine_child(const struct child_setup *s);
