-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a function nobody calls
-- expect: 10: 'on.wrod': no such pattern; nearest: 'word'
return {
  name = "hostile", version = 1,
  patterns = { word = [[x]] },
  on = {
    word = function() end,
    wrod = function() end,
  },
}
