-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- never finishes loading
-- expect: 5: over its limit of
while true do end
