#!/usr/bin/env python3
# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the samples that are pictures of text. By hand and not by make.py: pdftoppm
(poppler-utils) draws them, and what it draws depends on the fonts that are installed.

Usage: make_scans.py [FOLDER]    (default: where this file lies)
"""
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import make

LETTER = [
    "Bethel Chapel Choir", "Heron Street, Tarnmouth", "", "14 November 2019", "",
    "Dear Dr Treharne,", "",
    "I am writing on behalf of our choir to thank you for the three workshops that you held with "
    "us between March and June 2019. They were attended by 38 singers, and eleven of them have "
    "since joined the choir at Heron House. Your research has changed how we rehearse: we now sing "
    "with the residents, and no longer to them.", "",
    "You are welcome to quote this letter.", "",
    "Yours sincerely,", "", "", "Gwenllian Prothero", "Secretary, Bethel Chapel Choir",
]

MINUTES = [
    [
        "# Minutes of the meeting of 8 June 2018",
        "Present: Beti Solomon (in the chair), Marcus Obuya, Idris Calloway and nine members of "
        "the public. Apologies were received from Sioned Fairweather.",
        "# 7. Choirs in care homes",
        "The Board heard Dr Treharne on the trial in eighteen homes (doi:10.5555/aia.31.2.88). "
        "Residents who sang once a week felt less lonely after three months. Mr Calloway asked "
        "what a choir costs. The answer was \u00a33,600 a year for each home, most of it for the "
        "con\u00adductor.",
    ],
    [
        "It was resolved to pay for the choirs of twelve homes from the Board's own funds, from "
        "September 2018, and to look at the matter again after a year.",
        "# 8. Any other business",
        "The open rehearsal on 30 June will be held at Heron House. Last year's drew 55 visitors.",
    ],
]


# A typewriter's letters: all as wide as each other, whichever font stands in for Courier.
make.WIDTHS = [600] * len(make.WIDTHS)


def draw(pdf, *options):
    pdf = pdf.replace(b"/Helvetica", b"/Courier")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(pdf)
        subprocess.run(["pdftoppm", *options, str(source), str(Path(folder) / "out")], check=True)
        return [p.read_bytes() for p in sorted(Path(folder).glob("out-*"))]


def letter():
    """A photo of a letter by a telephone held sideways: turned, and EXIF says so."""
    page, y = make.Page(), 790
    for entry in LETTER:
        y = page.paragraph(56, y, entry, 420, size=12) + (12 * 0.8 if entry else 4)
    pdf = make.pdf([page], {"Title": "Letter"}).replace(b"/MediaBox", b"/Rotate 270 /MediaBox")
    jpeg, = draw(pdf, "-jpeg", "-gray", "-jpegopt", "quality=35", "-r", "130",
                 "-x", "0", "-y", "150", "-W", "760", "-H", "926")
    exif = (b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + (274).to_bytes(2, "big") + b"\0\x03\0\0\0\x01" +
            b"\0\x06\0\0" + b"\0\0\0\0")
    return jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:]


def one_bit(pgm):
    """A greyscale PGM's width, height and rows of bits, 1 for white."""
    kind, width, height = pgm.split(maxsplit=3)[:3]
    head = b"%s\n%s %s\n255\n" % (kind, width, height)
    grey = pgm[len(head):]
    width, height = int(width), int(height)
    rows = bytearray()
    for y in range(height):
        row = grey[y * width:(y + 1) * width] + b"\xff" * (-width % 8)
        for x in range(0, len(row), 8):
            byte = 0
            for c in row[x:x + 8]:
                byte = byte << 1 | (c > 140)
            rows.append(byte)
    return width, height, bytes(rows)


def minutes():
    """Two pages from a scanner, without any text."""
    pages = []
    for number, entries in enumerate(MINUTES, 1):
        page, y = make.Page(), 740
        page.line(56, 790, "West Tarn Health Board", size=10)
        page.line(56, 50, f"Page {number} of {len(MINUTES)}", size=10)
        for entry in entries:
            heading = entry.startswith("# ")
            y = page.paragraph(56, y, entry[2:] if heading else entry, 480,
                               "F2" if heading else "F1", 15 if heading else 11) - 4
        pages.append(page)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for pgm in draw(make.pdf(pages, {"Title": "Minutes"}), "-gray", "-r", "200"):
        width, height, bits = one_bit(pgm)
        packed = zlib.compress(bits, 9)
        n = len(objects) + 1
        content = b"q 595 0 0 842 0 0 cm /I Do Q"
        objects += [
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 "
            b"/ColorSpace /DeviceGray /Filter /FlateDecode /Length %d >>\nstream\n" %
            (width, height, len(packed)) + packed + b"\nendstream",
            b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /XObject << /I %d 0 R >> >> >>" % (n + 1, n),
        ]
        kids.append(b"%d 0 R" % (n + 2))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start)
    return bytes(out)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, sample in {"choir-letter.jpg": letter, "board-minutes.pdf": minutes}.items():
        (folder / name).write_bytes(sample())
        print(folder / name)


if __name__ == "__main__":
    main()
