-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- link - addresses on the web, written out or behind words.
-- Emits:  link { url, host }; one without a scheme gets "http://" in front.
-- Cases:  plugins/link.cases

local URL_MAX = 2000

-- Drops what belongs to the sentence: punctuation, and a bracket opened before the
-- address. "http://a.org/x_(y))." -> "http://a.org/x_(y)"
local function trim(s)
  local before
  repeat
    before = s
    s = s:gsub("[.,;:!?'*`|]+$", "")
    local _, opened = s:gsub("[%(%[]", "")
    local _, closed = s:gsub("[%)%]]", "")
    if closed > opened then s = s:gsub("[%)%]]$", "") end
  until s == before
  return s
end

-- Up to a quotation mark or blank outside ASCII.
local function until_quote(s)
  for _, mark in ipairs { "\u{a0}", "\u{2018}", "\u{2019}", "\u{201c}", "\u{201d}" } do
    s = s:sub(1, (s:find(mark, 1, true) or #s + 1) - 1)
  end
  return s
end

local function host_of(url)
  local host = url:match("^%a[%w+.-]*://([^/?#]*)")
  host = host and host:gsub("^[^@]*@", ""):gsub(":%d*$", ""):lower()
  if host and host:find("^[%w%-_.]+%.%w[%w%-]+$") then return host end
end

local function emit(doc, from, to, url)
  local host = #url <= URL_MAX and host_of(url)
  if host then doc:emit("link", from, to, { url = url, host = host }) end
end

return {
  name = "link", version = 1,
  about = "Addresses on the web, written out or behind words",
  kinds = { link = { url = "key", host = "key" } },
  patterns = { url = [=[(?i)\b(https?://|www\d?\.)[a-z0-9]]=] },
  on = {
    url = function(doc, from)
      local window = doc:sub(from, from + URL_MAX)
      local url = trim(until_quote(window:match("^[^%s<>\"{}\\^`]+")))
      local before = doc:sub(from - 1, from - 1)
      if before:find("[%w/.@=]") then return end -- inside another address
      emit(doc, from, from + #url - 1, url:find("^%a+://") and url or "http://" .. url)
    end,
  },
  document = function(doc)
    for url, from, to in doc:links() do
      local words = doc:sub(from, to)
      -- Words that are the address itself were found above.
      if url:find("^https?://") and not words:find("^https?://") and not words:find("^www%.") then
        emit(doc, from, to, url)
      end
    end
  end,
}
