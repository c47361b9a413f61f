# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of the formats that Office wrote before 2007: an Outlook mail (.msg) and a
Word document (.doc), and what lies around them: OLE2 files, packed RTF. Used by make.py.
"""
import datetime
import struct

# ---------------------------------------------------------------------------
# OLE2: a file system in a file. Sectors of 512 bytes, small streams in sectors of 64.

FREE, END, FAT = 0xffffffff, 0xfffffffe, 0xfffffffd
SMALL = 4096


def pad(data, size):
    return data + bytes(-len(data) % size)


class Storage:
    def __init__(self, entries):
        self.entries = entries  # {name: bytes or Storage}


class Compound:
    """Lays out a root storage; streams are put one after the other."""

    def __init__(self, root):
        self.entries, self.sectors, self.fat, self.mini, self.minifat = [], [], [], b"", []
        self.add("Root Entry", root, 5)

    def chain(self, data):
        first = len(self.sectors)
        data = pad(data, 512)
        for at in range(0, len(data), 512):
            self.sectors.append(data[at:at + 512])
            self.fat.append(len(self.sectors))
        if not data:
            return END
        self.fat[-1] = END
        return first

    def stream(self, data):
        if len(data) >= SMALL or not data:
            return self.chain(data)
        first = len(self.minifat)
        count = -(-len(data) // 64)
        self.minifat += [first + i + 1 for i in range(count - 1)] + [END]
        self.mini += pad(data, 64)
        return first

    def add(self, name, what, kind=0):
        index = len(self.entries)
        entry = {"name": name, "kind": kind or (1 if isinstance(what, Storage) else 2), "left": FREE,
                 "right": FREE, "child": FREE, "first": END if kind != 5 else 0, "size": 0}
        self.entries.append(entry)
        if isinstance(what, Storage):
            # Siblings are a tree in order of length, then of capitals.
            names = sorted(what.entries, key=lambda n: (len(n), n.upper()))
            entry["child"] = self.tree([(n, what.entries[n]) for n in names])
        else:
            entry["first"], entry["size"] = self.stream(what), len(what)
        return index

    def tree(self, items):
        if not items:
            return FREE
        middle = len(items) // 2
        index = self.add(*items[middle])
        self.entries[index]["left"] = self.tree(items[:middle])
        self.entries[index]["right"] = self.tree(items[middle + 1:])
        return index

    def directory(self):
        out = b""
        for e in self.entries:
            name = e["name"].encode("utf-16-le")
            out += struct.pack("<64sHBBIII16sIQQIQ", name, len(name) + 2, e["kind"], 1, e["left"],
                               e["right"], e["child"], bytes(16), 0, 0, 0, e["first"], e["size"])
        empty = struct.pack("<64sHBBIII16sIQQIQ", b"", 0, 0, 0, FREE, FREE, FREE, bytes(16), 0, 0, 0, 0, 0)
        return out + empty * (-len(self.entries) % 4)

    def bytes(self):
        self.entries[0]["first"] = self.chain(self.mini)
        self.entries[0]["size"] = len(self.mini)
        minifat = self.chain(b"".join(struct.pack("<I", n) for n in self.minifat))
        directory = self.chain(self.directory())
        count = 1
        while count * 128 < len(self.sectors) + count:
            count += 1
        places = list(range(len(self.sectors), len(self.sectors) + count))
        fat = self.fat + [FAT] * count
        fat = struct.pack(f"<{len(fat)}I", *fat) + struct.pack("<I", FREE) * (-len(fat) % 128)
        difat = places + [FREE] * (109 - count)
        head = struct.pack("<8s16sHHHHH6sIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3e, 3,
                           0xfffe, 9, 6, bytes(6), 0, count, directory, 0, SMALL,
                           minifat, -(-len(self.minifat) // 128), END, 0)
        return head + struct.pack("<109I", *difat) + b"".join(self.sectors) + fat


def compound(entries):
    return Compound(Storage(entries)).bytes()


def filetime(*when):
    since = datetime.datetime(*when) - datetime.datetime(1601, 1, 1)
    return (since.days * 86400 + since.seconds) * 10000000


def summary(properties):
    """\\005SummaryInformation: strings by number, times where they are numbers."""
    places, values = b"", b""
    start = 8 + 8 * (len(properties) + 1)
    for number, value in [(1, None), *properties.items()]:
        places += struct.pack("<II", number, start + len(values))
        if value is None:
            values += struct.pack("<IhH", 2, 1252, 0)
        elif isinstance(value, int):
            values += struct.pack("<IQ", 0x40, value)
        else:
            text = value.encode("cp1252") + b"\0"
            values += struct.pack("<II", 0x1e, len(text)) + pad(text, 4)
    body = struct.pack("<II", 8 + len(places) + len(values), len(properties) + 1) + places + values
    name = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
    return struct.pack("<HHI16sI16sI", 0xfffe, 0, 0x00020105, bytes(16), 1, name, 48) + body


# ---------------------------------------------------------------------------
# Outlook's mail (MS-OXMSG)

def properties(header, values):
    """The storage's entries for {number: value}: str, bytes, bool, int, ("time", n) or Storage."""
    entries, fixed = {}, b""
    for number, value in values.items():
        if isinstance(value, str):
            kind, data = 0x1f, value.encode("utf-16-le")
        elif isinstance(value, bytes):
            kind, data = 0x102, value
        elif isinstance(value, Storage):
            kind, data = 0x0d, value
        elif isinstance(value, bool):
            fixed += struct.pack("<HHIQ", 0x0b, number, 6, value)
            continue
        elif isinstance(value, int):
            fixed += struct.pack("<HHIQ", 3, number, 6, value)
            continue
        else:
            fixed += struct.pack("<HHIQ", 0x40, number, 6, value[1])
            continue
        entries[f"__substg1.0_{number:04X}{kind:04X}"] = data
        size = len(data) + 2 * (kind == 0x1f) if not isinstance(data, Storage) else 0xffffffff
        fixed += struct.pack("<HHIII", kind, number, 6, size, 0)
    return entries | {"__properties_version1.0": bytes(header) + fixed}


