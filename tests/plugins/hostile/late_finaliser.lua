-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- adds a finaliser afterwards, which arms nothing; then fails in the open
-- expect: 13: over its limit of
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local meta = {}
    for _ = 1, 100 do setmetatable({}, meta) end
    meta.__gc = function() while true do end end
    while true do local _ = {} end
  end },
}
