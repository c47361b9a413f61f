/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf - reading evidenced.conf with libconfuse, and defaults.
 *
 * libconfuse has no free tables, so that `set(KEY, VALUE…)` in a plugin's section
 * is a function; it keeps what it was given in a list of the same section whose
 * name nobody can type.
 */
#include "common/conf.h"

#include "common/jread.h"
#include "common/jwrite.h"
#include "common/utf8.h"

#include <confuse.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CONF_SETTINGS      " settings"            /* the list behind set() */
#define CONF_END           "end_of_configuration" /* see conf_load() */
#define CONF_LANGUAGES_MAX 200
#define CONF_FILE_MAX      (1024 * 1024)
#define CONF_SEPARATOR     '\x1f' /* between a setting's key and values */

#define MIB (1024ull * 1024)

/* libconfuse gives its error function no context. */
static _Thread_local struct {
	const char *file;
	char message[512];
} conf_reading;

void
conf_init(struct conf *c)
{
	*c = (struct conf){
	    .socket_mode = 0660,
	    .limits =
		{
		    .file_bytes = 256 * MIB,
		    .text_bytes = 64 * MIB,
		    .unpacked_bytes = 512 * MIB,
		    .unpacked_ratio = 200,
		    .pages = 50000,
		    .parts = 10000,
		    .part_depth = 8,
		    .memory_bytes = 1024 * MIB,
		    .cpu_s = 60,
		    .ocr_confidence = 60,
		    .lua_memory_bytes = 64 * MIB,
		    .lua_instructions = 100 * 1000 * 1000,
		},
	    .map_bytes = 64 * 1024 * MIB,
	    .query_ms = 2000,
	    .document_ms = 60000,
	    .settle_ms = 2000,
	    .poll_s = 60,
	    .ocr = true,
	    .ocr_document_ms = 600000,
	    .ocr_memory_bytes = 2048 * MIB,
	};
}

static void
conf_watch_clear(struct conf_watch *w)
{
	free(w->path);
	for (size_t i = 0; i < w->ignore_count; i++)
		free(w->ignore[i]);
	free(w->ignore);
}

void
conf_clear(struct conf *c)
{
	for (size_t i = 0; i < c->watch_count; i++)
		conf_watch_clear(&c->watches[i]);
	free(c->watches);
	for (size_t i = 0; i < c->plugin_count; i++) {
		free(c->plugins[i].name);
		free(c->plugins[i].settings);
	}
	free(c->plugins);
	free(c->state_dir);
	free(c->socket);
	free(c->plugin_dir);
	free(c->ocr_languages);
	*c = (struct conf){0};
}

enum err
conf_add_watch(struct conf *c, const char *path)
{
	struct conf_watch *list = realloc(c->watches, (c->watch_count + 1) * sizeof *list);

	if (list == NULL)
		return ERR_NOMEM;
	c->watches = list;
	list[c->watch_count] = (struct conf_watch){.path = strdup(path), .mode = WATCH_AUTO};
	if (list[c->watch_count].path == NULL)
		return ERR_NOMEM;
	c->watch_count++;
	return OK;
}

const char *
conf_plugin_settings(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->plugin_count; i++)
		if (strcmp(c->plugins[i].name, name) == 0)
			return c->plugins[i].settings;
	return "{}";
}

/* --- reading --- */

static void
conf_on_error(cfg_t *cfg, const char *format, va_list args)
{
	char *message = conf_reading.message;
	size_t size = sizeof conf_reading.message;
	int n = snprintf(message, size, "%s:%d: ", conf_reading.file, cfg->line);

	if (n > 0 && (size_t)n < size)
		vsnprintf(message + n, size - (size_t)n, format, args);
}

