-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a reader in a plugin
-- expect: 8: 'read': readers in plugins are not supported
return {
  name = "hostile", version = 1,
  document = function() end,
  read = function() end,
}
