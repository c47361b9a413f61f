-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- redefines what the host gives
-- expect: 10: 'evidence' cannot be changed
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    evidence.doi = function() return '10.1/1' end
  end },
}
