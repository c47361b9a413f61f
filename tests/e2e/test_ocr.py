# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in pictures: by a zygote of their own."""
import shutil
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")


def needs_tesseract():
    if not (TESSDATA / "eng.traineddata").exists():
        pytest.skip("Tesseract's English is not installed")


def test_scans_and_photos_of_letters_are_read(daemon):
    needs_tesseract()
    for name in ("choir-letter.jpg", "board-minutes.pdf", "signed-letter.txt"):
        shutil.copy(SAMPLES / name, daemon.folder / name)
    daemon.wait()
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
    daemon.wait()
    shutil.copy(SAMPLES / "choir-letter.jpg", daemon.folder / "b.jpg")
    daemon.wait()
    document, = daemon.call("documents")["items"]
    assert [Path(p).name for p in document["paths"]] == ["a.jpg", "b.jpg"]


def test_without_the_language_the_reason_says_so(make_daemon):
    needs_tesseract()
    daemon = make_daemon(config='ocr { languages = "xxx" }\n')
    shutil.copy(SAMPLES / "board-minutes.pdf", daemon.folder / "scan.pdf")
    daemon.start()
    daemon.wait()
    failure, = daemon.call("failures")["items"]
    assert failure["state"] == "failed"
    assert "scan without text" in failure["reason"] and "xxx" in failure["reason"]
    assert "tesseract-ocr-xxx" in failure["remedy"]
