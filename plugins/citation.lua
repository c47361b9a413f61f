-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- citation - references to works: those of a list of references, those among a
-- list of sources, and titles with author and year in running text.
-- Emits:  citation { author, year, title, …, listed }; listed says which of the
--         three it is: references, sources, text.
-- Cases:  plugins/citation.cases
--
-- A list is found by its heading and ends at the next one. It is cut into entries
-- (labels, paragraphs), each entry is weighed (does it look like a reference?) and
-- then read from its beginning: authors, year, title; what is left gives the rest.

local lpeg = evidence.lpeg
local P, R, S, C, Ct = lpeg.P, lpeg.R, lpeg.S, lpeg.C, lpeg.Ct

local REGION_MAX = 400000 -- bytes of one list
local ENTRY_MAX = 4000

-- ---------------------------------------------------------------- authors --

local upper = R "AZ" + P "\xc3" * R "\x80\x9e" + S "\xc4\xc5\xc6\xc8" * R "\x80\xbf"
local letter = R("AZ", "az") + R "\xc3\xcf" * R "\x80\xbf" + P "\xcc" * R "\x80\xbf"
local lower = letter - upper
local space = S " \t" ^ 1
local opt = S " \t" ^ 0
local apostrophe = P "'" + "\u{2019}" + "`"
local dash = P "-" + "\u{2010}" + "\u{2011}"
local word = upper * #(upper ^ 0 * lower) * (letter + apostrophe * #letter) ^ 1
  + upper * apostrophe * upper * letter ^ 1
  + upper ^ 4 * -lower
local name = word * (dash * opt * (word + letter ^ 2)) ^ 0
local PARTICLES, particle = {}, P(false)
for w in ([[van von der den de del della di da du la le el al bin ibn dos das ten ter ap ab st
  Van Von De Le La Mc Mac St. Ten]]):gmatch("%S+") do
  PARTICLES[w], particle = true, particle + w
