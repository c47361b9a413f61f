-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- repeats nothing very often, then fails in the open
-- expect: 10: done
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    error(("done"):rep(1, "") .. (""):rep(1 << 62))
  end },
}
