-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a name nested too deep for the parser of LPeg's re
-- expect: 10: backtrack stack overflow
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    evidence.re.compile(("("):rep(100000))
  end },
}