static int
conf_on_set(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	struct buf line = {0};
	int result = -1;

	(void)opt;
	if (argc < 2) {
		cfg_error(cfg, "set(KEY, VALUE…) needs a key and at least one value");
		return -1;
	}
	if (!record_name_valid(span_of(argv[0]))) {
		cfg_error(cfg, "'%s' is no name for a setting: small letters, digits and _",
			  argv[0]);
		return -1;
	}
	for (int i = 0; i < argc; i++) {
		if (!utf8_valid(span_of(argv[i])) || strchr(argv[i], CONF_SEPARATOR) != NULL) {
			cfg_error(cfg, "the values of '%s' are not UTF-8 text", argv[0]);
			goto out;
		}
		if (i > 0)
			buf_put_char(&line, CONF_SEPARATOR);
		buf_put_str(&line, argv[i]);
	}
	if (buf_cstr(&line) != NULL &&
	    cfg_setnstr(cfg, CONF_SETTINGS, line.p, cfg_size(cfg, CONF_SETTINGS)) == 0)
		result = 0;
out:
	buf_clear(&line);
	return result;
}

/* What reads as a JSON number is one; true and false are booleans; the rest are strings. */
static void
conf_put_setting(struct jwrite *j, struct span value)
{
	json_t *parsed;

	if (span_is(value, "true") || span_is(value, "false")) {
		jwrite_bool(j, value.p[0] == 't');
		return;
	}
	if (jread_parse(value, &parsed, NULL) == OK) {
		bool number = json_is_number(parsed);
		double n = json_number_value(parsed);

		json_decref(parsed);
		if (number) {
			jwrite_number(j, n);
			return;
		}
	}
	jwrite_string(j, value);
}

static void
conf_put_settings(struct jwrite *j, struct span line)
{
	const char *end = line.p + line.n, *at, *next;
	size_t values = 0;

	for (const char *p = line.p; p < end; p++)
		values += *p == CONF_SEPARATOR;
	at = memchr(line.p, CONF_SEPARATOR, line.n);
	jwrite_key_span(j, (struct span){line.p, (size_t)(at - line.p)});
	if (values > 1)
		jwrite_array_begin(j);
	for (at++; at <= end; at = next + 1) {
		next = memchr(at, CONF_SEPARATOR, (size_t)(end - at));
		if (next == NULL)
			next = end;
		conf_put_setting(j, (struct span){at, (size_t)(next - at)});
	}
	if (values > 1)
		jwrite_array_end(j);
}

static enum err
conf_take_plugin(struct conf *c, cfg_t *sec)
{
	struct conf_plugin *list = realloc(c->plugins, (c->plugin_count + 1) * sizeof *list);
	struct buf json = {0};
	struct jwrite j = {.buf = &json};

	if (list == NULL)
		return ERR_NOMEM;
	c->plugins = list;
	jwrite_object_begin(&j);
	for (unsigned i = 0; i < cfg_size(sec, CONF_SETTINGS); i++)
		conf_put_settings(&j, span_of(cfg_getnstr(sec, CONF_SETTINGS, i)));
	jwrite_object_end(&j);
	list[c->plugin_count].name = strdup(cfg_title(sec));
	if (buf_cstr(&json) == NULL || list[c->plugin_count].name == NULL) {
		free(list[c->plugin_count].name);
		buf_clear(&json);
		return ERR_NOMEM;
	}
	list[c->plugin_count++].settings = json.p;
	return OK;
}

static enum err
conf_take_watch(struct conf *c, cfg_t *sec)
{
	const char *mode = cfg_getstr(sec, "mode");
	unsigned patterns = cfg_size(sec, "ignore");
	struct conf_watch *w;
	enum err e = conf_add_watch(c, cfg_title(sec));

	if (e != OK)
		return e;
	w = &c->watches[c->watch_count - 1];
	if (strcmp(mode, "auto") == 0) {
		w->mode = WATCH_AUTO;
	} else if (strcmp(mode, "inotify") == 0) {
		w->mode = WATCH_INOTIFY;
	} else if (strcmp(mode, "poll") == 0) {
		w->mode = WATCH_POLL;
	} else {
		cfg_error(sec, "mode is 'auto', 'inotify' or 'poll', not '%s'", mode);
		return ERR_FORMAT;
	}
	w->ignore = calloc(patterns + 1, sizeof *w->ignore);
	if (w->ignore == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < patterns; i++) {
		w->ignore[i] = strdup(cfg_getnstr(sec, "ignore", i));
		if (w->ignore[i] == NULL)
			return ERR_NOMEM;
		w->ignore_count++;
	}
	return OK;
}

