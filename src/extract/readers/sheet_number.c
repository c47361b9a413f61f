/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet_number - numbers of spreadsheet cells as people see them.
 */
#include "extract/readers/sheet_number.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

#define NUMBER_DAYS_MAX  2958466 /* 1 January 10000 */
#define NUMBER_1904      1462    /* days from one system's first to the other's */
#define NUMBER_DAY_S     86400
#define NUMBER_EXACT     1e15 /* a double is exact so far */
#define NUMBER_PLAIN_MAX 1e21 /* written in full up to here … */
#define NUMBER_PLAIN_MIN 1e-9 /* … and from here */
#define NUMBER_NUDGE     4e-16

/* --- formats --- */

struct format_scan {
	struct sheet_format *f;
	bool digits, point;
	char last; /* the last letter of a date: 'h', 'm' for a month, … */
};

/* Adds a character's bytes to the unit before or behind the digits. */
static void
format_put(struct format_scan *s, struct span what)
{
	char *to = s->digits ? s->f->after : s->f->before;
	size_t n = strlen(to);

	if (n + what.n < SHEET_FORMAT_AROUND) {
		memcpy(to + n, what.p, what.n);
		to[n + what.n] = '\0';
	}
}

static void
format_letter(struct format_scan *s, char c)
{
	struct sheet_format *f = s->f;

	switch (c) {
	case 'y':
	case 'e':
		f->year = true;
		break;
	case 'd':
		f->day = true;
		break;
	case 'h':
		f->hour = true;
		break;
	case 's':
		/* What stood before seconds, and looked like a month, are minutes. */
		if (s->last == 'm')
			f->month = false;
		f->minute |= s->last == 'm';
		f->second = true;
		break;
	case 'm':
		if (s->last == 'h' || s->last == 'i')
			f->minute = true;
		else
			f->month = true;
		if (s->last == 'h' || s->last == 'i')
			c = 'i';
		break;
	default:
		break;
	}
	s->last = c;
}

/* "[h]", "[$£-809]", "[Red]"; `in` is what stands between the brackets. */
static void
format_bracket(struct format_scan *s, struct span in)
{
	const char *dash;

	if (in.n == 0)
		return;
	if (in.p[0] == '$') {
		in = span_sub(in, 1, in.n);
		dash = in.n == 0 ? NULL : memchr(in.p, '-', in.n);
		format_put(s, span_sub(in, 0, dash == NULL ? in.n : (size_t)(dash - in.p)));
		return;
	}
	for (size_t i = 1; i < in.n; i++)
		if (in.p[i] != in.p[0])
			return;
	if (strchr("hHmMsS", in.p[0]) == NULL)
		return;
	s->f->elapsed = s->f->hour = true;
	s->f->minute |= strchr("mM", in.p[0]) != NULL;
	s->f->second |= strchr("sS", in.p[0]) != NULL;
	s->last = 'h';
}

/* Handles what begins at `at`; returns how many bytes that is. */
static size_t
format_one(struct format_scan *s, struct span code, size_t at)
{
	struct span rest = span_sub(code, at, code.n);
	const char *end;
	char c = rest.p[0];

	switch (c) {
	case '"':
	case '[':
		end = memchr(rest.p + 1, c == '"' ? '"' : ']', rest.n - 1);
		if (end == NULL)
			return rest.n;
		if (c == '"')
			format_put(s, span_sub(rest, 1, (size_t)(end - rest.p) - 1));
		else
			format_bracket(s, span_sub(rest, 1, (size_t)(end - rest.p) - 1));
		return (size_t)(end - rest.p) + 1;
	case '\\':
		if (rest.n > 1 && ((unsigned char)rest.p[1] & 0x80) == 0)
			format_put(s, span_sub(rest, 1, 1));
		return 2;
	case '_':
	case '*':
		return 2;
	case '0':
	case '#':
	case '?':
		s->digits = true;
		if (s->point && s->f->decimals < SHEET_DECIMALS_MAX)
			s->f->decimals++;
		return 1;
	case '.':
		s->point = true;
		return 1;
	case ',':
		s->f->grouped |= s->digits && rest.n > 1 && strchr("0#?", rest.p[1]) != NULL;
		return 1;
	case '%':
		s->f->percent = true;
		return 1;
	case 'A':
	case 'a':
		if (rest.n >= 5 && strncasecmp(rest.p, "am/pm", 5) == 0)
			return 5;
		return rest.n >= 3 && strncasecmp(rest.p, "a/p", 3) == 0 ? 3 : 1;
	case '$':
	case ' ':
		format_put(s, span_sub(rest, 0, 1));
		return 1;
	default:
		if (((unsigned char)c & 0x80) != 0)
			format_put(s, span_sub(rest, 0, 1));
		else if (strchr("ydhmsYDHMS", c) != NULL)
			format_letter(s, (char)(c | 0x20));
		return 1;
	}
}

