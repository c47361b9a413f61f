-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a number without end
-- expect: 10: a number outside -2^53 to 2^53
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    doc:emit("thing", from, to, { many = math.huge })
  end },
}
