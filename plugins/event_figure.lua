-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- event_figure - how many events were held, how many people came.
-- Emits:  event_figure { measure, value, … }; measure is events, attendance or
--         registered; value_max is there for a range ("50-60 people").
-- Cases:  plugins/event_figure.cases
--
-- A sentence that speaks of events or of people coming is looked at once: each
-- number in it is held against the words behind it (what is counted) and before it
-- (what happened).

local function set(words)
  local t = {}
  for w in words:gmatch("%S+") do t[w] = true end
  return t
end

-- The words by their last byte, in their order: few have to be held against a text's end.
local function by_last(words)
  local t = {}
  for _, w in ipairs(words) do
    local c = w:sub(-1)
    t[c] = t[c] or {}
    table.insert(t[c], w)
  end
  return t
end

-- What a figure of events counts.
local EVENTS = set [[events workshops seminars conferences symposia symposiums lectures talks performances
  screenings exhibitions concerts festivals
  meetings sessions webinars masterclasses master-classes roadshows assemblies recitals debates plenaries
  tours showcases keynotes briefings
  colloquia hackathons demonstrations courses presentations shows dinners receptions readings forums summits
  fairs excursions expositions]]
-- … behind one of these words.
local DAYS = set [[training study open taster information activity awareness science
  family school schools field away discovery planning]]
local DAY_NOUNS = set [[days visits events trips classes weekends]]

-- … behind any word at all: "three evenings" alone is how long something took.
local NAMED = set [[evenings walks clinics parties afternoons]]

-- People who have come, whatever else is said.
local COMERS = set [[attendees delegates visitors spectators attendances audience-members
  concert-goers festival-goers theatre-goers trainees]]
-- People who may have.
local PEOPLE = set [[people persons participants members practitioners professionals pupils students children
  teachers academics representatives
  stakeholders specialists experts managers researchers scholars adults parents families guests individuals
  guides workers clinicians nurses doctors
  policymakers policy-makers farmers industrialists officers leaders volunteers speakers attendance audience
  audiences visitors delegates attendees
  scientists engineers architects librarians curators artists musicians writers readers-in visitors surveyors
  heads songwriters men women girls boys
  public midshipmen officials politicians activists lawyers judges police trainees youngsters teenagers
  residents citizens colleagues schoolchildren
  directors designers planners consultants executives carers social-workers learners undergraduates
  postgraduates sixth-formers historians]]
-- Not people at an event, or not people.
local OTHERS = set [[viewers listeners readers downloads hits copies followers subscribers views users
  respondents patients interviewees questionnaires
  interviews schools companies organisations organizations countries institutions universities firms
  businesses pounds percent years months weeks
  hours minutes days miles km metres pages articles papers books chapters citations jobs staff employees
  households homes projects languages
  sites cities towns villages states nations websites posts tweets visits-to sessions-of downloads units
  items objects images photographs
  million billion words outputs publications case-studies cases recommendations grants awards counties
  regions hospitals surveys samples]]

-- Words that a noun phrase does not go on over.
local STOPS = set [[in at on for with to from by that which who whom whose were was is are be been being have
  has had and or but as than between
  during across over under per each every including such where when while after before since until it they he
  she we this these those will would
  can could may might must took take taking attended attending attend visited visit participated
  participating registered came come trained
  attracted attracting made held organised organized delivered ran took gave run about]]

local QUALIFIERS = by_last { "more than", "in excess of", "an estimated", "an average of", "average of",
  "no fewer than", "no less than", "fewer than",
  "less than", "at least", "at most", "up to", "close to", "just over", "just under", "well over",
    "upwards of", "as many as", "over", "around",
  "about", "approximately", "approx.", "approx", "nearly", "almost", "some", "roughly", "circa", "ca.", "ca", "c.", "c",
    "exceeding", "averages", "averaging",
  "estimated", "under", "minimum of", "~", ">", "only" }

