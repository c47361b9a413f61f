-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a Lua pattern of two thousand bytes
-- expect: 10: pattern longer than 1024 bytes
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    doc.text:find(("a?"):rep(1000))
  end },
}