bool
sheet_format_is_date(const struct sheet_format *f)
{
	return f->year || f->month || f->day || f->hour || f->minute || f->second;
}

static bool
format_is_space(const char *s)
{
	return s[strspn(s, " ")] == '\0';
}

/* Is the code of a kind that is better written in full: general, text, scientific, a fraction? */
static bool
format_is_general(struct span code)
{
	if (code.n >= 7 && strncasecmp(code.p, "general", 7) == 0)
		return true;
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == '@')
			return true;
		if (i + 1 < code.n && strchr("0#?", code.p[i]) != NULL &&
		    (code.p[i + 1] == '/' || strchr("eE", code.p[i + 1]) != NULL))
			return true;
	}
	return code.n == 0;
}

void
sheet_format_parse(struct span code, struct sheet_format *f)
{
	struct format_scan s = {.f = f};
	bool quoted = false;

	*f = (struct sheet_format){.decimals = 0};
	code = span_sub(code, 0, SHEET_FORMAT_BYTES);
	for (size_t i = 0; i < code.n; i++) {
		quoted ^= code.p[i] == '"';
		if (code.p[i] == ';' && !quoted)
			code.n = i;
	}
	if (format_is_general(code)) {
		f->decimals = SHEET_FORMAT_GENERAL;
		return;
	}
	for (size_t at = 0; at < code.n;)
		at += format_one(&s, code, at);
	if (!s.digits)
		f->decimals = SHEET_FORMAT_GENERAL;
	if (format_is_space(f->before))
		f->before[0] = '\0';
	if (format_is_space(f->after))
		f->after[0] = '\0';
}

bool
sheet_format_builtin(unsigned id, struct sheet_format *f)
{
	static const struct {
		unsigned id;
		const char *code;
	} codes[] = {
	    {0, "General"},    {1, "0"},         {2, "0.00"},           {3, "#,##0"},
	    {4, "#,##0.00"},   {9, "0%"},        {10, "0.00%"},         {11, "General"},
	    {12, "General"},   {13, "General"},  {14, "m/d/yyyy"},      {15, "d-mmm-yy"},
	    {16, "d-mmm"},     {17, "mmm-yy"},   {18, "h:mm AM/PM"},    {19, "h:mm:ss AM/PM"},
	    {20, "h:mm"},      {21, "h:mm:ss"},  {22, "m/d/yyyy h:mm"}, {37, "#,##0"},
	    {38, "#,##0"},     {39, "#,##0.00"}, {40, "#,##0.00"},      {41, "#,##0"},
	    {42, "#,##0"},     {43, "#,##0.00"}, {44, "#,##0.00"},      {45, "mm:ss"},
	    {46, "[h]:mm:ss"}, {47, "mm:ss"},    {48, "General"},       {49, "@"},
	};

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].id == id) {
			sheet_format_parse(span_of(codes[i].code), f);
			return true;
		}
	/* Of East Asian Excels, where files need not say more. */
	if ((id >= 27 && id <= 31) || (id >= 50 && id <= 58) || id == 36)
		sheet_format_parse(SPAN("yyyy-mm-dd"), f);
	else if (id >= 32 && id <= 35)
		sheet_format_parse(SPAN("h:mm:ss"), f);
	else
		return false;
	return true;
}

/* --- dates --- */

