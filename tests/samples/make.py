#!/usr/bin/env python3
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the samples that are not text: the same bytes on every run (nothing is
packed, since versions of zlib differ in their output).

Usage: make.py [FOLDER]    (default: where this file lies)

People, places, institutions and publications in the samples are invented; their
DOIs have the prefix 10.5555, which is set aside for examples.
"""
import hashlib
import sys
from pathlib import Path
from xml.sax.saxutils import escape

sys.dont_write_bytecode = True
import make_mail  # noqa: E402
import make_office  # noqa: E402
import make_ole  # noqa: E402

# ---------------------------------------------------------------------------
# PDF, written by hand: two fonts, text set line by line

# Widths of Helvetica's characters from 32 to 126, in thousandths of the size.
WIDTHS = [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
          556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
          1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
          667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
          333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
          556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584]


def width(text, size):
    return sum(WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text) * size / 1000


def wrap(text, size, room):
    """Lines of `text` no wider than `room`; a word may be broken at a soft hyphen."""
    lines, line = [], ""
    for word in text.split(" "):
        whole = word.replace("\u00ad", "")
        tried = f"{line} {whole}" if line else whole
        if width(tried, size) <= room:
            line = tried
            continue
        head, hyphen, tail = word.partition("\u00ad")
        tried = f"{line} {head}-" if line else f"{head}-"
        if hyphen and width(tried, size) <= room:
            lines.append(tried)
            line = tail.replace("\u00ad", "")
        else:
            lines.append(line)
            line = whole
    return lines + [line]


class Page:
    def __init__(self):
        self.commands = []

    def line(self, x, y, text, font="F1", size=11):
        raw = text.encode("cp1252")
        for special in (b"\\", b"(", b")"):
            raw = raw.replace(special, b"\\" + special)
        self.commands.append(b"BT /%s %g Tf %g %g Td (%s) Tj ET" %
                             (font.encode(), size, x, y, raw))

    def paragraph(self, x, y, text, room, font="F1", size=11):
        """Sets a paragraph and returns the height below it."""
        for line in wrap(text, size, room):
            self.line(x, y, line, font, size)
            y -= size * 1.2
        return y - size * 0.8


def rc4(key, data):
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


class Lock:
    """PDF's oldest encryption (40 bits): enough to be refused."""
    PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")

    def __init__(self, password, identity):
        padded = (password.encode() + self.PAD)[:32]
        self.owner = rc4(hashlib.md5(padded).digest()[:5], padded)
        rights = (-4).to_bytes(4, "little", signed=True)
        self.key = hashlib.md5(padded + self.owner + rights + identity).digest()[:5]
        self.user = rc4(self.key, self.PAD)

    def encrypt(self, number, data):
        key = hashlib.md5(self.key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
        return rc4(key, data)

    def entry(self):
        return (b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" %
                (self.owner.hex().encode(), self.user.hex().encode()))


def pdf(pages, info, password=None):
    identity = hashlib.md5(repr(info).encode()).digest()
    lock = Lock(password, identity) if password else None
    objects = []

    def add(body, stream=None):
        number = len(objects) + 1
        if stream is not None:
            if lock:
                stream = lock.encrypt(number, stream)
            body += b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream"
        objects.append(body)
        return number

    fonts = [add(b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % f)
             for f in (b"Helvetica", b"Helvetica-Bold")]
    parent = len(objects) + 2 * len(pages) + 1
    kids = []
    for page in pages:
        content = add(b"", b"\n".join(page.commands))
        kids.append(add(b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                        b"/Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> >> >>" %
                        (parent, content, *fonts)))
    add(b"<< /Type /Pages /Count %d /Kids [%s] >>" %
        (len(kids), b" ".join(b"%d 0 R" % k for k in kids)))
    root = add(b"<< /Type /Catalog /Pages %d 0 R >>" % parent)
    trailer = b"/Root %d 0 R" % root
    if lock:
        trailer += b" /Encrypt %d 0 R" % add(lock.entry())
    else:
        trailer += b" /Info %d 0 R" % add(b"<< " + b" ".join(
            b"/%s (%s)" % (k.encode(), v.encode("cp1252")) for k, v in info.items()) + b" >>")
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    out += (b"trailer\n<< /Size %d %s /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" %
            (len(objects) + 1, trailer, identity.hex().encode(), identity.hex().encode(), start))
    return bytes(out)


# Each entry: "# heading", "- item", "| two columns" or a paragraph. "\u00ad" may break a word.
REPORT = [
    [
        "= Soft Defences on the Tarn: an Evaluation",
        "Carried out for the Tarn Estuary Partnership by Marsh & Meadow Consulting, July 2019",
        "# Summary",
        "Between 2015 and 2019 the Partnership restored 140 hectares of saltmarsh in front of its "
        "sea walls. This report asks what the change has cost, what it has saved and what the "
        "people who live behind the walls think of it. We spoke to 64 residents, read the "
        "engineers' records and compared the storms of two decades. The marsh has paid for itself "
        "in four years, and the measure\u00adments taken by the University of Harrowmere were "
        "decisive for the choice.",
        "# What was done",
        "The restoration followed the rule for the spacing of creeks that Adeyemi published in "
        "2013. It went on in three steps:",
        "- the old wall was lowered at five places, so that the tide could enter the fields;",
        "- creeks were dug by hand over two winters, with the help of more than 90 volunteers from "
        "the villages;",
        "- the plants were left to come by themselves.",
        "According to the Partnership's minutes, the seven public hearings on the scheme were "
        "attended by between 30 and 55 people each. The hearing at Tarnmouth on 21 September 2016 "
        "was the largest and ended with a vote in favour of the scheme, after a speech by a farmer "
        "who had at first opposed it and who now asked his neighbours to give the sea the fields "
        "that it would",
    ],
    [
        "take in any case.",
        "# What people say",
        "The head teacher of the village school told us what the marsh means to her pupils:",
        "\u201cThey used to draw the sea as a monster behind a wall. Now they draw birds. I did not "
        "expect a research project to change what children draw.\u201d (Sioned Fairweather, Saltby "
        "Magna Primary School)",
        "The harbour master was more sober but came to the same result:",
        "\u201cI have logged every flood since 1998. There were fourteen before the marsh, and there "
        "has been one since.\u201d (Idris Calloway, Harbour Master, Tarnmouth)",
        "# What it cost and saved",
        "The scheme cost \u00a32.9 million, of which \u00a31.1 million came from the Marlowe Trust. "
        "Repairs of the wall, which had come to \u00a31.6 million a year on average, fell to "
        "\u00a30.3 million. The figures are published at "
        "https://www.tarn-partnership.example/figures and were checked by the county's auditor.",
    ],
    [
        "# References",
        "Prydderch, A. and Ellery, T. (2012) Wave attenuation over flooded saltmarsh: nine sites on "
        "the Tarn estuary. Journal of Invented Coastal Science 18(3): 201-219. "
        "doi:10.5555/jics.2012.0183",
        "Ellery, T., Prydderch, A. and Okafor, B. (2014) Storm waves, plant stems and the limits of "
        "friction. Estuaries and Shores 7(1): 33-58. doi:10.5555/eas.7.1.33",
        "Adeyemi, N. (2013) Creek spacing and the survival of restored marsh. Restoration Letters 4, "
        "77-91. https://doi.org/10.5555/rl-2013(4)77",
        "# Appendix: two voices",
        "| For the scheme, a resident of Lower Saltby wrote to us in her own hand that she sleeps "
        "through storms again, and that her cellar has been dry for three winters, which the wall "
        "never gave her. | Against it, the owner of two meadows held that nobody had shown him how "
        "the loss of grazing was reckoned, and that he would rather have had the wall and kept his "
        "land than be thanked for it.",
    ],
]


def report_page(entries, number):
    page, y = Page(), 760
    page.line(56, 800, "Marsh & Meadow Consulting: Evaluation for the Tarn Estuary Partnership", size=9)
    page.line(56, 40, f"Page {number} of {len(REPORT)}", size=9)
    for entry in entries:
        kind, _, text = entry.partition(" ")
        if kind == "=":
            y = page.paragraph(56, y, text, 480, "F2", 18)
        elif kind == "#":
            y = page.paragraph(56, y - 6, text, 480, "F2", 13)
        elif kind == "-":
            page.line(60, y, "\u2022")
            y = page.paragraph(74, y, text, 462)
        elif kind == "|":
            left, right = text.split(" | ")
            y = min(page.paragraph(56, y, left, 225), page.paragraph(311, y, right, 225))
        else:
            y = page.paragraph(56, y, entry, 480)
    return page


def evaluation_report():
    info = {"Title": "Soft Defences on the Tarn: an Evaluation", "Author": "Lowri Castellane",
            "CreationDate": "D:20190722100000Z"}
    return pdf([report_page(entries, n) for n, entries in enumerate(REPORT, 1)], info)


def locked_letter():
    page = Page()
    page.paragraph(56, 760, "This letter is for the eyes of the committee only.", 480)
    return pdf([page], {"Title": "Locked"}, password="saltmarsh")


# ---------------------------------------------------------------------------
# Office documents: ZIP files of XML, each member with the same date

def package(members):
    return make_office.package(members, (2019, 7, 1, 12, 0, 0))


XML = make_office.XML
OFFICE = make_office.OFFICE
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def relations(*entries):
    return (XML + f'<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
        f'<Relationship Id="{i}" Type="{t}" Target="{escape(target)}"{mode}/>'
        for i, t, target, mode in entries) + "</Relationships>")


