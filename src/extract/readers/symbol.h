/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbol - the characters that fonts of pictures ("Symbol", "Wingdings") show in the
 * places of letters.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

/* Is it one of the fonts whose letters are none? */
bool symbol_font(struct span font);

/*
 * What `font` shows for `c`, which may lie in the private area (0xf0XX) as Word
 * writes it; 0: nothing that has a character.
 */
uint32_t symbol_char(struct span font, uint32_t c);
