-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- LPeg's patterns have a finaliser
-- expect: 10: attempt to index a boolean value
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    getmetatable(evidence.lpeg.P("x")).__gc = function() while true do end end
  end },
}