end
particle = particle * (space + #P "'" * apostrophe)
local body = (P "Agency" + "Council" + "Commission" + "Committee" + "Government" + "Department" + "Ministry"
  + "University" + "Institute" + "Centre" + "Group" + "Consortium" + "Collaboration" + "Office" + "Association"
  + "Trust" + "Foundation" + "Society" + "Authority" + "Programme" + "Network" + "Executive" + "Board" + "Service"
  + "Union") * -letter
local particles = (particle * #(particle ^ 0 * name)) ^ 0
local family = particles * (name - body)
local family_long = particles * name * (space * (name - body)) ^ -2
local initial = upper * -(lower + apostrophe * letter) * P "." ^ -1
local initials = initial * ((opt * dash * opt + opt) * initial) ^ -4 * (lpeg.B "." + -letter)
local suffix = (P "," ^ -1 * space * (P "Jr" + "Sr" + "III" + "II") * P "." ^ -1) ^ -1
local marks = (S "*\u{2020}" + P "\u{2020}" + "\u{2021}") ^ 0 -- footnote marks on names
local given = initials + name

local joint = opt * (P ";" + P "," * opt * (P "and" + "&" + "with") * space + P ",") * opt
  + opt * (P "and" * space + P "&" * opt + P "with" * space)
local et_al = opt * P "," ^ -1 * opt * P "and" ^ -1 * opt
  * (P "et al" + "et. al" + "and others" + "and colleagues") * P "." ^ -1
local editors = opt * P "," ^ -1 * opt * S "([" ^ -1
  * (P "eds" + "ed" + "Eds" + "Ed" + "editors" + "editor") * P "." ^ -1
  * S ")]" ^ -1 * #(1 - letter)

-- What must follow for a name to be one of a list of authors. A colon ends a list only
-- behind initials: "Smith PM: Title", but "Jane Smith, World: Its Ways".
local follows = #(opt * (S "(,.;[`'\"*" + "\u{2018}" + "\u{201c}" + R "09" * R "09") + opt * -1
  + et_al + editors + joint)
local follows_initials = follows + #(opt * P ":")
  -- "Yates, T. Characteristics of …"
  + lpeg.B "." * #(space * upper * letter ^ 1 * (space * (lower + "A" * space) + P ":"))
-- Smith, J. K.
local initials_last = C(family_long) * marks * (P "," * opt + space) * initials * suffix * marks
  * follows_initials
-- J. K. Smith
local initials_first = initials * opt * C(family * (space * (name - body)) ^ -1) * suffix * marks
  * (follows + #P ":")
-- Jane K. Smith
local given_first = name * (space * given * #(space * family)) ^ -2 * space * C(family) * suffix * marks
  * follows
-- Smith, Jane K.
local given_last = C(family) * P "," * opt * name * (space * given) ^ -1 * marks * follows
local strong = initials_last + initials_first
local unit = strong + given_last + given_first

local function list_of(first)
  return Ct(first * (joint * unit) ^ 0) * et_al ^ -1 * editors ^ -1 * lpeg.Cp()
end
local authors = list_of(unit)
local strong_authors = list_of(strong)
-- Every name in a text of which it is known that it holds names.
local some_authors = Ct((strong + letter ^ 1 + 1) ^ 0)

-- ---------------------------------------------------------------- strings --

local function fold(s)
  return (s:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

local QUOTES = { ["\u{2018}"] = "\u{2019}", ["\u{201c}"] = "\u{201d}", ["`"] = "'", ["'"] = "'", ['"'] = '"',
  ["\u{ab}"] = "\u{bb}" }

-- The quoted words that begin at `at`: where they begin and end, and what follows.
local function quoted(s, at)
  local open = s:match("^\u{2018}", at) or s:match("^\u{201c}", at) or s:match("^\u{ab}", at)
    or s:match("^[`'\"]", at)
  if not open then return end
  local close = QUOTES[open]
  local from = at + #open
  if open == "`" and s:sub(from, from) == "`" then from, close = from + 1, "''" end
  local to, from_close = from
  while true do
    local i = s:find(close, to, true)
    if not i and open == "\u{2018}" then i = s:find("'", to, true) end
    if not i and open == "`" then i = s:find("`", to, true) end
    if not i then return end
    local after, before = s:sub(i + #close, i + #close), s:sub(i - 1, i - 1)
    -- An apostrophe inside a word or after a plural is no closing mark.
    local inside = after:find("^[%a]") or (close == "'" or close == "\u{2019}") and before == "s"
      and after:find("^ $")
      and s:find("^ %l", i + #close) and not s:find("^ in[ :]", i + #close)
    if not inside and i > from then from_close = i break end
    to = i + #close
  end
  return from, from_close - 1, from_close + #close
end

local SHORT = { vs = true, v = true, dr = true, st = true, no = true, vol = true, ed = true, eds = true,
  pp = true, p = true, ["e.g"] = true,
  ["i.e"] = true, cf = true, al = true, mr = true, mrs = true, ca = true, jr = true, prof = true, dept = true,
    univ = true, inc = true }

-- Where the title that begins at `at` ends, if it is not quoted.
local VOLUME = "^[^.;]-[,. ]+%(?[Vv]?[Oo]?[Ll]?%.? ?%d+[%d:,(). ]"
local function title_end(s, at)
  local i = at
  local comma
  while i <= #s do
    local c = s:sub(i, i)
    if c == "." or c == "?" or c == "!" then
      local before = s:sub(at, i - 1):match("([%w.]+)$") or ""
      local next_at = s:match("^[%s'\"]*()", i + 1)
      local next_char = s:sub(next_at, next_at)
      local starts = next_at > i + 1 and (next_char:find("^[%u%[(\"'`*]") or next_char:byte()
        and next_char:byte() > 0xc2 or next_char:find("^%d") and c == ".")
        or next_at > i + 1 and s:find("^in[ :]", next_at) or next_at > #s
      local short = c == "." and (SHORT[before:lower()] or #before == 1 and before:find("%u")
        or before:find("%.%u$"))
      if starts and not short then return c == "." and i - 1 or i, i + 1 end
    elseif c == "," or c == ";" then
      local rest = s:sub(i + 1, i + 160)
      if rest:find("^%s*in:? ") or rest:find("^%s*pp?%.? ?%d") or rest:find("^%s*[Vv]ol")
        or rest:find("^%s*DOI") or rest:find("^%s*doi")
        or rest:find("^%s*http") or rest:find("^%s*10%.%d%d%d%d") or rest:find("^%s*ISBN") then
        return i - 1, i + 1
      end
      -- A container that its volume next_char.
      if rest:find("^%s*[%u\xc3-\xc5]") then
        local gap = rest:match("^%s*([^,.;:(]-),?%s+%(?%d")
        local known = rest:find("^%s*[%u][%w& ]-Journal") or rest:find("^%s*Journal")
          or rest:find("^%s*Proceedings") or rest:find("^%s*[%u][%w ]+: [%u][%w& ]+[,.]")
          or rest:find("^%s*Report ") or rest:find("^%s*[%u][%w ]+ Press") or rest:find("^%s*Phys%.")
            or rest:find("^%s*Proc%.") or rest:find("^%s*J%. ")
        if known or gap and #gap > 2 and (rest:find(VOLUME)) then return i - 1, i + 1 end
      end
      comma = comma or i
    elseif c == "(" then
      local inside = s:match("^%(([^()]*)%)", i)
      if inside and (inside:find("^%d%d%d%d%a?$") or inside:find("[%a]: ?[%u]") or inside:find("Press")
        or inside:find(", ?%d%d%d%d$")
        or inside:find("^eds?%.?$") or inside:find("^[%w ]*%d%d%d%d$")) then
        return i - 1, i
      end
    elseif c == "[" then
      return i - 1, i
    end
    i = i + 1
  end
  if comma and comma > at + 20 then return comma - 1, comma + 1 end
  return #s, #s + 1
end

-- ----------------------------------------------------------------- fields --

local function year_in(s, from)
  for at, year, after in s:gmatch("()(%d%d%d%d)()") do
    local n, next_two, before = tonumber(year), s:sub(after, after + 1), s:sub(at - 1, at - 1)
    if at >= from and n >= 1900 and n <= 2035 and not before:find("[%d/:.%-]") and not next_two:find("^%d")
      and not next_two:find("^[%-:/]%d") and not s:find("^\u{2013}%d%d%d", after) then
      return n
    end
  end
end

-- Are there only names, initials and what joins them?
local function only_names(s)
  for w in s:gmatch("[%a\x80-\xff'`%-]+") do
    if w:find("^%l") and not ({ ["and"] = true, et = true, al = true, with = true, van = true, von = true,
      der = true, den = true, de = true,
      la = true, le = true, di = true, da = true, del = true, eds = true,
        ed = true })[w] then return false end
  end
  return not s:find("[:?!`\"]") and not s:find("%d")
end

-- The text with addresses and DOIs blanked: their digits are no years or pages.
local function blank(m) return (" "):rep(#m) end
local function without_addresses(s)
  if s:find("http", 1, true) then s = s:gsub("https?://[^%s]+", blank) end
  if s:find("10.", 1, true) then s = s:gsub("10%.%d%d%d%d+/[^%s]+", blank) end
  if s:find("IS", 1, true) then s = s:gsub("IS[BS]N:?[%s%d%-X]+", blank) end
  return s
end

local function pages_form(s)
  return s and (s:gsub("%s", ""):gsub("\u{2013}", "-"):gsub("\u{2014}", "-"):gsub("%-+", "-"))
end

local DASHES = { "%-+", "\u{2013}", "\u{2014}" }

local function read_numbers(rest, f)
  local volume, issue = rest:match("(%d+)%s*%((%d+[%d%-/]*)%)")
  if volume and #volume < 4 then f.volume, f.issue = volume, issue end
  f.volume = f.volume or rest:match("[Vv]ol[ume]*%.?%s*(%d+)")
  f.issue = f.issue or rest:match("[Nn]o%.?%s*(%d+)") or rest:match("[Ii]ssue%s*(%d+)")
  for _, d in ipairs(DASHES) do
    f.pages = f.pages or rest:match("[Pp][Pp]?%.?%s*(%d+%s*" .. d .. "%s*%d+)")
      or rest:match("[:,]%s*(%u?e?%d+%s*" .. d .. "%s*%d+)%f[^%d]")
  end
  f.pages = pages_form(f.pages)
  if not f.volume then
    volume = rest:match("[%a.)]%s*,?%s(%d+)%s*[:,]%s*%u?e?%d") or rest:match("[%a.]%s+(%d+),%s")
    if volume and #volume < 4 then f.volume = volume end
  end
end

local function read_container(rest, f)
  local s = rest:gsub("^[%s.,;:)'\"]+", "")
  local inside = s:match("^[Ii]n:?%s+(.*)")
  if inside then
    f.type = "chapter"
    local after = inside:match("%([Ee]ds?%.?%),?%s*(.*)") or inside:match("[Ee]ds%.?,?%s+(.*)") or inside
    s = after:gsub("^[%s.,:]+", "")
  end
  local from, to = quoted(s, 1)
  local container = from and s:sub(from, to) or s:match("^(.-)%s*[,.;:(%[]") or s
  container = container:gsub("%s+[Vv]ol[ume]*$", ""):gsub("%s*%d[%d%s:]*$", "")
  container = fold(container)
  if container:find("^[%u\xc3-\xc5]") and container:find("%l") and #container < 160
    or container:find("^%u[%u%s&%-]+$") and #container > 1 then
    f.container_title = container
  end
end

local PRESS = { "([%u][%w&'. ]* University Press)", "(University of [%u]%w+ Press)",
  "([%u][%w&' ]* Press)%f[^%w]",
  "[%u][%a ]+: ?([%u][%w&' ]+)[,.);]", "[%u][%a ]+: ?([%u][%w&' ]+)$" }

local function read_publisher(rest, f)
  local has_press = rest:find("Press", 1, true)
  for _, pattern in ipairs(PRESS) do
    local press = (has_press or not pattern:find("Press", 1, true)) and rest:match(pattern)
    if press and not press:find("^Available") then f.publisher = fold(press) return end
  end
end

local function type_of(rest, f)
  local s = rest:lower()
  if s:find("thesis") or s:find("dissertation") then return "thesis" end
  if s:find("proceedings") or s:find("conference") or s:find("symposium") then return "paper-conference" end
  if f.type then return f.type end
  if s:find("patent") then return "patent" end
  if f.volume or f.pages and f.container_title and not f.publisher then return "article-journal" end
  if s:find("report") then return "report" end
  if f.publisher or s:find("isbn") then return "book" end
end

-- The DOI of an entry: one broken by a single blank behind its slash is mended.
local function doi_of(s)
  local at = s:find("10%.%s?%d%d%d%d")
  while at do
    local tail = s:sub(at, at + 300):gsub("^(10%.)%s", "%1"):gsub("^(10%.%d+)%s?/%s?(%w)",
      "%1/%2"):gsub("^(10%.%d+/[^%s]*%-) (%d+[%.%-])", "%1%2")
    local doi = evidence.doi(tail)
    if doi then return doi end
    at = s:find("10%.%s?%d%d%d%d", at + 3)
  end
end

-- --------------------------------------------------------------- an entry --

local NO_AUTHOR = { The = true, A = true, An = true, In = true, On = true, This = true, These = true,
  All = true, Our = true, See = true,
  Available = true, Journal = true, Article = true, Listed = true, Published = true, Special = true }

local function read_authors(s, f)
  local first = s:match("^%S+") or ""
  if not NO_AUTHOR[first] then
    local names, after = authors:match(s)
    if names then
      f.author = names
      return after
    end
    -- A body in front of a year: "ATLAS Collaboration (…) (2008)".
    local organisation, at = s:match("^([%u][^.()`\"\u{2018}]-)%s*()%(")
    local year_at = organisation and s:find("%(%s*%d%d%d%d%a?%s*%)")
    if organisation and #organisation < 100 and year_at and year_at - at < 200 and not organisation:find(",.*,.*,") then
      f.author = { fold((organisation:gsub("[,%s]+[Ee]t al$", ""))) }
      return year_at
    end
  end
  return 1
end

-- A title in front of its authors: "Title, A. B. Smith and C. Jones, Journal …".
local function read_title_first(s, f)
  local i = 1
  while true do
    i = s:find("[,.]%s+", i + 1)
    if not i or i > 400 then return end
    local at = s:match("^[,.]%s+()", i)
    local small = s:match("^%l+", at)
    local names, after
    if not small or PARTICLES[small] then names, after = strong_authors:match(s, at) end
    if not names then
      local who = s:match("^([%u]%a+) et al", at)
      if who then names, after = { who }, s:match("^%a+ et al%.?()", at) end
    end
    if names and i > 15 and s:sub(1, i):find("%s.*%s") then
      f.author, f.title = names, fold(s:sub(1, i - 1))
      return after
    end
  end
end

local function read_entry(entry)
  local s = entry:gsub("%s", " ")
  local f = {}
  local plain = without_addresses(s)
  local at = read_authors(s, f)
  -- Names that could not be read, before a year: skipped, and looked through.
  local year_at = plain:find("%(%s*[12][90]%d%d%a?[,%s%a]*%)", at)
  if year_at and year_at < at + 300 and year_at > at + 2 and not quoted(s, at) and only_names(plain:sub(at,
    year_at - 1)) then
    f.author = f.author or {}
    for _, who in ipairs(some_authors:match(plain:sub(at, year_at))) do f.author[#f.author + 1] = who end
    if not f.author[1] then f.author = nil end
    at = year_at
  end
  if not f.author and not quoted(s, 1) then at = read_title_first(plain, f) or 1 end
  -- The year that stands behind the authors.
  local year, after = plain:match("^[%s,.:;%]]*[%(%[]?%a*%.?%s?(%d%d%d%d)%a?[,%s%d%a]*[%)%]]?[%s.,:;]*()", at)
  if not year or not tonumber(year) or tonumber(year) < 1900 or tonumber(year) > 2035 then
    year, after = nil, plain:match("^[%s,.:;]*%([Ii]n [Pp]ress%)[%s.,:;]*()", at)
      or plain:match("^[%s,.:;]*%([Ff]orthcoming%)[%s.,:;]*()", at)
  end
  local rest_at
  if f.title then
    rest_at = at
    f.year = year and tonumber(year)
  else
    f.year = year and tonumber(year)
    at = after or plain:match("^[%s,.:;]*%(?[Ee]ds?%.?%)?[%s,.:;]*()", at) or plain:match("^[%s,.:;%)]*()",
      at)
    local from, to, behind = quoted(s, at)
    if from then
      f.title, rest_at = fold(s:sub(from, to)), behind
      local on_to, on_rest = title_end(plain, behind)
      local on = s:sub(behind, on_to)
      if on:find("^%s+%a") and not on:find("^%s+[Ii]n[ :]") and not on:find("%d") and on_rest < #s
        and on:find("%a %a+ %a+ %l") and f.title:find("[?!]$") then
        f.title, rest_at = fold(s:sub(at, on_to)), on_rest -- `"Is it?" A study of asking. Journal …`
      end
      if not f.author then
        local names_at = plain:match("^[%s,.]+()", rest_at)
        local names, names_to = authors:match(plain, names_at or 1)
        if names_at and names and #names > 1 then f.author, rest_at = names, names_to end
      end
    else
      to, rest_at = title_end(plain, at)
      f.title = fold(s:sub(at, to))
    end
  end
  f.title = f.title:gsub("[%s,.;:]+$", "")
  if f.title == "" then f.title = nil end
  local rest = plain:sub(rest_at)
  f.year = f.year or year_in(plain, rest_at) or year_in(plain, 1)
  read_numbers(rest, f)
  read_container(rest, f)
  read_publisher(rest, f)
  if f.publisher and f.container_title and f.container_title:find(f.publisher, 1,
    true) then f.container_title = nil end
  f.type = type_of(rest, f)
  f.doi = doi_of(s)
  f.url = s:match("https?://[^%s<>\"]+")
  if f.url then
    f.url = f.url:gsub("[.,;:)%]]+$", "")
    if f.url:find("doi%.org/") then f.url = nil end
  end
  return f
end

-- Finds the first of several forms in a text that is gone through once; `firsts` has each
-- byte that one can begin with.
local function search_for(firsts, forms)
  return ((1 - firsts) ^ 1 + (1 - forms)) ^ 0 * forms
end

local capital, alpha, digit = R "AZ", R("az", "AZ"), R "09"
local PUBLISHING = search_for(capital, P "Press" * -alpha + "Publish" + "Springer" + "Routledge" + "Elsevier"
  + "Wiley" + "ISBN" + "ISSN" + "Palgrave" + "Ashgate" + capital * alpha ^ 1 * ": " * capital * alpha)
local APPEARING = search_for(capital + "e", P "Journal" + "Proceedings" + "Conference" + "Transactions" + "Review"
  + "Letters" + "Annals" + -lpeg.B(capital) * P "J" * P "." ^ -1 * " " + "Proc." + "Report" + "JOURNAL"
  + P "ed" * P "s" ^ -1 * P "." ^ -1 * ")")
-- Volume and issue, pages: "12(3)", "4, 11-29", "pp. 7", "vol", "4:11", "120pp".
local NUMBERS = search_for(digit + S "Pp Vv", digit * (P " " ^ 0 * "(" * digit ^ 1 * (digit + S "-/") ^ 0 * ")"
  + S ":," * P " " ^ 0 * digit ^ 1 * (P " " ^ -1 * P "-" ^ 1 * P " " ^ -1 + "\u{2013}") * digit
  + P ":" * P " " ^ -1 * digit + P " " ^ -1 * "pp") + S "Pp" * S "Pp" ^ -1 * "." * P " " ^ -1 * digit
  + S "Vv" * "ol" + P " pp" * P " " ^ -1 * digit)
local DATES = { "%f[%d][12][90]%d%d%f[^%d]", "[Ii]n press", "[Ff]orthcoming" }
local QUOTING = { "^[`\"']", "^\u{2018}", "^\u{201c}", "[,.)] [`\"]", "[,.)] \u{2018}", "[,.)] \u{201c}",
  "[%a,] '%u" }
local REVIEWED = search_for(S "rp", P "ref" * P " " ^ -1 * "2" + P "peer" * P "-" ^ -1 * P " " ^ -1 * "review")
local PRICE = search_for(S "\xc2\xe2$", (P "\u{a3}" + "\u{20ac}") * S " \t\n\v\f\r" ^ -1 * digit + P "$" * digit)
local MONEY = { "grant", "funded by", "funding", "%f[%a]pi%f[^%a]", "principal investigator",
  "awarded", "sponsor", "co%-investigator" }
local ANY_MONEY = search_for(S "gfpasc", P "grant" + "fund" + "pi" + "principal" + "awarded" + "sponsor"
  + "co-investigator")
local OPENINGS = { "^the research", "^this ", "^these ", "^all ", "^evidence ", "^quality", "^output",
  "^three ", "^references? ", "^the following",
  "^the outputs", "^the above", "^for ", "^note", "^%*", "^key " }

local function any(s, patterns)
  for _, pattern in ipairs(patterns) do
    if s:find(pattern) then return true end
  end
  return false
end

-- Does it look like a reference? The more, the surer; 4 and above is one.
local function weigh(entry)
  local s = entry:gsub("%s", " ")
  local plain = without_addresses(s)
  local low = s:lower()
  local n = 0
  local has_doi = s:find("10%.%s?%d%d%d%d+%s?/")
  if has_doi then n = n + 3 end
  if any(plain, DATES) then n = n + 2 end
  local names, names_to = authors:match(s)
  if names and not NO_AUTHOR[s:match("^%S+")] then n = n + (s:find("^%s*%(?[12][90]%d%d", names_to) and 4
    or 2) end
  if not names and s:find("^%u[%w%s,&'%-]+%([12][90]%d%d%a?%)") then n = n + 2 end
  if NUMBERS:match(plain) then n = n + 2 end
  if PUBLISHING:match(plain) then n = n + 2 end
  if APPEARING:match(plain) then n = n + 1 end
  if any(plain, QUOTING) then n = n + 1 end
  if s:find("vailable", 1, true) and s:find("[Aa]vailable") or REVIEWED:match(low) then n = n + 1 end
  if PRICE:match(s) then n = n - 3 end
  if not has_doi and ANY_MONEY:match(low) then
    for _, words in ipairs(MONEY) do
      if low:find(words) then n = n - 2 end
    end
  end
  for _, words in ipairs(OPENINGS) do
    if low:find(words) then n = n - 3 end
  end
  if #s < 40 then n = n - 2 end
  return n
end

-- ----------------------------------------------------------------- a list --

local LABELS = { "^%[%u?%a?%d[%d.%-]*%]", "^%(%u?%a?%d[%d.]*%)", "^%[%l%]", "^%(%l%)", "^%(?[ivx]+%)",
  "^%u?%d%d?%.%d+%.?%)?%s", "^%u?%d%d?[.):]", "^%u%d%d?:?%s", "^%d%d?%*?%s",
  "^\u{2022}", "^\u{25aa}", "^\u{b7}", "^[%-*]%s", "^\u{2013}%s", "^%l%)", "^%l%.%s", "^Ref%.?%s?%d+:?",
    "^Output %d+:?", "^%[%u+%d*%]" }

-- The length of the label in front of an entry ("[3.1] ", "2* ", "\u{2022} "), with stars and blanks.
local function label(s)
  local n = s:match("^[%s*]*()") - 1
  local rest = n > 0 and s:sub(n + 1) or s
  for _, pattern in ipairs(LABELS) do
    local _, to = rest:find(pattern)
    if to then
      to = s:match("^[%s*.):]*()", n + to + 1) - 1
      if s:find("^\u{a0}", to + 1) then to = s:match("^%s*()", to + 3) - 1 end
      return to, true
    end
  end
  return n, false
end

-- Positions where a further entry begins inside a paragraph: the next number of its labels.
local function split_labels(s)
  local starts = { 1 }
  local open, prefix, n, close = s:match("^%s*([%[(]?)(%u?)(%d+)([%]).]?)")
  if not n or open == "" and close == "" then return starts end
  local last, at = tonumber(n), 1
  while true do
    local want = ("%s%s%d%s"):format(open, prefix, last + 1, close)
    local i = s:find(want, at + 1, true)
    if not i then return starts end
    if s:sub(1, i - 1):find("[%s.]$") and s:find("^%s*[%u\"'`*\xc3-\xe2]", i + #want)
      and s:sub(starts[#starts], i - 1):find("[12][90]%d%d") then
      starts[#starts + 1] = i
      last = last + 1
    end
    at = i
  end
end

local SKIP = { "grant", "funding", "funded", "evidence of", "quality", "award", "sponsor", "income",
  "support", "esteem", "indicators" }
local KEEP = { "reference", "output", "publication", "paper", "article", "book", "chapter", "journal",
  "citation", "works" }

local function has_any(s, words)
  for _, w in ipairs(words) do if s:find(w, 1, true) then return true end end
  return false
end

-- Is a short paragraph the heading of a part of the list? Gives "skip" or "keep".
local function part_heading(s)
  if #s > 140 or without_addresses(s):find("%d%d%d%d") and not s:find(":%s*$") then return end
  local low = s:lower()
  if s:find("[.]%s*$") and #s > 60 then return end
  if has_any(low, SKIP) and not (has_any(low, KEEP) and not low:find("grant")
    and not low:find("fund")) then return "skip" end
  if has_any(low, KEEP) then return "keep" end
end

-- Is what has been collected still without its end?
local function unfinished(s)
  local plain = without_addresses(s)
  return s:find("[,:;&%-]%s*$") or s:find("%f[%a]and%s*$") or s:find("%f[%a]in%s*$")
    or s:find("[Dd][Oo][Ii]:?%s*$")
    or not plain:find("[12][90]%d%d") and not plain:find("[Pp]ress") or s:find("%a%s*$")
      and not s:find("[Aa]vailable[^.]*$")
end

-- Calls give(from, to, skip) for each entry of the list text[from..to]; skip: it stands
-- under a heading such as "Grants".
local function each_entry(text, from, to, give)
  local labelled, current, skip = 0, nil, false
  local paragraphs = {}
  local at = from
  while at <= to do
    local stop = text:find("\n\n", at, true) or to + 1
    if stop > to + 1 then stop = to + 1 end
    if text:sub(at, stop - 1):find("%S") then
      local a = text:match("^%s*()", at)
      paragraphs[#paragraphs + 1] = { a, stop - 1 }
      local _, has = label(text:sub(a, math.min(stop - 1, a + 40)))
      if has then labelled = labelled + 1 end
    end
    at = text:match("^\n*()", stop) or to + 1
    if at == stop then at = stop + 1 end
  end
  -- Entries of one line each, without blank lines between.
  local lines = {}
  for _, p in ipairs(paragraphs) do
    local a = p[1]
    for nl in text:sub(p[1], p[2]):gmatch("()\n") do
      local i = p[1] + nl - 1
      local line, next_line = text:sub(a, i - 1), text:sub(i + 1, math.min(p[2], i + 200))
      local _, has = label(next_line)
      if has and next_line:find("%u") or not has and not unfinished(line) and weigh(line) >= 5
        and authors:match(next_line) then
        lines[#lines + 1] = { a, i - 1 }
        a = i + 1
      end
    end
    lines[#lines + 1] = { a, p[2] }
  end
  local function flush()
    if current then give(current[1], current[2], skip) end
    current = nil
  end
  for _, p in ipairs(lines) do
    local s = text:sub(p[1], p[2])
    local n, has = label(s)
    local heading = not has and part_heading(s) or has and #s < 80 and part_heading(s:sub(n + 1))
    if heading then
      flush()
      skip = heading == "skip"
    elseif current and not has and p[2] - current[1] < ENTRY_MAX and (labelled >= 2 or s:find("^%l"))
      and (unfinished(text:sub(current[1], current[2])) or labelled >= 2 and weigh(s) >= 3
        and not authors:match((s:gsub("%s", " ")))) then
      current[2] = p[2]
    else
      flush()
      current = { p[1], p[2] }
    end
  end
  flush()
end

local function emit(doc, from, to, listed, least)
  local whole = doc:sub(from, to)
  local starts = split_labels(whole)
  for i, start in ipairs(starts) do
    local s = whole:sub(start, (starts[i + 1] or #whole + 1) - 1)
    local n = label(s)
    local entry = s:sub(n + 1):gsub("%s+$", "")
    local weight = #entry <= ENTRY_MAX and weigh(entry) or 0
    if weight >= least then
      local fields = read_entry(entry)
      if fields.title or fields.author then
        fields.listed = listed
        local a = from + start - 1 + n
        doc:emit("citation", a, a + #entry - 1, fields, weight >= 6 and 1 or 0.8)
      end
    end
  end
end

local STOPS = { "details of the impact", "details of impact", "sources to corroborate",
  "summary of the impact", "underpinning research",
  "corroborating sources", "acknowledg", "appendix", "references to the research", "manylion yr effaith",
    "about the author" }

-- Where the list that begins at `from` ends.
local function region_end(doc, text, heading, from)
  local limit = math.min(#text, from + REGION_MAX)
  local _, section_from, section_to = doc:section(heading)
  if section_from and section_from >= heading - 2 then limit = math.min(limit, section_to) end
  for at, line in text:sub(from, limit):gmatch("()([^\n]+)") do
    if #line < 120 then
      local low = line:lower():gsub("^[%s%d.()#*:]+", "")
      for _, stop in ipairs(STOPS) do
        if low:sub(1, #stop) == stop then return from + at - 2 end
      end
    end
  end
  return limit
end

local REFERENCES = { "^references?$", "^bibliography$", "^works cited$", "^reference list$", "^cyfeiriadau$",
  "^llyfryddiaeth$", "^key references$",
  "^selected references$", "^references? to .*research$", "^key publications$", "^selected publications$",
    "^publications$", "^literature cited$" }
local SOURCES = { "^sources to corroborate", "^corroborating sources", "^sources of corroboration" }

local function is_heading(line, forms)
  local low = line:lower():gsub("^[%s%d.()#*]+", ""):gsub("%s*%b()%s*$", ""):gsub("[%s:.#*]+$", "")
  for _, form in ipairs(forms) do if low:find(form) then return true end end
  return false
end

local function on_heading(doc, from)
  local line = doc:sub(from, from + 200):match("^[^\n]*")
  local to = from + #line - 1
  local listed = is_heading(line, REFERENCES) and "references" or is_heading(line, SOURCES) and "sources"
  if not listed then return end
  local text = doc.text
  local last = region_end(doc, text, from, to + 1)
  each_entry(text, to + 1, last, function(a, b, skip)
    emit(doc, a, b, listed, (listed == "references" and 4 or 7) + (skip and 3 or 0))
  end)
end

-- "`Title of the Work' (Somebody, 2006)": quoted words with a year in brackets behind.
local function on_year(doc, from, to)
  local back = doc:sub(math.max(1, from - 80), from):find("%([^()]*$")
  if not back then return end
  from = math.max(1, from - 80) + back - 1
  local before = doc:sub(math.max(1, from - 300), from - 1)
  local close = before:match("(['\"])%s?$") or before:match("(\u{2019})%s?$")
    or before:match("(\u{201d})%s?$")
  if not close then return end
  local open_at
  for open, shut in pairs(QUOTES) do
    if shut == close then
      local i = before:match("^.*()" .. open .. "[%u\xc3-\xc5]")
      local char = i and before:sub(i - 1, i - 1)
      if i and (i == 1 or char:find("[%s(]")) and (not open_at or i > open_at) then open_at = i end
    end
  end
  if not open_at then return end
  local a, b = quoted(before, open_at)
  if not a or not before:sub(a, b):find("%S+%s+%S+%s+%S+") or b < #before - 8 then return end
  local inside = doc:sub(from, to)
  local who, year = inside:match("^%((.-)[,%s]*(%d%d%d%d)%a?%)$")
  if not year then return end
  who = who:gsub("[,%s]+$", "")
  local title = fold(before:sub(a, b))
  local start = from - #before + open_at - 1
  doc:emit("citation", start, to, { author = who ~= "" and { who } or nil, year = tonumber(year),
    title = title, listed = "text" }, 0.6)
end

return {
  name = "citation", version = 1,
  about = "References to works, in lists of references and in the text",
  kinds = {
    citation = {
      author = "text", year = "number", title = "text", container_title = "text", volume = "key",
        issue = "key", pages = "key",
      publisher = "text", doi = "key", url = "key", type = "key", listed = "key",
    },
  },
  patterns = {
    heading = "(?im)^[ \\t\\d.()#*]*(key |selected |works |literature )?(reference|bibliography|cited|publications|"
      .. "sources |corroborating|cyfeiriadau|llyfryddiaeth)",
    year = [[[ (](19|20)\d\d[a-z]?\)]],
  },
  on = { heading = on_heading, year = on_year },
}
