-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a field with tables in tables
-- expect: 12: field 'what': string expected, got table
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    local t = "x"
    for _ = 1, 1000 do t = { t } end
    doc:emit("thing", from, to, { what = t })
  end },
}