def mail(values, recipients, attachments, header=32):
    entries = properties(header, values)
    for i, (kind, name, address) in enumerate(recipients):
        entries[f"__recip_version1.0_#{i:08X}"] = Storage(properties(
            8, {0x0c15: kind, 0x3001: name, 0x39fe: address}))
    for i, attachment in enumerate(attachments):
        entries[f"__attach_version1.0_#{i:08X}"] = Storage(properties(8, attachment))
    return entries


def toolkit_answer():
    """A mail that passes on what a school said, with the school's notes attached."""
    notes = ("Notes of the river day, 14 May 2021\r\n\r\nThe pupils of Year 6 counted 23 kinds of small "
             "animals below the weir.\r\nIn March there had been 9.\r\n").encode()
    answer = mail({
        0x001a: "IPM.Note", 0x0037: "River day at Penmarsh", 0x0042: "Ffion Abernant",
        0x5d02: "f.abernant@penmarsh-primary.example", 0x0039: ("time", filetime(2021, 5, 20, 14, 2, 0)),
        0x1000: "Dear Idris,\r\n\r\nThank you for the day by the river. Since the toolkit arrived we "
                "have given up the old worksheets; all three classes plan their own surveys now.\r\n\r\n"
                "Ffion Abernant\r\nHead of Science, Penmarsh Primary School\r\n",
    }, [(1, "Idris Calloway", "i.calloway@harrowmere.example")], [], header=24)
    body = ("Dear Wren,\r\n\r\nThe school's answer is attached, with its notes of the day. Forty-one "
            "schools use the toolkit by now; the county pays for it until 2023.\r\n\r\nThe paper behind it: "
            "https://doi.org/10.5555/jfe.2019.114\r\n\r\nBest wishes,\r\nIdris\r\n\r\n"
            "-----Original Message-----\r\nFrom: Wren Okafor\r\nSent: 25 May 2021 16:40\r\n"
            "To: Idris Calloway\r\nSubject: Toolkit\r\n\r\nIdris, how many schools use it?\r\n")
    return compound(mail({
        0x001a: "IPM.Note", 0x0037: "RE: Toolkit", 0x0042: "Idris Calloway",
        0x0065: "/O=HARROWMERE/OU=EXCHANGE/CN=RECIPIENTS/CN=CALLOWAY", 0x5d02: "i.calloway@harrowmere.example",
        0x0039: ("time", filetime(2021, 5, 26, 9, 12, 30)), 0x0e06: ("time", filetime(2021, 5, 26, 9, 12, 41)),
        0x1000: body, 0x1035: "<0a1b2c@harrowmere.example>", 0x3fde: 65001, 0x340d: 0x40000,
    }, [(1, "Okafor, Wren", "w.okafor@harrowmere.example"), (2, "Impact Office", "impact@harrowmere.example")], [
        {0x3705: 1, 0x3707: "river-day-notes.txt", 0x3701: notes, 0x370e: "text/plain"},
        {0x3705: 5, 0x3001: "River day at Penmarsh", 0x3701: Storage(answer)},
        {0x3705: 1, 0x3707: "image001.png", 0x3712: "image001.png@01D7", 0x3714: 4, 0x7ffe: True,
         0x3701: bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
                               "0000000a49444154789c63680000008200816fd4ab1f0000000049454e44ae426082")},
    ]))


