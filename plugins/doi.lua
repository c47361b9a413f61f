-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- doi - Digital Object Identifiers.
-- Emits:  doi { doi }, in lower case, without a resolver's address. Each mention
--         is a record of its own; its place is the DOI without what stands before,
--         or the words that link to it.
-- Cases:  plugins/doi.cases

-- A DOI broken over a line or by a stray blank: "10.1000/ abc", "10.1000/abc-\ndef",
-- "10.1000/j.\n1365". Gives the text from `from` on with such breaks taken out, and
-- for each byte of it where it stands in the document.
local WINDOW = 300

local function mend(text, from)
  local window = text:sub(from, from + WINDOW)
  local out, at, i = {}, {}, 1
  while i <= #window do
    local gap = window:match("^[ \n]+", i)
    if gap and #gap <= 2 and not gap:find("\n\n", 1, true) then
      local before, after = window:sub(i - 1, i - 1), window:match("^[%w%.%-/%(%)_;:]+", i + #gap) or ""
      local so_far = table.concat(out)
      local broken = so_far:find("^10%.%d*$") and after:find("^%d*/")    -- "10. 1000/", "10.1000 /"
        or before == "/" and so_far:find("^10%.[%d%.]+/$") and after:find("%d")
        or before == "-" and so_far:find("/.+%d%-$") and after:find("^%d+[%.%-]")
        or gap:find("\n", 1, true) and before:find("[-/_]") and after:find("%d")
        or gap == "\n" and before == "." and after:find("^%d[%w%.%-]*%d")
      if not broken then break end
      i = i + #gap
    else
      out[#out + 1], at[#at + 1] = window:sub(i, i), from + i - 1
      i = i + 1
    end
  end
  return table.concat(out), at
end

return {
  name = "doi", version = 1,
  about = "Digital Object Identifiers, each mention",
  kinds = { doi = { doi = "key" } },
  patterns = { doi = [[10\.\s?\d{4,9}]] },
  -- Behind words: "the article" linked to a resolver, also through a mail gateway.
  document = function(doc)
    for url, from, to in doc:links() do
      local plain = url:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
      local at = plain:find("10%.%d%d%d%d+[%d.]*/")
      local doi = at and evidence.doi((plain:sub(at):gsub("&.*", "")))
      if doi and not doc:sub(from, to):find("10%.%d%d%d%d") then doc:emit("doi", from, to, { doi = doi }) end
    end
  end,
  on = {
    doi = function(doc, from)
      if doc:sub(from - 1, from - 1):find("[%d%.]") then return end -- inside another number
      local text, at = mend(doc.text, from)
      local doi, used = evidence.doi(text)
      if doi then doc:emit("doi", from, at[used], { doi = doi }) end
    end,
  },
}
