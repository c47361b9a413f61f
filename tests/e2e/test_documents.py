# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One document's way: dropped, read, found, changed, moved, gone."""
import os
import pathlib
import shutil
import signal

import ctypes
import pytest

from conftest import SHARED, copy, shared

TEXT = """Impact of the harbour porpoise survey

Details of the impact

The team held four public lectures, each attended by about 120 residents.

References to the research

Tregenza A, Bright S (2012) Counting porpoises by ear. Journal of Coastal Acoustics 4(2): 11-29, DOI: 10.5555/jca.2012.0042.
"""


def test_a_dropped_file_is_found_with_file_and_byte_range(daemon):
    path = daemon.write("porpoise.txt", TEXT)
    daemon.wait()
    (record,) = daemon.find("kind:doi")
    assert record["path"] == str(path)
    assert record["fields"] == {"doi": "10.5555/jca.2012.0042"}
    data = TEXT.encode()
    assert b"10.5555/jca.2012.0042" in data[record["start"]:record["end"]]
    assert daemon.words(record) == data[record["start"]:record["end"]].decode() == record["text"]
    for key in ("id", "uid", "kind", "document", "case", "page", "section", "prefix", "suffix", "plugin",
                "confidence", "status", "role"):
        assert key in record
    assert record["page"] is None and record["case"] is None and record["status"] == "found"
    assert record["section"] == "References to the research"


def test_a_pdf_says_the_page(daemon, samples):
    copy([s for s in samples if s.suffix == ".pdf"], daemon.folder)
    daemon.wait()
    records = daemon.find("kind:doi OR kind:event_figure OR kind:testimonial")
    assert records and all(r["page"] >= 1 for r in records)
    assert max(r["page"] for r in records) > 1


def test_every_sample_is_read_or_says_why_not(daemon, samples):
    copy(samples, daemon.folder)
    daemon.wait_for_pictures()
    documents = daemon.items("documents")
    failed = daemon.failures()
    assert len(documents) + len([f for f in failed.values() if f["state"] == "failed"]) == len(samples)
    read = {d["format"] for d in documents}
    assert {"text", "markdown", "html", "pdf", "docx", "eml", "csv", "xlsx", "ods"} <= read
    assert {f["code"] for f in failed.values()} == {"encrypted"}


def test_the_same_bytes_twice_are_one_document_with_two_paths(daemon):
    first = daemon.write("a/one.txt", TEXT)
    second = daemon.write("b/two.txt", TEXT)
    daemon.wait()
    (document,) = daemon.items("documents")
    assert document["paths"] == sorted([str(first), str(second)])
    (record,) = daemon.find("kind:doi")
    assert record["paths"] == sorted([str(first), str(second)])
    assert daemon.find(f"kind:doi under:{daemon.folder}/b")[0]["id"] == record["id"]
    first.unlink()
    daemon.wait()
    (document,) = daemon.items("documents")
    assert document["paths"] == [str(second)]
    second.unlink()
    daemon.wait()
    assert daemon.items("documents") == [] and daemon.find("kind:doi") == []
    assert daemon.call("why", path=str(second))["state"] == "gone"


def test_a_changed_document_is_replaced(daemon):
    path = daemon.write("note.txt", TEXT)
    daemon.wait()
    daemon.write("note.txt", TEXT.replace("10.5555/jca.2012.0042", "10.5555/jca.2013.0007"))
    daemon.wait()
    assert [r["fields"]["doi"] for r in daemon.find("kind:doi")] == ["10.5555/jca.2013.0007"]
    (document,) = daemon.items("documents")
    assert document["path"] == str(path)


def test_a_renamed_folder_keeps_its_documents(daemon):
    for i in range(5):
        daemon.write(f"case/{i}/note.txt", TEXT.replace("0042", f"{i:04}"))
    daemon.wait()
    before = {d["id"] for d in daemon.items("documents")}
    os.rename(daemon.folder / "case", daemon.folder / "renamed")
    daemon.wait()
    documents = daemon.items("documents")
    assert {d["id"] for d in documents} == before
    assert all(d["path"].startswith(str(daemon.folder / "renamed")) for d in documents)
    assert len(daemon.find(f"kind:doi under:{daemon.folder}/renamed")) == 5