# ---------------------------------------------------------------------------
# Word's document (MS-DOC)

class Word:
    """Runs and paragraphs, laid out as Word 97 does: one piece of bytes, one of UTF-16."""

    def __init__(self):
        self.chars, self.runs, self.paragraphs = [], [], []
        self.start = 0

    def run(self, text, sprms=b""):
        if text:
            self.runs.append((len(self.chars), sprms))
            self.chars += text

    def end(self, mark="\r", style=0, sprms=b""):
        self.run(mark)
        self.paragraphs.append((self.start, struct.pack("<H", style) + sprms))
        self.start = len(self.chars)

    def para(self, text, style=0, **properties):
        self.run(text)
        self.end(style=style, **properties)

    def row(self, *cells, bold=False):
        for cell in cells:
            self.run(cell, BOLD if bold else b"")
            self.end("\x07", sprms=IN_TABLE)
        self.end("\x07", sprms=IN_TABLE + ROW_END)

    def link(self, url, words):
        self.run(f'\x13 HYPERLINK "{url}" \x14', b"")
        self.run(words)
        self.run("\x15")


BOLD, DELETED = b"\x35\x08\x01", b"\x00\x08\x01"
IN_TABLE, ROW_END = b"\x16\x24\x01", b"\x17\x24\x01"


