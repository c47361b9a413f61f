-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- testimonial - what others say about the research: quotations in a text, and
-- signed letters and e-mails as a whole.
-- Emits:  testimonial { quote, medium, speaker, affiliation, label, date }
-- Cases:  plugins/testimonial.cases
--
-- A paragraph with an opening quotation mark is cut into what is quoted and what
-- stands between. Each quotation is weighed: who is said to say it, how it sounds,
-- and what speaks against it (a title, a term, a question of a survey).

local MIN_WORDS = 5
local LEAST = 3 -- points of a quotation that counts

local function fold(s)
  return (s:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

local function any(s, patterns)
  for _, p in ipairs(patterns) do
    if s:find(p) then return true end
  end
  return false
end

-- A search for any of the words as one grammar: a text is gone through once, however many
-- there are. `alone`: only where no letter stands before or behind.
local lpeg = evidence.lpeg
local alpha = lpeg.R("az", "AZ")
local function search_for(words, alone)
  local by_first, firsts, some = {}, "", lpeg.P(false)
  for _, w in ipairs(words) do
    local c = w:sub(1, 1)
    if not by_first[c] then by_first[c], firsts = lpeg.P(false), firsts .. c end
    by_first[c] = by_first[c] + lpeg.P(w:sub(2)) * (alone and -alpha or true)
  end
  for c, rest in pairs(by_first) do some = some + c * rest end
  if alone then some = -lpeg.B(alpha) * some end
  return ((1 - lpeg.S(firsts)) ^ 1 + (1 - some)) ^ 0 * some
end

-- The characters of a text with those outside ASCII taken whole.
local CHAR = "[%z\1-\x7f\xc2-\xf4][\x80-\xbf]*"

-- ------------------------------------------------------------ quotations --

local CLOSERS = { ["\u{201c}"] = { "\u{201d}", '"' }, ["\u{2018}"] = { "\u{2019}", "'" }, ["`"] = { "'", "`",
  "\u{2019}" }, ['"'] = { '"', "\u{201d}" }, ["'"] = { "'" },
  ["\u{ab}"] = { "\u{bb}" } }

local function opens(s, i)
  local c = s:match("^\u{201c}", i) or s:match("^\u{2018}", i) or s:match("^\u{ab}", i) or s:match("^[`\"']",
    i)
  if not c then return end
  local before, after = s:sub(i - 1, i - 1), s:sub(i + #c, i + #c)
  if (c == '"' or c == "'" or c == "`") and i > 1
    and not before:find("[%s(%[:;,.\x80-\xbf/-]") then return end
  if after == "" or after:find("^%s") then return end
  if c == "'" and s:find("^%d%ds?%f[%W]", i + 1) then return end -- '90s
  return c
end

-- Does the mark at `i` close the quotation that began at `from`? A single mark between
-- letters is an apostrophe; behind a plural's s, where words go on in lower case, too.
local function is_close(s, i, char, closer, from, single)
  local after, before = s:sub(i + #char, i + #char), s:sub(i - 1, i - 1)
  if after:find("^%w") or i <= from then return false end
  if not single then return true end
  if before:find("^%s") then return false end
  local word = s:match("^ (%l+)", i + #char)
  return not (before == "s" and word and word ~= "and" and word ~= "said" and i - from < 200
    and s:find(closer, i + #char, true) and not s:find("^[^`\u{2018}]-[`\u{2018}]", i + #char))
end

-- Where the quotation opened by `c` ends: last byte inside, first byte behind.
local function closes(s, from, c)
  local i, single = from, c == "`" or c == "'" or c == "\u{2018}"
  local stop = math.min(#s, from + 8000)
  while true do
    i = s:find("[\"'`\xe2\xc2]", i)
    if not i or i > stop then return end
    local char = s:match("^" .. CHAR, i) or s:sub(i, i)
    for _, closer in ipairs(CLOSERS[c]) do
      if char == closer and is_close(s, i, char, closer, from, single) then return i - 1, i + #char end
    end
    i = i + #char
  end
end

-- The quotations of a paragraph: { from, to, behind, text }, bytes of `s`.
local function quotations(s)
  local list, i = {}, 1
  while true do
    i = s:find("[\"'`\xe2\xc2]", i)
    if not i then return list end
    local c = opens(s, i)
    if c then
      local to, behind = closes(s, i + #c, c)
      if to then
        list[#list + 1] = { open = i, from = i + #c, to = to, behind = behind, text = s:sub(i + #c, to) }
        i = behind
      elseif (c == '"' or c == "\u{201c}") and #s - i > 60 then
        -- A quotation that goes on in the next paragraph, or was never closed.
        list[#list + 1] = { open = i, from = i + #c, to = #s, behind = #s + 1, text = s:sub(i + #c),
          open_end = true }
        return list
      else
        i = i + #c
      end
    else
      i = i + #(s:match("^" .. CHAR, i) or "x")
    end
  end
end

local function count_words(s)
  local _, n = s:gsub("[%w][%w'\u{2019}%-]*", "")
  return n
end

-- ------------------------------------------------------------- speakers --

local VERBS = { "says", "said", "writes", "wrote", "states", "stated", "comments", "commented", "notes",
  "noted", "explains", "explained", "confirms", "confirmed",
  "describes", "described", "remarks", "remarked", "adds", "added", "praises", "praised", "concludes",
    "concluded", "observes", "observed", "reports", "reported",
  "acknowledges", "acknowledged", "recognises", "recognised", "recognizes", "recognized", "testifies",
    "testified", "declares", "declared", "told", "continues",
  "continued", "argues", "argued", "affirms", "affirmed", "highlights", "highlighted", "recalls", "recalled",
    "agrees", "agreed", "puts it", "considers", "considered",
  "suggests", "suggested", "thanked", "called", "calls", "emphasises", "emphasised", "found", "finds",
    "feels", "felt", "hailed", "welcomed", "announced", "replied",
  "enthused", "reflected", "reflects", "indicated", "indicates", "stressed", "stresses", "cites", "cited",
    "attests", "revealed", "pointed out", "claimed", "claims", "referred", "refers",
  "judged", "credited", "commended", "endorsed", "responded", "reads", "quoted", "expressed", "asserts",
    "asserted", "lauded", "deemed", "mentioned" }
local SPEECH = {} -- word -> true, or the word that must follow
for _, v in ipairs(VERBS) do
  local first, second = v:match("^(%a+) ?(%a*)$")
  SPEECH[first] = second == "" or second
end

-- Where the next verb of speech begins, from `at` on.
local function find_verb(s, at)
  for from, word, behind in s:gmatch("()(%a+)()", at) do
    local verb = SPEECH[word]
    if verb == true or verb and s:match("^ (%a+)", behind) == verb then return from, behind end
  end
end

local SOURCES = search_for { "letter", "email", "e-mail", "feedback", "comment", "testimon", "review", "quote",
  "respon", "according to", "citation", "statement", "speech", "report", "interview",
  "message", "reaction", "evaluation", "praise", "blog", "tweet", "correspondence", "press", "article in",
    "judges", "panel", "following", "extract", "evidence from", "audience",
  "visitor", "participant", "teacher", "pupil", "reader", "user", "director", "minister", "chief", "manager",
    "head of", "editor", "critic", "officer", "chair" }
-- What speaks against a quotation: anywhere before it, or right before it as whole words
-- or as a word's end, with a comma, with a colon, or with nothing between.
local AGAINST = search_for { "titled", "so-called" }
local AGAINST_LAST = { paper = ",", book = ",", article = ",", project = ",:", projects = ":" }
local AGAINST_ENDS = { [","] = { "theme", "exhibition", "programme", "workshop", "workshops", "lecture", "talk",
  "series", "conference", "course", "film", "publication", "chapter", "module", "session", "report", "event",
  "seminar", "grant" }, [":"] = { "asked", "asking" },
  [""] = { "the term", "the phrase", "known as", "defined as", "the question", "called", "named" } }

local function last_sentence(left)
  local cut = 1
  for at in left:gmatch("[.!?]['\"\u{2019}\u{201d})%]]*%s+()[%u\"'`\u{2018}\u{201c}]") do
    if not left:sub(1, at - 1):find("%f[%w]%u%.%s+$") and not left:sub(1,
      at - 1):find("%f[%a][DMP][rsro]f?s?%.%s+$") then cut = at end
  end
  return left:sub(cut)
end

-- Does the text, in lower case, end in something that is no introduction of a quotation?
local function is_against(low)
  if AGAINST:match(low) then return true end
  local words = low:match("^(.-)%s*$")
  local mark = words:match("[,:]$") or ""
  if mark ~= "" then words = words:sub(1, -2) end
  local between = AGAINST_LAST[words:match("%a+$")]
  if between and between:find(mark, 1, true) then return true end
  for may, ends in pairs(AGAINST_ENDS) do
    if mark == "" or mark == may then
      for _, e in ipairs(ends) do
        if words:sub(-#e) == e then return true end
      end
    end
  end
  return false
end

-- What an affiliation is cut at.
local function clean_affiliation(s)
  s = fold(s):gsub("^[%s,;:%-(]+", "")
  local verb = find_verb(s, 1)
  if verb then s = s:sub(1, verb - 1) end
  s = s:gsub("%s+in%s+%d%d%d%d.*$", ""):gsub("[%s,;:]+$", ""):gsub("%s*%([^)]*$", ""):gsub("[%s,;:.]+$",
    ""):gsub("%s+%(?[%[(]?%d[%d.]*[%])]?$", "")
  if #s > 2 and #s < 250 and s:find("%a%a") then return s end
end

local POSTS = search_for { "Director", "Head", "Chief", "Manager", "Minister", "Secretary", "Chair", "CEO", "Officer",
  "Professor", "President", "Editor", "Curator", "Member", "Leader", "Adviser",
  "Advisor", "Executive", "Coordinator", "Co-ordinator", "Consultant", "Engineer", "Inspector", "Teacher",
    "Judge", "Commissioner", "Governor", "Founder", "Partner",
  "Council", "Trust", "Society", "University", "Department", "Agency", "Association", "Museum", "Limited",
    "Ltd", "Group", "Office", "Board", "Foundation", "Institute", "Centre" }

-- Reads "(Name, post, body)" or "Post, body" out of what stands in brackets or behind a dash.
local function read_credit(s)
  s = fold(s)
  if s:find("^[%d.,%s%a]?[%d.,%s]*$") or s:find("^[Ss]ources?%s*%d") or s:find("^IMP%d")
    or s:find("^see ") then return nil end
  local name, last = evidence.name(s)
  if name then return name, clean_affiliation(s:sub(last + 1)) end
  if POSTS:match(s) and s:find("^%u") or s:find("^%u[%w&' ]+, %u") then return nil, clean_affiliation(s) end
  local post, after = s:match("^([%u][%w ,&'%-]-),?%s+()%u")
  if post and after then
    name = evidence.name(s:sub(after))
    if name then return name, clean_affiliation(post) end
  end
end

-- The credit that stands behind a quotation: name, affiliation, label.
local function credit_behind(right)
  local speaker, affiliation, label
  local rest = right:gsub("^[%s.,;\u{2026}]+", "")
  for _ = 1, 3 do
    local inside, after = rest:match("^%(([^()]*%b()[^()]*)%)?()")
    if not inside then inside, after = rest:match("^%(([^()]*)%)()") end
    if not inside then inside, after = rest:match("^%[([^%[%]]*)%]()") end
    if not inside then inside, after = rest:match("^%(([^()]+)()") end
    if not inside then break end
    local mark = inside:match("^%s*([%d]+%.?[%d]*)%s*$") or inside:match("^%s*(%u%d*)%s*$")
      or inside:match("^%s*[Ss]ources?%s*([%w.]+)") or inside:match("^%s*(IMP%d+)")
      or inside:match("^%s*([ivx]+)%s*$") or inside:match("^%s*(%u?%d[%d.]*)[,;%s]")
    if mark then
      label = label or mark
    elseif not speaker and not affiliation then
      speaker, affiliation = read_credit(inside)
      label = label or inside:match("[%s,;]([%d]%.[%d]+)%s*$")
    end
    rest = rest:sub(after):gsub("^[%s.,;]+", "")
  end
  if not speaker and not affiliation then
    local dash = rest:match("^\u{2014}%s*([^.;\n\"]+)") or rest:match("^\u{2013}%s*([^.;\n\"]+)")
      or rest:match("^%-%s+([^.;\n\"]+)")
    if dash then speaker, affiliation = read_credit(dash) end
  end
  if not speaker and not affiliation then
    -- "'…' Jane Doe (curator)"
    local name, last = evidence.name(rest)
    local post = name and rest:sub(last + 1):match("^%s*(%b())")
    if post then speaker, affiliation = name, clean_affiliation(post:sub(2, -2)) end
  end
  if not speaker then
    local verb, after = rest:match("^(%a+)%s+()%u")
    if verb and SPEECH[verb] == true then
      local name, last = evidence.name(rest:sub(after))
      if name then
        speaker = name
        local more = rest:sub(after + last):match("^,%s*([^.;\"\u{201c}]+)")
        affiliation = affiliation or more and clean_affiliation(more)
      end
    end
  end
  return speaker, affiliation, label
end

local function names_in(s)
  local list, at = {}, 1
  while true do
    local from = s:find("%f[%w]%u", at)
    if not from then return list end
    local name, last = evidence.name(s:sub(from))
    if name then
      list[#list + 1] = { name = name, from = from, to = from + last - 1 }
      at = from + last
    else
      at = s:match("^%w+()", from) or from + 1
    end
  end
end

-- Where each verb of speech begins, the last one first.
local function verbs_in(s)
  local list, at = {}, 1
  while true do
    local from, behind = find_verb(s, at)
    if not from then return list end
    table.insert(list, 1, from)
    at = behind
  end
end

-- The subject of the verb at `verb`, when it is a post or a body: "The Head of
-- Collections also", "Anna's Director of Learning".
local function subject_of(s, verb)
  local before = s:sub(1, verb - 1):gsub("%s+%l+ly%s*$", ""):gsub("%s+has%s*$", ""):gsub("%s+have%s*$",
    ""):gsub("%s+also%s*$", ""):gsub("%s+who%s*$", ""):gsub(",%s*$", "")
  before = before:gsub("%s*%b[]%s*$", ""):gsub("%s+$", "")
  local subject
  for at in before:gmatch("%f[%a][Tt]he%s+()%u") do
    local words = before:sub(at)
    if not words:find("[.;:]") and not words:find("%f[%a]that%f[%A]") and not words:find("%f[%a]which%f[%A]")
      and not words:find(", and the") then
      subject = words
      break
    end
  end
  subject = subject or before:match("^([%u][^.;:]-)$")
  if not subject or #subject > 150 or count_words(subject) > 16 then return end
  if subject:find("^%u%l+%s+%l") and not subject:find("^%u%l+ of ") and not POSTS:match(subject) then return end
  if subject:find("^It ") or subject:find("^He ") or subject:find("^She ") or subject:find("^They ")
    or subject:find("^[TIA]%l* %l") then return end
  return clean_affiliation(subject)
end

local NO_SUBJECT = { It = true, He = true, She = true, They = true, This = true, In = true, Of = true,
  As = true, One = true }

-- The speaker named before a quotation, and what is said of them.
local function speaker_before(left)
  local s = last_sentence(left)
  local names = names_in(s)
  local verbs = verbs_in(s)
  for k, verb in ipairs(verbs) do
    if k > 3 then break end
    for i = #names, 1, -1 do
      local n = names[i]
      local between = n.to < verb and s:sub(n.to + 1, verb - 1)
      if between and #between < 160 then
        local post = between:match("^%s*(%b())") or between:match("^,(.*)$") or between:match("^%s+(of%s.*)$")
          or between:match("^%s+from%s+(.*)$") or between:match("^%s+at%s+(.*)$")
        if post or between:find("^%s*$") or between:find("^%s+[%lh][%l]*%s*$") then
          local affiliation = post and clean_affiliation((post:gsub("^%(", ""):gsub("%)$", "")))
          if not affiliation then
            local title = s:sub(1, n.from - 1):match("([%u][%w%s&',%-]+)[%s,]*$")
            if title and POSTS:match(title) then affiliation = clean_affiliation(title) end
          end
          return n.name, affiliation
        end
      end
    end
  end
  for k, verb in ipairs(verbs) do
    if k > 3 then break end
    local affiliation = subject_of(s, verb)
    if affiliation and not NO_SUBJECT[affiliation:match("^%a+")] then return nil, affiliation end
  end
  -- "Chief Executive, Law Office: '…'", "according to Jane Doe, …", "as noted by …:"
  local at = s:match("[Aa]ccording to%s+()") or s:match("[Ii]n the words of%s+()")
    or s:match("%f[%a]by%s+()%u[^.:]-:?%s*$")
  local credit = at and s:sub(at):match("^[^:]*") or s:match("^%s*%u?%d*%s*(%u[^:]+):%s*$")
  if credit and #credit < 160 then
    local name, last = evidence.name(credit)
    if name then return name, clean_affiliation(credit:sub(last + 1)) end
    if POSTS:match(credit) then return nil, clean_affiliation(credit) end
  end
end

-- --------------------------------------------------------------- weighing --

local FIRST_PERSON = search_for({ "I", "We", "we", "Our", "our", "My", "my", "me", "us" }, true)
local VALUE = search_for { "important", "excellent", "useful", "valuable", "invaluable", "impact", "thank", "enjoy",
  "inspir", "influen", "helped", "helpful", "benefit", "significan", "research", "essential",
  "contribut", "brilliant", "fascinat", "crucial", "instrumental", "outstanding", "unique", "best", "great",
    "learn", "changed", "improve", "understand", "amazing", "wonderful", "fantastic",
  "interesting", "expert", "success", "support", "informed", "insight", "powerful", "moving", "impress",
    "beautiful", "extraordinary", "compelling", "vital", "key ", "enabled", "allowed", "work" }

local function is_title(s)
  local words, capitals = 0, 0
  for w in s:gmatch("%a[%w'%-]*") do
    if #w > 3 then
      words = words + 1
      if w:find("^%u") then capitals = capitals + 1 end
    end
  end
  return words > 0 and capitals / words >= 0.6
end

local function weigh(q, left, right, section)
  local words = count_words(q.text)
  if words < MIN_WORDS then return 0 end
  local points = 0
  local sentence = last_sentence(left)
  local near = sentence:sub(-120)
  local low = near:lower()
  if find_verb(near, 1) then points = points + 2 end
  if SOURCES:match(low) then points = points + 1 end
  if left:find(":%s*$") or left:find("%f[%a]that,?%s*$") then points = points + 1 end
  if q.open == 1 then points = points + 1 end
  if FIRST_PERSON:match(q.text) then points = points + 1 end
  if VALUE:match(q.text:lower()) then points = points + 1 end
  if words >= 12 then points = points + 1 end
  if words >= 25 then points = points + 1 end
  if q.text:find("[.!?]$") and q.text:find("^[%u%[]") then points = points + 1 end
  if q.text:find("%[[^%]]+%]") or q.text:find("%.%.%.")
    or q.text:find("\u{2026}") then points = points + 1 end
  local speaker, affiliation, label = credit_behind(right)
  if speaker or affiliation then points = points + 2 end
  if label then points = points + 1 end
  local verb = right:match("^[,.]?%s*(%a+)%s+%u") or right:match("^[,.]?%s*%u?%l+%s+(%a+)")
  if verb and SPEECH[verb] == true then points = points + 1 end
  if is_title(q.text) then points = points - 4 end
  if is_against(low) then points = points - 3 end
  if q.text:find("%?$") and words < 20 then points = points - 1 end
  if right:find("^,?%s*%(?%d%d%d%d%)?") or right:find("^[,.]?%s+in:?%s+%u")
    or right:find("^,%s+%u[%w ]+%s%d+[%s:,(]") then points = points - 2 end
  local name = (section or ""):lower()
  if name:find("references to") or name:find("bibliography") then points = points - 3 end
  if name:find("underpinning") then points = points - 2 end
  return points, speaker, affiliation, label
end

-- --------------------------------------------------------------- sections --

local HEADS = { "summary of the impact", "underpinning research", "references to the research",
  "details of the impact", "sources to corroborate" }

-- The section a place stands under; where no reader marked one, the last line before
-- it that is a heading of the template.
local function section_at(doc, at)
  local name = doc:section(at)
  if name then return name end
  local before = doc:sub(math.max(1, at - 12000), at - 1):lower()
  local best, best_at
  for _, head in ipairs(HEADS) do
    local i = before:match("^.*()\n[%s%d.()]*" .. head)
    if i and (not best_at or i > best_at) then best, best_at = head, i end
  end
  return best
end

-- ------------------------------------------------------------- paragraphs --

-- Do the pieces belong to one quotation? Then nothing but its interruption stands
-- between: "…," she said, "…".
local function joined(between)
  if #between > 140 or between:find("[;(%[]") or between:find("[.!?]%s+%u") or not between:find("%a%a") then
    return between:find("^%s*%.%.%.?%s*$") ~= nil or between:find("^%s*\u{2026}%s*$") ~= nil
      or between:find("^%s*%[%.%.%.%]%s*$") ~= nil
  end
  return not between:find("^,? and%s*$") and not between:find("another") and not between:find("others?%f[%A]")
end

-- "Timan writes": the full name, where the document has it elsewhere.
local function full_name(doc, family)
  local text, at = doc.text, 1
  for _ = 1, 50 do
    local i = text:find(" " .. family, at, true)
    if not i then return end
    local back = doc:sub(math.max(1, i - 40), i - 1)
    for from in back:gmatch("()%f[%w]%u[%w.'%-]*") do
      local name, last = evidence.name(doc:sub(i - #back + from - 1, i + #family))
      if name and name:sub(-#family) == family and last == #back - from + 2 + #family then return name end
    end
    at = i + #family
  end
end

local function emit_quotation(doc, base, s, group, found)
  local first, last, best = group[1], group[#group], group[1]
  for _, q in ipairs(group) do
    if #q.text > #best.text then best = q end
  end
  local left = s:sub(math.max(1, first.open - 400), first.open - 1)
  local speaker, affiliation = found.speaker, found.affiliation
  if not speaker then
    local name, post = speaker_before(left)
    if not affiliation or name then speaker, affiliation = name, affiliation or post end
  end
  if not speaker and #group > 1 then
    local between = s:sub(group[1].behind, group[2].open - 1)
    local names = names_in(between)
    if names[1] then
      speaker = names[1].name
      affiliation = affiliation or clean_affiliation(between:sub(names[1].to + 1))
    end
  end
  if not speaker and affiliation and affiliation:find("^%u%l%l+$") and not POSTS:match(affiliation) then
    speaker = full_name(doc, affiliation)
    if speaker then affiliation = nil end
  end
  local date = evidence.date(s:sub(last.behind, last.behind + 60):match("^[^%w]*(%b())") or "")
  doc:emit("testimonial", base + first.open - 1, base + math.min(last.behind - 1, #s) - 1, {
    quote = fold(best.text), medium = "quotation", speaker = speaker, affiliation = affiliation,
      label = found.label, date = date,
  }, found.points >= 5 and 0.9 or 0.6)
end

-- The words that stand before a paragraph that begins with a quotation.
local function words_before(doc, base)
  local before = doc:sub(math.max(1, base - 500), base - 1):gsub("%s+$", "")
  return before:match("[^\n]*$") or ""
end

local function on_paragraph(doc, s, base)
  local list = quotations(s)
  if #list == 0 then return end
  local lead = list[1].open <= 3 and words_before(doc, base) or ""
  local section = section_at(doc, base)
  local i = 1
  while i <= #list do
    local group = { list[i] }
    while list[i + 1] and joined(s:sub(list[i].behind, list[i + 1].open - 1)) do
      i = i + 1
      group[#group + 1] = list[i]
    end
    local best = group[1]
    for _, q in ipairs(group) do if #q.text > #best.text then best = q end end
    local left = s:sub(math.max(1, group[1].open - 400), group[1].open - 1)
    if group[1].open <= 3 then left = lead .. " " .. left end
    local right = s:sub(group[#group].behind, group[#group].behind + 220)
    if right == "" then right = doc:sub(base + #s, base + #s + 220):gsub("^%s+",
      "") right = right:find("^[(%[\u{2014}-]") and right or "" end
    local points, speaker, affiliation, label = weigh(best, left, right, section)
    if points >= LEAST then
      emit_quotation(doc, base, s, group, { points = points, speaker = speaker, affiliation = affiliation,
        label = label })
    end
    i = i + 1
  end
end

-- ----------------------------------------------------------------- letters --

local OPENING = { "^\n[Dd][Ee][Aa][Rr]%s[^\n]*\n", "^\nAnnwyl%s[^\n]*\n",
  "^\n[Tt][Oo] [Ww][Hh][Oo][Mm] [Ii][Tt] [Mm][Aa][Yy][^\n]*\n",
  "^\nHi%s[^\n]*\n", "^\nHello%s[^\n]*\n", "^\nGood [mae][^\n]*\n" }
local CLOSING = { "^\nYours[, ]", "^\nSincerely", "^\n[KBW]%a+ regards", "^\nRegards", "^\nBest wishes",
  "^\nBest,?\n", "^\nWith %l+ %l+", "^\nWith thanks",
  "^\nMany thanks", "^\nThanks", "^\nThank you again", "^\nYn gywir", "^\nCofion", "^\nAll the best", "^\nWarmest",
    "^\nLove,", "^\nRespectfully",
  "^\nCheers" }
local ABOUT = { "research", "study", "findings", "project", "your work", "your team", "evidence", "toolkit",
  "guidance", "paper", "report", "workshop", "exhibition", "training", "model", "data",
  "collaborat", "university" }
local WEIGHTY = { "because of", "thanks to", "as a result", "changed", "now ", "your research", "your study",
  "findings", "used", "adopted", "reduc", "improv", "helped", "would not have",
  "impact", "benefit", "since ", "led ", "enabled", "allowed", "%d", "difference", "never ", "before ",
  "%f[%a]your%f[%A]", "doubl", "in use" }

-- The first line that begins with one of the patterns; where it begins.
local function first_of(text, patterns, from, to)
  local at = text:find("\n", from, true)
  while at and at <= to do
    for _, p in ipairs(patterns) do
      local _, last = text:find(p, at)
      if last then return at, last end
    end
    at = text:find("\n", at + 1, true)
  end
end

-- The sentence of a letter that says most.
local function central_sentence(doc, from, to)
  local at, best, best_points = from, nil, -1
  while at < to do
    local s, _, b = doc:sentence(at)
    local low, points = s:lower(), 0
    for _, w in ipairs(WEIGHTY) do if low:find(w) then points = points + 1 end end
    for _, w in ipairs(ABOUT) do if low:find(w, 1, true) then points = points + 1 end end
    if b <= to and points > best_points and count_words(s) >= MIN_WORDS then best, best_points = s, points end
    at = math.max(b, at) + 2
  end
  return best, best_points
end

-- Post and body in the lines behind a signature.
local function posts_behind(lines, i, rest)
  local parts = {}
  local same = rest and clean_affiliation(rest)
  if same and same:find("^%u%l") then parts[1] = same end
  for k = i + 1, math.min(#lines, i + 3) do
    local line = lines[k]
    if line:find("[@%d]") or line:find("^[>%-_%[]") or line:find("^[Tt]el") or line:find("^c%.?c%.")
      or #line > 90
      or line:find("[.!?]$") or line:find("^Sent ") then break end
    parts[#parts + 1] = (line:gsub(",$", ""))
  end
  return table.concat(parts, ", ")
end

-- Who signed: the lines behind the closing. An e-mail's `known` sender may sign with
-- the full name further down.
local function signature(text, from, known)
  local lines = {}
  for line in text:sub(from, from + 900):gmatch("[^\n]+") do
    line = fold(line)
    if line ~= "" and not line:find("^%[")
      and not line:find("^[pP]%.?[pP]%.?$") then lines[#lines + 1] = line end
    if #lines == 9 then break end
  end
  for i, line in ipairs(lines) do
    local name, last = evidence.name(line)
    if name and (not known or name == known) then return name, posts_behind(lines, i, line:sub(last + 1)) end
    if not known and i >= 5 then return end
  end
end

-- The name in "Jane Doe <jane@a.org>", "Doe, Jane <…>".
local function sender(line)
  line = line:gsub('"', ""):gsub("%s*<.*$", "")
  local last, first = line:match("^(%u[%w%-]+),%s+(%u%l+)")
  if last then return first .. " " .. last end
  return (evidence.name(line))
end

local function is_academic(line)
  return line ~= nil and (line:find("%.ac%.%a%a%f[%A]") or line:find("%.edu%f[%A]")
    or line:find("univ")) ~= nil
end

-- The letter or e-mail that the document is, if it is one: from its opening to its end.
local function letter_of(doc)
  local text = doc.text
  local head = "\n" .. text:sub(1, 6000)
  local from_line = head:match("\nFrom:%s*([^\n]*)")
  local email = doc.format == "eml" or doc.format == "msg" or from_line ~= nil
    and head:find("\nSubject:") ~= nil
  local opening, opening_to = first_of(head, OPENING, 1, 6000)
  if not opening and not email then return end
  local subject_to = head:match("\nSubject:[^\n]*()")
  -- In an e-mail the opening stands right below the headers, or is that of a quoted mail.
  if email and opening and subject_to and opening > subject_to + 200 then opening = nil end
  local from = math.max(1, (opening and opening_to or subject_to or 1) - 1)
  local limit = math.min(#text, from + 20000)
  local stop = text:find("\n>", from, true) or text:find("\n%-%-%-+%s?[OF]%a+", from) or limit
  if email then stop = math.min(stop, text:find("\n[^\n]*wrote:%s*\n", from) or limit) end
  local closing, closing_to = first_of(text, CLOSING, from, math.min(stop, limit))
  if not closing and not email then return end
  return {
    from = from, opening = opening or from, to = closing or math.min(limit, stop), closing_to = closing
      and closing_to,
    email = email, from_line = from_line, to_line = head:match("\nTo:%s*([^\n]*)"),
    date = head:match("\nDate:%s*([^\n]*)") or text:sub(1, from),
  }
end

-- Is it about the research? An e-mail from outside to a university that speaks of
-- "your" work is, too.
local function is_about(letter, body)
  if letter.to <= letter.from or count_words(body) < 20 then return false end
  return any(body, ABOUT) or is_academic(letter.to_line) and not is_academic(letter.from_line)
    and body:find("%f[%a]your?s?%f[%A]") ~= nil
end

local function on_letter(doc, letter)
  local text = letter and doc.text
  if not letter or not is_about(letter, text:sub(letter.from, letter.to):lower()) then return end
  local quote, points = central_sentence(doc, text:match("^%s*()", letter.from), letter.to)
  if not quote or points < 2 then return end
  local speaker, affiliation
  if letter.from_line then
    speaker = sender(letter.from_line)
    local _
    _, affiliation = signature(text, letter.closing_to or math.max(letter.from, letter.to - 600), speaker)
  end
  if not speaker and letter.closing_to then
    speaker, affiliation = signature(text, text:match("^[^\n]*\n?()", letter.closing_to))
  end
  if not speaker then return end
  local last = letter.to - 1 - #text:sub(letter.from, letter.to - 1):match("%s*$")
  doc:emit("testimonial", text:match("^%s*()", letter.opening), last, {
    quote = fold(quote), medium = letter.email and "email" or "letter", speaker = speaker,
      affiliation = affiliation,
    date = evidence.date(letter.date),
  }, 0.8)
end

-- Does a quotation open earlier in the paragraph? Then it was read from there.
local function opens_earlier(before)
  for i in before:gmatch("()[`\"'\xe2\xc2]") do
    if opens(before .. "x", i) then return true end
  end
  return false
end

-- The letter that the document at hand is; found anew for each, before its quotations.
local letter_at_hand

return {
  name = "testimonial", version = 1,
  about = "What others say about the research: quotations, letters, e-mails",
  kinds = {
    testimonial = { quote = "text", speaker = "text", affiliation = "text", label = "key", date = "date",
      medium = "key" },
  },
  patterns = { quotation = "(^|[\\s(\\[:;,.\\-\\x{2014}\\x{2013}])[\"'`\\x{201c}\\x{2018}\\x{ab}]\\S" },
  on = {
    quotation = function(doc, _, to)
      local s, base = doc:paragraph(to)
      if opens_earlier(s:sub(1, to - base - 1)) then return end
      local letter = letter_at_hand
      if letter and base > letter.from and base < letter.to then return end -- a part of the letter as a whole
      on_paragraph(doc, s, base)
    end,
  },
  document = function(doc)
    letter_at_hand = letter_of(doc)
    on_letter(doc, letter_at_hand)
  end,
}
