-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- moves a hundred thousand million nothings
-- expect: 10: attempt to call a nil value (field 'move')
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    table.move({}, 1, 100000000000, 2)
  end },
}
