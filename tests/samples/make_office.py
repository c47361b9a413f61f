#!/usr/bin/env python3
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the samples of word processors and slides: a Word draft that two people have
worked over, an OpenDocument report, a letter in RTF, slides of both kinds. The same
bytes on every run: members are stored, not packed.

Usage: make_office.py [FOLDER]    (default: where this file lies)

People, places and works are invented; DOIs have the prefix 10.5555.
"""
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


def package(members, date=(2020, 5, 4, 12, 0, 0)):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members:
            info = zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            archive.writestr(info, text)
    return out.getvalue()


def relations(*entries):
    return (XML + f'<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
        f'<Relationship Id="{i}" Type="{t}" Target="{escape(target)}"{mode}/>'
        for i, t, target, mode in entries) + "</Relationships>")


EXTERNAL = ' TargetMode="External"'


def core(title, author):
    return (XML + f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/">'
            f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
            "<dcterms:created>2020-05-04T09:30:00Z</dcterms:created></cp:coreProperties>")


def content_types(*overrides):
    return (XML + f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>' + "".join(
                f'<Override PartName="{part}" ContentType='
                f'"application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
                for part, kind in overrides) + "</Types>")


# ---------------------------------------------------------------------------
# Word: a draft with comments, tracked changes, a footnote and a table

def run(text, tag="t"):
    return f'<w:r><w:{tag} xml:space="preserve">{escape(text)}</w:{tag}></w:r>'


def para(*parts, style=None):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}" + "".join(
        part if part.startswith("<") else run(part) for part in parts) + "</w:p>"


def inserted(text, who):
    return f'<w:ins w:id="1" w:author="{who}" w:date="2020-05-04T09:00:00Z">{run(text)}</w:ins>'


def deleted(text, who):
    return (f'<w:del w:id="2" w:author="{who}" w:date="2020-05-04T09:00:00Z">'
            f'{run(text, "delText")}</w:del>')


def commented(number, *parts):
    return (f'<w:commentRangeStart w:id="{number}"/>' + "".join(run(p) for p in parts) +
            f'<w:commentRangeEnd w:id="{number}"/>'
            f'<w:r><w:commentReference w:id="{number}"/></w:r>')


def comment(number, who, initials, *paragraphs):
    return (f'<w:comment w:id="{number}" w:author="{who}" w:initials="{initials}" '
            'w:date="2020-05-04T10:00:00Z">' + "".join(
                f'<w:p><w:r><w:annotationRef/></w:r>{run(p)}</w:p>' for p in paragraphs) +
            "</w:comment>")


def row(*cells, header=False):
    properties = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return f"<w:tr>{properties}" + "".join(f"<w:tc>{para(c)}</w:tc>" for c in cells) + "</w:tr>"


def reviewed_draft():
    body = [
        para("Reading Aloud in Waiting Rooms", style="Title"),
        para("Summary of the impact", style="Heading1"),
        para("Since 2017 volunteers trained by Ines Hallam\u2019s project have read aloud in the "
             "waiting rooms of ",
             deleted("eleven", "Gareth Pryce-Lunt"), inserted("fourteen", "Gareth Pryce-Lunt"),
             " surgeries in the Vale of Ebbw Fawr. Patients say that they wait ",
             commented(0, "less anxiously"), "."),
        para("Details of the impact", style="Heading1"),
        para("A count by the surgeries",
             '<w:r><w:footnoteReference w:id="2"/></w:r>',
             " shows how many people stayed for a whole story:"),
        "<w:tbl>" + row("Surgery", "Readings", "Listeners", header=True) +
        row("Bridge Street", "48", "1,160") + row("Old Mill", "36", "702") + "</w:tbl>",
        para(inserted("Two more surgeries asked to join after the county\u2019s newsletter wrote "
                      "about the readings in March 2019.", "Ines Hallam")),
        para(deleted("We hope that there will be more.", "Ines Hallam")),
        para("The practice manager of Old Mill wrote: \u201cNobody shouts at reception on reading "
             "days.\u201d (",
             commented(1, "Petra Vaughan-Ash, Practice Manager"), ")"),
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" +
        para("Click or tap here to enter text.") + "</w:sdtContent></w:sdt>",
        para("References to the research", style="Heading1"),
        para("Hallam, I. (2016) Stories in company: reading aloud among strangers. Journal of "
             "Pretended Psychology 9(4): 301-322. doi:10.5555/jpp.2016.0904"),
    ]
    comments = [
        comment(0, "Gareth Pryce-Lunt", "GPL", "Do we have figures for this?",
                "The panel will ask for a baseline."),
        comment(1, "Ines Hallam", "IH", "Letter of 3 February 2020 is in the folder."),
    ]
    kind = "wordprocessingml"
    return package([
        ("[Content_Types].xml", content_types(
            ("/word/document.xml", f"{kind}.document.main"), ("/word/styles.xml", f"{kind}.styles"),
            ("/word/footnotes.xml", f"{kind}.footnotes"),
            ("/word/comments.xml", f"{kind}.comments"))),
        ("_rels/.rels", relations(
            ("rId1", f"{OFFICE}/officeDocument", "word/document.xml", ""),
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", ""))),
        ("docProps/core.xml", core("Reading Aloud in Waiting Rooms", "Ines Hallam")),
        ("word/_rels/document.xml.rels", relations(
            ("rId1", f"{OFFICE}/styles", "styles.xml", ""),
            ("rId2", f"{OFFICE}/footnotes", "footnotes.xml", ""),
            ("rId3", f"{OFFICE}/comments", "comments.xml", ""))),
        ("word/styles.xml",
         XML + f'<w:styles xmlns:w="{WORD}">'
         '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
         '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
         "</w:styles>"),
        ("word/footnotes.xml",
         XML + f'<w:footnotes xmlns:w="{WORD}">'
         '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
         '<w:footnote w:id="2">' +
         para("From January to December 2019, kept by the receptionists.") +
         "</w:footnote></w:footnotes>"),
        ("word/comments.xml",
         XML + f'<w:comments xmlns:w="{WORD}">' + "".join(comments) + "</w:comments>"),
        ("word/document.xml",
         XML + f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>' + "".join(body) +
         "</w:body></w:document>"),
    ])


# ---------------------------------------------------------------------------
# OpenDocument

SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
        ("draw", "drawing"), ("presentation", "presentation"), ("meta", "meta"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible")]) + (
            ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"')


def open_document(kind, title, author, styles, content):
    mime = f"application/vnd.oasis.opendocument.{kind}"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return package([
        ("mimetype", mime),
        ("META-INF/manifest.xml",
         XML + f'<manifest:manifest xmlns:manifest="{manifest}">'
         f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
         '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
         "</manifest:manifest>"),
        ("meta.xml",
         XML + f"<office:document-meta {SPACES}><office:meta><dc:title>{escape(title)}</dc:title>"
         f"<meta:initial-creator>{escape(author)}</meta:initial-creator>"
         "<meta:creation-date>2019-11-18T14:05:00</meta:creation-date>"
         "</office:meta></office:document-meta>"),
        ("styles.xml",
         XML + f"<office:document-styles {SPACES}><office:styles>{styles}</office:styles>"
         "</office:document-styles>"),
        ("content.xml",
         XML + f"<office:document-content {SPACES}><office:body>{content}</office:body>"
         "</office:document-content>"),
    ])


def text_p(*parts, style="Text_20_body"):
    return f'<text:p text:style-name="{style}">' + "".join(
        part if part.startswith("<") else escape(part) for part in parts) + "</text:p>"


def text_h(level, text):
    return (f'<text:h text:style-name="Heading_20_{level}" text:outline-level="{level}">'
            f"{escape(text)}</text:h>")


def text_row(*cells):
    return "<table:table-row>" + "".join(
        f'<table:table-cell office:value-type="string">{text_p(c)}</table:table-cell>'
        for c in cells) + "</table:table-row>"


def annotation(who, *paragraphs):
    return (f"<office:annotation><dc:creator>{who}</dc:creator><dc:date>2019-11-19T08:00:00"
            "</dc:date>" + "".join(text_p(p) for p in paragraphs) + "</office:annotation>")


def orchard_report():
    changes = (
        "<text:tracked-changes>"
        '<text:changed-region text:id="ct1"><text:deletion><office:change-info>'
        "<dc:creator>Rhodri Amis</dc:creator><dc:date>2019-11-19T08:00:00</dc:date>"
        "</office:change-info>" + text_p("roughly sixty") +
        "</text:deletion></text:changed-region>"
        '<text:changed-region text:id="ct2"><text:insertion><office:change-info>'
        "<dc:creator>Rhodri Amis</dc:creator><dc:date>2019-11-19T08:00:00</dc:date>"
        "</office:change-info></text:insertion></text:changed-region></text:tracked-changes>")
    note = ('<text:note text:id="ftn1" text:note-class="footnote"><text:note-citation>1'
            "</text:note-citation><text:note-body>" +
            text_p("Hours were written down by the stewards of each orchard.") +
            "</text:note-body></text:note>")
    body = "<office:text>" + changes + "".join([
        text_p("Old Orchards, New Hands", style="Title"),
        text_p("Report to the Marcher Orchards Network, November 2019"),
        text_h(1, "What was asked"),
        text_p("The guide to pruning that Maud Ferrers and Tomos Beddoe published in 2015 "
               "(", '<text:a xlink:type="simple" xlink:href="https://doi.org/10.5555/orchard.15.2">'
               "doi:10.5555/orchard.15.2</text:a>", ") was to bring back fruit to trees that had "
               "been given up. This report says where that came true."),
        text_h(1, "What was found"),
        text_h(2, "Trees and people"),
        text_p("In three winters ", '<text:change text:change-id="ct1"/>',
               '<text:change-start text:change-id="ct2"/>', "64",
               '<text:change-end text:change-id="ct2"/>', " orchards were taken on by volunteers",
               note, ".", annotation("Maud Ferrers", "Check with the Network\u2019s list.",
                                     "Theirs says 63."), "  They worked",
               '<text:s text:c="1"/>', "for more than 9,000 hours."),
        '<table:table table:name="Orchards"><table:table-column '
        'table:number-columns-repeated="3"/><table:table-header-rows>' +
        text_row("Winter", "Orchards", "Hours") + "</table:table-header-rows>" +
        text_row("2016/17", "12", "1,450") + text_row("2017/18", "31", "3,020") +
        text_row("2018/19", "64", "4,610") + "</table:table>",
        "<text:list><text:list-item>" + text_p("Nine orchards sell juice again.") +
        "</text:list-item><text:list-item>" + text_p("Two schools teach grafting.") +
        "</text:list-item></text:list>",
        text_p("\u201cMy grandfather\u2019s trees were firewood to me. Now I know their "
               "names.\u201d", "<text:line-break/>", "Owain Tudor-Marsh, Pengelly Farm"),
        '<text:section text:name="internal" text:display="none">' +
        text_p("Not for the printed version.") + "</text:section>",
    ]) + "</office:text>"
    styles = (
        '<style:style style:name="Title" style:family="paragraph"/>'
        '<style:style style:name="Text_20_body" style:family="paragraph"/>')
    return open_document("text", "Old Orchards, New Hands", "Maud Ferrers", styles, body)


def impress_page(number, title, lines, notes="", extra=""):
    return (f'<draw:page draw:name="page{number}">'
            f'<draw:frame presentation:class="title"><draw:text-box>{text_p(title)}'
            "</draw:text-box></draw:frame>"
            '<draw:frame presentation:class="outline"><draw:text-box><text:list>' + "".join(
                f"<text:list-item>{text_p(line)}</text:list-item>" for line in lines) +
            "</text:list></draw:text-box></draw:frame>" + extra +
            '<presentation:notes><draw:page-thumbnail presentation:class="page"/>'
            f'<draw:frame presentation:class="notes"><draw:text-box>{text_p(notes)}'
            "</draw:text-box></draw:frame>"
            '<draw:frame presentation:class="page-number"><draw:text-box><text:p>'
            "<text:page-number>&lt;number&gt;</text:page-number></text:p></draw:text-box>"
            "</draw:frame></presentation:notes></draw:page>")


def orchard_slides():
    table = ('<draw:frame><table:table table:use-first-row-styles="true">' + text_row("School", "Grafted trees") +
             text_row("Llanwern Hill", "41") + text_row("St Tybie", "28") +
             "</table:table></draw:frame>")
    body = "<office:presentation>" + "".join([
        impress_page(1, "Old Orchards, New Hands", ["Marcher Orchards Network, spring meeting 2020"]),
        impress_page(2, "Schools", ["Two schools teach grafting from the guide (Ferrers and "
                                    "Beddoe 2015)."],
                     "Mention that Llanwern Hill has asked for a third year.", table),
    ]) + "</office:presentation>"
    return open_document("presentation", "Old Orchards, New Hands: slides", "Tomos Beddoe", "", body)


# ---------------------------------------------------------------------------
# RTF: a letter, as Word writes one

def rtf(text):
    out = []
    for c in text:
        n = ord(c)
        if c in "\\{}":
            out.append("\\" + c)
        elif n < 128:
            out.append(c)
        else:
            raw = c.encode("cp1252", "replace")
            out.append(f"\\u{n if n < 32768 else n - 65536}\\'{raw[0]:02x}")
    return "".join(out)


def museum_letter():
    def cells(*words, header=False):
        head = "\\trowd\\trhdr" if header else "\\trowd"
        return (head + "".join(f"\\cellx{3000 * (i + 1)}" for i in range(len(words))) +
                "\\pard\\intbl " + "".join(rtf(w) + "\\cell " for w in words) + "\\row\n")

    link = ('{\\field{\\*\\fldinst{HYPERLINK "https://tides.example/exhibition"}}'
            "{\\fldrslt{\\ul the exhibition\\rquote s page}}}")
    return ("".join([
        "{\\rtf1\\ansi\\ansicpg1252\\deff0\\uc1{\\fonttbl{\\f0\\froman\\fcharset0 Times New "
        "Roman;}{\\f1\\fnil\\fcharset2 Symbol;}}\n",
        "{\\stylesheet{\\ql \\snext0 Normal;}{\\s1\\outlinelevel0\\b \\sbasedon0\\snext0 heading "
        "1;}{\\*\\cs10 \\additive Default Paragraph Font;}}\n",
        "{\\*\\revtbl{Unknown;}{Sal Winterbourne;}}\n",
        "{\\info{\\title Letter from the Museum of Tides}{\\author Sal Winterbourne}"
        "{\\creatim\\yr2019\\mo9\\dy12\\hr10\\min5}}\n",
        "{\\header\\pard Museum of Tides \\chpgn\\par}\n",
        "\\pard\\plain ", rtf("Museum of Tides, Quay Street, Port Eilwy"), "\\par\n",
        "12 September 2019\\par\n\\pard\\plain ", rtf("Dear Professor Okonedo-Rees,"), "\\par\n",
        rtf("I write to say what your study of drowned villages has changed here. Our new gallery, "
            "\u201cUnder the Bay\u201d, follows the map that you and Dr Lisle published (doi:"
            "10.5555/bay.2014.77). It opened in May 2018; by the end of August 2019 "),
        "{\\deleted\\revauthdel1 80,000 }{\\revised\\revauth1 83,412 }",
        rtf("people had seen it, a third more than came in the years before.\u00a0"),
        "{\\super\\chftn}{\\footnote\\pard\\plain\\chftn  Counted at the door, without school "
        "groups.}", " See ", link, ".\\par\n",
        "\\pard\\plain\\s1\\outlinelevel0\\b Schools\\par\n\\pard\\plain ",
        rtf("Classes came from further away than ever:"), "\\par\n",
        cells("Year", "Classes", "Pupils", header=True), cells("2017", "61", "1,503"),
        cells("2018", "97", "2,388"), cells("2019", "", "2,116"),
        "\\pard\\plain {\\listtext\\f1\\'b7\\tab}", rtf("Teachers call the map \u201cthe best "
                                                   "twenty minutes of the year\u201d."), "\\par\n",
        "{\\v Ask Sal before sending.}",
        "Yours sincerely,\\par\n", rtf("Sal Winterbourne \u2014 Head of Learning"), "\\par}\n",
    ])).encode("ascii")


# ---------------------------------------------------------------------------
# PowerPoint

def shape(kind, *paragraphs):
    placeholder = f'<p:ph type="{kind}"/>' if kind else ""
    return ("<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"\"/><p:cNvSpPr/><p:nvPr>" + placeholder +
            "</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>" + "".join(
                "<a:p>" + (p if p.startswith("<") else f"<a:r><a:rPr/><a:t>{escape(p)}</a:t></a:r>") +
                "</a:p>" for p in paragraphs) + "</p:txBody></p:sp>")


def slide(*shapes, tag="sld"):
    return (XML + f'<p:{tag} xmlns:p="{SLIDES}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"><p:cSld>'
            "<p:spTree><p:nvGrpSpPr/><p:grpSpPr/>" + "".join(shapes) +
            f"</p:spTree></p:cSld></p:{tag}>")


def slide_table(*rows):
    return ("<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow=\"1\"/>" + "".join(
        "<a:tr>" + "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{escape(c)}</a:t></a:r></a:p></a:txBody></a:tc>"
            for c in cells) + "</a:tr>" for cells in rows) +
        "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>")


def lunch_slides():
    number = shape("sldNum", '<a:fld type="slidenum"><a:t>2</a:t></a:fld>')
    link = ('<a:r><a:rPr><a:hlinkClick r:id="rId3"/></a:rPr><a:t>lunches.example/kit</a:t></a:r>')
    kind = "presentationml"
    rel = f"{OFFICE}/"
    return package([
        ("[Content_Types].xml", content_types(
            ("/ppt/presentation.xml", f"{kind}.presentation.main"),
            ("/ppt/slides/slide1.xml", f"{kind}.slide"), ("/ppt/slides/slide2.xml", f"{kind}.slide"),
            ("/ppt/notesSlides/notesSlide1.xml", f"{kind}.notesSlide"))),
        ("_rels/.rels", relations(
            ("rId1", rel + "officeDocument", "ppt/presentation.xml", ""),
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml", ""))),
        ("docProps/core.xml", core("PowerPoint Presentation", "Wyn Achterberg")),
        ("ppt/presentation.xml",
         XML + f'<p:presentation xmlns:p="{SLIDES}" xmlns:r="{OFFICE}"><p:sldIdLst>'
         '<p:sldId id="256" r:id="rId9"/><p:sldId id="257" r:id="rId8"/></p:sldIdLst>'
         "</p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", relations(
            ("rId8", rel + "slide", "slides/slide1.xml", ""),
            ("rId9", rel + "slide", "slides/slide2.xml", ""),
            ("rId10", rel + "commentAuthors", "commentAuthors.xml", ""))),
        ("ppt/commentAuthors.xml",
         XML + f'<p:cmAuthorLst xmlns:p="{SLIDES}"><p:cmAuthor id="0" name="Bryony Saltmarsh" '
         'initials="BS"/></p:cmAuthorLst>'),
        # The first to be shown is the one that was made last; its title lies on top.
        ("ppt/slides/slide2.xml", slide(
            shape("subTitle", "Wyn Achterberg, Institute for Everyday Meals, 6 May 2020"),
            shape("ctrTitle", "Quiet Lunches: what schools have done with the research"))),
        ("ppt/slides/slide1.xml", slide(
            shape("title", "Where lunches are quiet now"),
            shape("body", "38 primary schools use the lunch kit (Achterberg 2017, "
                  "doi:10.5555/meals.17.3).", "<a:r><a:t>Get it at </a:t></a:r>" + link),
            slide_table(("County", "Schools"), ("Eilwy", "22"), ("Marl", "16")), number)),
        ("ppt/slides/_rels/slide1.xml.rels", relations(
            ("rId1", rel + "notesSlide", "../notesSlides/notesSlide1.xml", ""),
            ("rId2", rel + "comments", "../comments/comment1.xml", ""),
            ("rId3", rel + "hyperlink", "https://lunches.example/kit", EXTERNAL))),
        ("ppt/notesSlides/notesSlide1.xml", slide(
            shape("sldImg"), shape("body", "Tell the story of the cook in Marl who threw away the "
                                   "whistle.", "Then the figures."), number, tag="notes")),
        ("ppt/comments/comment1.xml",
         XML + f'<p:cmLst xmlns:p="{SLIDES}"><p:cm authorId="0" dt="2020-05-05T10:00:00" idx="1">'
         '<p:pos x="10" y="10"/><p:text>Marl has 17 since Easter.</p:text></p:cm></p:cmLst>'),
    ])


SAMPLES = {
    "reviewed-draft.docx": reviewed_draft,
    "orchard-report.odt": orchard_report,
    "museum-letter.rtf": museum_letter,
    "lunch-slides.pptx": lunch_slides,
    "orchard-slides.odp": orchard_slides,
}


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, make in SAMPLES.items():
        (folder / name).write_bytes(make())
        print(folder / name)


if __name__ == "__main__":
    main()