-- What stands before a number of people who came.
local BRINGS = by_last { "attended by", "attended by a total of", "attracted", "attracting", "attracts", "attract",
  "drew", "drew in", "drawing", "drawn", "brought together",
  "bringing together", "brings together", "brought in", "delivered to", "presented to", "given to",
    "performed to", "shown to", "visited by", "seen by",
  "participation of", "participated in by", "welcomed", "welcoming", "in front of", "before", "attendance of",
    "attendance was", "attendance figure was",
  "attendance figures of", "attendance", "attendances of", "attended", "involved", "involving", "presence of",
    "trained", "number of people trained" }

-- … and may stand between the two.
local FILLERS = { "a", "an", "the", "total", "of", "audience", "audiences", "live", "lay", "capacity",
  "combined", "international", "crowd", "crowds", "average",
  "group", "groups", "class", "overall", "sell-out", "sell%-out", "public", "invited", "further", "another",
    "additional", "classes", "mixed", "with", "has",
  "have", "in", "together", "cumulative", "number", "numbers", "was", "were", "been" }
local FILL = {}
for _, w in ipairs(FILLERS) do FILL[w] = true end

-- Nouns for the crowd itself, before its number: "an audience of", "visitor numbers rose to".
local CROWDS = { "audiences? [%a%- ]-of$", "audiences?$", "audiences? was$", "audiences? totalling$",
  "attendances?$", "attendance figure.- was$", "attendances? of$", "attendances? was$",
    "attendance[%a%s()]-:$",
  "visitor numbers [%a ]-to$", "visitor numbers [%a ]-were$", "visitors? numbers were$", "numbers were$",
    "classe?s? of$", "crowds? of$", "footfall of$", "footfall was$",
  "turnout of$", "attendees:?$", "participants:$", "delegates:$", "increased to$", "increasing to$",
    "rose to$", "rising to$" }

-- One of these is in each of them.
local CROWD_STEMS = { "audience", "attend", "numbers were", "visitor", "class", "crowd", "footfall", "turnout",
  "participants", "delegates", "increas", "rose to", "rising to" }

local CAME = { "attended", "have attended", "attending", "attend", "visited", "have visited", "took part",
  "taken part", "taking part", "participated", "participating",
  "were present", "present at", "present", "came to", "came", "gathered", "were trained", "been trained",
    "had been trained", "trained", "joined", "turned out", "turned up", "came along",
  "squeezed into", "came through" }

local EVENT_WORDS = { "workshop", "seminar", "conference", "symposi", "lecture", "%f[%a]talk", "event",
  "exhibition", "festival", "concert", "screening",
  "performance", "meeting", "training", "course", "open day", "study day", "session", "gallery", "museum",
    "plenar", "webinar", "masterclass",
  "roadshow", "tour", "assembl", "school", "training day", "summer school", "show", "debate", "launch",
    "public" }
local RESEARCH_WORDS = { "interview", "questionnaire", "survey", "respondent", "sample", "%f[%a]trial",
  "patient", "cohort", "recruited", "study of", "data" }

local ONLINE = { "web ?site", "web ?page", "online", "unique visitors", "page views", "youtube", "downloads",
  "broadcast", "televis" }

local function any(s, patterns)
  for _, p in ipairs(patterns) do
    if s:find(p) then return true end
  end
  return false
end

-- --------------------------------------------------------------- numbers --

local MONTHS = set [[january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec]]
local YEAR_WORDS = set [[in since until from by during to of for spring summer autumn winter early late mid]]
local DASHES = { "-", "\u{2013}", "\u{2014}", " - ", " \u{2013} ", " to " }

