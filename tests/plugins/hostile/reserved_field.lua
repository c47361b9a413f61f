-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a field that every record has
-- expect: 9: field 'path': the name is reserved
return {
  name = "hostile", version = 1,
  kinds = {
    thing = {
      path = "text",
    },
  },
  document = function() end,
}