def test_a_file_renamed_moved_out_and_in_again(daemon, tmp_path):
    path = daemon.write("draft.txt", TEXT)
    daemon.wait()
    (before,) = daemon.items("documents")
    path = path.rename(daemon.folder / "final.txt")
    daemon.wait()
    (document,) = daemon.items("documents")
    assert document["id"] == before["id"] and document["path"] == str(path)
    outside = tmp_path / "outside.txt"
    path.rename(outside)
    daemon.wait()
    assert daemon.items("documents") == []
    outside.rename(daemon.folder / "back.txt")
    daemon.wait()
    assert [pathlib.Path(d["path"]).name for d in daemon.items("documents")] == ["back.txt"]


def test_a_save_by_temporary_file_and_rename_changes_the_document(daemon):
    daemon.write("report.txt", TEXT)
    daemon.wait()
    daemon.write(".report.txt.tmp", TEXT.replace("0042", "0099")).rename(daemon.folder / "report.txt")
    daemon.wait()
    assert [r["fields"]["doi"] for r in daemon.find("kind:doi")] == ["10.5555/jca.2012.0099"]


def test_a_deep_tree_made_at_once_is_found_whole(daemon):
    for i in range(200):
        daemon.write(f"{i % 7}/{i % 11}/{i}/deep/note.txt", TEXT.replace("0042", f"{i:04}"))
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 200


def test_a_tree_moved_in_is_found(daemon, tmp_path):
    tree = tmp_path / "tree" / "inner"
    tree.mkdir(parents=True)
    (tree / "note.txt").write_text(TEXT)
    os.rename(tmp_path / "tree", daemon.folder / "tree")
    daemon.wait()
    assert [r["path"] for r in daemon.find("kind:doi")] == [str(daemon.folder / "tree/inner/note.txt")]


class Opens:
    """Counts which files of a folder are opened, by inotify of its own."""

    IN_OPEN, IN_ISDIR = 0x20, 0x40000000

    def __init__(self, folder):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_NONBLOCK)
        assert self.libc.inotify_add_watch(self.fd, os.fsencode(folder), self.IN_OPEN) > 0

    def count(self):
        n = 0
        while True:
            try:
                data = os.read(self.fd, 65536)
            except BlockingIOError:
                return n
            at = 0
            while at < len(data):
                mask = int.from_bytes(data[at + 4:at + 8], "little")
                at += 16 + int.from_bytes(data[at + 12:at + 16], "little")
                n += not mask & self.IN_ISDIR

    def close(self):
        os.close(self.fd)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_after_a_restart_nothing_is_read_again(make_daemon, samples, how):
    daemon = make_daemon().start()
    copy(samples, daemon.folder)
    daemon.wait_for_pictures()
    before = daemon.items("documents"), daemon.find(""), daemon.failures()
    getattr(daemon, how)()
    opens = Opens(daemon.folder)
    daemon.start()
    daemon.wait()
    assert opens.count() == 0
    assert (daemon.items("documents"), daemon.find(""), daemon.failures()) == before
    daemon.write("new.txt", TEXT)
    daemon.wait()
    assert opens.count() > 0, "the counter does not count"
    opens.close()


def test_what_changed_while_it_was_down_is_noticed(make_daemon):
    daemon = make_daemon().start()
    stays, changes, goes = (daemon.write(f"{n}.txt", TEXT + n) for n in ("stays", "changes", "goes"))
    daemon.wait()
    daemon.stop()
    changes.write_text(TEXT.replace("0042", "4200"))
    goes.unlink()
    comes = daemon.write("comes.txt", TEXT.replace("0042", "0001"))
    daemon.start()
    daemon.wait()
    assert sorted(d["path"] for d in daemon.items("documents")) == sorted(map(str, (stays, changes, comes)))
    assert len(daemon.find("kind:doi doi:10.5555/jca.2012.4200")) == 1
    assert daemon.call("why", path=str(goes))["state"] == "gone"


def test_kill_9_of_workers_and_daemon_loses_and_doubles_nothing(make_daemon):
    daemon = make_daemon().start()
    names = [f"{i}.txt" for i in range(150)]
    for i, name in enumerate(names):
        daemon.write(name, TEXT.replace("0042", f"{i:04}") + "word " * 3000)
        if i % 10 == 0:
            for child in daemon.children():
                os.kill(child, signal.SIGKILL)
        if i % 40 == 39:
            daemon.kill()
            daemon.start()
    daemon.kill()
    daemon.start()
    daemon.wait()
    found = sorted(r["fields"]["doi"] for r in daemon.find("kind:doi"))
    assert found == sorted(f"10.5555/jca.2012.{i:04}" for i in range(150))
    assert len(daemon.items("documents")) == 150
    assert daemon.failures() == {}


