---@meta
-- SPDX-FileCopyrightText: The evidenced authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What a plugin is given, for editors that read LuaCATS annotations. Nothing loads this file.
--
-- Positions are Lua's own: 1-based bytes, the last one included, so that
-- doc.text:sub(from, to) == doc:sub(from, to).
--
-- Beside `doc` and `evidence` there are assert, error, getmetatable, ipairs, next, pairs,
-- pcall, rawequal, rawget, rawlen, select, setmetatable (without __gc), tonumber, tostring,
-- type, and string, table, math and utf8 without what reaches outside or changes from run to
-- run (no string.dump, string.pack, table.move, math.random, "%p"). There is no load,
-- require, print, coroutine, io, os or debug. Globals may be assigned while the file is
-- loaded, and not afterwards; declare what you keep `local`.

---@class evidence.plugin
---@field name string `[a-z][a-z0-9_]{0,31}`, as the file is called
---@field version integer from 1; raise it when results change
---@field about? string one line, at most 200 bytes
---@field kinds? table<string, table<string, evidence.type>> kind -> field -> type
---@field patterns? table<string, string> name -> regular expression (Hyperscan's, UTF-8)
---@field on? table<string, fun(doc: evidence.doc, from: integer, to: integer)> a function for each pattern
---@field formats? evidence.format[] only these formats; left out: all
---@field document? fun(doc: evidence.doc) called once per document, before its matches

---@alias evidence.type
---| "text"   # words, searched word by word
---| "key"    # an exact value
---| "number" # finite, up to 2^53
---| "date"   # "YYYY", "YYYY-MM" or "YYYY-MM-DD"

---@alias evidence.format
---| "text" | "markdown" | "csv" | "html" | "mhtml" | "pdf" | "docx" | "odt" | "rtf" | "xlsx" | "ods"
---| "pptx" | "odp" | "eml" | "mbox" | "msg" | "doc" | "archive" | "image" | "transcript" | "audio" | "video"

---@alias evidence.value string|number|string[]|number[]

---A document. It may not be kept: after its document every use is an error.
---@class evidence.doc
---@field text string the whole text; large texts cost memory, doc:sub() does not
---@field name string the file's name: a hint only
---@field format evidence.format
---@field meta table<string, string> what the reader found beside the text: url, saved, author …
local doc = {}

---The bytes `from` to `to` of the text, as string.sub gives them.
---@param from integer
---@param to? integer default -1
---@return string
function doc:sub(from, to) end

---The sentence around byte `at`. It never crosses a paragraph, a bullet or a table's cell.
---@param at integer
---@return string sentence
---@return integer from
---@return integer to
function doc:sentence(at) end

---The paragraph around byte `at`: what stands between blank lines.
---@param at integer
---@return string paragraph
---@return integer from
---@return integer to
function doc:paragraph(at) end

---The heading of the innermost section that holds byte `at`, and the section's place.
---Nothing when it stands under no heading.
---@param at integer
---@return string? name
---@return integer? from
---@return integer? to
function doc:section(at) end

---The page that holds byte `at`, and its place. Nothing where the format has no pages.
---@param at integer
---@return integer? number
---@return integer? from
---@return integer? to
function doc:page(at) end

---The rows of all tables: `for cells, from, to, table in doc:rows() do`. cells[1] is the first
---cell, cells["Name"] the one below that column's name.
---@return fun(): table<integer|string, string>, integer, integer, integer
function doc:rows() end

---The document's links: `for url, from, to in doc:links() do`; from and to are the words that
---carry the link. Addresses that only stand in the text are none.
---@return fun(): string, integer, integer
function doc:links() end

---Gives a piece of evidence. Empty strings and lists are fields without value. A place inside a
---character is widened to the whole one. The same record again (kind, place, fields) is
---dropped. A wrong kind, field, type or place is an error, and an error drops all records
---that this plugin gave for this document.
---@param kind string one of `kinds`
---@param from integer
---@param to integer
---@param fields? table<string, evidence.value>
---@param confidence? number 0 to 1, default 1
function doc:emit(kind, from, to, fields, confidence) end

---Proposes what the document is. Of several plugins' proposals the last one's by name counts.
---@param name "draft"|"evidence"|"own"|"output"|"export"|"plan"
function doc:role(name) end

---Proposes the document's language.
---@param tag string such as "en" or "cy"
function doc:language(tag) end

---@class evidence
---@field settings table what the configuration sets for this plugin
---@field lpeg table LPeg
---@field re table LPeg's re module
evidence = {}

---The number that `text` begins with: "1,200", "3.5", "1.2 million", "twelve hundred", "a dozen".
---@param text string
---@return number? number
---@return integer? last the last byte it took
function evidence.number(text) end

---The first date or span of dates in `text`, no more exact than the words: "between November
---2011 and May 2013" gives "2011-11", "2013-05"; one date gives the same twice.
---@param text string
---@return string? from
---@return string? to
---@return integer? first where it stands in `text`
---@return integer? last
function evidence.date(text) end

---The DOI that `text` is or begins with, in its normal form: lower case, no prefix or resolver,
---no punctuation of the sentence.
---@param text string
---@return string? doi
---@return integer? last the last byte it took
function evidence.doi(text) end

---The name of a person at the beginning of `text`, without its title: "Dr J. K. van der Berg,
---Leeds" gives "J. K. van der Berg", 21, "Dr". Nothing when it is no name, or may be an office,
---a place or a body.
---@param text string
---@return string? name
---@return integer? last the last byte it took
---@return string? title
function evidence.name(text) end

---Writes one line to the log, with the plugin's file and line.
---@param message string
function evidence.log(message) end