/* A number of the configuration in its range. */
static enum err
conf_take_number(cfg_t *sec, const char *name, long low, long high, uint64_t *out)
{
	long n = cfg_getint(sec, name);

	if (n < low || n > high) {
		cfg_error(sec, "%s is %ld, but must be between %ld and %ld", name, n, low, high);
		return ERR_FORMAT;
	}
	*out = (uint64_t)n;
	return OK;
}

struct conf_number {
	const char *name;
	long low, high;
	uint64_t *to;
};

static enum err
conf_take_numbers(cfg_t *sec, const struct conf_number *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum err e = conf_take_number(sec, numbers[i].name, numbers[i].low, numbers[i].high,
					      numbers[i].to);

		if (e != OK)
			return e;
	}
	return OK;
}

static enum err
conf_take_string(cfg_t *sec, const char *name, char **to)
{
	const char *value = cfg_getstr(sec, name);

	if (value == NULL)
		return OK;
	if (value[0] != '/') {
		cfg_error(sec, "%s must be an absolute path, not '%s'", name, value);
		return ERR_FORMAT;
	}
	free(*to);
	*to = strdup(value);
	return *to == NULL ? ERR_NOMEM : OK;
}

/* Tesseract's names with '+' between: they become names of files. */
static enum err
conf_take_languages(cfg_t *sec, char **to)
{
	const char *value = cfg_getstr(sec, "languages");
	size_t n =
	    strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789+");

	if (n == 0 || value[n] != '\0' || n > CONF_LANGUAGES_MAX) {
		cfg_error(sec, "languages are Tesseract's names with + between, not '%s'", value);
		return ERR_FORMAT;
	}
	free(*to);
	*to = strdup(value);
	return *to == NULL ? ERR_NOMEM : OK;
}