def run(text, bold=False):
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*parts, style=None):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}" + "".join(
        part if part.startswith("<") else run(part) for part in parts) + "</w:p>"


def row(*cells, header=False):
    properties = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return f"<w:tr>{properties}" + "".join(f"<w:tc>{para(c)}</w:tc>" for c in cells) + "</w:tr>"


def draft():
    link = f'<w:hyperlink r:id="rId9">{run("the project site")}</w:hyperlink>'
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = [
        para("Choirs against Loneliness", style="Title"),
        para("Institution: University of Harrowmere. Draft of 3 March 2020, not for circulation."),
        para("1. Summary of the impact", style="Heading1"),
        para("Choirs founded on the research of Elin Treharne and Marcus Obuya now sing in 31 care "
             "homes. Staff, residents and families report fewer lonely days, and two health boards "
             "pay for the choirs from their own funds. See ", link, "."),
        para("2. Underpinning research", style="Heading1"),
        para("From 2011 to 2016 Treharne (at Harrowmere since 2006) and Obuya followed 214 "
             "residents of 18 homes.", note, " Those who sang once a week felt less lonely after "
             "three months; those who only listened did not (3.1, 3.2)."),
        para("3. References to the research", style="Heading1"),
        para("3.1 Treharne, E. and Obuya, M. (2014) Singing or listening? A trial in eighteen care "
             "homes. Annals of Imaginary Ageing 31(2): 88-104. doi:10.5555/aia.31.2.88"),
        para("3.2 Obuya, M. (2016) What a choir is for. Harrowmere: Estuary Press. "
             "https://doi.org/10.5555/978-0-00-000000-2"),
        para("4. Details of the impact", style="Heading1"),
        para(run("How the choirs spread", bold=True)),
        para("In 2017 the first six homes opened their rehearsals. Twelve open rehearsals were held "
             "that year and drew over 400 visitors. The manager of one home said:"),
        para("\u201cOur residents book their visits around the choir now. It is the one hour of the "
             "week that nobody wants to miss.\u201d (Beti Solomon, Manager, Heron House)"),
        "<w:tbl>" + row("Year", "Homes", "Open rehearsals", "Visitors", header=True) +
        row("2017", "6", "12", "412") + row("2018", "19", "20", "655") +
        row("2019", "31", "28", "") + "</w:tbl>",
        para(run("Funding", bold=True)),
        para("Since 2018 the choirs have been paid for by two health boards, with ",
             "<w:del>" + run("£90,000").replace("w:t", "w:delText") + "</w:del>",
             "<w:ins>" + run("£112,000") + "</w:ins>", " a year."),
        para("5. Sources to corroborate the impact", style="Heading1"),
        para("5.1 Letter from the Manager, Heron House, 12 February 2020."),
        para("5.2 West Tarn Health Board: minutes of the meeting of 8 June 2018, item 7."),
    ]
    return package([
        ("[Content_Types].xml",
         XML + f'<Types xmlns="{PACKAGE}/content-types">'
         '<Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Default Extension="xml" ContentType="application/xml"/>'
         f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>'
         f'<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/>'
         f'<Override PartName="/word/footnotes.xml" ContentType="{WORD_TYPE}.footnotes+xml"/>'
         '<Override PartName="/docProps/core.xml" '
         'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'),
        ("_rels/.rels", relations(
            ("rId1", f"{OFFICE}/officeDocument", "word/document.xml", ""),
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", ""))),
        ("docProps/core.xml",
         XML + f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
         'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Choirs against Loneliness</dc:title>'
         "<dc:creator>Elin Treharne</dc:creator></cp:coreProperties>"),
        ("word/_rels/document.xml.rels", relations(
            ("rId1", f"{OFFICE}/styles", "styles.xml", ""),
            ("rId2", f"{OFFICE}/footnotes", "footnotes.xml", ""),
            ("rId9", f"{OFFICE}/hyperlink", "https://choirs.harrowmere.example/",
             ' TargetMode="External"'))),
        ("word/styles.xml",
         XML + f'<w:styles xmlns:w="{WORD}">'
         '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
         '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
         "</w:styles>"),
        ("word/footnotes.xml",
         XML + f'<w:footnotes xmlns:w="{WORD}">'
         '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
         '<w:footnote w:id="2">' +
         para("The protocol is registered: Treharne (2011) doi:10.5555/reg.1105.") +
         "</w:footnote></w:footnotes>"),
        ("word/document.xml",
         XML + f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>' + "".join(body) +
         "</w:body></w:document>"),
    ])


def letter():
    return package([
        ("[Content_Types].xml",
         XML + f'<Types xmlns="{PACKAGE}/content-types">'
         '<Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>'
         "</Types>"),
        ("_rels/.rels", relations(("rId1", f"{OFFICE}/officeDocument", "word/document.xml", ""))),
        ("word/document.xml",
         XML + f'<w:document xmlns:w="{WORD}"><w:body>' + "".join([
             para("Heron House, Tarnmouth"),
             para("12 February 2020"),
             para("To whom it may concern"),
             para("I am the manager of a home for 46 people. Since 2017 a choir that follows the "
                  "method of Dr Treharne and Dr Obuya has met here every Tuesday."),
             para("In the first year visits to the doctor fell by 21 per cent. \u201cI have not "
                  "known such a change from anything that costs so little\u201d, our nurse wrote "
                  "in her report."),
             para("Yours faithfully"),
             para("Beti Solomon, Manager"),
         ]) + "</w:body></w:document>"),
    ])


def sign_in_sheet():
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    names = ["Name", "Carys Lindqvist", "Huw Penhallow", "Delyth Amory"]
    return package([
        ("[Content_Types].xml",
         XML + f'<Types xmlns="{PACKAGE}/content-types">'
         '<Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
         'officedocument.spreadsheetml.sheet.main+xml"/>'
         '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.'
         'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'),
        ("_rels/.rels", relations(("rId1", f"{OFFICE}/officeDocument", "xl/workbook.xml", ""))),
        ("xl/workbook.xml",
         XML + f'<workbook xmlns="{sheet}" xmlns:r="{OFFICE}"><sheets>'
         '<sheet name="Lower Saltby" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels",
         relations(("rId1", f"{OFFICE}/worksheet", "worksheets/sheet1.xml", ""))),
        ("xl/worksheets/sheet1.xml",
         XML + f'<worksheet xmlns="{sheet}"><sheetData>' + "".join(
             f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{escape(name)}</t></is></c></row>'
             for n, name in enumerate(names, 1)) + "</sheetData></worksheet>"),
    ])


def pack_for_the_panel():
    """What an officer sends round: three documents in folders, and what a Mac leaves in between."""
    here = Path(__file__).resolve().parent
    return package([
        ("panel/letters/signed-letter.txt", (here / "signed-letter.txt").read_bytes()),
        ("__MACOSX/panel/letters/._signed-letter.txt", b"\0\5\26\7"),
        ("panel/choirs-draft.docx", draft()),
        ("panel/.DS_Store", b"\0\0\0\1Bud1"),
        ("panel/notes/workshop-note.md", (here / "workshop-note.md").read_bytes()),
    ])


SAMPLES = {
    "evaluation-report.pdf": evaluation_report,
    "locked-letter.pdf": locked_letter,
    "choirs-draft.docx": draft,
    "sign-in-sheet.xlsx": sign_in_sheet,
    **make_mail.samples(letter, evaluation_report),
    "toolkit-answer.msg": make_ole.toolkit_answer,
    "panel-minutes.doc": make_ole.pottery_minutes,
    "for-the-panel.zip": pack_for_the_panel,
}


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    import make_sheets  # here, since it takes its helpers from this file
    for name, make in {**SAMPLES, **make_sheets.SAMPLES}.items():
        (folder / name).write_bytes(make())
        print(folder / name)
    make_office.main()


if __name__ == "__main__":
    main()
