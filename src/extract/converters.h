/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * converters - iconv's modules for the character sets that documents are found in.
 *
 * In a sandbox iconv_open() finds only what is loaded, and libraries give wrong text
 * without a word where it finds nothing.
 */
#pragma once

struct converters; /* opaque */

/*
 * Loads them, for as long as this is open: closing the last descriptor of a module
 * unloads it. One that this system does not have is left out. NULL: no memory.
 */
struct converters *converters_open(void);
void converters_close(struct converters *c); /* NULL is allowed */
