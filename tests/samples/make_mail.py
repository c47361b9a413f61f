#!/usr/bin/env python3
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the samples of mails and saved pages; called by make.py, which lends the makers
of the documents that are attached.

    letter-attached.eml   a letter as a Word document, a logo in the signature
    forwarded.eml         a mail passed on as an attachment, with an invitation
    project-inbox.mbox    three mails, one of them an answer
    council-page.mhtml    a web page as a browser saves it
    winmail.eml           a mail of Outlook whose attachments are in a winmail.dat
"""
import base64
import struct
import zlib



def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height):
    """A grey picture, not packed."""
    rows = (b"\0" + b"\x80" * width) * height
    stored = (b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows +
              struct.pack(">I", zlib.adler32(rows)))
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", stored) + chunk(b"IEND", b""))


LOGO = png(24, 12)
CRLF = "\r\n"


def lines(text):
    return text.strip("\n").replace("\n", CRLF) + CRLF


def base64_lines(data):
    text = base64.b64encode(data).decode()
    return CRLF.join(text[i:i + 76] for i in range(0, len(text), 76)) + CRLF


def part(head, body):
    return lines(head) + CRLF + body


def multipart(boundary, *parts):
    return "".join(f"--{boundary}{CRLF}{p}{CRLF}" for p in parts) + f"--{boundary}--{CRLF}"


def letter_attached(letter):
    plain = part("""
Content-Type: text/plain; charset="windows-1252"
Content-Transfer-Encoding: quoted-printable
""", lines("""
Dear Dr Treharne,

please find attached the letter that you asked for, about what the choirs =
have meant to our homes. In short: visits to the doctor fell by a fifth in =
the first year, and =93the Tuesday choir=94 has become a word in our =
house.

With best wishes,
Beti Solomon
Manager, Heron House
"""))
    html = part("""
Content-Type: text/html; charset="windows-1252"
Content-Transfer-Encoding: quoted-printable
""", lines("""
<html><body><p>Dear Dr Treharne,</p><p>please find attached the letter that you asked for, =
about what the choirs have meant to our homes.</p>
<p>Beti Solomon<br><img src=3D"cid:logo@heron-house.example"></p></body></html>
"""))
    logo = part("""
Content-Type: image/png; name="image001.png"
Content-Transfer-Encoding: base64
Content-ID: <logo@heron-house.example>
Content-Disposition: inline; filename="image001.png"
""", base64_lines(LOGO))
    attached = part("""
Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
 filename*0*=UTF-8''Llythyr%20T%C5%B7%20Cr%C3%AB;
 filename*1*=yr%20-%20letter.docx
""", base64_lines(letter))
    return (lines("""
Received: from mail.heron-house.example by mx.harrowmere.example; Wed, 12 Feb 2020 10:03:11 +0000
From: =?windows-1252?Q?Beti_Solomon_=28T=FD_Cr=EByr=29?= <beti.solomon@heron-house.example>
To: "Treharne, Elin" <e.treharne@harrowmere.example>
Date: Wed, 12 Feb 2020 10:03:02 +0000
Subject: =?UTF-8?Q?Letter_of_support_=E2=80=93_choirs_in_our_?=
 =?UTF-8?Q?homes?=
Message-ID: <letter-2020@heron-house.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"
""") + CRLF + multipart(
        "outer",
        part('Content-Type: multipart/related; boundary="middle"', multipart(
            "middle",
            part('Content-Type: multipart/alternative; boundary="inner"',
                 multipart("inner", plain, html)),
            logo)),
        attached)).encode("ascii")


def forwarded():
    original = lines("""
From: Idris Calloway <harbour@tarnmouth.example>
To: Nia Vaughan <n.vaughan@tarn-partnership.example>
Date: Mon, 8 Jul 2019 16:40:00 +0100
Subject: Floods since the restoration
Message-ID: <floods@tarnmouth.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Nia,

for the report: my log has fourteen floods of the quay between 1998 and 2015,
and one since the marsh was restored. I put that down to the creeks, which
were dug as Adeyemi's paper says (doi:10.5555/rl-2013(4)77).

