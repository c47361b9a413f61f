-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- is no Lua
-- expect: 5: unexpected symbol near
local x = 1 1
return {}
