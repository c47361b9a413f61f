-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a pattern nobody waits for
-- expect: 7: pattern 'word' has no function in 'on'
return {
  name = "hostile", version = 1,
  patterns = { word = [[x]] },
}