Idris Calloway
Harbour Master

From: Nia Vaughan
Sent: 5 July 2019 11:02
To: Idris Calloway
Subject: A question for the evaluation

Dear Idris, how many floods has the quay had? Some say that there were 20.
""")
    invitation = lines("""
BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:marsh-walk-2019@tarn-partnership.example
DTSTART;TZID=Europe/London:20190914T100000
DTEND;TZID=Europe/London:20190914T123000
SUMMARY:Walk over the restored marsh
LOCATION:Car park of the sailing club\\, Lower Saltby
BEGIN:VALARM
TRIGGER:-PT15M
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
""")
    return (lines("""
From: Nia Vaughan <n.vaughan@tarn-partnership.example>
To: Anwen Prydderch <a.prydderch@harrowmere.example>
Date: Tue, 9 Jul 2019 09:00:00 +0100
Subject: Fwd: Floods since the restoration
Message-ID: <fwd@tarn-partnership.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="pass-on"
""") + CRLF + multipart(
        "pass-on",
        part("Content-Type: text/plain; charset=utf-8",
             lines("Dear Anwen,\n\nthe harbour master's figures are attached, and the walk is "
                   "fixed.\n\nNia")),
        part("Content-Type: message/rfc822\nContent-Disposition: attachment", original),
        part("Content-Type: text/calendar; charset=utf-8; method=REQUEST", invitation),
    )).encode("utf-8")


def inbox():
    return """From choirs-owner@harrowmere.example Fri Mar  1 08:30:00 2019
From: Huw Penhallow <huw@west-tarn-health.example>
To: Elin Treharne <e.treharne@harrowmere.example>
Date: Fri, 1 Mar 2019 08:30:00 +0000
Subject: The Board's decision
Message-ID: <board@west-tarn-health.example>
Content-Type: text/plain; charset=utf-8

Dear Elin,

the Board decided last night to fund choirs in twelve more homes.
>From April on they will cost us £112,000 a year.

Huw

From choirs-owner@harrowmere.example Sat Mar  2 10:00:00 2019
From: Elin Treharne <e.treharne@harrowmere.example>
To: Huw Penhallow <huw@west-tarn-health.example>
Date: Sat, 2 Mar 2019 10:00:00 +0000
Subject: Re: The Board's decision
Message-ID: <thanks@harrowmere.example>
Content-Type: text/plain; charset=utf-8

That is splendid news, thank you.

Ar Gwe, 1 Maw 2019 am 08:30, ysgrifennodd Huw Penhallow
<huw@west-tarn-health.example>:
> the Board decided last night to fund choirs in twelve more homes.

From choirs-owner@harrowmere.example Mon Mar  4 12:15:00 2019
From: =?iso-8859-1?Q?Ren=E9_Marchetti?= <rene@singing-europe.example>
To: Elin Treharne <e.treharne@harrowmere.example>
Date: Mon, 4 Mar 2019 12:15:00 +0100
Subject: =?iso-8859-1?Q?Congr=E8s?= in Lyon
Message-ID: <lyon@singing-europe.example>
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Dear Elin,</p><p>350 choir leaders from nine countries came to your talk=
, and <a href=3D"https://singing-europe.example/lyon">the programme</a> is on=
line. =ABNous avons tous chant=E9=BB, wrote the paper.</p><p>Ren=E9</p>
""".encode("utf-8")


def council_page():
    page = lines("""
<!DOCTYPE html><html lang=3D"en"><head><meta http-equiv=3D"Content-Type" content=3D"text/html; =
charset=3Dutf-8"><title>Saltby Magna Parish Council: coast path opens</title>
<link rel=3D"stylesheet" href=3D"cid:css-1@mhtml.blink"></head><body>
<h1>Coast path opens over the new marsh</h1>
<p>1 June 2018</p>
<p>Some 200 walkers came to the opening of the path on Saturday. The mayor =
thanked =E2=80=9Cthe university=E2=80=99s researchers, whose figures made =
the county listen=E2=80=9D.</p>
<details><summary>How to get there</summary><p>Bus 14 from Tarnmouth.</p></details>
<p><a href=3D"/council/minutes/2018-06">Minutes of the meeting</a></p>
<script>track();</script><noscript><img src=3D"https://count.example/1.gif"></noscript>
</body></html>
""")
    return (lines("""
