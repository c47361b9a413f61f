# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sample through a real daemon and its sandbox: the text and marks that are expected, or the reason why not."""
import pathlib

import pytest

from conftest import SAMPLES, SANITIZED, SCANS, Daemon, copy

FORMATS = {"text", "markdown", "csv", "html", "mhtml", "pdf", "docx", "odt", "rtf", "xlsx", "ods", "pptx", "odp", "eml",
           "mbox", "msg", "doc", "archive", "image", "transcript", "audio", "video"}
# Nobody reads pictures without character recognition, nor sound and film at all.
WITHOUT_SAMPLE = {"audio", "video"} | ({"image"} if SANITIZED else set())
# The samples that give no text: state, code, and what the reason says.
WITHOUT_TEXT = {"locked-letter.pdf": ("failed", "encrypted", "password-protected")}
# Under sanitizers words in pictures take minutes.
READ = sorted({p.name.removesuffix(".expected") for p in (SAMPLES / "expected").iterdir()}
              - (SCANS if SANITIZED else set()))

# What `text` calls the number and the name of a mark, where it has them.
NUMBER = {"page": "number", "row": "number", "table": "number", "heading": "level", "quoted": "level"}
NAME = {"section": "name", "header": "name", "part": "name", "comment": "name", "inserted": "name", "speaker": "name",
        "link": "url", "deleted": "words"}


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A daemon that has read all samples, and its documents by the file's name."""
    daemon = Daemon(tmp_path_factory.mktemp("samples"))
    copy([SAMPLES / name for name in (*READ, *WITHOUT_TEXT)], daemon.folder)
    daemon.start()
    daemon.wait_for_pictures()
    yield daemon, {pathlib.Path(d["path"]).name: d for d in daemon.items("documents")}
    daemon.finish()


def expected_of(name):
    """The text, and each mark as `text` writes it; the files leave out what a mark's type does not have."""
    text, _, lines = (SAMPLES / "expected" / f"{name}.expected").read_text().rpartition("--- marks\n")
    marks = []
    for line in lines.splitlines():
        kind, number, start, end, named = line.split(" ", 4)
        mark = {"type": kind, "start": int(start), "end": int(end)}
        if kind in NUMBER:
            mark[NUMBER[kind]] = int(number)
        if kind in NAME:
            mark[NAME[kind]] = "" if named == "-" else named
        if kind == "table":
            mark["columns"] = [] if named == "-" else named.split("\t")
        marks.append(mark)
    return text, marks


def one_line(mark):
    """A name of several lines is one line in the files."""
    return {key: value.replace("\n", " ") if isinstance(value, str) else value for key, value in mark.items()}


@pytest.mark.parametrize("name", READ)
def test_its_text_and_marks_are_what_is_expected(reading, name):
    daemon, documents = reading
    assert name in documents, daemon.failures().get(name)
    document = documents[name]
    assert document["state"] == "indexed", document["reason"]
    answer = daemon.call("text", document=document["id"])
    text, marks = expected_of(name)
    assert "cut" not in answer and answer["end"] == len(answer["text"].encode())
    assert answer["text"].removesuffix("\n") + "\n" == text
    assert [one_line(mark) for mark in answer["marks"]] == marks


def test_every_other_sample_says_why_it_has_no_text(reading):
    daemon, documents = reading
    names = {p.name for p in daemon.folder.iterdir()}
    assert names == set(READ) | set(WITHOUT_TEXT) and set(documents) == set(READ)
    failures = daemon.failures()
    assert set(failures) == set(WITHOUT_TEXT)
    for name, (state, code, words) in WITHOUT_TEXT.items():
        assert (failures[name]["state"], failures[name]["code"]) == (state, code)
        assert words in failures[name]["reason"] and failures[name]["remedy"]


def test_every_format_has_a_sample(reading):
    _, documents = reading
    read = {d["format"] for d in documents.values()}
    assert read <= FORMATS and read >= FORMATS - WITHOUT_SAMPLE, FORMATS - WITHOUT_SAMPLE - read


def test_no_reader_was_switched_off_and_nothing_was_refused(reading):
    daemon, _ = reading
    assert daemon.call("status")["workers"]["readers_off"] == []
    log = daemon.log_text()
    assert "refused" not in log and "error:" not in log and "switched off" not in log, log
