/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector_form - the sizes in a vector's bytes, for those who write and read it.
 */
#pragma once

#define VECTOR_MAGIC       0x31565645u /* "EVV1" */
#define VECTOR_HEAD_BYTES  16
#define VECTOR_PLACE_BYTES 12
#define VECTOR_UNIT_BYTES  20
