-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a key with a slip of the pen
-- expect: 7: unknown key 'pattern'; nearest: 'patterns'
return {
  name = "hostile", version = 1,
  pattern = { word = "x" },
  document = function() end,
}
