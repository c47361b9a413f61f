/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plugin host: the whole of `doc` and `evidence`, what is refused on loading, and the
 * attacks of tests/plugins/hostile/, each of which must fail with its file and line
 * while the plugin beside it gives what it gives alone.
 */
#include "common/frame.h"
#include "extract/plugin.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PLUGINS 2

static const struct limits limits = {
    .file_bytes = 1 << 20,
    .text_bytes = 64 << 20,
    .lua_memory_bytes = 8 << 20,
    .lua_instructions = 2 * 1000 * 1000,
};

struct outcome { /* what a run gave for each plugin */
	struct plugin_decl decls[PLUGINS];
	const struct document *doc;
	unsigned begun[PLUGINS];
	uint32_t n[PLUGINS];
	struct buf records[PLUGINS]; /* a line each: KIND "words" field=value … */
	char failed[PLUGINS][512];
	char proposed[PLUGINS][64];
};

static void
outcome_clear(struct outcome *o)
{
	for (size_t i = 0; i < PLUGINS; i++)
		buf_clear(&o->records[i]);
}

static void
on_begin(void *ctx, uint32_t plugin)
{
	struct outcome *o = ctx;

	o->begun[plugin]++;
}

static void
put_field(struct buf *out, const struct field *f)
{
	buf_printf(out, " %.*s=", (int)f->name.n, f->name.p);
	if (f->list)
		buf_put_char(out, '[');
	for (size_t i = 0; i < f->value_count; i++) {
		if (i > 0)
			buf_put_char(out, '|');
		if (f->type == FIELD_NUMBER)
			buf_printf(out, "%.14g", f->values[i].number);
		else
			buf_put_span(out, f->values[i].text);
	}
	if (f->list)
		buf_put_char(out, ']');
}

static void
on_records(void *ctx, uint32_t plugin, struct span frames, uint32_t n)
{
	static struct value values[RECORD_VALUES_MAX];
	struct outcome *o = ctx;
	struct buf *out = &o->records[plugin];
	struct frame f = {.rest = frames};

	o->n[plugin] = n;
	for (uint32_t i = 0; i < n; i++) {
		struct span words;
		struct record r;

		frame_get_record(&f, &o->decls[plugin], o->doc->text.n, &r, values);
		assert_false(f.bad);
		words = span_sub(buf_span(&o->doc->text), r.start, r.end - r.start);
		buf_printf(out, "%.*s \"%.*s\"", (int)r.kind.n, r.kind.p, (int)words.n, words.p);
		for (size_t j = 0; j < r.field_count; j++)
			put_field(out, &r.fields[j]);
		if (r.confidence < 1)
			buf_printf(out, " (%.2g)", r.confidence);
		buf_put_char(out, '\n');
	}
	assert_int_equal(frame_done(&f), OK);
}

static void
on_failed(void *ctx, uint32_t plugin, struct span reason)
{
	struct outcome *o = ctx;

	snprintf(o->failed[plugin], sizeof o->failed[plugin], "%.*s", (int)reason.n, reason.p);
}

static void
on_proposed(void *ctx, uint32_t plugin, struct span role, struct span language)
{
	struct outcome *o = ctx;

	snprintf(o->proposed[plugin], sizeof o->proposed[plugin], "%.*s/%.*s", (int)role.n, role.p,
		 (int)language.n, language.p);
}

static void
run(struct host *h, const struct document *doc, struct outcome *o)
{
	const struct host_events events = {o, on_begin, on_records, on_failed, on_proposed};
	struct plugin_decl decls[PLUGINS];

	memcpy(decls, o->decls, sizeof decls);
	outcome_clear(o);
	memset(o, 0, sizeof *o);
	memcpy(o->decls, decls, sizeof decls);
	o->doc = doc;
	assert_int_equal(host_run(h, doc, SPAN("minutes.txt"), NULL, 0, &events), OK);
}

/* Paragraphs of a text are parted by blank lines; a line "# x" is a heading. */
static struct document
document_of(const char *text)
{
	struct builder *b = builder_new(64 << 20);
	struct document doc = {0};
	struct span rest = span_of(text);

	assert_non_null(b);
	builder_format(b, "text");
	while (rest.n > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		struct span line = span_sub(rest, 0, end == NULL ? rest.n : (size_t)(end - rest.p));

		rest = span_sub(rest, line.n + 1, rest.n);
		if (line.n == 0) {
			builder_paragraph(b);
		} else if (span_starts(line, SPAN("# "))) {
			size_t heading = builder_open(b, MARK_HEADING, 1, SPAN(""));

			builder_text(b, span_sub(line, 2, line.n));
			builder_close(b, heading);
			builder_paragraph(b);
		} else {
			builder_text(b, line);
			builder_newline(b);
		}
	}
	assert_int_equal(builder_finish(b, &doc), OK);
	builder_free(b);
	return doc;
}