def pages(ranges, end, paragraphs):
    """Formatting by ranges of bytes, in pages of 512: [(first byte, pages' bytes)]."""
    out, page, at = [], [], 511
    for start, data in ranges:
        if paragraphs:
            data = bytes([len(data) // 2 + 1]) + data if len(data) % 2 else bytes([0, len(data) // 2]) + data
        elif data:
            data = bytes([len(data)]) + data
        size = len(data) + len(data) % 2
        entry = 17 if paragraphs else 5
        if page and (len(page) + 1) * entry + 4 > at - size - 1:
            out.append(page)
            page, at = [], 511
        at = (at - size) // 2 * 2 if data else at
        page.append((start, data, at))
    out.append(page)
    result = []
    for i, page in enumerate(out):
        last = out[i + 1][0][0] if i + 1 < len(out) else end
        body = bytearray(512)
        struct.pack_into(f"<{len(page) + 1}I", body, 0, *[p[0] for p in page], last)
        for n, (_, data, place) in enumerate(page):
            body[4 * (len(page) + 1) + n * (13 if paragraphs else 1)] = place // 2 if data else 0
            body[place:place + len(data)] = data
        body[511] = len(page)
        result.append((page[0][0], bytes(body)))
    return result


def style(number, name, based=0xfff):
    body = struct.pack("<HHHHH", number, 1 | based << 4, 0, 0, 0)
    body += struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<H", len(body)) + body + bytes(len(body) % 2)


def word_file(word, lengths, properties, split, footnotes=b""):
    """`split`: the character from which on they are UTF-16; a piece before it is bytes."""
    first = 2048
    head = "".join(word.chars[:split]).encode("cp1252")
    tail = "".join(word.chars[split:]).encode("utf-16-le")
    gap = len(head) % 2

    def place(char):
        return first + char if char < split else first + len(head) + gap + (char - split) * 2

    end = place(len(word.chars))
    stream = bytearray(pad(bytes(first) + head + bytes(gap) + tail, 512))
    table = b"\0" * 16
    places = {}

    def put(index, data):
        nonlocal table
        places[index] = (len(table), len(data))
        table += data

    styles = style(0, "Normal") + style(1, "heading 1", 0) + style(2, "heading 2", 0)
    put(1, struct.pack("<HHHHHHHHHH", 18, 3, 10, 1, 3, 15, 0, 0, 0, 0) + styles)
    put(2, footnotes)
    for index, ranges, paragraphs in ((12, word.runs, False), (13, word.paragraphs, True)):
        listed = pages([(place(c), data) for c, data in ranges], end, paragraphs)
        numbers = []
        for _, body in listed:
            numbers.append(len(stream) // 512)
            stream += body
        put(index, struct.pack(f"<{len(listed) + 1}I", *[p[0] for p in listed], end) +
            struct.pack(f"<{len(numbers)}I", *numbers))
    pieces = struct.pack("<III", 0, split, len(word.chars))
    pieces += struct.pack("<HIH", 0, first * 2 | 0x40000000, 0)
    pieces += struct.pack("<HIH", 0, first + len(head) + gap, 0)
    put(33, b"\x02" + struct.pack("<I", len(pieces)) + pieces)
    struct.pack_into("<HHHHHHI", stream, 0, 0xa5ec, 0xc1, 0, 0x809, 0, 0x0200, 0xbf)
    struct.pack_into("<II", stream, 24, first, end)
    struct.pack_into("<H", stream, 32, 14)
    struct.pack_into("<H", stream, 62, 22)
    struct.pack_into("<I", stream, 64, end)
    struct.pack_into("<8I", stream, 76, *lengths)
    struct.pack_into("<H", stream, 152, 93)
    for index, (at, size) in places.items():
        struct.pack_into("<II", stream, 154 + index * 8, at, size)
    return compound({"WordDocument": bytes(stream), "1Table": table,
                     "\005SummaryInformation": summary(properties)})


def pottery_minutes():
    """A letter's worth of minutes as a museum's office wrote them in 2005."""
    w = Word()
    w.para("Visitors\u2019 Panel, Tarnbrook Museum: minutes of 9 March 2005", style=1)
    w.para("Present: Odile Fairweather (chair), Tomos Greaves, Ruth Anstey, Prof. Iolo Carne "
           "(University of Harrowmere).")
    w.para("1. The pottery gallery", style=2)
    w.run("Prof. Carne reported that the new labels follow his study of how visitors read displays.")
    sign = len(w.chars)
    w.run("\x02")
    w.run(" Since the gallery opened again, visitors stay for ")
    w.run("eight", DELETED)
    w.run("eleven minutes on average, where it was four.")
    w.end()
    w.row("Year", "Visitors", "School groups", bold=True)
    w.row("2003", "18,200", "41")
    w.row("2004", "26,750", "97")
    w.para("2. A touring exhibition", style=2)
    w.run("The panel recommended that the gallery\u2019s cases tour the county\u2019s libraries. The plan is on ")
    w.link("http://www.tarnbrook-museum.example/touring", "the museum\u2019s pages")
    w.run(".")
    w.end()
    split = len(w.chars)
    w.para("Mr Greaves thanked the potters of K\u0151b\u00e1nya, who lent eleven jugs for the \u201cHands\u201d case, "
           "and Ms Anstey read out a visitor\u2019s card: \u201cI have walked past these pots for thirty years "
           "and saw them today for the first time.\u201d")
    w.para("Next meeting: 8 June 2005.")
    main = len(w.chars)
    w.run("\x02")
    w.para(" Carne, I. (2003) Reading a case of pots. Imaginary Museum Studies 12(4): 201-219. "
           "doi:10.5555/ims.12.4.201")
    notes = len(w.chars) - main
    w.para("Tarnbrook Museum \u2013 Page 1")
    heads = len(w.chars) - main - notes
    w.para("")  # the mark that ends all stories
    return word_file(w, [main, notes, heads, 0, 0, 0, 0, 0], {
        2: "Visitors\u2019 Panel minutes, March 2005", 4: "Ruth Anstey", 12: filetime(2005, 3, 10, 9, 30, 0)},
        split, struct.pack("<II", sign, main) + struct.pack("<H", 1))