def test_what_only_its_name_calls_text_is_read_by_its_content_in_the_midst_of_a_run(daemon, samples):
    pdf = next(p for p in samples if p.name == "evaluation-report.pdf").read_bytes()
    html = "<!DOCTYPE html>\n<html><body><p>See DOI: 10.5555/page.77 for more.</p></body></html>\n"
    for i in range(40):
        daemon.write(f"run/{i:02}.txt", TEXT.replace("jca.2012.0042", f"jca.run.{i}"))
    daemon.write("run/15-report.txt", pdf)
    daemon.write("run/16-page.md", html)
    daemon.wait()
    documents = {os.path.basename(d["paths"][0]): d["format"] for d in daemon.items("documents")}
    assert len(documents) == 42
    assert documents.pop("15-report.txt") == "pdf" and documents.pop("16-page.md") == "html"
    assert set(documents.values()) == {"text"}
    found = {r["fields"]["doi"] for r in daemon.find("kind:doi")}
    assert {f"10.5555/jca.run.{i}" for i in range(40)} | {"10.5555/page.77"} <= found


def test_kill_9_of_a_child_in_the_midst_of_a_run_costs_and_doubles_nothing(make_daemon):
    daemon = make_daemon()
    for i in range(300):
        daemon.write(f"{i:03}.txt", TEXT.replace("jca.2012.0042", f"jca.kill.{i}"))
    daemon.start()
    for _ in range(5):  # at different points of the work
        daemon.call("wait", timeout_ms=30)
        for pid in daemon.children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    daemon.wait()
    assert daemon.failures() == {}
    assert len(daemon.items("documents")) == 300
    records = daemon.find("kind:doi")
    assert sorted(r["fields"]["doi"] for r in records) == sorted(f"10.5555/jca.kill.{i}" for i in range(300))


def test_a_new_drop_does_not_wait_behind_many_texts(make_daemon):
    daemon = make_daemon()
    for i in range(400):
        daemon.write(f"bulk/{i:03}.txt", TEXT.replace("jca.2012.0042", f"jca.bulk.{i}"))
    daemon.start()
    daemon.call("wait", timeout_ms=20)
    path = daemon.write("drop.txt", TEXT.replace("jca.2012.0042", "jca.drop"))
    while daemon.call("why", path=str(path))["state"] != "indexed":
        daemon.call("wait", timeout_ms=2)
    left = daemon.call("status")["queue"]["waiting"]
    assert left > 0, "all of the bulk work was done first"
    daemon.wait()
    assert len(daemon.items("documents")) == 401


@shared
def test_the_seed_document(daemon):
    source = SHARED / "seed" / "engaging-with-involuntary-service-users.txt"
    shutil.copy(source, daemon.folder)
    daemon.wait()
    dois = [r["fields"]["doi"] for r in daemon.find("kind:doi")]
    assert len(dois) == 5 and set(dois) == {"10.1111/j.1099-0860.2011.00409.x", "10.1093/bjsw/bcr162",
                                            "10.1332/174426412x654040", "10.1080/21582041.2012.751499"}
    listed = [r["fields"] for r in daemon.find("kind:citation listed:references")]
    assert [c["year"] for c in listed] == [2011, 2012, 2011, 2012, 2013]
    assert [c["author"][0] for c in listed] == ["Gallagher", "Gallagher", "Smith", "Gallagher", "Smith"]
    assert [c["title"][:30] for c in listed] == [
        "Engaging with families in chil", "Children and families' involve", "Engaging with involuntary serv",
        "A collaborative approach to de", "\"It's what gets through people"]
    assert all(r["fields"]["listed"] == "text" for r in daemon.find("kind:citation NOT listed:references"))
    assert [r["fields"]["speaker"] for r in daemon.find("kind:testimonial")] == [
        "Joe Duffy", "Stuart Allardyce", "Iain Macaulay"]
    figures = daemon.find("kind:event_figure")
    for value, measure, qualifier, words in ((6, "events", None, "six events"),
                                             (60, "attendance", "around", "around 60 practitioners"),
                                             (70, "attendance", "over", "over 70 practitioners"),
                                             (180, "attendance", "over", "over 180 practitioners")):
        (figure, *_) = [f for f in figures if f["fields"]["value"] == value and
                        f["fields"]["measure"] == measure and f["fields"].get("qualifier") == qualifier]
        assert words in daemon.words(figure) and daemon.words(figure) == figure["text"]
