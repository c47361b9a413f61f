-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a finaliser runs with hooks off
-- expect: 10: __gc is refused
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    setmetatable({}, { __gc = function() while true do end end })
  end },
}