From: <Saved by Blink>
Snapshot-Content-Location: https://www.saltby-magna.example/news/coast-path
Subject: =?utf-8?Q?Saltby=20Magna=20Parish=20Council:=20coast=20path=20opens?=
Date: Mon, 6 Jan 2020 14:20:31 -0000
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--page----"
""") + CRLF + multipart(
        "----MultipartBoundary--page----",
        part("""
Content-Type: text/html
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://www.saltby-magna.example/news/coast-path
""", page),
        part("""
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://www.saltby-magna.example/arms.png
""", base64_lines(LOGO)),
        part("""
Content-Type: text/css
Content-Transfer-Encoding: quoted-printable
Content-Location: cid:css-1@mhtml.blink
""", lines("@charset \"utf-8\"; body { color: black }")),
    )).encode("ascii")


# ---------------------------------------------------------------------------
# TNEF

def attribute(level, number, data):
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def properties(*entries):
    """Each entry: type, id, value (text for 0x1f, bytes for 0x102, a number for 3)."""
    out = struct.pack("<I", len(entries))
    for kind, number, value in entries:
        out += struct.pack("<HH", kind, number)
        if kind == 3:
            out += struct.pack("<I", value)
            continue
        data = value.encode("utf-16-le") + b"\0\0" if kind == 0x1F else value
        out += struct.pack("<II", 1, len(data)) + data + b"\0" * (-len(data) % 4)
    return out


def tnef_file(name, data, *more):
    return (attribute(2, 0x00069002, b"\1\0" + b"\xff" * 4 + b"\0" * 8) +
            attribute(2, 0x00018010, name[:8].encode("ascii", "replace") + b"\0") +
            attribute(2, 0x0006800F, data) +
            attribute(2, 0x00069005, properties((0x1F, 0x3707, name), *more)))


def winmail(report):
    return (struct.pack("<IH", 0x223E9F78, 1) +
            attribute(1, 0x00089006, struct.pack("<I", 0x10000)) +
            attribute(1, 0x00069007, struct.pack("<II", 1252, 0)) +
            attribute(1, 0x00018004, b"Evaluation report\0") +
            attribute(1, 0x00069003, properties(
                (3, 0x3FDE, 65001), (0x1F, 0x0037, "Evaluation report"),
                (0x102, 0x1013, "<html><body><p>Dear Anwen,</p><p>the report is attached, with "
                 "the counts of the wardens. We printed 1,500 copies.</p><p>Lowri Castellane, "
                 "Marsh &amp; Meadow</p></body></html>".encode()))) +
            tnef_file("Evaluation report – final.pdf", report) +
            tnef_file("wardens.txt", "Counts by the wardens\n\nApril 2018: 310 visitors\nMay 2018: "
                      "455 visitors\n".encode()) +
            tnef_file("logo.png", LOGO, (0x1F, 0x3712, "logo@marsh-meadow.example")))


def winmail_mail(report):
    return (lines("""
From: Lowri Castellane <lowri@marsh-meadow.example>
To: Anwen Prydderch <a.prydderch@harrowmere.example>
Date: Mon, 22 Jul 2019 10:30:00 +0100
Subject: Evaluation report
Message-ID: <report@marsh-meadow.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="tnef"
X-MS-Has-Attach: yes
""") + CRLF + multipart(
        "tnef",
        part("Content-Type: text/plain; charset=us-ascii", CRLF),
        part("""
Content-Type: application/ms-tnef; name="winmail.dat"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="winmail.dat"
""", base64_lines(winmail(report))))).encode("ascii")


def samples(letter, report):
    """Name and maker of each; `letter` and `report` make a DOCX and a PDF."""
    return {
        "letter-attached.eml": lambda: letter_attached(letter()),
        "forwarded.eml": forwarded,
        "project-inbox.mbox": inbox,
        "council-page.mhtml": council_page,
        "winmail.eml": lambda: winmail_mail(report()),
    }
