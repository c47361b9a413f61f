-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- returns no table
-- expect: 5: a plugin returns one table, this returns a number
return 5
