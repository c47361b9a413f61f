-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a list that is a table of names
-- expect: 10: a list has the keys 1, 2, 3
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    doc:emit("thing", from, to, { what = { a = "b" } })
  end },
}
