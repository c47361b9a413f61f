/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mails, mailboxes, saved pages and winmail.dat: what is read of them, what is quoted,
 * and what hostile ones end with.
 */
#include "readers_fixture.h"

#include <stdio.h>
#include <time.h>

#define MAIL "From: Ada <ada@a.example>\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\n"
#define HEAD "From: Ada <ada@a.example>\nSubject: x\n\n"
#define PNG                                                                                        \
	"Content-Transfer-Encoding: "                                                              \
	"base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1Pe\r\n"
#define PLAIN "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"

/* --- helpers --- */

static struct span
text_of(const struct outcome *o)
{
	return buf_span(&o->doc.text);
}

static bool
has_words(const struct outcome *o, const char *words)
{
	return o->doc.text.n > 0 &&
	       memmem(o->doc.text.p, o->doc.text.n, words, strlen(words)) != NULL;
}

/* How deep in quotations the words stand. */
static unsigned
quoted(const struct outcome *o, const char *words)
{
	const char *at = memmem(o->doc.text.p, o->doc.text.n, words, strlen(words));
	const struct mark *mark;

	if (at == NULL)
		fail_msg("'%s' is not there", words);
	mark = marks_at(&o->doc.marks, MARK_QUOTED, (uint64_t)(at - o->doc.text.p));
	return mark == NULL ? 0 : mark->number;
}

/* The value of a key in meta, "" when there is none. */
static void
assert_meta(const struct outcome *o, const char *key, const char *value)
{
	struct meta_pair pair;
	size_t at = 0;

	while (meta_next(buf_span(&o->doc.meta), &at, &pair))
		if (span_is(pair.key, key)) {
			if (!span_is(pair.value, value))
				fail_msg("%s is '%.*s'", key, (int)pair.value.n, pair.value.p);
			return;
		}
	if (value[0] != '\0')
		fail_msg("no %s", key);
}

static void
assert_header(void **state, const char *raw, const char *name, const char *value)
{
	struct buf mail = {0};
	struct outcome o;

	buf_put_str(&mail, "Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nTo: z@a.example\r\n");
	buf_put_str(&mail, raw);
	buf_put_str(&mail, "\r\n\r\nwords\r\n");
	o = read_bytes(state, "a.eml", buf_span(&mail));
	assert_int_equal(o.err, OK);
	if (!has_mark(&o.doc, MARK_HEADER, 0, value, name))
		fail_msg("%s: %s gives %.*s", raw, value, (int)o.doc.text.n, o.doc.text.p);
	document_clear(&o.doc);
	buf_clear(&mail);
}

static struct outcome
read_mail(void **state, const char *mail)
{
	struct outcome o = read_bytes(state, "a.eml", span_of(mail));

	assert_int_equal(o.err, OK);
	return o;
}

/* Of this process alone: the machine may be busy. */
static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- samples --- */

static void
the_samples_read_as_expected(void **state)
{
	assert_sample(state, "letter-attached.eml", "eml");
	assert_sample(state, "forwarded.eml", "eml");
	assert_sample(state, "project-inbox.mbox", "mbox");
	assert_sample(state, "council-page.mhtml", "mhtml");
	assert_sample(state, "winmail.eml", "eml");
}

/* --- headers --- */

