# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents made to exhaust whoever reads them: each ends soon, with a stated reason or
with the part that could be read; the next document is read as if nothing had been, and
the daemon stays as small as it was.
"""
import os
import struct
import time
import zlib

import pytest

from conftest import SANITIZED, children_of

NEXT = "The report is DOI: 10.5555/next.1 and nothing else stands in it.\n"
SECONDS = 120 if SANITIZED else 10  # of the processor: other programs may have it too
WAIT = 12 * SECONDS
GROWS_KIB = 16 * 1024
MIB = 1 << 20
CANARY = "a-word-that-stands-outside-only"


# --- ZIP files, written by hand: the module of that name is slow with 100,000 members ---

class Member:
    def __init__(self, name, data=b"", *, packed=None, size=None, crc=None):
        self.name = name.encode()
        self.method = 0 if packed is None else 8
        self.data = data if packed is None else packed
        self.size = len(data) if size is None else size
        self.crc = zlib.crc32(data) if crc is None else crc

    def head(self):
        return struct.pack("<HHHHHIIIHH", 20, 0x800, self.method, 0, 0x21, self.crc, len(self.data),
                           self.size, len(self.name), 0)


def zip_of(members):
    out, places, listed = [], [], []
    at = 0
    for m in members:
        places.append(at)
        local = b"PK\3\4" + m.head() + m.name + m.data
        out.append(local)
        at += len(local)
    for m, place in zip(members, places):
        listed.append(b"PK\1\2\x14\0" + m.head() + struct.pack("<HHHII", 0, 0, 0, 0, place) + m.name)
    directory = b"".join(listed)
    count = min(len(members), 0xffff)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0)
    if len(members) > 0xffff:
        end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(members), len(members),
                            len(directory), at)
        end = end64 + struct.pack("<4sIQI", b"PK\6\7", 0, at + len(directory), 1) + end
    return b"".join(out) + directory + end


def repeated(name, block, times):
    """A member of `times` blocks, packed once and repeated: quick to make."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    return Member(name, packed=first * times + packer.flush(), size=len(block) * times, crc=crc)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = Member("[Content_Types].xml", (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
    'document.main+xml"/></Types>').encode())


