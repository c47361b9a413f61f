Lua-- expect: 1: compiled Lua is refused
