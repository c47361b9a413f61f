#!/usr/bin/env python3
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes src/extract/readers/selftests_packed.c: the small documents, of formats that are
packed, which each reader must read rightly in the sandbox before it is trusted. The
same bytes on every run. Those that are text stand in selftests_*.c, by hand.

Usage: make_selftests.py [FILE]    (default: the file in the source tree; - for standard output)
"""
import struct
import sys
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
import make_mail  # noqa: E402
import make_office  # noqa: E402
import make_ole  # noqa: E402
import make_sheets  # noqa: E402

WORDS = "Caf\u00e9 \u2013 r\u00e9sum\u00e9, \u65e5\u672c"
LATIN = "Caf\u00e9 \u2013 r\u00e9sum\u00e9"
CYRILLIC = "\u0417\u0443\u0441\u0442\u0440\u0456\u0447, \u0457\u0436\u0430"
JAPANESE = "\u65e5\u672c\u8a9e\u306e\u6587\u66f8"
XML, OFFICE = make_office.XML, make_office.OFFICE


def open_packaging(main, members):
    """An Office document whose main part is `main`; each of `members` is (path, type or "", text)."""
    types = make_office.content_types(*[(f"/{path}", t) for path, t, _ in members if t])
    return make_office.package([
        ("[Content_Types].xml", types),
        ("_rels/.rels", make_office.relations(("rId1", f"{OFFICE}/officeDocument", main, ""))),
        *[(path, text) for path, _, text in members],
    ])


def docx():
    return open_packaging("word/document.xml", [
        ("word/document.xml", "wordprocessingml.document.main",
         XML + f'<w:document xmlns:w="{make_office.WORD}"><w:body>{make_office.para(WORDS)}'
         "</w:body></w:document>")])


def xlsx():
    strings = make_sheets.Strings()
    sheet = make_sheets.sheet(strings, [[WORDS, ("date", 43725)]])
    return open_packaging("xl/workbook.xml", [
        ("xl/workbook.xml", "spreadsheetml.sheet.main",
         XML + f'<workbook xmlns="{make_sheets.SHEET}" xmlns:r="{OFFICE}"><sheets>'
         '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", "", make_office.relations(
            ("rId1", f"{OFFICE}/worksheet", "worksheets/sheet1.xml", ""),
            ("rId2", f"{OFFICE}/sharedStrings", "sharedStrings.xml", ""),
            ("rId3", f"{OFFICE}/styles", "styles.xml", ""))),
        ("xl/styles.xml", "spreadsheetml.styles",
         XML + f'<styleSheet xmlns="{make_sheets.SHEET}"><cellXfs><xf numFmtId="0"/>'
         '<xf numFmtId="14"/></cellXfs></styleSheet>'),
        ("xl/sharedStrings.xml", "spreadsheetml.sharedStrings", strings.xml()),
        ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet", sheet)])


def pptx():
    return open_packaging("ppt/presentation.xml", [
        ("ppt/presentation.xml", "presentationml.presentation.main",
         XML + f'<p:presentation xmlns:p="{make_office.SLIDES}" xmlns:r="{OFFICE}"><p:sldIdLst>'
         '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>'),
        ("ppt/_rels/presentation.xml.rels", "", make_office.relations(
            ("rId1", f"{OFFICE}/slide", "slides/slide1.xml", ""))),
        ("ppt/slides/slide1.xml", "presentationml.slide",
         make_office.slide(make_office.shape("title", WORDS)))])


def odt():
    return make_office.open_document("text", "A", "B", "", "<office:text>" + make_office.text_p(WORDS) +
                                     "</office:text>")


def odp():
    return make_office.open_document("presentation", "A", "B", "", "<office:presentation>" +
                                     make_office.impress_page(1, WORDS, [LATIN]) + "</office:presentation>")


def ods():
    return make_office.open_document(
        "spreadsheet", "A", "B", "", '<office:spreadsheet><table:table table:name="A"><table:table-row>' +
        make_sheets.ods_text(WORDS) + make_sheets.ods_date("2017-05-03") +
        "</table:table-row></table:table></office:spreadsheet>")


def archive(name, packed=False):
    """`name`: bytes of DOS's code page, or a text, which is marked as UTF-8."""
    data, raw = WORDS.encode(), name if isinstance(name, bytes) else name.encode()
    flags = 0 if isinstance(name, bytes) else 0x800
    # One block of bytes as they are: versions of zlib differ in what they make of others.
    stored = struct.pack("<BHH", 1, len(data), len(data) ^ 0xffff) + data if packed else data
    common = struct.pack("<HHHHIIIHH", flags, 8 if packed else 0, 0x6000, 0x5064, zlib.crc32(data), len(stored),
                         len(data), len(raw), 0)
    local = b"PK\3\4" + struct.pack("<H", 20) + common + raw + stored
    central = (b"PK\1\2" + struct.pack("<HH", 20, 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def msg():
    return make_ole.compound(make_ole.mail({0x001a: "IPM.Note", 0x0037: WORDS, 0x1000: f"{WORDS}\r\n"}, [], []))


def msg_of_code_page(page, text):
    """Strings of bytes, as Outlook wrote them until 2003."""
    entries = make_ole.mail({0x3fde: page, 0x3ffd: page}, [], [])
    for number, value in ((0x001a, "IPM.Note"), (0x0037, text), (0x1000, text)):
        entries[f"__substg1.0_{number:04X}001E"] = value.encode(f"cp{page}")
    return make_ole.compound(entries)


def doc():
    """Its text lies in two pieces: bytes, then UTF-16."""
    word = make_ole.Word()
    word.para(LATIN)
    split = len(word.chars)
    word.para(JAPANESE)
    length = len(word.chars)
    word.para("")
    return make_ole.word_file(word, [length, 0, 0, 0, 0, 0, 0, 0], {}, split)


def tnef(page, text):
    return (struct.pack("<IH", 0x223E9F78, 1) + make_mail.attribute(1, 0x00089006, struct.pack("<I", 0x10000)) +
            make_mail.attribute(1, 0x00069007, struct.pack("<II", page, 0)) +
            make_mail.attribute(1, 0x00018004, text.encode(f"cp{page}") + b"\0") +
            make_mail.attribute(1, 0x00069003, make_mail.properties((0x1F, 0x0042, WORDS))) +
            make_mail.attribute(1, 0x0002800C, text.encode(f"cp{page}") + b"\0"))


# What is made of each: the array's name, [(the document's name, its bytes, what must be read)]
LISTS = {
    "docx": [("utf8.docx", docx(), WORDS)],
    "xlsx": [("utf8.xlsx", xlsx(), f"{WORDS}\t2019-09-17")],
    "pptx": [("utf8.pptx", pptx(), WORDS)],
    "odt": [("utf8.odt", odt(), WORDS)],
    "ods": [("utf8.ods", ods(), f"{WORDS}\t2017-05-03")],
    "odp": [("utf8.odp", odp(), f"{WORDS}\n{LATIN}")],
    "msg": [("utf16.msg", msg(), f"Subject: {WORDS}\n{WORDS}"),
            ("1251.msg", msg_of_code_page(1251, CYRILLIC), f"Subject: {CYRILLIC}\n{CYRILLIC}")],
    "doc": [("1252-utf16.doc", doc(), f"{LATIN}\n{JAPANESE}")],
    "archive": [("cp437.zip", archive("Z\u00fcrich-\u00e9t\u00e9-\u03a3.txt".encode("cp437"), True),
                 f"Z\u00fcrich-\u00e9t\u00e9-\u03a3.txt\n{WORDS}"),
                ("utf8.zip", archive(f"{JAPANESE}.txt"), f"{JAPANESE}.txt\n{WORDS}")],
    "tnef": [("932.dat", tnef(932, JAPANESE), f"From: {WORDS}\nSubject: {JAPANESE}\n{JAPANESE}")],
}

HEAD = """\
/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * selftests_packed - small documents of formats that are packed. Made by
 * tests/samples/make_selftests.py: change that, not this.
 */
#include "extract/readers/selftests.h"

/* clang-format off */
"""


def escaped(data):
    """Each byte as it stands in a string of C."""
    out = []
    for i, byte in enumerate(data):
        following = data[i + 1] if i + 1 < len(data) else 0
        if byte in b'"\\' or byte == 0x3f:  # of the question mark trigraphs are made
            out.append("\\" + chr(byte))
        elif 32 <= byte < 127:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03o}" if 48 <= following < 58 else f"\\{byte:o}")
    return out


def string(data, room=92):
    """Lines of a string of C."""
    lines, line = [], ""
    for piece in escaped(data):
        if len(line) + len(piece) > room:
            lines.append(line)
            line = ""
        line += piece
    return "\n".join(f'    "{text}"' for text in [*lines, line])


def source():
    out = HEAD
    for kind, tests in LISTS.items():
        rows = ""
        for name, data, text in tests:
            array = f"selftests_{kind}_" + name.split(".")[0].replace("-", "_")
            expected = text.replace("\t", "\\t").replace("\n", "\\n")
            out += f"\nstatic const char {array}[] =\n{string(data)};\n"
            rows += f'    SELFTEST("{name}", {array},\n             "{expected}"),\n'
        out += f"\nconst struct reader_selftest selftests_{kind}[] = {{\n{rows}    {{0}},\n}};\n"
    return out


def main():
    place = Path(__file__).resolve().parents[2] / "src" / "extract" / "readers" / "selftests_packed.c"
    to = sys.argv[1] if len(sys.argv) > 1 else place
    if to == "-":
        sys.stdout.buffer.write(source().encode())
    else:
        Path(to).write_bytes(source().encode())


if __name__ == "__main__":
    main()
