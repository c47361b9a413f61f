-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a version that is no whole number
-- expect: 7: 'version' must be a whole number from 1
return {
  name = "hostile",
  version = 1.5,
  document = function() end,
}