static struct host *
host_of(const char *source, const char *settings, struct outcome *o)
{
	struct host *h;
	char why[512] = "";

	memset(o, 0, sizeof *o);
	assert_int_equal(host_new(&limits, &h), OK);
	if (host_load(h, 0, SPAN("/etc/plugins/test.lua"), span_of(source), span_of(settings),
		      &o->decls[0], why) != OK)
		fail_msg("%s", why);
	if (host_compile(h, why) != OK)
		fail_msg("%s", why);
	return h;
}

static void
assert_outcome(const struct outcome *o, const char *records)
{
	if (o->failed[0][0] != '\0')
		fail_msg("%s", o->failed[0]);
	assert_int_equal(o->begun[0], 1);
	if (!span_is(buf_span(&o->records[0]), records))
		fail_msg("got:\n%.*swanted:\n%s", (int)o->records[0].n, o->records[0].p, records);
}

/* Runs one plugin over one text and compares. */
static void
assert_records(const char *source, const char *text, const char *records)
{
	struct document doc = document_of(text);
	struct outcome o;
	struct host *h = host_of(source, "{}", &o);

	run(h, &doc, &o);
	assert_outcome(&o, records);
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

/* A plugin whose `document` emits what `body` gives to out(x, y, …): one text field. */
#define DOCUMENT_PLUGIN(body)                                                                      \
	"return { name = 'test', version = 1, kinds = { out = { v = 'text' } },\n"                 \
	"document = function(doc)\n"                                                               \
	"  local function out(...)\n"                                                              \
	"    local t = table.pack(...)\n"                                                          \
	"    for i = 1, t.n do t[i] = tostring(t[i]) end\n"                                        \
	"    doc:emit('out', 1, 0, { v = table.concat(t, ' ') })\n"                                \
	"  end\n" body "\nend }"

static void
a_pattern_calls_its_function_with_lua_positions(void **state)
{
	(void)state;
	assert_records(
	    "return { name = 'test', version = 1, about = 'pledges',\n"
	    "kinds = { pledge = { count = 'number', cause = 'text', place = 'key' } },\n"
	    "patterns = { pledge = [[\\b\\d[\\d,]* pledges?\\b]] },\n"
	    "on = { pledge = function(doc, from, to)\n"
	    "  assert(doc.text:sub(from, to) == doc:sub(from, to))\n"
	    "  doc:emit('pledge', from, to, { count = evidence.number(doc:sub(from, to)),\n"
	    "    cause = doc:sentence(from), place = { 'here', '' } }, 0.5)\n"
	    "end } }",
	    "First. There were 1,200 pledges in all. One pledge more, 1 pledge.",
	    "pledge \"1,200 pledges\" cause=There were 1,200 pledges in all. count=1200 "
	    "place=[here] (0.5)\n"
	    "pledge \"1 pledge\" cause=One pledge more, 1 pledge. count=1 place=[here] "
	    "(0.5)\n");
}

static void
matches_are_leftmost_longest_and_come_in_text_order(void **state)
{
	(void)state;
	assert_records("return { name = 'test', version = 1, kinds = { a = {}, b = {} },\n"
		       "patterns = { a = 'x+y*', b = '[xz]' },\n"
		       "on = { a = function(doc, from, to) doc:emit('a', from, to) end,\n"
		       "  b = function(doc, from, to) doc:emit('b', from, to) end } }",
		       "xxyy z xy", "a \"xxyy\"\nb \"x\"\nb \"x\"\nb \"z\"\na \"xy\"\nb \"x\"\n");
}

static void
nothing_that_a_plugin_keeps_outlives_its_document(void **state)
{
	static const char source[] =
	    "local n, seen, text = 0, {}, ''\n"
	    "local deep = { { { count = 0 } } }\n"
	    "local meta = setmetatable({}, { __index = { v = 0 } })\n"
	    "return { name = 'test', version = 1, kinds = { a = { v = 'text' } },\n"
	    "patterns = { word = [[two|boom|hog]] }, on = { word = function(doc, from, to)\n"
	    "  local word = doc:sub(from, to)\n"
	    "  n = n + 1 seen[word .. n] = doc text = text .. doc.text:rep(50)\n"
	    "  deep[1][1].count = deep[1][1].count + 1\n"
	    "  getmetatable(meta).__index.v = meta.v + 1\n"
	    "  local keys = 0 for _ in pairs(seen) do keys = keys + 1 end\n"
	    "  doc:emit('a', from, to, { v = table.concat({ n, keys, #text, deep[1][1].count,\n"
	    "    meta.v }, ' ') })\n"
	    "  if word == 'boom' then error('no') end\n"
	    "  while word == 'hog' do text = text .. text .. 'x' end\n"
	    "end } }";
	struct document two = document_of("one two two"), boom = document_of("two boom"),
			hog = document_of("hog");
	const struct document *order[] = {&two, &two, &boom, &two, &hog, &two, &hog, &boom, &two};
	struct outcome o;
	struct host *h = host_of(source, "{}", &o);

	(void)state;
	run(h, &boom, &o); /* a trial, as the zygote makes one */
	run(h, &boom, &o);
	assert_int_equal(host_settle(h), OK);
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		run(h, order[i], &o);
		if (order[i] == &two)
			assert_outcome(&o, "a \"two\" v=5 5 2150 5 5\na \"two\" v=6 6 2700 6 6\n");
		else
			assert_true(o.failed[0][0] != '\0');
		if (i % 2 == 0)
			host_rewind(h);
	}
	outcome_clear(&o);
	host_free(h);
	document_clear(&two);
	document_clear(&boom);
	document_clear(&hog);
}

