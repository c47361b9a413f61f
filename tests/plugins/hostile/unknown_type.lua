-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a type that is none
-- expect: 8: field 'what': unknown type 'string'; nearest:
return {
  name = "hostile", version = 1,
  kinds = {
    thing = { what = "string" },
  },
  document = function() end,
}
