/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * landlock - how much of Landlock, the kernel's file system sandbox, there is here.
 */
#pragma once

#define LANDLOCK_ABI_KNOWN 7 /* newer kernels are used as this */

/* The kernel's ABI version, at most LANDLOCK_ABI_KNOWN; 0: it has none, or it is switched off. */
unsigned landlock_abi(void);
