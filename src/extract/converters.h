/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * converters - iconv's modules for the character sets that documents are found in.
 */
#pragma once

/*
 * Loads them for good: in a sandbox iconv_open() finds only what is loaded, and libraries
 * give wrong text without a word where it finds nothing. One that this system does not
 * have is left out. Before any child.
 */
void converters_load(void);
