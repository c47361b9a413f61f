/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eml_quote - where, in the text of a mail, another mail begins.
 */
#include "extract/readers/eml_quote.h"
#include "extract/readers/eml.h"
#include "extract/readers/heading.h"

#include <strings.h>

#define QUOTE_HEAD_LINES        8 /* within so many lines a head has all that it needs */
#define QUOTE_ATTRIBUTION_LINES 3
#define QUOTE_ATTRIBUTION_BYTES 400
#define QUOTE_DASHES            3
#define QUOTE_COUNT(array)      (sizeof(array) / sizeof(array)[0])

/* The words of a head in one language; Outlook writes `sent`, its Macintosh kin `date`. */
static const struct quote_words {
	const char *from, *sent, *date, *to, *subject;
} quote_words[] = {
    {"From", "Sent", "Date", "To", "Subject"},
    {"Oddi wrth", "Anfonwyd", "Dyddiad", "At", "Pwnc"},
    {"Gan", "Anfonwyd", "Dyddiad", "I", "Pwnc"},
    {"Ó", "Seolta", "Dáta", "Chuig", "Ábhar"},
    {"Von", "Gesendet", "Datum", "An", "Betreff"},
    {"De", "Envoyé", "Date", "À", "Objet"},
    {"De", "Enviado", "Fecha", "Para", "Asunto"},
    {"De", "Enviado", "Data", "Para", "Assunto"},
    {"Da", "Inviato", "Data", "A", "Oggetto"},
    {"Van", "Verzonden", "Datum", "Aan", "Onderwerp"},
    {"Från", "Skickat", "Datum", "Till", "Ämne"},
    {"Fra", "Sendt", "Dato", "Til", "Emne"},
    {"Od", "Wysłano", "Data", "Do", "Temat"},
    {"Lähettäjä", "Lähetetty", "Päiväys", "Vastaanottaja", "Aihe"},
};

static const char *const quote_originals[] = {
    "Original Message",        "Original Appointment",    "Neges Wreiddiol",
    "Bunteachtaireacht",       "Ursprüngliche Nachricht", "Message d'origine",
    "Message d’origine",       "Message original",        "Mensaje original",
    "Mensagem original",       "Messaggio originale",     "Oorspronkelijk bericht",
    "Ursprungligt meddelande", "Oprindelig meddelelse",   "Opprinnelig melding",
    "Wiadomość oryginalna",    "Alkuperäinen viesti",
};

static const char *const quote_forwards[] = {
    "Forwarded message",         "Neges a anfonwyd ymlaen",    "Neges wedi'i hanfon ymlaen",
    "Teachtaireacht ar aghaidh", "Weitergeleitete Nachricht",  "Message transféré",
    "Mensaje reenviado",         "Mensagem encaminhada",       "Messaggio inoltrato",
    "Doorgestuurd bericht",      "Vidarebefordrat meddelande", "Videresendt",
    "Wiadomość przekazana",      "Välitetty viesti",
};

/* Apple Mail writes no dashes. */
static const char *const quote_begins[] = {
    "Begin forwarded message",
    "Dechrau neges a anfonwyd ymlaen",
    "Anfang der weitergeleiteten Nachricht",
    "Début du message réexpédié",
    "Début du message transféré",
    "Inicio del mensaje reenviado",
    "Início da mensagem reencaminhada",
    "Inizio messaggio inoltrato",
    "Begin doorgestuurd bericht",
};

static const struct {
	const char *begins, *says;
} quote_attributions[] = {
    {"On ", "wrote"},      {"Ar ", "ysgrifennodd"}, {"Ysgrifennodd ", ":"}, {"Ar ", "scríobh"},
    {"Am ", "schrieb"},    {"Le ", "a écrit"},      {"El ", "escribió"},    {"Em ", "escreveu"},
    {"Il ", "ha scritto"}, {"Op ", "schreef"},      {"Den ", "skrev"},      {"W dniu ", "napisał"},
    {"Dnia ", "napisał"},
};

