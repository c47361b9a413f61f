/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log - lines on stderr; longer than LOG_LINE_MAX they are cut.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LOG_LINE_MAX 2048

static void
log_write(const char *level, const char *format, va_list args)
{
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX * 4 + 64];
	size_t n = 0;
	int errno_before = errno;

	vsnprintf(text, sizeof text, format, args);
	n += (size_t)snprintf(line, 64, "%s: %s%s", program_invocation_short_name, level,
			      level[0] == '\0' ? "" : ": ");
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (*c < 0x20 || *c == 0x7f)
			n += (size_t)snprintf(line + n, 5, "\\x%02x", *c);
		else
			line[n++] = (char)*c;
	}
	line[n++] = '\n';
	/* Nobody is left to tell when stderr itself fails. */
	if (write(STDERR_FILENO, line, n) < 0)
		errno = errno_before;
	errno = errno_before;
}

#define LOG_AT(level)                                                                              \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		log_write(level, format, args);                                                    \
		va_end(args);                                                                      \
	} while (0)

void
log_info(const char *format, ...)
{
	LOG_AT("");
}

void
log_warning(const char *format, ...)
{
	LOG_AT("warning");
}

void
log_error(const char *format, ...)
{
	LOG_AT("error");
}
