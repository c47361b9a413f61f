-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- calls itself through C for ever
-- expect: 10: C stack overflow
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function()
    local function f() return (("x"):gsub("x", f)) end
    f()
  end },
}