static void
header_words_of_any_encoding_are_decoded(void **state)
{
	assert_header(state, "Subject: =?windows-1252?Q?caf=E9_=96_=80_5?=", "Subject",
		      "café – € 5");
	assert_header(state, "Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "Subject", "日本");
	assert_header(state, "Subject: =?koi8-u?Q?=F0=D2=C9=D7=A6=D4?=", "Subject", "Привіт");
	assert_header(state, "Subject: =?utf-8*cy?q?T=C5=B7?=", "Subject", "Tŷ");
	assert_header(state, "Subject: =?gb2312?B?xOO6ww==?= =?big5?B?p0Gmbg==?=", "Subject",
		      "你好你好");
	/* A character cut in two by the border of two words. */
	assert_header(state, "Subject: =?utf-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9s?= here", "Subject",
		      "cafés here");
	/* No words at all, but bytes. */
	assert_header(state, "Subject: caf\xc3\xa9", "Subject", "café");
	assert_header(state, "Subject: caf\xe9", "Subject", "café");
	assert_header(state, "Subject: \x1b$BF|K\\\x1b(B", "Subject", "日本");
	/* Wrong ones: with blanks, without an end, of nobody's encoding, of the wrong one. */
	assert_header(state, "Subject: =?utf-8?Q?two words?=", "Subject", "two words");
	assert_header(state, "Subject: =?utf-8?Q?no end", "Subject", "=?utf-8?Q?no end");
	assert_header(state, "Subject: =?x-none?Q?plain?=", "Subject", "plain");
	assert_header(state, "Subject: =?utf-8?Q?caf=E9?=", "Subject", "café");
	assert_header(state, "Subject: a\r\n\tfolded\r\n line", "Subject", "a folded line");
}

static void
names_lose_quotation_marks_that_they_do_not_need(void **state)
{
	assert_header(state, "From: \"Ada Bell\" <ada@a.example>", "From",
		      "Ada Bell <ada@a.example>");
	assert_header(state, "From: \"Bell, Ada\" <ada@a.example>", "From",
		      "\"Bell, Ada\" <ada@a.example>");
	assert_header(state, "From: =?utf-8?Q?Bell=2C_Zo=C3=AB?= <z@a.example>, b@a.example",
		      "From", "\"Bell, Zoë\" <z@a.example>, b@a.example");
	assert_header(state, "From: \"=?iso-8859-1?Q?Ren=E9?=\" <r@a.example>", "From",
		      "René <r@a.example>");
}

static void
assert_file_name(void **state, const char *disposition, const char *name)
{
	struct buf mail = {0};
	struct outcome o;

	buf_printf(&mail,
		   MAIL "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
			"text/plain\r\n\r\nwords\r\n--b\r\nContent-Type: text/plain\r\n"
			"Content-Disposition: attachment; %s\r\n\r\nin it\r\n--b--\r\n",
		   disposition);
	o = read_bytes(state, "a.eml", buf_span(&mail));
	assert_int_equal(o.err, OK);
	if (!has_mark(&o.doc, MARK_PART, 1, "in it", name))
		fail_msg("%s is not '%s'", disposition, name);
	assert_meta(&o, "attachment_1", name);
	document_clear(&o.doc);
	buf_clear(&mail);
}

static void
names_of_attachments_are_decoded(void **state)
{
	assert_file_name(state, "filename=a.txt", "a.txt");
	assert_file_name(state, "filename=\"a \\\"b\\\"; c.txt\"", "a \"b\"; c.txt");
	assert_file_name(state, "filename*=UTF-8''T%C5%B7.txt", "Tŷ.txt");
	assert_file_name(state, "filename*=iso-8859-1'fr'caf%E9.txt", "café.txt");
	assert_file_name(state,
			 "filename*1*=%A9.txt;\r\n filename=x.txt;\r\n filename*0*=utf-8''caf%C3",
			 "café.txt");
	assert_file_name(state, "filename*0=\"one \";\r\n filename*1=two.txt", "one two.txt");
	assert_file_name(state, "filename=\"=?utf-8?B?Y2Fmw6kudHh0?=\"", "café.txt");
	assert_file_name(state, "filename=\"=?utf-8?Q?caf=C3=A9_?=\r\n =?utf-8?Q?b.txt?=\"",
			 "café b.txt");
	assert_file_name(state, "filename=\"caf\xe9.txt\"", "café.txt");
	assert_file_name(state, "name=\"nothing\"", "text/plain");
}

/* --- which parts are the text --- */

static void
of_alternatives_one_is_the_text(void **state)
{
	static const char mail[] =
	    MAIL "Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
		 "--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
		 "--b\r\nContent-Type: text/html\r\n\r\n<p>As a page.</p>\r\n--b--\r\n";
	char text[2000];

	snprintf(text, sizeof text, mail, "As plain text, which is long enough.");
	assert_text(state, "a.eml", span_of(text), HEAD "As plain text, which is long enough.");
	snprintf(text, sizeof text, mail, " ");
	assert_text(state, "a.eml", span_of(text), HEAD "As a page.");
	snprintf(text, sizeof text, mail, "Your mail program does not show HTML, use another.");
	assert_text(state, "a.eml", span_of(text), HEAD "As a page.");
}

static void
attachments_inside_an_alternative_are_read_too(void **state)
{
	/* As Apple Mail nests them. */
	struct outcome o = read_mail(
	    state,
	    MAIL "Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
		 "--b\r\nContent-Type: text/plain\r\n\r\nSee the two files, please.\r\n"
		 "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
		 "--c\r\nContent-Type: text/html\r\n\r\n<p>See the two</p>\r\n"
		 "--c\r\nContent-Type: text/plain; name=one.txt\r\nContent-Disposition: inline; "
		 "filename=one.txt\r\n\r\nThe first file.\r\n"
		 "--c\r\nContent-Type: text/html\r\n\r\n<p>files, please.</p>\r\n"
		 "--c--\r\n--b--\r\n");

	assert_true(span_is(text_of(&o), HEAD "See the two files, please.\n\nThe first file."));
	assert_true(has_mark(&o.doc, MARK_PART, 1, "The first file.", "one.txt"));
	document_clear(&o.doc);
}

static void
all_texts_of_a_mixed_mail_are_read_in_order(void **state)
{
	assert_text(state, "a.eml",
		    SPAN(MAIL "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
			      "--b\r\nContent-Type: text/plain\r\n\r\nBefore.\r\n"
			      "--b\r\nContent-Type: image/png\r\nContent-ID: <1>\r\n" PNG
			      "--b\r\nContent-Type: text/html\r\n\r\n<p>After.</p>\r\n--b--\r\n"),
		    HEAD "Before.\n\nAfter.");
}

static void
a_picture_of_a_signature_is_no_attachment(void **state)
{
	struct outcome o =
	    read_mail(state, MAIL
		      "Subject: x\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
		      "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello.<img src='cid:1'></p>\r\n"
		      "--b\r\nContent-Type: image/png; name=image001.png\r\nContent-ID: <1>\r\n"
		      "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
		      "CAIAAACQd1Pe\r\n--b--\r\n");

	assert_true(span_is(text_of(&o), HEAD "Hello."));
	assert_string_equal(o.doc.cut, "");
	assert_meta(&o, "attachment_1", "");
	document_clear(&o.doc);
}

static void
what_cannot_be_read_is_named_and_the_mail_goes_on(void **state)
{
	struct outcome o =
	    read_mail(state,
		      MAIL "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
			   "--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
			   "--b\r\nContent-Type: application/octet-stream; name=a.pdf\r\n\r\n"
			   "%PDF-1.4 and no more\r\n--b--\r\n");

	assert_true(has_words(&o, "Hello."));
	assert_non_null(strstr(o.doc.cut, "a.pdf was left out: "));
	assert_meta(&o, "attachment_1", "a.pdf");
	document_clear(&o.doc);
}

static void
attached_text_keeps_its_encoding(void **state)
{
	struct outcome o =
	    read_mail(state, MAIL
		      "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		      "--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
		      "--b\r\nContent-Type: text/plain; charset=koi8-u; name=a.txt\r\n"
		      "Content-Disposition: attachment\r\n\r\n\xf0\xd2\xc9\xd7\xa6\xd4\r\n--b--");

	assert_true(has_mark(&o.doc, MARK_PART, 1, "Привіт", "a.txt"));
	document_clear(&o.doc);
}

static void
an_invitation_says_what_when_and_where_once(void **state)
{
#define EVENT                                                                                      \
	"--b\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\n"             \
	"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY;LANGUAGE=cy:Darlith\\, a\r\n  thrafodaeth\r\n"           \
	"DTSTART:20190514T090000Z\r\nDTEND:20190514T103000Z\r\nLOCATION:Neuadd\r\n"                \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"
	assert_text(state, "a.eml",
		    SPAN(MAIL "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
			      "--b\r\nContent-Type: text/plain\r\n\r\nDo come.\r\n" EVENT EVENT
			      "--b--\r\n"),
		    HEAD "Do come.\n\nEvent: Darlith, a thrafodaeth\nWhen: 2019-05-14 09:00 UTC to "
			 "2019-05-14 10:30 UTC\nWhere: Neuadd");
}

static void
a_delivery_report_quotes_what_it_returns(void **state)
{
	struct outcome o =
	    read_mail(state, MAIL
		      "Subject: x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
		      "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
		      "--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n"
		      "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@a.example\r\nSubject: "
		      "y\r\n\r\nWhat I wrote.\r\n--b--\r\n");

	assert_int_equal(quoted(&o, "could not"), 0);
	assert_true(has_words(&o, "Status: 5.1.1"));
	assert_int_equal(quoted(&o, "What I wrote."), 1);
	document_clear(&o.doc);
}

/* --- mails in mails --- */

static void
a_mail_that_is_attached_has_its_own_head(void **state)
{
	struct outcome o =
	    read_mail(state,
		      MAIL "Subject: Fwd: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
			   "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
			   "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: Bea <b@a.example>\r\n"
			   "Subject: =?utf-8?Q?caf=C3=A9?=\r\n\r\nIt was good.\r\n--b--\r\n");

	assert_true(has_mark(&o.doc, MARK_HEADER, 0, "Bea <b@a.example>", "From"));
	assert_true(has_mark(&o.doc, MARK_PART, 1,
			     "From: Bea <b@a.example>\nSubject: café\n\nIt was good.", "café"));
	assert_int_equal(quoted(&o, "It was good."), 0);
	assert_string_equal(o.doc.title, "Fwd: x");
	document_clear(&o.doc);
}

static void
mails_in_mails_end_at_the_depth_limit(void **state)
{
	struct buf mail = {0};
	struct outcome o;

	for (int i = 0; i < 50; i++)
		buf_printf(&mail,
			   "From: a@a.example\r\nMessage-ID: <%d@a>\r\nSubject: level %d\r\n"
			   "Content-Type: message/rfc822\r\n\r\n",
			   i, i);
	buf_put_str(&mail, "From: a@a.example\r\n\r\ndeep\r\n");
	o = read_bytes(state, "a.eml", buf_span(&mail));
	assert_int_equal(o.err, OK);
	assert_true(has_words(&o, "Subject: level 8"));
	assert_false(has_words(&o, "Subject: level 9"));
	assert_non_null(strstr(o.doc.cut, "limits.part_depth"));
	document_clear(&o.doc);
	buf_clear(&mail);
}

/* --- signed and encrypted --- */

/* signedData { data { "Content-Type: …" } }, in octet strings of unsaid length. */
#define SIGNED                                                                                     \
	"MIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwGggCSABB1Db250ZW50LVR5cGU6"                 \
	"IHRleHQvcGxhaW4NCg0KUwQIaWduZWQuDQoAAAAAAAAAAAAAAAA="

static void
a_signed_mail_is_read(void **state)
{
	struct outcome o =
	    read_mail(state,
		      MAIL "Subject: x\r\nContent-Type: multipart/signed; boundary=b; "
			   "protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\nContent-Type: "
			   "text/plain\r\n\r\nSigned.\r\n--b\r\nContent-Type: "
			   "application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIB\r\n--b--\r\n");

	assert_true(span_is(text_of(&o), HEAD "Signed."));
	assert_string_equal(o.doc.cut, "");
	document_clear(&o.doc);
	assert_text(state, "a.eml",
		    SPAN(MAIL "Subject: x\r\nContent-Type: application/pkcs7-mime; "
			      "smime-type=signed-data; name=smime.p7m\r\n"
			      "Content-Transfer-Encoding: base64\r\n\r\n" SIGNED "\r\n"),
		    HEAD "Signed.");
}

static void
an_encrypted_mail_is_called_encrypted(void **state)
{
	assert_fails(state, "a.eml",
		     SPAN(MAIL
			  "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n"
			  "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
			  "--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n"),
		     "encrypted", "encrypted");
	assert_fails(state, "a.eml",
		     SPAN(MAIL "Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
			       "hQEMA\r\n-----END PGP MESSAGE-----\r\n"),
		     "encrypted", "encrypted");
}

/* --- quotations --- */

static void
assert_quoted(void **state, const char *subject, const char *below, unsigned level)
{
	struct buf mail = {0};
	struct outcome o;

	buf_printf(&mail,
		   MAIL "Subject: %s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
			"My answer.\r\n\r\n%s",
		   subject, below);
	o = read_bytes(state, "a.eml", buf_span(&mail));
	assert_int_equal(o.err, OK);
	assert_int_equal(quoted(&o, "My answer."), 0);
	if (quoted(&o, "It was good.") != level)
		fail_msg("level %u below: %s", quoted(&o, "It was good."), below);
	document_clear(&o.doc);
	buf_clear(&mail);
}

static void
an_answered_mail_is_quoted_however_it_is_written(void **state)
{
	static const char *const answers[] = {
	    "On 1 May 2019, Bea wrote:\r\n> It was good.\r\n",
	    "-----Original Message-----\r\nFrom: Bea\r\nSent: Monday\r\nTo: Ada\r\nSubject: y\r\n"
	    "\r\nIt was good.\r\n",
	    "-----Neges Wreiddiol-----\r\nOddi wrth: Bea\r\nAnfonwyd: Llun\r\nAt: Ada\r\nPwnc: y"
	    "\r\n\r\nIt was good.\r\n",
	    "From: Bea <b@a.example>\r\nSent: 1 May 2019 10:00\r\nTo: Ada\r\nSubject: y\r\n\r\n"
	    "It was good.\r\n",
	    "*From:* Bea\r\n*Sent:* 1 May\r\n*To:* Ada\r\n*Subject:* y\r\n\r\nIt was good.\r\n",
	    "________________________________\r\nFrom: Bea\r\nDate: Monday, 1 May\r\nTo: Ada\r\n"
	    "Subject: y\r\n\r\nIt was good.\r\n",
	    "Oddi wrth: Bea\r\nAnfonwyd: 1 Mai 2019\r\nAt: Ada\r\nPwnc: y\r\n\r\nIt was good.\r\n",
	    "Von: Bea\r\nGesendet: Montag\r\nAn: Ada\r\nBetreff: AW: y\r\n\r\nIt was good.\r\n",
	    "De : Bea\r\nEnvoyé : lundi\r\nÀ : Ada\r\nObjet : y\r\n\r\nIt was good.\r\n",
	    "On Wed, 1 May 2019 at 10:00, Bea <bea@a.example>\r\nwrote:\r\n\r\nIt was good.\r\n",
	    "Ar Mer, 1 Mai 2019 am 10:00, ysgrifennodd Bea <b@a.example>:\r\n\r\nIt was good.\r\n",
	    "Am 01.05.2019 um 10:00 schrieb Bea:\r\n\r\nIt was good.\r\n",
	    "-------- Original message --------\r\nFrom: Bea\r\nDate: 01/05/2019\r\nTo: Ada\r\n"
	    "Subject: y\r\n\r\nIt was good.\r\n",
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		assert_quoted(state, "Re: y", answers[i], 1);
	assert_quoted(state, "Re: y", "On 1 May, C wrote:\r\n> > It was good.\r\n", 2);
	assert_quoted(
	    state, "Re: y",
	    "From: B\r\nSent: 2\r\nTo: A\r\nSubject: y\r\n\r\nNo.\r\n\r\nFrom: C\r\nSent: "
	    "1\r\nTo: B\r\nSubject: y\r\n\r\nIt was good.\r\n",
	    2);
}

static void
words_of_a_report_are_no_attribution(void **state)
{
	assert_quoted(state, "y", "On 1 May 2019 the Minister wrote:\r\n\r\nIt was good.\r\n", 0);
	assert_quoted(state, "y", "From: the Minister\r\nTo: all\r\n\r\nIt was good.\r\n", 0);
	assert_quoted(state, "y", "---\r\nIt was good.\r\n", 0);
}

static void
a_mail_passed_on_is_not_quoted_but_what_it_answers_is(void **state)
{
	static const char *const forwards[] = {
	    "---------- Forwarded message ---------\r\nFrom: Bea <b@a.example>\r\nDate: Mon\r\n"
	    "Subject: y\r\nTo: Ada\r\n\r\n",
	    "-------- Forwarded Message --------\r\nSubject: y\r\nDate: Mon\r\nFrom: Bea\r\nTo: Ada"
	    "\r\n\r\n",
	    "From: Bea\r\nSent: Monday\r\nTo: Ada\r\nSubject: y\r\n\r\n",
	};
	struct buf below = {0};

	for (size_t i = 0; i < sizeof forwards / sizeof forwards[0]; i++) {
		buf_reset(&below);
		buf_printf(&below, "%sIt was good.\r\n", forwards[i]);
		assert_quoted(state, "Fwd: y", buf_cstr(&below), 0);
		assert_quoted(state, "[EXT] FW: y", buf_cstr(&below), 0);
		buf_reset(&below);
		buf_printf(&below,
			   "%sYes.\r\n\r\nFrom: Ada\r\nSent: Sunday\r\nTo: Bea\r\nSubject: y\r\n"
			   "\r\nIt was good.\r\n",
			   forwards[i]);
		assert_quoted(state, "Fwd: y", buf_cstr(&below), 1);
	}
	/* Passed on twice: the head in between says so. */
	assert_quoted(state, "FW: y",
		      "From: B\r\nSent: 2\r\nTo: A\r\nSubject: FW: y\r\n\r\nFYI\r\n\r\nFrom: C\r\n"
		      "Sent: 1\r\nTo: B\r\nSubject: y\r\n\r\nIt was good.\r\n",
		      0);
	/* Apple Mail sets signs before all of it. */
	assert_quoted(
	    state, "Fwd: y",
	    "Begin forwarded message:\r\n\r\n> From: Bea\r\n> Subject: y\r\n>\r\n> It was "
	    "good.\r\n",
	    0);
	assert_quoted(
	    state, "Fwd: y",
	    "Begin forwarded message:\r\n\r\n> From: Bea\r\n> Subject: y\r\n>\r\n> Yes.\r\n"
	    ">> It was good.\r\n",
	    1);
	buf_clear(&below);
}

static void
assert_html_quoted(void **state, const char *subject, const char *below, unsigned level)
{
	struct buf mail = {0};
	struct outcome o;

	buf_printf(&mail,
		   MAIL "Subject: %s\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
			"<html><body><p>My answer.</p>%s</body></html>",
		   subject, below);
	o = read_bytes(state, "a.eml", buf_span(&mail));
	assert_int_equal(o.err, OK);
	assert_int_equal(quoted(&o, "My answer."), 0);
	if (quoted(&o, "It was good.") != level)
		fail_msg("level %u below: %s", quoted(&o, "It was good."), below);
	document_clear(&o.doc);
	buf_clear(&mail);
}

#define OUTLOOK_HEAD(subject)                                                                      \
	"<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"       \
	"<p class=MsoNormal><b>From:</b> Bea &lt;bea@a.example&gt;<br><b>Sent:</b> 1 May 2019 "    \
	"10:00<br><b>To:</b> Ada<br><b>Subject:</b> " subject "</p></div>"

static void
answers_in_html_are_quoted_however_they_are_written(void **state)
{
	static const char *const answers[] = {
	    "<div class='gmail_quote'><div class='gmail_attr'>On 1 May Bea wrote:<br></div>"
	    "<blockquote class='gmail_quote'>It was good.</blockquote></div>",
	    "<blockquote type='cite' cite='mid:1@a'><p>It was good.</p></blockquote>",
	    OUTLOOK_HEAD("y") "<p>It was good.</p>",
	    "<div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>From:</b> Bea<br><b>Sent:"
	    "</b> 1 May<br><b>To:</b> Ada<br><b>Subject:</b> y</div><div>It was good.</div>",
	    "<p>-----Original Message-----<br>From: Bea<br>Sent: 1 May<br>To: Ada<br>Subject: y</p>"
	    "<p>It was good.</p>",
	    "<div class='yahoo_quoted'><div>On Monday, Bea wrote:</div><div>It was "
	    "good.</div></div>",
	    "<blockquote class='protonmail_quote'>It was good.</blockquote>",
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		assert_html_quoted(state, "Re: y", answers[i], 1);
	assert_html_quoted(state, "y", "<blockquote>It was good.</blockquote>", 0);
}

static void
mails_passed_on_in_html_are_not_quoted(void **state)
{
	assert_html_quoted(state, "Fwd: y", OUTLOOK_HEAD("y") "<p>It was good.</p>", 0);
	assert_html_quoted(
	    state, "Fwd: y",
	    OUTLOOK_HEAD("RE: y") "<p>Yes, I am of the same mind as you.</p>" OUTLOOK_HEAD(
		"y") "<p>It was good.</p>",
	    1);
	assert_html_quoted(state, "FW: y",
			   OUTLOOK_HEAD("FW: y") "<p>For your files.</p>" OUTLOOK_HEAD(
			       "y") "<p>It was good.</p>",
			   0);
	assert_html_quoted(
	    state, "Fwd: y",
	    "<div class='gmail_quote'><div class='gmail_attr'>---------- Forwarded "
	    "message ---------<br>From: Bea<br>Date: Mon<br>Subject: y<br>To: Ada</div>"
	    "It was good.</div>",
	    0);
	assert_html_quoted(state, "Fwd: y",
			   "<blockquote type='cite'><div>Begin forwarded message:</div><div>From: "
			   "Bea</div><p>It was good.</p></blockquote>",
			   0);
	assert_html_quoted(state, "Fwd: y",
			   "<blockquote type='cite'><div>Begin forwarded message:</div><p>Yes.</p>"
			   "<blockquote type='cite'>It was good.</blockquote></blockquote>",
			   1);
	assert_html_quoted(
	    state, "Fwd: y",
	    "<div class='gmail_quote'><div class='gmail_attr'>---------- Forwarded "
	    "message ---------<br>From: Bea<br>Date: Mon<br>Subject: y<br>To: Ada</div>"
	    "Yes.<blockquote class='gmail_quote'>It was good.</blockquote></div>",
	    1);
}

/* --- mailboxes --- */

#define FROM_LINE "From a@a.example Tue May 14 09:12:27 2019\n"

static void
mails_of_a_mailbox_are_told_apart(void **state)
{
	struct outcome o = read_bytes(
	    state, "a",
	    SPAN(FROM_LINE
		 "From: a@a.example\nMessage-ID: <1@a>\nContent-Length: 5000\nSubject: "
		 "one\n\n>From here on\n\nFrom the minutes of 10:30 in 2019\nit is text.\n"
		 "\nFrom 9:30 we met.\nNote: bring tea\n\n" FROM_LINE
		 "From: b@a.example\nMessage-ID: <2@a>\n\n>>From there\n"));

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "mbox");
	assert_true(has_mark(&o.doc, MARK_PART, 1,
			     "From: a@a.example\nSubject: one\n\nFrom here on\n\nFrom the minutes "
			     "of 10:30 in 2019\nit is text.\n\nFrom 9:30 we met.\nNote: bring tea",
			     "one"));
	assert_true(has_mark(&o.doc, MARK_QUOTED, 1, "From there", ""));
	assert_true(has_mark(&o.doc, MARK_PART, 1, "From: b@a.example\n\nFrom there", "Message 2"));
	document_clear(&o.doc);
}

static void
a_mailbox_ends_at_the_parts_limit(void **state)
{
	struct buf box = {0};
	struct outcome o;
	double begun = seconds();

	for (int i = 0; i < 11000; i++)
		buf_printf(&box,
			   FROM_LINE "From: a@a.example\nMessage-ID: <%d@a>\nSubject: s%d\n\n"
				     "words\n\n",
			   i, i);
	o = read_bytes(state, "a.mbox", buf_span(&box));
	assert_int_equal(o.err, OK);
	assert_true(has_words(&o, "Subject: s9999\n"));
	assert_false(has_words(&o, "Subject: s10000\n"));
	assert_non_null(strstr(o.doc.cut, "limits.parts"));
	assert_true(seconds() - begun < 10);
	document_clear(&o.doc);
	buf_clear(&box);
}

/* --- saved pages --- */

static void
a_saved_page_says_where_and_when_it_was_saved(void **state)
{
	struct outcome o = read_bytes(
	    state, "page.mhtml",
	    SPAN(
		"From: <Saved by Windows Internet Explorer 8>\r\nSubject: =?gb2312?B?xOO6ww==?=\r\n"
		"Date: Mon, 6 Jan 2014 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: "
		"multipart/related; boundary=b; start=\"<2@a>\"\r\n\r\n"
		"--b\r\nContent-Type: text/html\r\nContent-Location: https://ads.example/\r\n\r\n"
		"<p>Buy this.</p>\r\n"
		"--b\r\nContent-Type: text/html; charset=gb2312\r\nContent-ID: <2@a>\r\n"
		"Content-Location: http://a.example/b/c.html\r\n\r\n<p>\xc4\xe3\xba\xc3 <a "
		"href='d.html'>d</a></p>\r\n--b--\r\n"));

	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "mhtml");
	assert_string_equal(o.doc.title, "你好");
	assert_true(span_is(text_of(&o), "你好 d"));
	assert_true(has_mark(&o.doc, MARK_LINK, 0, "d", "http://a.example/b/d.html"));
	assert_meta(&o, "url", "http://a.example/b/c.html");
	assert_meta(&o, "saved", "2014-01-06");
	document_clear(&o.doc);
	assert_fails(
	    state, "page.mht",
	    SPAN("From: x\r\nSubject: y\r\nMIME-Version: 1.0\r\nContent-Type: "
		 "multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\n"
		 "x\r\n--b--\r\n"),
	    "damaged", "the page itself");
}

static void
pages_in_many_encodings_are_read(void **state)
{
	assert_text(state, "a.html",
		    SPAN("<html><head><meta http-equiv='Content-Type' content='text/html; "
			 "charset=Shift_JIS'></head><body><p>\x93\xfa\x96{\x8c\xea"),
		    "日本語");
	assert_text(state, "a.html", SPAN("<html><meta charset=\"gb2312\"><p>\xc4\xe3\xba\xc3"),
		    "你好");
	assert_text(state, "a.html", SPAN("<html><meta charset=windows-1252><p>\x93 caf\xe9 \x94"),
		    "“ café ”");
	assert_text(state, "a.html", SPAN("\xff\xfe<\0h\0t\0m\0l\0>\0<\0p\0>\0\xe9\0t\0\xe9\0"),
		    "été");
	assert_text(state, "a.html", SPAN("\xfe\xff\0<\0h\0t\0m\0l\0>\0<\0p\0>\0\xe9\0t\0\xe9"),
		    "été");
}

static void
what_a_browser_wrote_into_a_page_is_known(void **state)
{
	struct outcome o = read_bytes(
	    state, "a.html",
	    SPAN(
		"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: "
		"https://a.example/b?c=d \n saved date: Tue May 14 2019 09:12:27 GMT+0100 (British "
		"Summer Time)\n--><head><link rel=canonical href='https://a.example/b'>"
		"<title>T</title><p>words"));

	assert_int_equal(o.err, OK);
	assert_meta(&o, "url", "https://a.example/b?c=d");
	assert_meta(&o, "saved", "2019-05-14");
	document_clear(&o.doc);
	o = read_bytes(state, "a.html",
		       SPAN("<!DOCTYPE html>\n<!-- saved from url=(0022)https://a.example/b/ -->\n"
			    "<html><p>words"));
	assert_meta(&o, "url", "https://a.example/b/");
	document_clear(&o.doc);
	o = read_bytes(state, "a.html",
		       SPAN("<html><link rel=canonical href='https://a.example/b'><p>words</html>"
			    "<!--\n     FILE ARCHIVED ON 09:12:27 May 4, 2019 AND RETRIEVED -->"));
	assert_meta(&o, "url", "https://a.example/b");
	assert_meta(&o, "saved", "2019-05-04");
	document_clear(&o.doc);
}

static void
only_what_a_page_shows_or_opens_is_read(void **state)
{
	assert_text(
	    state, "a.html",
	    SPAN("<html><body><details><summary>More</summary>inside</details><noscript>no"
		 "</noscript><template><p>no</p></template><div style='display: none'>no<p>"
		 "no</p></div><p aria-hidden=true>seen<p hidden>no<select><option>no</select>"
		 "</p><textarea>no</textarea><p>end"),
	    "More\n\ninside\n\nseen\n\nend");
}

/* --- winmail.dat --- */

static void
put_u32(struct buf *out, uint32_t n)
{
	for (int i = 0; i < 4; i++, n >>= 8)
		buf_put_char(out, (char)n);
}

static void
put_attribute(struct buf *out, char level, uint32_t id, struct span bytes)
{
	buf_put_char(out, level);
	put_u32(out, id);
	put_u32(out, (uint32_t)bytes.n);
	buf_put_span(out, bytes);
	buf_put(out, "\0\0", 2);
}

static void
put_property(struct buf *out, uint32_t type, uint32_t id, struct span bytes)
{
	put_u32(out, id << 16 | type);
	put_u32(out, 1);
	put_u32(out, (uint32_t)bytes.n);
	buf_put_span(out, bytes);
	buf_put(out, "\0\0\0", (4 - bytes.n % 4) % 4);
}

static void
begin_tnef(struct buf *out)
{
	buf_put(out, "\x78\x9f\x3e\x22\1\0", 6);
}

static void
a_winmail_alone_is_a_mail(void **state)
{
	struct buf inner = {0}, props = {0}, file = {0}, all = {0};
	struct outcome o;

	begin_tnef(&inner);
	put_attribute(&inner, 1, 0x00018004, SPAN("Inner"));
	put_attribute(&inner, 1, 0x0002800c, SPAN("It was good.\r\n"));
	put_u32(&props, 3);
	put_property(&props, 0x1e, 0x0042, SPAN("Ada"));
	put_property(&props, 0x1e, 0x0065, SPAN("ada@a.example"));
	put_property(&props, 0x1e, 0x1000, SPAN("caf\xe9\r\n"));
	put_u32(&file, 2);
	put_property(&file, 0x1e, 0x3707, SPAN("Inner mail"));
	buf_put(&inner, "", 0);
	put_u32(&file, 0x3701000d);
	put_u32(&file, 1);
	put_u32(&file, (uint32_t)inner.n + 16);
	buf_put(&file, "0123456789abcdef", 16);
	buf_put_span(&file, buf_span(&inner));
	begin_tnef(&all);
	put_attribute(&all, 1, 0x00069007, SPAN("\xe4\4\0\0\0\0\0\0"));
	put_attribute(&all, 1, 0x00018004, SPAN("Outer\0"));
	put_attribute(&all, 1, 0x00069003, buf_span(&props));
	put_attribute(&all, 2, 0x00069002, SPAN("\1\0"));
	put_attribute(&all, 2, 0x00069005, buf_span(&file));
	o = read_bytes(state, "winmail.dat", buf_span(&all));
	assert_int_equal(o.err, OK);
	assert_string_equal(o.doc.format, "eml");
	assert_string_equal(o.doc.title, "Outer");
	assert_string_equal(o.doc.cut, "");
	assert_true(span_is(text_of(&o), "From: Ada <ada@a.example>\nSubject: Outer\n\ncafé\n\n"
					 "Subject: Inner\n\nIt was good."));
	assert_true(has_mark(&o.doc, MARK_PART, 1, "Subject: Inner\n\nIt was good.", "Inner mail"));
	document_clear(&o.doc);
	o = read_bytes(state, "winmail.dat", span_sub(buf_span(&all), 0, all.n - 40));
	assert_int_equal(o.err, OK);
	assert_non_null(strstr(o.doc.cut, "cut off"));
	document_clear(&o.doc);
	buf_clear(&inner);
	buf_clear(&props);
	buf_clear(&file);
	buf_clear(&all);
}

/* --- hostile ones --- */

static void
assert_ends(void **state, struct buf *mail, const char *words)
{
	double begun = seconds();
	struct outcome o = read_bytes(state, "a.eml", buf_span(mail));

	assert_int_equal(o.err, OK);
	assert_true(has_words(&o, "Subject: x"));
	if (words != NULL && strstr(o.doc.cut, words) == NULL)
		fail_msg("cut is '%s'", o.doc.cut);
	if (seconds() - begun > 10)
		fail_msg("%.1f s", seconds() - begun);
	document_clear(&o.doc);
	buf_clear(mail);
}

static void
mails_made_to_hurt_end_quickly(void **state)
{
	struct buf mail = {0};

	buf_put_str(&mail, MAIL "Subject: x\r\n");
	for (int i = 0; i < 5000; i++)
		buf_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i,
			   i);
	buf_put_str(&mail, "Content-Type: text/plain\r\n\r\ndeep\r\n");
	assert_ends(state, &mail, "nested too deeply");
	buf_put_str(&mail, MAIL "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < 10500; i++)
		buf_printf(&mail,
			   "--b\r\nContent-Type: text/plain; name=a%d.txt\r\n\r\nwords %d\r\n", i,
			   i);
	assert_ends(state, &mail, "limits.parts");
	buf_put_str(&mail, MAIL "Subject: x\r\nTo: ");
	for (int i = 0; i < 200000; i++)
		buf_put_str(&mail, "\"=?utf-8?Q?");
	buf_put_str(&mail, "\r\nContent-Type: text/plain");
	for (int i = 0; i < 200000; i++)
		buf_put_str(&mail, ";\r\n a*=b");
	buf_put_str(&mail, "\r\n\r\nwords\r\n");
	assert_ends(state, &mail, NULL);
	buf_put_str(&mail, MAIL PLAIN);
	for (int i = 0; i < 100000; i++)
		buf_put_str(&mail, "From:\n-----Original Message-----\nOn @ a\n>");
	assert_ends(state, &mail, NULL);
}

static void
pages_made_to_hurt_end_quickly(void **state)
{
	static const char *const pieces[] = {"<div>",
					     "<blockquote type=cite>",
					     "<table><tr><td>",
					     "<b>",
					     "<a href=x",
					     "<!--",
					     "&amp",
					     "<p style='"};
	double begun = seconds();

	for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
		struct buf page = {0};
		struct outcome o;

		buf_put_str(&page, "<html><body><p>before");
		for (int i = 0; i < 200000; i++)
			buf_put_str(&page, pieces[p]);
		o = read_bytes(state, "a.html", buf_span(&page));
		assert_int_equal(o.err, OK);
		assert_true(has_words(&o, "before"));
		document_clear(&o.doc);
		buf_clear(&page);
	}
	if (seconds() - begun > 60)
		fail_msg("%.1f s", seconds() - begun);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_samples_read_as_expected),
	    cmocka_unit_test(header_words_of_any_encoding_are_decoded),
	    cmocka_unit_test(names_lose_quotation_marks_that_they_do_not_need),
	    cmocka_unit_test(names_of_attachments_are_decoded),
	    cmocka_unit_test(of_alternatives_one_is_the_text),
	    cmocka_unit_test(attachments_inside_an_alternative_are_read_too),
	    cmocka_unit_test(all_texts_of_a_mixed_mail_are_read_in_order),
	    cmocka_unit_test(a_picture_of_a_signature_is_no_attachment),
	    cmocka_unit_test(what_cannot_be_read_is_named_and_the_mail_goes_on),
	    cmocka_unit_test(attached_text_keeps_its_encoding),
	    cmocka_unit_test(an_invitation_says_what_when_and_where_once),
	    cmocka_unit_test(a_delivery_report_quotes_what_it_returns),
	    cmocka_unit_test(a_mail_that_is_attached_has_its_own_head),
	    cmocka_unit_test(mails_in_mails_end_at_the_depth_limit),
	    cmocka_unit_test(a_signed_mail_is_read),
	    cmocka_unit_test(an_encrypted_mail_is_called_encrypted),
	    cmocka_unit_test(an_answered_mail_is_quoted_however_it_is_written),
	    cmocka_unit_test(words_of_a_report_are_no_attribution),
	    cmocka_unit_test(a_mail_passed_on_is_not_quoted_but_what_it_answers_is),
	    cmocka_unit_test(answers_in_html_are_quoted_however_they_are_written),
	    cmocka_unit_test(mails_passed_on_in_html_are_not_quoted),
	    cmocka_unit_test(mails_of_a_mailbox_are_told_apart),
	    cmocka_unit_test(a_mailbox_ends_at_the_parts_limit),
	    cmocka_unit_test(a_saved_page_says_where_and_when_it_was_saved),
	    cmocka_unit_test(pages_in_many_encodings_are_read),
	    cmocka_unit_test(what_a_browser_wrote_into_a_page_is_known),
	    cmocka_unit_test(only_what_a_page_shows_or_opens_is_read),
	    cmocka_unit_test(a_winmail_alone_is_a_mail),
	    cmocka_unit_test(mails_made_to_hurt_end_quickly),
	    cmocka_unit_test(pages_made_to_hurt_end_quickly),
	};

	return cmocka_run_group_tests(tests, readers_setup, readers_teardown);
}
