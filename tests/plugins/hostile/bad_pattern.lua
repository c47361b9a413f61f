-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a pattern with look-ahead
-- expect: 9: pattern 'word':
return {
  name = "hostile", version = 1,
  patterns = {
    fine = "x",
    word = [[foo(?=bar)]],
  },
  on = { word = function() end, fine = function() end },
}
