-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- never runs
-- expect: 6: neither 'patterns' nor 'document'
return {
  name = "hostile", version = 1,
}
