-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- catches the refusal of memory and goes on
-- expect: 12: over its memory limit of
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local kept = {}
    while true do
      pcall(function() while true do kept[#kept + 1] = ("x"):rep(100000) end end)
    end
  end },
}
