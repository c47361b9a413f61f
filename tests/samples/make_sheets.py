# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples that are sheets: an attendance report as Teams writes it, an Excel
workbook, an OpenDocument spreadsheet. Called by make.py."""
from xml.sax.saxutils import escape, quoteattr

from make import OFFICE, PACKAGE, XML, package, relations

# ---------------------------------------------------------------------------
# A report of a meeting: UTF-16 with its mark, TABs, several tables

PEOPLE = [
    ("Lowri Castellane", "1:57:12 PM", "3:04:40 PM", "1h 7m 28s", "lowri@harrowmere.example", "Organizer"),
    ("Idris Calloway", "1:59:33 PM", "3:04:02 PM", "1h 4m 29s", "harbour@tarnmouth.example", "Presenter"),
    ("Sioned Fairweather", "2:01:29 PM", "2:41:10 PM", "39m 41s", "", "Attendee"),
    ("Huw Penhallow (Guest)", "2:02:35 PM", "3:03:58 PM", "1h 1m 23s", "", "Attendee"),
    ("Delyth Amory", "2:04:58 PM", "2:38:10 PM", "33m 12s", "delyth@lowersaltby.example", "Attendee"),
]
DAY = "9/21/21, "


def attendance_report():
    lines = ["1. Summary", "Meeting title\tSaltmarsh webinar: living with the tide",
             f"Attended participants\t{len(PEOPLE)}", f"Start time\t{DAY}1:57:12 PM",
             f"End time\t{DAY}3:04:40 PM", "Meeting duration\t1h 7m 28s",
             "Average attendance time\t53m 14s", "", "2. Participants",
             "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tRole"]
    lines += [f"{n}\t{DAY}{a}\t{DAY}{b}\t{d}\t{e}\t{r}" for n, a, b, d, e, r in PEOPLE]
    lines += ["", "3. In-Meeting Activities", "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole"]
    lines += [f"{n}\t{DAY}{a}\t{DAY}{b}\t{d}\t{e}\t{r}" for n, a, b, d, e, r in PEOPLE[:3]]
    return b"\xff\xfe" + "".join(line + "\r\n" for line in lines).encode("utf-16-le")


# ---------------------------------------------------------------------------
# A workbook: titles, dates, money, per cent, a formula, a link, a note, two tables in one sheet

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml."
FORMATS = {"": 0, "date": 1, "percent": 2, "money": 3, "bold": 4, "month": 5, "time": 6}


class Strings:
    def __init__(self):
        self.list = []

    def __getitem__(self, text):
        if text not in self.list:
            self.list.append(text)
        return self.list.index(text)

    def xml(self):
        items = "".join(f'<si><t xml:space="preserve">{escape(t)}</t></si>' for t in self.list)
        return XML + f'<sst xmlns="{SHEET}" uniqueCount="{len(self.list)}">{items}</sst>'


def cell(strings, place, value):
    style = 0
    if isinstance(value, tuple):
        style, value = FORMATS[value[0]], value[1]
    if isinstance(value, str) and value.startswith("="):
        formula, kept = value[1:].split("#")
        return f'<c r="{place}" s="{style}"><f>{escape(formula)}</f><v>{kept}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" s="{style}" t="s"><v>{strings[value]}</v></c>'
    return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'


def sheet(strings, rows, behind=""):
    out = [XML, f'<worksheet xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheetData>']
    for number, row in enumerate(rows, 1):
        if row:
            cells = "".join(cell(strings, f"{chr(65 + i)}{number}", v)
                            for i, v in enumerate(row) if v is not None)
            out.append(f'<row r="{number}">{cells}</row>')
    return "".join(out) + f"</sheetData>{behind}</worksheet>"


def bold(*names):
    return [("bold", name) for name in names]


WORKSHOPS = [
    ["Saltmarsh on the Tarn: public workshops"],
    ["Kept by Lowri Castellane, University of Harrowmere"],
    [],
    bold("Date", "Begins", "Place", "Attendance", "Of these new", "Report"),
    [("date", 43725), ("time", 0.4375), "Lower Saltby, village hall", 42, ("percent", 0.595), "Minutes"],
    [("date", 43746), ("time", 0.75), "Tarnmouth, Seamen\u2019s Mission", 55, ("percent", 0.4), None],
    [],
    [("date", 43781), ("time", 0.8125), "Saltby Magna Primary School", 31, ("percent", 0.71), "Minutes"],
    [None, None, "All workshops", "=SUM(D5:D8)#128", None, None],
    [],
    ["What they cost"],
    bold("Month", "Item", "Amount"),
    [("month", 43709), "Hire of halls", ("money", 240)],
    [("month", 43739), "Printed maps", ("money", 1310.5)],
    [("month", 43770), "Coaches", ("money", 412.3)],
]
CONTACTS = [["Name", "Role", "Address"],
            ["Idris Calloway", "Harbour Master", "harbour@tarnmouth.example"],
            ["Sioned Fairweather", "Head teacher", "office@saltbymagna.example"]]


def workshop_register():
    strings = Strings()
    first = sheet(strings, WORKSHOPS, '<mergeCells count="1"><mergeCell ref="A1:F1"/></mergeCells>'
                  '<hyperlinks><hyperlink ref="F5" r:id="rId1"/></hyperlinks>')
    second = sheet(strings, CONTACTS)
    formats = ['numFmtId="0" fontId="0"', 'numFmtId="14" fontId="0"', 'numFmtId="9" fontId="0"',
               'numFmtId="164" fontId="0"', 'numFmtId="0" fontId="1"', 'numFmtId="165" fontId="0"',
               'numFmtId="20" fontId="0"']
    styles = (XML + f'<styleSheet xmlns="{SHEET}"><numFmts count="2">'
              f'<numFmt numFmtId="164" formatCode={quoteattr(chr(163) + "#,##0.00")}/>'
              '<numFmt numFmtId="165" formatCode="mmmm\\ yyyy"/></numFmts>'
              '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
              '<cellXfs>' + "".join(f"<xf {f}/>" for f in formats) + "</cellXfs></styleSheet>")
    overrides = "".join(f'<Override PartName="/xl/{name}" ContentType="{CONTENT}{kind}+xml"/>' for name, kind in (
        ("workbook.xml", "sheet.main"), ("worksheets/sheet1.xml", "worksheet"),
        ("worksheets/sheet2.xml", "worksheet"), ("styles.xml", "styles"),
        ("sharedStrings.xml", "sharedStrings"), ("comments1.xml", "comments")))
    return package([
        ("[Content_Types].xml",
         XML + f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
         f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'),
        ("_rels/.rels", relations(
            ("rId1", f"{OFFICE}/officeDocument", "xl/workbook.xml", ""),
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", ""))),
        ("docProps/core.xml",
         XML + f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
         'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Register of public workshops</dc:title>'
         "<dc:creator>Lowri Castellane</dc:creator></cp:coreProperties>"),
        ("xl/workbook.xml",
         XML + f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
         '<sheet name="Workshops" sheetId="1" r:id="rId1"/>'
         '<sheet name="Contacts" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", relations(
            ("rId1", f"{OFFICE}/worksheet", "worksheets/sheet1.xml", ""),
            ("rId2", f"{OFFICE}/worksheet", "worksheets/sheet2.xml", ""),
            ("rId3", f"{OFFICE}/sharedStrings", "sharedStrings.xml", ""),
            ("rId4", f"{OFFICE}/styles", "styles.xml", ""))),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", strings.xml()),
        ("xl/worksheets/sheet1.xml", first),
        ("xl/worksheets/_rels/sheet1.xml.rels", relations(
            ("rId1", f"{OFFICE}/hyperlink", "https://www.tarn-partnership.example/minutes/12",
             ' TargetMode="External"'),
            ("rId2", f"{OFFICE}/comments", "../comments1.xml", ""))),
        ("xl/comments1.xml",
         XML + f'<comments xmlns="{SHEET}"><authors><author>Lowri Castellane</author></authors>'
         '<commentList><comment ref="D6" authorId="0"><text><r><t>Lowri Castellane:</t></r><r><t>\n'
         "Counted at the door; the sign-in sheet has 49.</t></r></text></comment></commentList></comments>"),
        ("xl/worksheets/sheet2.xml", second),
    ])


# ---------------------------------------------------------------------------
# An OpenDocument spreadsheet

ODF = "urn:oasis:names:tc:opendocument:xmlns"
CHOIRS = [("Heron House", "2017-05-03", 12, 412), ("Rowan Court", "2018-01-17", 20, 655),
          ("The Limes", "2019-09-10", 28, None)]


def ods_text(text):
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def ods_number(value):
    if value is None:
        return "<table:table-cell/>"
    return (f'<table:table-cell office:value-type="float" office:value="{value}">'
            f"<text:p>{value}</text:p></table:table-cell>")


def ods_date(value):
    return (f'<table:table-cell office:value-type="date" office:date-value="{value}">'
            f"<text:p>{value[8:]}/{value[5:7]}/{value[2:4]}</text:p></table:table-cell>")


def choir_visitors():
    note = ("<office:annotation><dc:creator>Beti Solomon</dc:creator><dc:date>2019-10-01T09:00:00</dc:date>"
            "<text:p>Nobody counted here.</text:p></office:annotation>")
    rows = ["<table:table-row>" + ods_text("Open rehearsals of the choirs") +
            '<table:table-cell table:number-columns-repeated="1023"/></table:table-row>',
            '<table:table-row table:number-rows-repeated="2"><table:table-cell '
            'table:number-columns-repeated="1024"/></table:table-row>',
            "<table:table-row>" + "".join(map(ods_text, ("Home", "First rehearsal", "Rehearsals", "Visitors"))) +
            "</table:table-row>"]
    for home, first, rehearsals, visitors in CHOIRS:
        last = ods_number(visitors) if visitors else f"<table:table-cell>{note}</table:table-cell>"
        rows.append("<table:table-row>" + ods_text(home) + ods_date(first) + ods_number(rehearsals) + last +
                    "</table:table-row>")
    rows.append('<table:table-row table:number-rows-repeated="1048569"><table:table-cell '
                'table:number-columns-repeated="1024"/></table:table-row>')
    spaces = (f'xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" xmlns:text="{ODF}:text:1.0" '
              f'xmlns:meta="{ODF}:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"')
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return package([
        ("mimetype", kind),
        ("META-INF/manifest.xml",
         XML + f'<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0">'
         f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
         '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
         '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
         "</manifest:manifest>"),
        ("meta.xml",
         XML + f"<office:document-meta {spaces}><office:meta><dc:title>Visitors of open rehearsals</dc:title>"
         "<meta:initial-creator>Elin Treharne</meta:initial-creator>"
         '<meta:document-statistic meta:table-count="1"/></office:meta></office:document-meta>'),
        ("content.xml",
         XML + f"<office:document-content {spaces}><office:body><office:spreadsheet>"
         '<table:table table:name="Sheet1">' + "".join(rows) +
         "</table:table></office:spreadsheet></office:body></office:document-content>"),
    ])


SAMPLES = {
    "webinar-attendance.csv": attendance_report,
    "workshop-register.xlsx": workshop_register,
    "choir-visitors.ods": choir_visitors,
}
