-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- believes a table that lies about its length
-- expect: 10: a table with __len is refused here
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)
  end },
}
