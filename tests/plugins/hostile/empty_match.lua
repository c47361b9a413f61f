-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a pattern that matches nothing
-- expect: 8: pattern 'word': Pattern matches empty buffer
return {
  name = "hostile", version = 1,
  patterns = {
    word = [[x*]],
  },
  on = { word = function() end },
}