static void
one_pattern_calls_at_most_ten_thousand_times(void **state)
{
	struct document doc = {0};
	struct outcome o;
	struct host *h =
	    host_of("local n = 0\n"
		    "return { name = 'test', version = 1, kinds = { a = { n = 'number' } },\n"
		    "patterns = { a = 'x' }, on = { a = function(doc, from, to)\n"
		    "  n = n + 1\n"
		    "  if n == 10000 then doc:emit('a', from, to, { n = n }) end\n"
		    "  if n > 10000 then error('called too often') end\n"
		    "end } }",
		    "", &o);

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_put_str(&doc.text, "x ");
	strcpy(doc.format, "text");
	run(h, &doc, &o);
	assert_outcome(&o, "a \"x\" n=10000\n");
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

static void
document_runs_once_and_before_the_matches(void **state)
{
	(void)state;
	assert_records("local seen\n"
		       "return { name = 'test', version = 1, kinds = { a = { v = 'text' } },\n"
		       "document = function(doc) seen = doc.name .. ' ' .. doc.format end,\n"
		       "patterns = { word = 'two' }, on = { word = function(doc, from, to)\n"
		       "  doc:emit('a', from, to, { v = seen }) end } }",
		       "one two", "a \"two\" v=minutes.txt text\n");
}

static void
sentences_and_paragraphs_come_with_their_places(void **state)
{
	static const char text[] =
	    "First one. Dr. Smith et al. (2011) said: \"It works.\" Then he left\nat 3.5 p.m. "
	    "today!\n\nNext paragraph, J. K. Rowling v. Smith.";

	(void)state;
	assert_records(DOCUMENT_PLUGIN("local function at(word)\n"
				       "  local i = doc.text:find(word, 1, true)\n"
				       "  local s, from, to = doc:sentence(i)\n"
				       "  assert(s == doc:sub(from, to))\n"
				       "  out(s:gsub('\\n', '/'), from, to)\n"
				       "end\n"
				       "at('First') at('et al') at('left') at('Rowling')\n"
				       "local p, from, to = doc:paragraph(70)\n"
				       "assert(p == doc:sub(from, to))\n"
				       "out(#p, from, to)\n"
				       "out(doc:paragraph(#doc.text))"),
		       text,
		       "out \"\" v=First one. 1 10\n"
		       "out \"\" v=Dr. Smith et al. (2011) said: \"It works.\" 12 52\n"
		       "out \"\" v=Then he left/at 3.5 p.m. today! 54 84\n"
		       "out \"\" v=Next paragraph, J. K. Rowling v. Smith. 87 125\n"
		       "out \"\" v=84 1 84\n");
}

static void
positions_at_the_ends_and_in_an_empty_text_do_no_harm(void **state)
{
	(void)state;
	assert_records(DOCUMENT_PLUGIN("out(doc:sentence(1)) out(doc:paragraph(1))\n"
				       "out(doc:section(1)) out(doc:page(1)) out(doc:sub(1))"),
		       "", "out \"\" v= 1 0\nout \"\"\n");
	assert_records(DOCUMENT_PLUGIN("out(doc:sentence(4)) out(doc:sub(-2), doc:sub(0, 1))\n"
				       "out(pcall(doc.sentence, doc, 5))\n"
				       "out(pcall(doc.sentence, doc, 0))\n"
				       "out(pcall(doc.sub, 1))"),
		       "abc",
		       "out \"\" v=abc 1 3\nout \"\" v=bc a\n"
		       "out \"\" v=false bad argument #2 to '?' (a position outside the text)\n"
		       "out \"\" v=false bad argument #1 to '?' (doc expected, got number)\n");
}

static void
a_section_is_the_innermost_heading(void **state)
{
	(void)state;
	assert_records(DOCUMENT_PLUGIN("local i = doc.text:find('body')\n"
				       "local name, from, to = doc:section(i)\n"
				       "out(name, doc:sub(from, to):find('body') ~= nil)\n"
				       "out(doc:section(1))"),
		       "before\n\n# Title\nthe body\n\n# Other\nmore",
		       "out \"\" v=Title true\nout \"\"\n");
}

static void
marks_give_pages_rows_links_and_meta(void **state)
{
	struct builder *b = builder_new(1 << 20);
	struct document doc = {0};
	struct outcome o;
	size_t page, table, row, link;
	struct host *h = host_of(
	    DOCUMENT_PLUGIN(
		"out(doc.meta.url, doc.meta.nothing, doc.format)\n"
		"local i = doc.text:find('one', 1, true)\n"
		"local page, from, to = doc:page(i)\n"
		"out(page, doc:sub(from, to):gsub('%s+', ' '))\n"
		"for cells, first, last, tab in doc:rows() do\n"
		"  out(tab, #cells, cells[1], cells.Name, cells.Note, doc:sub(first, last))\n"
		"end\n"
		"for url, first, last in doc:links() do out(url, doc:sub(first, last)) end\n"
		"doc:role('own') doc:language('cy')"),
	    "", &o);

	(void)state;
	builder_format(b, "pdf");
	builder_meta(b, "url", SPAN("https://a.org/"));
	page = builder_open(b, MARK_PAGE, 1, SPAN(""));
	builder_text(b, SPAN("nothing"));
	builder_paragraph(b);
	builder_close(b, page);
	page = builder_open(b, MARK_PAGE, 2, SPAN(""));
	table = builder_open(b, MARK_TABLE, 1, SPAN("Name\tNote\tName"));
	row = builder_open(b, MARK_ROW, 1, SPAN(""));
	builder_text(b, SPAN("one\t\tthree"));
	builder_close(b, row);
	builder_newline(b);
	row = builder_open(b, MARK_ROW, 2, SPAN(""));
	builder_text(b, SPAN("four"));
	builder_close(b, row);
	builder_paragraph(b);
	builder_close(b, table);
	link = builder_open(b, MARK_LINK, 0, SPAN("https://b.org/x"));
	builder_text(b, SPAN("there"));
	builder_close(b, link);
	builder_close(b, page);
	assert_int_equal(builder_finish(b, &doc), OK);
	builder_free(b);
	run(h, &doc, &o);
	assert_outcome(&o, "out \"\" v=https://a.org/ nil pdf\n"
			   "out \"\" v=2 one three four there 3\n"
			   "out \"\" v=1 3 one one  one\t\tthree\n"
			   "out \"\" v=1 1 four four nil four\n"
			   "out \"\" v=https://b.org/x there\n");
	assert_string_equal(o.proposed[0], "own/cy");
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

static void
evidence_reads_numbers_dates_dois_and_names(void **state)
{
	(void)state;
	assert_records(DOCUMENT_PLUGIN("out(evidence.number('twelve hundred people'))\n"
				       "out(evidence.number('3.5 km'))\n"
				       "out(evidence.number('none'))\n"
				       "out(evidence.date('between November 2011 and May 2013'))\n"
				       "out(evidence.date('never'))\n"
				       "out(evidence.doi('doi:10.1093/BJSW/bcr162.'))\n"
				       "out(evidence.doi('no'))\n"
				       "local p = evidence.lpeg.P('a') ^ 1\n"
				       "out(p:match('aaab'), evidence.lpeg.type(p))\n"
				       "out(evidence.re.match('  x = 1', '%s* {%a+}'))\n"
				       "out(evidence.settings.none)"),
		       "x",
		       "out \"\" v=1200 14\nout \"\" v=3.5 3\nout \"\"\n"
		       "out \"\" v=2011-11 2013-05 9 34\n"
		       "out \"\" v=10.1093/bjsw/bcr162 23\n"
		       "out \"\" v=4 pattern\nout \"\" v=x\nout \"\" v=nil\n");
}

static const struct {
	const char *text, *name; /* NULL: none */
} names[] = {
    {"Joe Duffy, Queen's University", "Joe Duffy"},
    {"Professor Anne O'Neill said", "Anne O'Neill"},
    {"Professor Anne O\xe2\x80\x99Neill\xe2\x80\x99s report", "Anne O\xe2\x80\x99Neill"},
    {"Dr J. K. van der Berg (Leeds)", "J. K. van der Berg"},
    {"Dr. Smith", "Smith"},
    {"The Rt Hon Rhodri Morgan", "Rhodri Morgan"},
    {"Mary-Jane Watson-Parker.", "Mary-Jane Watson-Parker"},
    {"J.K. Rowling wrote", "J.K. Rowling"},
    {"Martin Luther King Jr. spoke", "Martin Luther King Jr"},
    {"Si\xc3\xb4n ap Rhys", "Si\xc3\xb4n ap Rhys"},
    {"\xc3\x89milie du Ch\xc3\xa2telet", "\xc3\x89milie du Ch\xc3\xa2telet"},
    {"Iain\nMacaulay", "Iain Macaulay"},
    {"Stuart Allardyce\nBarnardo", "Stuart Allardyce"},
    {"Stuart Allardyce Director of Services", "Stuart Allardyce"},
    {"Theresa May", "Theresa May"},
    {"Jane Smith OBE", "Jane Smith"},
    {"Yr Athro Gwen Evans", "Gwen Evans"},
    {"Belfast City Council", NULL},
    {"Edinburgh Napier University", NULL},
    {"Head of Service", NULL},
    {"Professor of Sociology", NULL},
    {"Associate Director", NULL},
    {"NHS England", NULL},
    {"May 2011", NULL},
    {"The Guardian", NULL},
    {"Le Monde", NULL},
    {"joe duffy", NULL},
    {"Duffy", NULL},
    {"Duffy de la", NULL},
    {"We found", NULL},
    {"", NULL},
    {"'", NULL},
    {"\xff\xfe", NULL},
};

static void
names_of_persons_are_told_from_offices_and_bodies(void **state)
{
	struct outcome o;
	struct host *h;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct document doc = document_of(names[i].text);
		char wanted[200];

		h = host_of("return { name = 'test', version = 1, kinds = { p = { v = 'text' } },\n"
			    "document = function(doc)\n"
			    "  doc:emit('p', 1, 0, { v = evidence.name(doc.text) or 'none' })\n"
			    "end }",
			    "", &o);
		snprintf(wanted, sizeof wanted, "p \"\" v=%s\n",
			 names[i].name == NULL ? "none" : names[i].name);
		run(h, &doc, &o);
		assert_outcome(&o, wanted);
		outcome_clear(&o);
		host_free(h);
		document_clear(&doc);
	}
}

static void
settings_are_a_table_of_the_configuration(void **state)
{
	struct document doc = document_of("x");
	struct outcome o;
	struct host *h =
	    host_of(DOCUMENT_PLUGIN("local s = evidence.settings\n"
				    "out(s.threshold, s.on, s.hosts[2], s.name)"),
		    "{\"threshold\":3,\"on\":true,\"hosts\":[\"a\",\"b\"],\"name\":\"n\"}", &o);
	struct plugin_decl decl;
	char why[512] = "";

	(void)state;
	run(h, &doc, &o);
	assert_outcome(&o, "out \"\" v=3 true b n\n");
	assert_int_equal(host_load(h, 1, SPAN("b.lua"), SPAN("return {}"), SPAN("[1]"), &decl, why),
			 ERR_FORMAT);
	assert_string_equal(why, "b.lua:1: settings: not a JSON object");
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

static void
formats_keep_a_plugin_from_other_documents(void **state)
{
	(void)state;
	assert_records("return { name = 'test', version = 1, kinds = { a = {} },\n"
		       "formats = { 'pdf', 'docx' },\n"
		       "document = function(doc) doc:emit('a', 1, 1) end }",
		       "x", "");
	assert_records("return { name = 'test', version = 1, kinds = { a = {} },\n"
		       "formats = { 'pdf', 'text' },\n"
		       "document = function(doc) doc:emit('a', 1, 1) end }",
		       "x", "a \"x\"\n");
}

static void
equal_records_are_given_once(void **state)
{
	(void)state;
	assert_records("return { name = 'test', version = 1,\n"
		       "kinds = { a = { x = 'text', n = 'number' }, b = {} },\n"
		       "document = function(doc)\n"
		       "  for i = 1, 300 do\n"
		       "    doc:emit('a', 1, 1, { x = 'v', n = i % 2 }, 1 / i)\n"
		       "    doc:emit('a', 1, 1, { n = i % 2, x = 'v' })\n"
		       "  end\n"
		       "  doc:emit('a', 1, 2, { n = 1, x = 'v' })\n"
		       "  doc:emit('b', 1, 2)\n"
		       "end }",
		       "xy",
		       "a \"x\" n=1 x=v\na \"x\" n=0 x=v (0.5)\na \"xy\" n=1 x=v\nb \"xy\"\n");
}

static void
a_place_inside_a_character_is_widened(void **state)
{
	(void)state;
	assert_records("return { name = 'test', version = 1, kinds = { a = {} },\n"
		       "document = function(doc) doc:emit('a', 3, 4) end }",
		       "a\xc3\xa9\xc3\xa8z", "a \"\xc3\xa9\xc3\xa8\"\n");
}

static void
helpers_may_be_global_while_loading(void **state)
{
	(void)state;
	assert_records(
	    "function helper(s) return s .. '!' end\n"
	    "return { name = 'test', version = 1, kinds = { a = { v = 'text' } },\n"
	    "document = function(doc) doc:emit('a', 1, 1, { v = helper(doc.text) }) end }",
	    "x", "a \"x\" v=x!\n");
}

static void
what_lua_prints_shows_no_address(void **state)
{
	(void)state;
	assert_records(DOCUMENT_PLUGIN(
			   "out({}, print, tostring, doc, evidence.lpeg.P(1))\n"
			   "out(('%s %d %5.1f %q %s'):format({}, 3, 2, 'x', nil))\n"
			   "out(setmetatable({}, { __tostring = function() return 'me' end }))"),
		       "x",
		       "out \"\" v=table nil function userdata userdata\n"
		       "out \"\" v=table 3   2.0 \"x\" nil\nout \"\" v=me\n");
}

static void
pcall_catches_ordinary_errors(void **state)
{
	(void)state;
	assert_records(DOCUMENT_PLUGIN("out(pcall(error, 'x', 0))\n"
				       "out(pcall(function(a) return a, 2 end, 1))\n"
				       "out(select('#', pcall(error)))"),
		       "x", "out \"\" v=false x\nout \"\" v=true 1 2\nout \"\" v=2\n");
}

static void
a_document_that_is_over_cannot_be_used(void **state)
{
	struct document doc = document_of("x");
	struct outcome o;
	struct host *h = host_of("local kept\n"
				 "return { name = 'test', version = 1, kinds = { a = {} },\n"
				 "document = function(doc)\n"
				 "  if kept then kept:sub(1, 1) end\n"
				 "  kept = doc\n"
				 "end }",
				 "", &o);

	(void)state;
	run(h, &doc, &o);
	assert_outcome(&o, "");
	run(h, &doc, &o);
	assert_string_equal(o.failed[0], "/etc/plugins/test.lua:4: this 'doc' is of a document "
					 "that is done: keep none");
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

static void
a_failure_drops_the_records_before_it_and_spares_the_next_document(void **state)
{
	struct document good = document_of("good"), bad = document_of("bad"),
			loop = document_of("loop");
	struct outcome o;
	struct host *h = host_of("return { name = 'test', version = 1, kinds = { a = {} },\n"
				 "document = function(doc)\n"
				 "  doc:emit('a', 1, 3)\n"
				 "  doc:role('own')\n"
				 "  if doc.text == 'bad' then error('bad text') end\n"
				 "  while doc.text == 'loop' do end\n"
				 "end }",
				 "", &o);

	(void)state;
	for (int i = 0; i < 3; i++) {
		run(h, &bad, &o);
		assert_string_equal(o.failed[0], "/etc/plugins/test.lua:5: bad text");
		assert_int_equal(o.n[0], 0);
		assert_string_equal(o.proposed[0], "");
		run(h, &good, &o);
		assert_outcome(&o, "a \"goo\"\n");
		run(h, &loop, &o);
		assert_string_equal(o.failed[0],
				    "/etc/plugins/test.lua:6: over its limit of 2000000 "
				    "instructions");
		run(h, &good, &o);
		assert_outcome(&o, "a \"goo\"\n");
	}
	outcome_clear(&o);
	host_free(h);
	document_clear(&good);
	document_clear(&bad);
	document_clear(&loop);
}

static void
a_text_larger_than_the_memory_limit_can_be_read(void **state)
{
	struct document doc = {0};
	struct outcome o;
	struct host *h =
	    host_of("return { name = 'test', version = 1, kinds = { a = { n = 'number' } },\n"
		    "document = function(doc)\n"
		    "  doc:emit('a', 1, 1, { n = doc.text:find('needle', 1, true) })\n"
		    "end }",
		    "", &o);

	(void)state;
	strcpy(doc.format, "text");
	for (int i = 0; i < 1 << 19; i++)
		buf_put_str(&doc.text, "aaaaaaaaaaaaaaa aaaaaaaaaaaaaaa ");
	buf_put_str(&doc.text, "needle");
	for (int i = 0; i < 3; i++) { /* the text before is no longer in the way */
		run(h, &doc, &o);
		assert_outcome(&o, "a \"a\" n=16777217\n");
	}
	document_clear(&doc);
	outcome_clear(&o);
	host_free(h);
}

static void
a_long_text_is_not_searched_with_a_lua_pattern(void **state)
{
	struct document doc = {.format = "text"};
	struct outcome o;
	struct host *h = host_of("return { name = 'test', version = 1, kinds = {},\n"
				 "document = function(doc)\n"
				 "  assert(doc.text:match('^aaa'))\n"
				 "  assert(doc.text:find('z', 1, true) == nil)\n"
				 "  assert(doc:sub(1, 1000):gsub('a+', '') == '')\n"
				 "  doc.text:find('a-b')\n"
				 "end }",
				 "", &o);

	(void)state;
	for (int i = 0; i < 5 << 17; i++)
		buf_put_str(&doc.text, "aaaaaaaa");
	run(h, &doc, &o);
	assert_non_null(
	    strstr(o.failed[0], ":6: text longer than 4 MiB searched with a Lua pattern"));
	document_clear(&doc);
	outcome_clear(&o);
	host_free(h);
}

static void
plugins_that_are_skipped_do_not_begin(void **state)
{
	struct document doc = document_of("x");
	struct outcome o;
	struct host *h = host_of(DOCUMENT_PLUGIN("out('ran')"), "", &o);
	const struct host_events events = {&o, on_begin, on_records, on_failed, on_proposed};
	const uint32_t skip[] = {0, 63, UINT32_MAX};

	(void)state;
	assert_int_equal(host_run(h, &doc, SPAN(""), skip, 3, &events), OK);
	assert_int_equal(o.begun[0], 0);
	outcome_clear(&o);
	host_free(h);
	document_clear(&doc);
}

static void
plugins_beside_each_other_must_agree(void **state)
{
	struct outcome o;
	struct host *h = host_of("return { name = 'test', version = 1,\n"
				 "kinds = { a = { x = 'text', n = 'number' } },\n"
				 "document = function() end }",
				 "", &o);
	struct plugin_decl decl;
	char why[512] = "";

	(void)state;
	assert_int_equal(host_load(h, 1, SPAN("b.lua"),
				   SPAN("return { name = 'b', version = 1,\n"
					"kinds = { a = { y = 'text',\n"
					"  x = 'key' } },\n"
					"document = function() end }"),
				   SPAN(""), &decl, why),
			 ERR_FORMAT);
	assert_string_equal(why,
			    "b.lua:3: kind 'a': field 'x' is key here and text in plugin 'test'");
	assert_int_equal(host_load(h, 1, SPAN("b.lua"),
				   SPAN("return {\nname = 'test', version = 1,\n"
					"document = function() end }"),
				   SPAN(""), &decl, why),
			 ERR_FORMAT);
	assert_string_equal(why, "b.lua:2: a plugin called 'test' is loaded already");
	assert_int_equal(host_load(h, 0, SPAN("b.lua"), SPAN(""), SPAN(""), &decl, why),
			 ERR_EXISTS);
	assert_int_equal(host_load(h, PLUGINS_MAX, SPAN("b.lua"), SPAN(""), SPAN(""), &decl, why),
			 ERR_LIMIT);
	assert_int_equal(host_load(h, 1, SPAN("b.lua"),
				   SPAN(
				       "return { name = 'b', version = 2, about = 'x',\n"
				       "kinds = { a = { n = 'number', x = 'text', z = 'date' } },\n"
				       "document = function() end }"),
				   SPAN(""), &decl, why),
			 OK);
	assert_string_equal(decl.name, "b");
	assert_string_equal(decl.about, "x");
	assert_int_equal(decl.version, 2);
	assert_int_equal(decl.kind_count, 1);
	assert_int_equal(decl.kinds[0].field_count, 3);
	assert_string_equal(decl.kinds[0].fields[2].name, "z");
	assert_int_equal(decl.kinds[0].fields[2].type, FIELD_DATE);
	host_free(h);
}

/* --- tests/plugins/hostile --- */

static const char good_source[] =
    "return { name = 'good', version = 1, kinds = { word = { s = 'text', n = 'number' } },\n"
    "patterns = { word = [[\\b[a-z]+\\b]] },\n"
    "on = { word = function(doc, from, to)\n"
    "  doc:emit('word', from, to, { s = tostring(doc:sentence(from)):upper(), n = from })\n"
    "end } }";

static struct buf
read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct buf b = {0};
	char *to;

	assert_non_null(file);
	to = buf_reserve(&b, 1 << 20);
	assert_non_null(to);
	b.n = fread(to, 1, 1 << 20, file);
	fclose(file);
	return b;
}

/* Loads the good plugin, before it the hostile one if it can be; `why` has its refusal. */
static struct host *
load_both(struct span source, struct outcome *o, char why[512])
{
	struct host *h;
	char none[512];

	memset(o, 0, sizeof *o);
	assert_int_equal(host_new(&limits, &h), OK);
	if (source.n > 0) {
		enum err e =
		    host_load(h, 0, SPAN("/x/hostile.lua"), source, SPAN(""), &o->decls[0], why);

		assert_true(e == OK || e == ERR_FORMAT);
	}
	assert_int_equal(host_load(h, 1, SPAN("good.lua"), SPAN(good_source), SPAN(""),
				   &o->decls[1], none),
			 OK);
	assert_int_equal(host_compile(h, none), OK);
	return h;
}

static void
assert_expected(const char *name, struct span source, const char *got)
{
	static const char mark[] = "-- expect: ";
	char *at, expected[300];
	char line[20];

	at = memmem(source.p, source.n, mark, strlen(mark));
	assert_non_null(at);
	at += strlen(mark);
	snprintf(expected, sizeof expected, "%.*s",
		 (int)((const char *)memchr(at, '\n', source.n) - at), at);
	snprintf(line, sizeof line, "%d", atoi(expected));
	if (strncmp(got, "/x/hostile.lua:", 15) != 0 ||
	    strncmp(got + 15, line, strlen(line)) != 0 || got[15 + strlen(line)] != ':' ||
	    strstr(got, expected + strlen(line) + 2) == NULL)
		fail_msg("%s: wanted \"%s\", got \"%s\"", name, expected, got);
}

static void
hostile_plugins_fail_by_file_and_line_and_harm_nobody(void **state)
{
	struct document doc = document_of("some evidence here. more evidence.");
	struct outcome alone, both;
	char path[4096], why[512] = "";
	struct host *h = load_both(SPAN(""), &alone, why);
	struct dirent *entry;
	unsigned tried = 0;
	DIR *dir;

	(void)state;
	run(h, &doc, &alone);
	assert_int_equal(alone.n[1], 5);
	host_free(h);
	dir = opendir(HOSTILE_DIR);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct buf source;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", HOSTILE_DIR, entry->d_name);
		source = read_file(path);
		why[0] = '\0';
		h = load_both(buf_span(&source), &both, why);
		run(h, &doc, &both);
		assert_int_equal(both.n[0], 0);
		assert_expected(entry->d_name, buf_span(&source),
				why[0] != '\0' ? why : both.failed[0]);
		assert_string_equal(both.failed[1], "");
		assert_true(span_eq(buf_span(&both.records[1]), buf_span(&alone.records[1])));
		outcome_clear(&both);
		host_free(h);
		buf_clear(&source);
		tried++;
	}
	closedir(dir);
	assert_true(tried > 50);
	outcome_clear(&alone);
	document_clear(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pattern_calls_its_function_with_lua_positions),
	    cmocka_unit_test(matches_are_leftmost_longest_and_come_in_text_order),
	    cmocka_unit_test(nothing_that_a_plugin_keeps_outlives_its_document),
	    cmocka_unit_test(one_pattern_calls_at_most_ten_thousand_times),
	    cmocka_unit_test(document_runs_once_and_before_the_matches),
	    cmocka_unit_test(sentences_and_paragraphs_come_with_their_places),
	    cmocka_unit_test(positions_at_the_ends_and_in_an_empty_text_do_no_harm),
	    cmocka_unit_test(a_section_is_the_innermost_heading),
	    cmocka_unit_test(marks_give_pages_rows_links_and_meta),
	    cmocka_unit_test(evidence_reads_numbers_dates_dois_and_names),
	    cmocka_unit_test(names_of_persons_are_told_from_offices_and_bodies),
	    cmocka_unit_test(settings_are_a_table_of_the_configuration),
	    cmocka_unit_test(formats_keep_a_plugin_from_other_documents),
	    cmocka_unit_test(equal_records_are_given_once),
	    cmocka_unit_test(a_place_inside_a_character_is_widened),
	    cmocka_unit_test(helpers_may_be_global_while_loading),
	    cmocka_unit_test(what_lua_prints_shows_no_address),
	    cmocka_unit_test(pcall_catches_ordinary_errors),
	    cmocka_unit_test(a_document_that_is_over_cannot_be_used),
	    cmocka_unit_test(a_failure_drops_the_records_before_it_and_spares_the_next_document),
	    cmocka_unit_test(a_text_larger_than_the_memory_limit_can_be_read),
	    cmocka_unit_test(a_long_text_is_not_searched_with_a_lua_pattern),
	    cmocka_unit_test(plugins_that_are_skipped_do_not_begin),
	    cmocka_unit_test(plugins_beside_each_other_must_agree),
	    cmocka_unit_test(hostile_plugins_fail_by_file_and_line_and_harm_nobody),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