/* The day that lies `days` after 1 January 1970, in the calendar of today. */
static void
number_civil(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static void
number_day(int64_t serial, const struct sheet_format *f, char out[SHEET_NUMBER_BYTES])
{
	int64_t year = 1900, month = 2, day = 29;

	/* 25,569 is 1 January 1970; days before the false leap day count one less. */
	if (serial != 60)
		number_civil(serial - 25569 + (serial < 60), &year, &month, &day);
	if (f->year && !f->month && !f->day)
		snprintf(out, SHEET_NUMBER_BYTES, "%04d", (int)year);
	else if (f->year && f->month && !f->day)
		snprintf(out, SHEET_NUMBER_BYTES, "%04d-%02d", (int)year, (int)month);
	else
		snprintf(out, SHEET_NUMBER_BYTES, "%04d-%02d-%02d", (int)year, (int)month,
			 (int)day);
}

static void
number_date(double v, const struct sheet_format *f, bool from_1904, char out[SHEET_NUMBER_BYTES])
{
	bool time = f->hour || f->minute || f->second, date = f->year || f->month || f->day;
	double seconds = v * NUMBER_DAY_S + 0.5;
	int64_t total = time ? (int64_t)seconds : (int64_t)v * NUMBER_DAY_S;
	int64_t serial = total / NUMBER_DAY_S, s = total % NUMBER_DAY_S;
	int64_t hours = f->elapsed ? total / 3600 : s / 3600;
	size_t n = 0;

	if (date) {
		number_day(serial + (from_1904 ? NUMBER_1904 : 0), f, out);
		n = strlen(out);
	}
	if (date && time)
		out[n++] = ' ';
	if (!time)
		return;
	if (f->elapsed && !f->second)
		snprintf(out + n, SHEET_NUMBER_BYTES - n, "%d:%02d", (int)hours,
			 (int)(s / 60 % 60));
	else if (f->elapsed || (!f->hour && !date))
		snprintf(out + n, SHEET_NUMBER_BYTES - n, "%d:%02d:%02d", (int)hours,
			 (int)(s / 60 % 60), (int)(s % 60));
	else if (f->second)
		snprintf(out + n, SHEET_NUMBER_BYTES - n, "%02d:%02d:%02d", (int)hours,
			 (int)(s / 60 % 60), (int)(s % 60));
	else
		snprintf(out + n, SHEET_NUMBER_BYTES - n, "%02d:%02d", (int)hours,
			 (int)(s / 60 % 60));
}

/* --- numbers --- */

/* The shortest that says all fifteen digits, without an exponent where that is readable. */
static void
number_general(double v, char out[SHEET_NUMBER_BYTES])
{
	double size = fabs(v);
	int decimals;
	size_t n;

	snprintf(out, SHEET_NUMBER_BYTES, "%.15g", v);
	if (strchr(out, 'e') == NULL || size >= NUMBER_PLAIN_MAX || size < NUMBER_PLAIN_MIN)
		return;
	decimals = size >= 1 ? 0 : SHEET_DECIMALS_MAX - 1 - (int)floor(log10(size));
	snprintf(out, SHEET_NUMBER_BYTES, "%.*f", decimals, v);
	n = strlen(out);
	while (decimals > 0 && n > 1 && out[n - 1] == '0')
		out[--n] = '\0';
}

/* Puts a comma between thousands; the whole part has at most sixteen digits here. */
static void
number_group(char out[SHEET_NUMBER_BYTES])
{
	char plain[SHEET_NUMBER_BYTES];
	size_t from = out[0] == '-', whole, n = from;

	snprintf(plain, sizeof plain, "%s", out);
	whole = from + strspn(plain + from, "0123456789");
	for (size_t i = from; i < whole; i++) {
		if (i > from && (whole - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = plain[i];
	}
	snprintf(out + n, SHEET_NUMBER_BYTES - n, "%s", plain + whole);
}

static void
number_plain(double v, const struct sheet_format *f, char out[SHEET_NUMBER_BYTES])
{
	char digits[SHEET_NUMBER_BYTES];
	bool minus;

	if (f->percent)
		v *= 100;
	if (f->decimals == SHEET_FORMAT_GENERAL || fabs(v) >= NUMBER_EXACT) {
		number_general(v, digits);
	} else {
		/* Halves go away from zero, also where the double lies a hair below. */
		v += copysign(fabs(v) * NUMBER_NUDGE, v);
		snprintf(digits, sizeof digits, "%.*f", f->decimals, v);
		if (f->grouped)
			number_group(digits);
	}
	minus = digits[0] == '-';
	if (minus && strpbrk(digits, "123456789") == NULL)
		v = 0; /* no "-0" */
	snprintf(out, SHEET_NUMBER_BYTES, "%s%s%.60s%s%s", minus && v < 0 ? "-" : "", f->before,
		 digits + minus, f->percent ? "%" : "", f->after);
}

void
sheet_number_write(double v, const struct sheet_format *f, bool from_1904,
		   char out[SHEET_NUMBER_BYTES])
{
	double last = NUMBER_DAYS_MAX - (from_1904 ? NUMBER_1904 : 0);
	struct sheet_format general = {.decimals = SHEET_FORMAT_GENERAL};

	out[0] = '\0';
	if (!isfinite(v))
		return;
	if (!sheet_format_is_date(f))
		number_plain(v, f, out);
	else if (v < 0 || v >= last - 1.0 / NUMBER_DAY_S)
		number_plain(v, &general, out);
	else
		number_date(v, f, from_1904, out);
}
