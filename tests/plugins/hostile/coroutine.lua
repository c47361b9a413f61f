-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- leaves the hook behind in a thread
-- expect: 10: attempt to index a nil value (global 'coroutine')
return {
  name = "hostile", version = 1,
  kinds = { thing = { what = "text", many = "number", day = "date" } },
  patterns = { word = [[\bevidence\b]] },
  on = { word = function(doc, from, to)
    coroutine.wrap(function() while true do end end)()
  end },
}