def docx(body, doctype=""):
    return zip_of([TYPES, Member("word/document.xml", (
        f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>').encode())])


def odt(body, doctype=""):
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    return zip_of([
        Member("mimetype", b"application/vnd.oasis.opendocument.text"),
        Member("META-INF/manifest.xml", b'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:'
               b'tc:opendocument:xmlns:manifest:1.0"/>'),
        Member("content.xml", (
            f'<?xml version="1.0"?>{doctype}<office:document-content xmlns:office="{office}" xmlns:text="{text}">'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>").encode())])


def entities():
    """Each entity is ten of the one before: a thousand million words."""
    lines = ['<!ENTITY e0 "word ">']
    lines += [f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10)]
    return "<!DOCTYPE x [" + "".join(lines) + "]>"


def outside(path):
    return f'<!DOCTYPE x [<!ENTITY out SYSTEM "file://{path}">]>'


# --- PDF files ---

def pdf(objects, *, trailer=b"", prev=False):
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    back = b"/Prev %d" % start if prev else b""
    out += b"trailer << /Size %d /Root 1 0 R %s %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, back, trailer, start)
    return bytes(out)


def stream(data):
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def pdf_of_pages(count):
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 3 0 R /Resources << /Font "
            b"<< /F 4 0 R >> >> >>")
    # In branches of 100, as programs write them.
    branches = count // 100
    kids = b" ".join(b"%d 0 R" % (5 + i * 101) for i in range(branches))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
               stream(b"BT /F 9 Tf 20 100 Td (some words) Tj ET"), font]
    for i in range(branches):
        first = 6 + i * 101
        objects.append(b"<< /Type /Pages /Parent 2 0 R /Count 100 /Kids [%s] >>" %
                       b" ".join(b"%d 0 R" % (first + n) for n in range(100)))
        objects += [page.replace(b"/Parent 2", b"/Parent %d" % (first - 1))] * 100
    return pdf(objects)


# --- OLE2 files ---

def ole_of_streams(count):
    """Streams that hang on each other in a row, in the order that takes longest to sort."""
    free, end = 0xffffffff, 0xfffffffe

    def entry(name, kind, right, child):
        raw = name.encode("utf-16-le")
        return struct.pack("<64sHBBIII16sIQQIQ", raw, len(raw) + 2, kind, 1, free, right, child, bytes(16), 0, 0, 0,
                           end, 0)

    entries = [entry("Root Entry", 5, free, 1)]
    entries += [entry(f"x{count - i:07}", 2, i + 1 if i < count else free, free) for i in range(1, count + 1)]
    directory = b"".join(entries) + bytes(-len(entries) % 4 * 128)
    sectors = len(directory) // 512
    tables = 1
    while tables * 128 < sectors + tables:
        tables += 1
    table = list(range(1, sectors)) + [end] + [0xfffffffd] * tables
    table += [free] * (-len(table) % 128)
    places = list(range(sectors, sectors + tables)) + [free] * (109 - tables)
    head = struct.pack("<8s16sHHHHH6sIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3e, 3, 0xfffe, 9, 6,
                       bytes(6), 0, tables, 0, 0, 4096, end, 0, end, 0)
    return head + struct.pack("<109I", *places) + directory + struct.pack(f"<{len(table)}I", *table)


# --- mails ---

MAIL = "From: Ada <ada@saltby.example>\nTo: Bea <bea@saltby.example>\nSubject: Parts\nMIME-Version: 1.0\n" \
       "Message-ID: <1@saltby.example>\n"


def mail_of_parts(count):
    part = "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=n{0}.txt\n\nPart {0} of many.\n"
    return (MAIL + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe words of the "
            "mail itself.\n" + "".join(part.format(i) for i in range(count)) + "--b--\n").encode()


def mail_of_levels(depth):
    out = MAIL
    for i in range(depth):
        out += f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"
    return (out + "Content-Type: text/plain\n\nThe innermost words.\n").encode()


# --- the bombs: what is made, and how it may end: (state, code of the reason) ---

def nested_zip(levels, width):
    inner = zip_of([Member("words.txt", b"The innermost words.\n")])
    for _ in range(levels):
        inner = zip_of([Member(f"{i}.zip", inner) for i in range(width)])
    return inner


def long_text(size, block):
    return block * (size // len(block))


PARTIAL = ("partial", None)
DAMAGED = ("failed", "damaged")
INDEXED = ("indexed", None)
EMPTY = ("failed", "unsupported")

BOMBS = {
    "a gigabyte in a megabyte.zip": (lambda c: zip_of([
        repeated("zeros.txt", b"0" * MIB, 1024), Member("letter.txt", b"The letter beside it.\n")]), [PARTIAL]),
    "a gigabyte in a megabyte.docx": (lambda c: zip_of([
        TYPES, repeated("word/document.xml", b" " * MIB, 1024)]), [DAMAGED, PARTIAL]),
    "one in the other.zip": (lambda c: nested_zip(40, 1), [PARTIAL]),
    "sixteen in each.zip": (lambda c: nested_zip(4, 16), [PARTIAL]),
    "a hundred thousand members.zip": (lambda c: zip_of([
        Member(f"{i}.txt", b"Words.\n") for i in range(100000)]), [PARTIAL]),
    "entities.docx": (lambda c: docx("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", entities()), [DAMAGED, PARTIAL, INDEXED]),
    "entities.odt": (lambda c: odt("<text:p>&e9;</text:p>", entities()), [DAMAGED, PARTIAL, INDEXED]),
    "entities.html": (lambda c: (entities() + "<html><body><p>Words. &e9;</p></body></html>").encode(),
                      [DAMAGED, PARTIAL, INDEXED]),
    "outside.docx": (lambda c: docx("<w:p><w:r><w:t>Words. &out;</w:t></w:r></w:p>", outside(c)),
                     [DAMAGED, PARTIAL, INDEXED]),
    "outside.odt": (lambda c: odt("<text:p>Words. &out;</text:p>", outside(c)), [DAMAGED, PARTIAL, INDEXED]),
    "outside.html": (lambda c: (outside(c) + "<html><body><p>Words. &out;</p></body></html>").encode(),
                     [DAMAGED, PARTIAL, INDEXED]),
    "deep.docx": (lambda c: docx("<w:sdt>" * 200000 + "</w:sdt>" * 200000), [DAMAGED, PARTIAL]),
    "deep.odt": (lambda c: odt("<text:section>" * 200000 + "</text:section>" * 200000), [DAMAGED, PARTIAL]),
    "deep.html": (lambda c: b"<html><body><p>Words.</p>" + b"<div>" * 200000 + b"Deep words.", [PARTIAL]),
    "one line.txt": (lambda c: long_text(200 * MIB, b"word " * 1000), [PARTIAL]),
    "one word.txt": (lambda c: long_text(100 * MIB, b"x" * 1000), [PARTIAL]),
    "many lines.csv": (lambda c: b"a,b,c\n" + long_text(100 * MIB, b"1,2,some words\n" * 100), [PARTIAL]),
    "a hundred thousand pages.pdf": (lambda c: pdf_of_pages(100000), [PARTIAL]),
    "tables that come back.pdf": (lambda c: pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>"], prev=True),
        [DAMAGED, EMPTY]),
    "forty thousand streams.doc": (lambda c: ole_of_streams(40000), [EMPTY]),
    "ten thousand parts.eml": (lambda c: mail_of_parts(12000), [PARTIAL]),
    "five thousand levels.eml": (lambda c: mail_of_levels(5000), [PARTIAL]),
}


def resident(daemon):
    with open(f"/proc/{daemon.process.pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


def spent(daemon):
    """Seconds of the processor that children which ended have taken."""
    ticks = 0
    for zygote in children_of(daemon.process.pid):
        with open(f"/proc/{zygote}/stat") as f:
            ticks += sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[13:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def read_within(daemon, name, data):
    """Drops the file and says how long it took until it was done."""
    made = daemon.base / name
    made.write_bytes(data)
    start = time.monotonic()
    made.rename(daemon.folder / name)
    daemon.wait()
    return time.monotonic() - start


# Sanitizers take ten times as long for these, and say nothing that the smaller ones do not.
LARGE = {"one line.txt", "one word.txt", "many lines.csv", "a hundred thousand pages.pdf"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.plain) if n in LARGE else n for n in BOMBS])
def test_a_bomb_ends_soon_and_harms_nobody(make_daemon, tmp_path, name):
    make, ends = BOMBS[name]
    canary = tmp_path / "canary.txt"
    canary.write_text(CANARY)
    data = make(canary)
    daemon = make_daemon(settle_ms=100).start()
    daemon.write("first.txt", NEXT.replace("next", "first"))
    daemon.wait()
    before = resident(daemon)
    took = read_within(daemon, name, data)
    grown = resident(daemon) - before
    why = daemon.call("why", path=str(daemon.folder / name))
    assert (why["state"], why["code"]) in ends, why
    assert why["state"] == "indexed" or why["reason"].endswith((".", ")")), why
    assert took + read_within(daemon, "next.txt", NEXT.encode()) < WAIT
    assert spent(daemon) < SECONDS
    assert [r["fields"]["doi"] for r in daemon.find("kind:doi doi:10.5555/next.1")] == ["10.5555/next.1"]
    for document in daemon.items("documents"):
        if document["path"].endswith(name):
            text = daemon.call("text", document=document["id"], start=0, end=MIB)["text"]
            assert CANARY not in text and len(text) < 2 * MIB
    assert SANITIZED or grown < GROWS_KIB
