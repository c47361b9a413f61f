-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- records without end
-- expect: 11: more than 10000 records of one document
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    for i = 1, math.huge do
      doc:emit("thing", from, to, { many = i })
    end
  end },
}
