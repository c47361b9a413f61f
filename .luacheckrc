-- What plugins see: Lua 5.4 without what the host leaves out, and `evidence`.
std = "lua54"
max_line_length = 120
read_globals = { "evidence" }
exclude_files = { "**/*.d.lua" }
