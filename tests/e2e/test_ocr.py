# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in pictures: by a zygote of their own."""
import base64
import os
import random
import shutil
import signal
import struct
import subprocess
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from conftest import BUILD

pytestmark = pytest.mark.plain
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")


def needs_tesseract():
    if not (TESSDATA / "eng.traineddata").exists():
        pytest.skip("Tesseract's English is not installed")


def scribble(seed, height=400, width=2480):
    """A PNG full of what looks like lines of letters and is none: reading it takes seconds."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    chance, rows, n = random.Random(seed), [], width // 8
    while len(rows) < height - 60:
        rows += [b"\xff" * n] * 20
        for _ in range(8):
            rows += [bytes(chance.choice((0xff, 0x0f, 0xf0, 0xc3, 0x00)) if i % 24 < 21 and 10 < i < 300 else 0xff
                           for i in range(n))] * 4
    rows += [b"\xff" * n] * (height - len(rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))


def mail_with_picture(picture):
    return (b"From: Wendy Harrow <w.harrow@council.example>\nTo: impact@university.example\n"
            b"Subject: The letter you asked for\nDate: Mon, 4 Mar 2013 10:00:00 +0000\nMIME-Version: 1.0\n"
            b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
            b"The study is 10.5555/aia.30.1.12; the letter itself is attached as a photo.\n\n"
            b'--b\nContent-Type: image/jpeg; name="letter.jpg"\nContent-Transfer-Encoding: base64\n'
            b'Content-Disposition: attachment; filename="letter.jpg"\n\n' + base64.encodebytes(picture) + b"\n--b--\n")


def state(daemon, name):
    return daemon.call("why", path=str(daemon.folder / name))


def ocr_children(daemon):
    """Processes whose parent is the zygote for pictures: by what they were started with."""
    found, zygotes = {}, set()
    for entry in os.listdir("/proc"):
        try:
            args = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            parent = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if b"--ocr" in args:
            found[int(entry)] = parent
            if parent == daemon.process.pid:
                zygotes.add(int(entry))
    return [pid for pid, parent in found.items() if parent in zygotes]


def until(holds):
    """Processes tell nobody of themselves: they are looked at now and then."""
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def cpu_ticks(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def wait_for_child(daemon, but=()):
    """One that is in the middle of a picture: it has computed for a second."""
    return until(lambda: [pid for pid in ocr_children(daemon)
                          if pid not in but and cpu_ticks(pid) > os.sysconf("SC_CLK_TCK")])[0]


def test_scans_and_photos_of_letters_are_read(daemon):
    needs_tesseract()
    for name in ("choir-letter.jpg", "board-minutes.pdf", "signed-letter.txt"):
        shutil.copy(SAMPLES / name, daemon.folder / name)
    daemon.wait_for_pictures()
    documents = {Path(d["path"]).name: d for d in daemon.call("documents")["items"]}
    assert {n: (d["format"], d["state"]) for n, d in documents.items()} == {
        "choir-letter.jpg": ("image", "indexed"), "board-minutes.pdf": ("pdf", "indexed"),
        "signed-letter.txt": ("text", "indexed")}
    dois = [r for r in daemon.find("kind:doi") if r["path"].endswith("board-minutes.pdf")]
    assert [r["fields"]["doi"] for r in dois] == ["10.5555/aia.31.2.88"]
    assert dois[0]["page"] == 1


def test_the_same_picture_twice_is_one_document(daemon):
    needs_tesseract()
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "a.jpg")
    daemon.wait_for_pictures()
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "b.jpg")
    daemon.wait_for_pictures()
    document, = daemon.call("documents")["items"]
    assert [Path(p).name for p in document["paths"]] == ["a.jpg", "b.jpg"]


def test_without_the_language_the_reason_says_so(make_daemon):
    needs_tesseract()
    daemon = make_daemon(config='ocr { languages = "xxx" }\n')
    shutil.copy(SAMPLES / "board-minutes.pdf", daemon.folder / "scan.pdf")
    daemon.start()
    daemon.wait_for_pictures()
    failure, = daemon.call("failures")["items"]
    assert failure["state"] == "failed"
    assert "scan without text" in failure["reason"] and "xxx" in failure["reason"]
    assert "tesseract-ocr-xxx" in failure["remedy"]
    status = daemon.call("status")
    assert status["workers"]["ocr"] == {"available": False, "languages": [], "waiting": 0, "running": 0}
    warning, = [w for w in status["warnings"] if "pictures" in w]
    assert "tesseract-ocr-xxx" in warning
    # It may have been installed meanwhile: that is looked for.
    daemon.call("rescan")
    daemon.wait_for_pictures()
    again, = daemon.call("failures")["items"]
    assert again["tries"] == 2 and again["since"] == failure["since"]
    assert "pictures   not read" in daemon.evidence("status").stdout
    daemon.stop()
    daemon.start()
    daemon.wait_for_pictures()
    assert daemon.call("failures")["items"][0]["tries"] == 3


def test_waiting_for_files_does_not_wait_for_pictures(daemon):
    needs_tesseract()
    daemon.write("long.png", scribble(1))
    daemon.wait()
    assert state(daemon, "long.png")["state"] == "partial"
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "letter.jpg")
    daemon.write("note.txt", "The study is 10.5555/aia.30.1.12.")
    daemon.wait()
    why = state(daemon, "letter.jpg")
    assert why["state"] == "partial" and why["code"] is None and why["document"] is None
    assert "text recognition (OCR)" in why["reason"] and "--ocr" in why["remedy"]
    assert why["sha256"]
    assert {Path(f["path"]).name: f["state"] for f in daemon.call("failures")["items"]} == {
        "long.png": "partial", "letter.jpg": "partial"}
    assert len(daemon.find("kind:doi")) == 1
    ocr = daemon.call("status")["workers"]["ocr"]
    assert ocr["waiting"] + ocr["running"] == 2
    pending = daemon.call("wait", ocr=True, timeout_ms=1)
    assert pending["pending"] == 2
    assert sorted(Path(p).name for p in pending["files"]) == ["letter.jpg", "long.png"]
    assert daemon.evidence("wait", "--ocr", "--timeout", "280").returncode == 0
    assert state(daemon, "letter.jpg")["state"] == "indexed"
    assert state(daemon, "long.png")["state"] == "needs-you"
    ocr = daemon.call("status")["workers"]["ocr"]
    assert ocr["available"] and "eng" in ocr["languages"] and ocr["waiting"] + ocr["running"] == 0
    assert "eng" in daemon.evidence("status").stdout


def test_a_mail_has_its_text_at_once_and_its_picture_later(daemon):
    needs_tesseract()
    daemon.write("long.png", scribble(2))
    daemon.wait()
    daemon.write("mail.eml", mail_with_picture((SAMPLES / "board-minutes.pdf").read_bytes())
                 .replace(b"image/jpeg", b"application/pdf").replace(b".jpg", b".pdf"))
    daemon.wait()
    before, = daemon.find("kind:doi")
    assert before["fields"]["doi"] == "10.5555/aia.30.1.12" and before["truncated"] and "ocr" not in before
    assert state(daemon, "mail.eml")["state"] == "partial"
    daemon.wait_for_pictures()
    after = {r["fields"]["doi"]: r for r in daemon.find("kind:doi")}
    assert set(after) == {"10.5555/aia.30.1.12", "10.5555/aia.31.2.88"}
    same = after["10.5555/aia.30.1.12"]
    assert (same["id"], same["uid"], same["document"]) == (before["id"], before["uid"], before["document"])
    assert all(r["ocr"] and "truncated" not in r for r in after.values())
    assert state(daemon, "mail.eml")["state"] == "indexed"
    assert daemon.call("status")["documents"] == 1


def test_pictures_are_read_once_however_often_the_daemon_starts(daemon):
    needs_tesseract()
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "letter.jpg")
    daemon.wait_for_pictures()
    daemon.write("long.png", scribble(3))
    daemon.wait()
    first, = daemon.call("documents")["items"]
    daemon.stop()
    daemon.start()
    daemon.wait()
    assert state(daemon, "long.png")["state"] == "partial"
    daemon.wait_for_pictures()
    assert state(daemon, "long.png")["state"] == "needs-you"
    again, = daemon.call("documents")["items"]
    assert again == first


def test_a_picture_whose_child_is_killed_is_read_by_another(daemon):
    needs_tesseract()
    daemon.write("long.png", scribble(4))
    daemon.wait()
    first = wait_for_child(daemon)
    os.kill(first, signal.SIGKILL)
    second = wait_for_child(daemon, but=[first])
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "letter.jpg")
    daemon.wait_for_pictures()
    assert second != first
    assert state(daemon, "long.png")["state"] == "needs-you"
    assert state(daemon, "letter.jpg")["state"] == "indexed"
    assert len(daemon.call("documents")["items"]) == 1


def test_a_mail_whose_picture_kills_its_reader_keeps_its_text(daemon):
    needs_tesseract()
    daemon.write("mail.eml", mail_with_picture(scribble(7, height=1800)))
    daemon.wait()
    before, = daemon.find("kind:doi")
    while daemon.call("wait", ocr=True, timeout_ms=200)["pending"] > 0:
        for pid in ocr_children(daemon):
            if cpu_ticks(pid) > os.sysconf("SC_CLK_TCK") / 2:
                os.kill(pid, signal.SIGKILL)
    assert daemon.find("kind:doi") == [before]
    why = state(daemon, "mail.eml")
    assert why["state"] == "partial" and why["document"] == before["document"]
    assert "letter.jpg was left out" in why["reason"] and "Words in its pictures are missing" in why["reason"]
    daemon.stop()
    daemon.start()
    daemon.wait()
    assert daemon.call("status")["workers"]["ocr"]["waiting"] == 0


def test_pictures_in_mails_and_archives_are_read_without_the_daemon(tmp_path):
    needs_tesseract()
    mail = tmp_path / "mail.eml"
    mail.write_bytes(mail_with_picture((SAMPLES / "choir-letter.jpg").read_bytes()))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(mail, "mails/mail.eml")
        archive.write(SAMPLES / "choir-letter.jpg", "letters/choir.jpg")
    for name, times in (("mail.eml", 1), ("all.zip", 2)):
        done = subprocess.run([str(BUILD / "evidenced-extract"), "--text", "--file", str(tmp_path / name)],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        assert done.stdout.count("They were attended by 38 singers") == times


def test_a_picture_that_takes_too_long_is_a_failure_with_a_reason(make_daemon):
    needs_tesseract()
    daemon = make_daemon(config="ocr { document_ms = 1000 }\n")
    daemon.write("long.png", scribble(5, height=1800))
    daemon.start()
    daemon.wait_for_pictures()
    why = state(daemon, "long.png")
    assert (why["state"], why["code"]) == ("failed", "timeout")
    assert "1 s" in why["reason"]


def test_a_changed_picture_is_not_read_to_its_end(daemon):
    needs_tesseract()
    daemon.write("page", scribble(6, height=1800))
    daemon.wait()
    child = wait_for_child(daemon)
    daemon.write("page", "The study is 10.5555/aia.30.1.12.")
    daemon.wait()
    assert state(daemon, "page")["state"] == "indexed"
    assert len(daemon.find("kind:doi")) == 1
    until(lambda: child not in ocr_children(daemon))


def test_switched_off_pictures_say_so(make_daemon):
    daemon = make_daemon(config="ocr { enabled = false }\n")
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "letter.jpg")
    daemon.write("mail.eml", mail_with_picture((SAMPLES / "choir-letter.jpg").read_bytes()))
    daemon.start()
    daemon.wait_for_pictures()
    why = state(daemon, "letter.jpg")
    assert (why["state"], why["code"]) == ("failed", "unsupported")
    assert "ocr.enabled" in why["remedy"]
    assert state(daemon, "mail.eml")["state"] == "partial"
