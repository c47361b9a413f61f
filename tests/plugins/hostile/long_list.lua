-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a field of ten thousand values
-- expect: 12: more than 1000 values in one record
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local t = {}
    for i = 1, 10000 do t[i] = i end
    doc:emit("thing", from, to, { many = t })
  end },
}