static struct span
quote_next_line(struct span *rest)
{
	const char *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
	struct span line = {rest->p, end == NULL ? rest->n : (size_t)(end - rest->p)};

	*rest = span_sub(*rest, line.n + 1, rest->n);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
quote_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

static bool
quote_has(struct span s, const char *word)
{
	for (; s.n > 0; s = span_sub(s, 1, s.n))
		if (quote_starts(s, word))
			return true;
	return false;
}

static bool
quote_is_one_of(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (quote_starts(s, list[i]))
			return true;
	return false;
}

enum quote_line
quote_separator(struct span line)
{
	size_t dashes = 0;

	line = heading_trim(line);
	while (dashes < line.n && line.p[dashes] == '-')
		dashes++;
	if (dashes == 0)
		return quote_is_one_of(line, quote_begins, QUOTE_COUNT(quote_begins))
			   ? QUOTE_FORWARD
			   : QUOTE_NOTHING;
	if (dashes < QUOTE_DASHES)
		return QUOTE_NOTHING;
	line = heading_trim(span_sub(line, dashes, line.n));
	if (quote_is_one_of(line, quote_originals, QUOTE_COUNT(quote_originals)))
		return QUOTE_ORIGINAL;
	if (quote_is_one_of(line, quote_forwards, QUOTE_COUNT(quote_forwards)))
		return QUOTE_FORWARD;
	return QUOTE_NOTHING;
}

/* "From: …", "*From:* …" (bold, made plain), "De : …". *value is what follows. */
static bool
quote_is_key(struct span line, const char *key, struct span *value)
{
	line = heading_trim(line);
	while (line.n > 0 && line.p[0] == '*')
		line = span_sub(line, 1, line.n);
	if (!quote_starts(line, key))
		return false;
	line = heading_trim(span_sub(line, strlen(key), line.n));
	while (line.n > 0 && line.p[0] == '*')
		line = span_sub(line, 1, line.n);
	if (line.n == 0 || line.p[0] != ':')
		return false;
	*value = span_sub(line, 1, line.n);
	while (value->n > 0 && (value->p[0] == '*' || value->p[0] == ' '))
		*value = span_sub(*value, 1, value->n);
	return true;
}

static bool
quote_is_head_in(struct span text, const struct quote_words *w, size_t *length)
{
	bool sent = false, date = false, to = false, subject = false;
	struct span rest = text, line = quote_next_line(&rest), value;

	if (!quote_is_key(line, w->from, &value))
		return false;
	for (int i = 0; i < QUOTE_HEAD_LINES && rest.n > 0; i++) {
		line = quote_next_line(&rest);
		if (heading_trim(line).n == 0)
			break;
		sent |= quote_is_key(line, w->sent, &value);
		date |= quote_is_key(line, w->date, &value);
		to |= quote_is_key(line, w->to, &value);
		if (quote_is_key(line, w->subject, &value)) {
			subject = true;
			break;
		}
	}
	*length = text.n - rest.n;
	return to && (sent || (date && subject));
}

bool
quote_is_head(struct span text, size_t *length)
{
	for (size_t i = 0; i < QUOTE_COUNT(quote_words); i++)
		if (quote_is_head_in(text, &quote_words[i], length))
			return true;
	return false;
}

bool
quote_passes_on(struct span text, size_t *length)
{
	struct span rest = text, line, value;
	bool begun = false, forward = false;

	*length = 0;
	for (int lines = 0; rest.n > 0 && lines < 2 * QUOTE_HEAD_LINES; lines++) {
		line = quote_next_line(&rest);
		if (heading_trim(line).n == 0) {
			if (begun)
				break;
			continue;
		}
		begun = true;
		for (size_t i = 0; i < QUOTE_COUNT(quote_words); i++)
			forward |= quote_is_key(line, quote_words[i].subject, &value) &&
				   eml_is_forward(value);
		*length = text.n - rest.n;
	}
	return forward;
}

/* An address or a time: a report of what the Minister wrote has neither. */
static bool
quote_has_place_in_mail(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '@')
			return true;
		if (i > 0 && i + 2 < s.n && (s.p[i] == ':' || s.p[i] == '.') && s.p[i - 1] >= '0' &&
		    s.p[i - 1] <= '9' && s.p[i + 1] >= '0' && s.p[i + 1] <= '5' &&
		    s.p[i + 2] >= '0' && s.p[i + 2] <= '9')
			return true;
	}
	return false;
}

static bool
quote_begins_attribution(struct span text)
{
	for (size_t i = 0; i < QUOTE_COUNT(quote_attributions); i++)
		if (quote_starts(text, quote_attributions[i].begins))
			return true;
	return false;
}

bool
quote_is_attribution(struct span text, size_t *length)
{
	struct span rest = text, whole = {text.p, 0};
	bool says = false;

	if (!quote_begins_attribution(text))
		return false;
	for (int i = 0; i < QUOTE_ATTRIBUTION_LINES && rest.n > 0; i++) {
		struct span line = heading_trim(quote_next_line(&rest));

		if (line.n == 0)
			return false;
		whole.n = (size_t)(line.p + line.n - text.p);
		if (whole.n > QUOTE_ATTRIBUTION_BYTES)
			return false;
		if (line.p[line.n - 1] == ':')
			break;
	}
	if (whole.n == 0 || whole.p[whole.n - 1] != ':' || !quote_has_place_in_mail(whole))
		return false;
	for (size_t i = 0; i < QUOTE_COUNT(quote_attributions); i++)
		says |= quote_starts(whole, quote_attributions[i].begins) &&
			quote_has(whole, quote_attributions[i].says);
	*length = text.n - rest.n;
	while (rest.n > 0) {
		struct span line = heading_trim(quote_next_line(&rest));

		if (line.n > 0)
			return says && line.p[0] != '>';
	}
	return false;
}

bool
eml_is_forward(struct span subject)
{
	static const char *const signs[] = {"fw:", "fwd:", "[fwd:", "wg:",     "tr:",
					    "rv:", "enc:", "yml:",  "doorst:", "i:"};

	subject = heading_trim(subject);
	/* "[EXTERNAL] FW: …": what a mail system put in front. */
	while (subject.n > 0 && subject.p[0] == '[' && !quote_starts(subject, "[fwd:")) {
		const char *end = memchr(subject.p, ']', subject.n);

		if (end == NULL)
			return false;
		subject = heading_trim(span_sub(subject, (size_t)(end - subject.p) + 1, subject.n));
	}
	return quote_is_one_of(subject, signs, QUOTE_COUNT(signs));
}