static enum err
conf_take(struct conf *c, cfg_t *cfg)
{
	cfg_t *limits = cfg_getsec(cfg, "limits"), *worker = cfg_getsec(cfg, "worker");
	cfg_t *socket = cfg_getsec(cfg, "socket"), *ocr = cfg_getsec(cfg, "ocr");
	uint64_t mode, query_ms, document_ms, children, settle_ms, poll_s, ocr_ms;
	const long gib64 = 64L * 1024 * 1024 * 1024, most = LONG_MAX;
	const struct conf_number in_limits[] = {
	    {"file_bytes", 1, gib64, &c->limits.file_bytes},
	    {"text_bytes", 1024, 64L * 1024 * 1024, &c->limits.text_bytes},
	    {"unpacked_bytes", 1024, gib64, &c->limits.unpacked_bytes},
	    {"unpacked_ratio", 1, 1000000, &c->limits.unpacked_ratio},
	    {"pages", 1, 1000000, &c->limits.pages},
	    {"parts", 1, 1000000, &c->limits.parts},
	    {"part_depth", 1, 32, &c->limits.part_depth},
	    {"map_bytes", 1024L * 1024, most, &c->map_bytes},
	    {"query_ms", 1, 3600000, &query_ms},
	    {"settle_ms", 1, 60000, &settle_ms},
	    {"poll_s", 1, 86400, &poll_s},
	};
	const struct conf_number in_worker[] = {
	    {"children", 0, 256, &children},
	    {"document_ms", 100, 3600000, &document_ms},
	    {"cpu_s", 1, 3600, &c->limits.cpu_s},
	    {"memory_bytes", 64L * 1024 * 1024, gib64, &c->limits.memory_bytes},
	    {"lua_memory_bytes", 1024L * 1024, gib64, &c->limits.lua_memory_bytes},
	    {"lua_instructions", 1000, most, &c->limits.lua_instructions},
	};
	const struct conf_number in_ocr[] = {
	    {"confidence", 0, 100, &c->limits.ocr_confidence},
	    {"document_ms", 1000, 3600000, &ocr_ms},
	    {"memory_bytes", 256L * 1024 * 1024, gib64, &c->ocr_memory_bytes},
	};
	const struct conf_number in_socket[] = {{"mode", 0, 0777, &mode}};
	enum err e;

	if ((e = conf_take_string(cfg, "state", &c->state_dir)) != OK ||
	    (e = conf_take_string(cfg, "plugins", &c->plugin_dir)) != OK ||
	    (e = conf_take_string(socket, "path", &c->socket)) != OK ||
	    (e = conf_take_numbers(socket, in_socket, 1)) != OK ||
	    (e = conf_take_numbers(limits, in_limits, sizeof in_limits / sizeof *in_limits)) !=
		OK ||
	    (e = conf_take_numbers(worker, in_worker, sizeof in_worker / sizeof *in_worker)) !=
		OK ||
	    (e = conf_take_numbers(ocr, in_ocr, sizeof in_ocr / sizeof *in_ocr)) != OK ||
	    (e = conf_take_languages(ocr, &c->ocr_languages)) != OK)
		return e;
	c->plugin_dir_given = c->plugin_dir != NULL;
	c->socket_mode = (unsigned)mode;
	c->query_ms = (uint32_t)query_ms;
	c->settle_ms = (uint32_t)settle_ms;
	c->poll_s = (uint32_t)poll_s;
	c->document_ms = (uint32_t)document_ms;
	c->children = (uint32_t)children;
	c->ocr = cfg_getbool(ocr, "enabled") == cfg_true;
	c->ocr_document_ms = (uint32_t)ocr_ms;
	c->allow_no_landlock = cfg_getbool(worker, "allow_no_landlock") == cfg_true;
	for (unsigned i = 0; i < cfg_size(cfg, "watch") && e == OK; i++)
		e = conf_take_watch(c, cfg_getnsec(cfg, "watch", i));
	for (unsigned i = 0; i < cfg_size(cfg, "plugin") && e == OK; i++)
		e = conf_take_plugin(c, cfg_getnsec(cfg, "plugin", i));
	return e;
}

/*
 * The file's text with one more option at its end: libconfuse takes the end of the
 * file for the end of a section that was never closed; then the option stands
 * inside that section, where it is unknown.
 */
