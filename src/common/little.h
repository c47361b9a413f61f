/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * little - numbers as files of Microsoft's making have them: little-endian, at any offset.
 * Past the end of the bytes they are 0.
 */
#pragma once

#include "common/span.h"

#include <stdint.h>

static inline uint64_t
little_number(struct span s, size_t at, size_t bytes)
{
	uint64_t n = 0;

	if (at > s.n || s.n - at < bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		n |= (uint64_t)(unsigned char)s.p[at + i] << (8 * i);
	return n;
}

static inline uint32_t
little_u16(struct span s, size_t at)
{
	return (uint32_t)little_number(s, at, 2);
}

static inline uint32_t
little_u32(struct span s, size_t at)
{
	return (uint32_t)little_number(s, at, 4);
}

static inline uint64_t
little_u64(struct span s, size_t at)
{
	return little_number(s, at, 8);
}
