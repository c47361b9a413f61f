-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a variable's end never comes
-- expect: 11: over its limit of
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local x <close> = setmetatable({}, { __close = function()
      while true do end
    end })
  end },
}
