-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- nameless
-- expect: 5: 'name' is missing
return {
  version = 1,
  document = function() end,
}
