-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- takes all memory while it loads
-- expect: 6: over its memory limit of
local t = {}
for i = 1, math.huge do t[i] = { i } end
