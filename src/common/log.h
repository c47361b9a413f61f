/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log - one line an event on stderr: "evidenced: warning: text".
 *
 * An error is logged once, by whoever does not return it. Control characters
 * in the text (file names hold anything) are written as \xNN. A line is
 * written by one write(2), so that lines of threads do not mix.
 */
#pragma once

#define LOG_FORMAT __attribute__((format(printf, 1, 2)))

void log_info(const char *format, ...) LOG_FORMAT;
void log_warning(const char *format, ...) LOG_FORMAT;
void log_error(const char *format, ...) LOG_FORMAT;
