-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a kind that was not declared
-- expect: 10: kind 'thong' is not declared in 'kinds'; nearest: 'thing'
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    doc:emit("thong", from, to, {})
  end },
}