-- A number that counts nothing: part of a date, sum, reference or name.
local function no_count(s, from, to, value, digits)
  local before, after = s:sub(math.max(1, from - 12), from - 1), s:sub(to + 1, to + 14)
  if digits and value >= 1900 and s:sub(from, to):find("^%d%d%d%d%D+%d%d%d%d$") then return true end
  if digits and value >= 1900 and value <= 2035 and not s:sub(from, to):find(",") and #s:sub(from,
    to) == 4 then
    -- "1990 people" is a year only if nothing countable follows.
    local word = (before:match("(%a+),?%s+$") or ""):lower()
    if MONTHS[word] or YEAR_WORDS[word] or not after:find("^%s+[%a]") or before:find("[-/%d]$")
      or after:find("^[-/]%d") then return true end
  end
  if before:find("[%$#/]%s?$") or before:find("\u{a3}%s?$") or before:find("\u{20ac}%s?$")
    or after:find("^%s?%%") or after:find("^ per cent") then return true end
  if before:find("[%w][%.:]$") and digits and not before:find("%f[%a]ca?%.$") or before:find("[%[(]%u?$")
    and after:find("^[%])]") then return true end
  if MONTHS[(after:match("^%s+(%a+)") or ""):lower()] and digits and value <= 31 then return true end
  if MONTHS[(before:match("(%a+)%.?%s+$") or ""):lower()] and digits and value <= 31 then return true end
  if before:find("[Ss]ection $") or before:find("[Pp]age $") or before:find("[Pp]p?%. ?$")
    or before:find("[Nn]o%.? $") or before:find("REF ?$")
    or before:find("[Ff]igure $") or before:find("[Tt]able $") or before:find("[Vv]ol%.? $")
      or before:find("Unit $") then return true end
  return false
end

local SMALL = set [[two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
  sixteen seventeen eighteen nineteen twenty thirty
  forty fifty sixty seventy eighty ninety hundred thousand dozen a an half]]

