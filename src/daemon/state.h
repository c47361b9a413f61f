/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state - the state folder and its lock: one daemon a folder.
 */
#pragma once

#include "common/err.h"

/*
 * Makes the folder (0700, parents too) and takes its lock, for up to 2 s while a
 * predecessor ends. *lock is a descriptor to close at the very end. `why` gets a sentence.
 *
 *   ERR_BUSY              another daemon has it
 *   ERR_DENIED, ERR_IO …  the folder can't be made or used
 */
MUST_CHECK enum err state_lock(const char *dir, int *lock, char why[512]);