static enum err
conf_load(const char *file, struct buf *text)
{
	FILE *f = fopen(file, "re");
	enum err e = OK;
	char *at;
	size_t n = 0;

	if (f == NULL)
		return err_from_errno(errno);
	at = buf_reserve(text, CONF_FILE_MAX + 1);
	if (at == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	n = fread(at, 1, CONF_FILE_MAX + 1, f);
	if (ferror(f))
		e = err_from_errno(errno);
	else if (n > CONF_FILE_MAX)
		e = ERR_LIMIT;
	text->n += n;
	buf_put_str(text, "\n" CONF_END " = true\n");
	if (e == OK && buf_cstr(text) == NULL)
		e = ERR_NOMEM;
out:
	fclose(f);
	return e;
}

enum err
conf_read(struct conf *c, const char *file, char why[512])
{
	cfg_opt_t watch[] = {CFG_STR("mode", "auto", CFGF_NONE),
			     CFG_STR_LIST("ignore", "{}", CFGF_NONE), CFG_END()};
	cfg_opt_t socket[] = {CFG_STR("path", NULL, CFGF_NONE),
			      CFG_INT("mode", (long)c->socket_mode, CFGF_NONE), CFG_END()};
	cfg_opt_t limits[] = {CFG_INT("file_bytes", (long)c->limits.file_bytes, CFGF_NONE),
			      CFG_INT("text_bytes", (long)c->limits.text_bytes, CFGF_NONE),
			      CFG_INT("unpacked_bytes", (long)c->limits.unpacked_bytes, CFGF_NONE),
			      CFG_INT("unpacked_ratio", (long)c->limits.unpacked_ratio, CFGF_NONE),
			      CFG_INT("pages", (long)c->limits.pages, CFGF_NONE),
			      CFG_INT("parts", (long)c->limits.parts, CFGF_NONE),
			      CFG_INT("part_depth", (long)c->limits.part_depth, CFGF_NONE),
			      CFG_INT("map_bytes", (long)c->map_bytes, CFGF_NONE),
			      CFG_INT("query_ms", (long)c->query_ms, CFGF_NONE),
			      CFG_INT("settle_ms", (long)c->settle_ms, CFGF_NONE),
			      CFG_INT("poll_s", (long)c->poll_s, CFGF_NONE),
			      CFG_END()};
	cfg_opt_t worker[] = {CFG_INT("children", 0, CFGF_NONE),
			      CFG_BOOL("allow_no_landlock", cfg_false, CFGF_NONE),
			      CFG_INT("document_ms", (long)c->document_ms, CFGF_NONE),
			      CFG_INT("cpu_s", (long)c->limits.cpu_s, CFGF_NONE),
			      CFG_INT("memory_bytes", (long)c->limits.memory_bytes, CFGF_NONE),
			      CFG_INT("lua_memory_bytes", (long)c->limits.lua_memory_bytes,
				      CFGF_NONE),
			      CFG_INT("lua_instructions", (long)c->limits.lua_instructions,
				      CFGF_NONE),
			      CFG_END()};
	cfg_opt_t ocr[] = {CFG_BOOL("enabled", c->ocr ? cfg_true : cfg_false, CFGF_NONE),
			   CFG_STR("languages", OCR_LANGUAGES, CFGF_NONE),
			   CFG_INT("confidence", (long)c->limits.ocr_confidence, CFGF_NONE),
			   CFG_INT("document_ms", (long)c->ocr_document_ms, CFGF_NONE),
			   CFG_INT("memory_bytes", (long)c->ocr_memory_bytes, CFGF_NONE),
			   CFG_END()};
	cfg_opt_t plugin[] = {CFG_FUNC("set", conf_on_set),
			      CFG_STR_LIST(CONF_SETTINGS, "{}", CFGF_NONE), CFG_END()};
	cfg_opt_t top[] = {CFG_STR("state", NULL, CFGF_NONE),
			   CFG_STR("plugins", NULL, CFGF_NONE),
			   CFG_BOOL(CONF_END, cfg_false, CFGF_NONE),
			   CFG_SEC("watch", watch, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
			   CFG_SEC("socket", socket, CFGF_NONE),
			   CFG_SEC("limits", limits, CFGF_NONE),
			   CFG_SEC("worker", worker, CFGF_NONE),
			   CFG_SEC("ocr", ocr, CFGF_NONE),
			   CFG_SEC("plugin", plugin, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
			   CFG_END()};
	cfg_t *cfg = cfg_init(top, CFGF_NONE);
	struct buf text = {0};
	enum err e = OK;

	if (cfg == NULL)
		return ERR_NOMEM;
	cfg_set_error_function(cfg, conf_on_error);
	conf_reading.file = file;
	e = conf_load(file, &text);
	if (e != OK) {
		snprintf(conf_reading.message, sizeof conf_reading.message, "%s: %s", file,
			 err_text(e));
		goto out;
	}
	snprintf(conf_reading.message, sizeof conf_reading.message, "%s: malformed", file);
	e = cfg_parse_buf(cfg, text.p) == CFG_SUCCESS ? conf_take(c, cfg) : ERR_FORMAT;
	if (e == ERR_FORMAT && strstr(conf_reading.message, CONF_END) != NULL)
		snprintf(conf_reading.message, sizeof conf_reading.message,
			 "%s:%d: a section is not closed by '}'", file, cfg->line);
out:
	if (e != OK)
		memcpy(why, conf_reading.message, sizeof conf_reading.message);
	buf_clear(&text);
	cfg_free(cfg);
	return e;
}
