-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- hides behind many protected calls
-- expect: 12: over its limit of
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local function deeper(n)
      if n > 0 then return pcall(deeper, n - 1) end
      while true do end
    end
    while true do deeper(50) end
  end },
}
