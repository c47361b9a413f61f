-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- a format that is none
-- expect: 7: unknown format 'word'; nearest:
return {
  name = "hostile", version = 1,
  formats = { "pdf", "word" },
  document = function() end,
}