-- Calls give(from, to, value, value_max) for each number in the sentence.
local function each_number(s, give)
  local at = 1
  for from, word in s:gmatch("()(%w+)") do
    if from >= at and (word:find("^%d") or SMALL[word:lower()]) then
      local value, used = evidence.number(s:sub(from, from + 80))
      local before = s:sub(from - 1, from - 1)
      if value and not before:find("[%w%-]") then
        local to = from + used - 1
        local max
        for _, dash in ipairs(DASHES) do
          if s:sub(to + 1, to + #dash) == dash then
            local second, second_used = evidence.number(s:sub(to + #dash + 1, to + #dash + 40))
            if second and second > value and not s:sub(to + #dash + 1):find("^%s") then
              local scale = second >= 1000 and value < 1000 and second % 1000 == 0
                and value * 1000 < second * 1.0001 and 1000 or 1
              if value * scale < second then
                value, max, to = value * scale, second, to + #dash + second_used
              end
            end
            break
          end
        end
        if s:sub(to + 1, to + 1) ~= "-" and not no_count(s, from, to, value, word:find("^%d"))
          and value >= 1 then give(from, to, value, max) end
        at = to + 1
      end
    end
  end
end

-- The qualifier that ends right before `at`; where it begins.
local function qualifier_before(s, at)
  local left = s:sub(math.max(1, at - 30), at - 1)
  local low = left:lower()
  local words = low:gsub("%s+$", "")
  for _, q in ipairs(QUALIFIERS[words:sub(-1)] or {}) do
    local i = #words - #q + 1
    if i >= 1 and words:sub(i) == q and (q == "~" or q == ">" or i == 1
      or not words:find("^[%w~>]", i - 1)) then
      return low:sub(i):gsub("%s+", " "):gsub(" $", ""), at - (#left - i + 1)
    end
  end
end

-- ----------------------------------------------------------------- words --

-- The words behind a number, up to where the noun phrase must end: a list of
-- { word, from, to } and where the last one ends.
local function phrase(s, at)
  local words = {}
  local i = at
  while #words < 9 do
    local gap, from, word, to = s:match("^([%s]+[`'\"\u{2018}(]*)()([%w][%w'/&%-\u{2019}]*)()", i)
    if not from then break end
    if gap:find("%(") then break end
    local low = word:lower()
    if low == "of" and #words > 0 and not (words[#words].low == "series" or words[#words].low == "members"
      or words[#words].low == "rounds") then break end
    if low == "and" then
      -- "screenings and events", "parents and carers": one noun more.
      local nxt = s:match("^%s+(%a[%w%-]*)", to)
      if not nxt or #words == 0 or STOPS[nxt:lower()] or EVENTS[words[#words].low] then break end
    elseif STOPS[low] then
      break
    end
    words[#words + 1] = { word = word, low = low, from = from, to = to - 1 }
    i = to
    local closing = s:match("^['\"\u{2019}]*()", i)
    i = closing
  end
  return words
end

-- Which word of the phrase is an event noun, if what is counted are events?
local function event_word(words)
  for i, w in ipairs(words) do
    local tail = w.low:match("[^/]+$")
    if EVENTS[tail] or EVENTS[w.low] then return i end
    if NAMED[w.low] and i > 1 then return i end
    if DAY_NOUNS[w.low] and i > 1 and DAYS[words[i - 1].low:match("[^-/]+$")] then return i end
  end
end

local function people_word(words, nouns)
  for i, w in ipairs(words) do
    local tail = w.low:match("[^/]+$")
    if nouns[tail] then return i end
  end
end

-- Does the text before a number say that so many came? (fillers are skipped)
local function brings(left)
  local low = left:lower():gsub("%s+", " "):gsub("[ (]+$", "")
  for _, stem in ipairs(CROWD_STEMS) do
    if low:find(stem, 1, true) then
      for _, crowd in ipairs(CROWDS) do
        if low:find("%f[%a]" .. crowd) then return true end
      end
      break
    end
  end
  for _ = 1, 7 do
    for _, b in ipairs(BRINGS[low:sub(-1)] or {}) do
      if low:sub(-#b) == b and not low:sub(-#b - 1, -#b - 1):find("[%w]") then return true end
    end
    local word = low:match("([%a%-']+)$")
    if not word or not FILL[word] then return false end
    low = low:sub(1, #low - #word):gsub("%s+$", "")
  end
  return false
end

-- Does the text behind the people say that they came?
local function came(right)
  local low = right:lower():gsub("%s+", " ")
  low = low:match("^[^;:()]*") or low
  low = low:sub(1, 110)
  for _, c in ipairs(CAME) do
    local i = low:find("%f[%a]" .. c .. "%f[^%a]")
    if i and not low:sub(1, i - 1):find("%d") then
      if c == "attending" or c == "present" then
        if i < 30 then return true end
      else
        return true
      end
    end
  end
  return false
end

-- "… at two of our workshops": right behind the people.
local function at_event(right)
  local low = right:lower():sub(1, 50)
  local place = low:match("^%s+at%s+([%w%s'%-]+)") or low:match("^%s+in%s+([%w%s'%-]+)")
  return place and any(place, { "%f[%a]events?%f[^%a]", "workshop", "seminar", "conference", "lecture",
    "%f[%a]talks?%f[^%a]", "exhibition", "festival", "concert",
    "screening", "performance", "open day", "masterclass" })
end

-- ------------------------------------------------------------- sentences --

local function on_number(doc, s, base, from, to, value, max)
  local qualifier, start = qualifier_before(s, from)
  start = start or from
  local left, right = s:sub(math.max(1, start - 90), start - 1), s:sub(to + 1)
  local plus = right:match("^%+")
  if plus then right = right:sub(2) qualifier = qualifier or "over" end
  local offset = to + (plus and 1 or 0)
  local low = s:lower()
  local words = phrase(s, offset + 1)
  local function emit(measure, last, confidence)
    last = math.max(last, to)
    local date_from, date_to = evidence.date(s)
    local noun = last > offset and s:sub(offset + 1, last):gsub("%s+", " "):gsub("^[ `'\"]+", "") or nil
    doc:emit("event_figure", base + start - 1, base + last - 1, {
      measure = measure, value = value, value_max = max, qualifier = qualifier, noun = noun,
        counted = "stated",
      date_from = date_from, date_to = date_to,
    }, confidence)
  end
  -- "four of the sessions"
  local of_the = right:match("^%s+of th[eo]s?e?%s+()") or right:match("^%s+of our%s+()")
    or right:match("^%s+of these%s+()")
  if of_the then words = phrase(s, offset + of_the - 1) end
  local event = event_word(words)
  local other = people_word(words, OTHERS)
  if event and not (other and other < event) and event <= 7 then
    if value < 2 or value > 5000 then return end
    if value % 1 ~= 0 then return end
    return emit("events", words[event].to, 0.8)
  end
  if right:find("^ ?x ?%d") and any(low, { "spectators", "audience", "seats",
    "people" }) then return emit("events", to, 0.6) end -- "8 x 120 spectators"
  if value < 5 or value % 1 ~= 0 then return end
  local person = people_word(words, PEOPLE) or people_word(words, COMERS)
  if other and not (person and person > other) then return end
  local last = person and words[person].to or words[1] and words[math.min(#words, 3)].to or to
  if person and s:find("^ of the public", last + 1) then last = last + 14 end
  local behind = s:sub(last + 1)
  if person and behind:lower():find("^[^.;,]-%f[%a]registered")
    or behind:lower():find("^%s+signed up") then return emit("registered", last, 0.8) end
  if any(low, ONLINE) and (words[1] and words[1].low == "unique" or any(low:sub(from, to + 80),
    ONLINE)) then return end
  if brings(left) and (person or #words == 0 or not words[1].word:find("^%u")) then
    return emit("attendance", last, person and 0.9 or 0.7)
  end
  if person and left:lower():find("with%s*$") and any(left:lower():sub(-45),
    EVENT_WORDS) then return emit("attendance", last, 0.7) end
  if (person or #words == 0) and at_event(behind) then return emit("attendance", last, 0.7) end
  if person and came(behind) then return emit("attendance", last, 0.9) end
  if people_word(words, COMERS) then return emit("attendance", last, 0.8) end
  if person and words[person].low == "participants" and any(low, EVENT_WORDS) and not any(low,
    RESEARCH_WORDS) then
    return emit("attendance", last, 0.7)
  end
end

-- Where the sentence begins that was looked at last; none at a document's beginning.
local seen

local function on_word(doc, from)
  local s, base = doc:sentence(from)
  -- It is looked at where its first such word stands, and not again.
  if base == seen then return end
  seen = base
  each_number(s, function(a, b, value, max)
    on_number(doc, s, base, a, b, value, max)
  end)
end

return {
  name = "event_figure", version = 1,
  about = "How many events were held, and how many people came",
  kinds = {
    event_figure = {
      measure = "key", value = "number", value_max = "number", qualifier = "key", noun = "text",
        event = "text", date_from = "date", date_to = "date",
      counted = "key",
    },
  },
  patterns = {
    people = [[(?i)\b(attend|audience|delegate|visit|participa|spectators|took part|attract)]],
    crowd = [[(?i)\b((shown|performed|delivered) to|brought together|present at|were present|(class|groups) of)]],
    crowds = [[(?i)\b(turnout|footfall|people trained)]],
    events = [[(?i)\b(events?\b|workshop|seminar|conference|symposi|lecture|talks\b|performance|screening)]],
    shows = [[(?i)\b(exhibition|concert|festival|webinar|masterclass|roadshow|plenar|assemblies|debates|tours)]],
    more = [[(?i)\b(meetings|sessions|courses|presentations|training|(study|open) days|briefings)]],
    evenings = [[(?i)\b(evenings|walks|clinics|demonstrations|summits|fairs|turned (up|out)|squeezed into)]],
  },
  on = { people = on_word, crowd = on_word, crowds = on_word, events = on_word, shows = on_word,
    more = on_word, evenings = on_word },
  document = function() seen = nil end,
}
