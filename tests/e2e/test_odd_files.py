# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are no documents, or not what they say: each has a state with a reason."""
import os
import socket
import subprocess
import zipfile

import pytest

from conftest import SAMPLES, Connection

TEXT = "The report is DOI: 10.5555/odd.1 and nothing else stands in it.\n"


def states(daemon, names):
    return {n: daemon.call("why", path=str(daemon.folder / n)) for n in names}


def test_special_files_and_links_end_with_a_reason(daemon, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text(TEXT)
    os.mkfifo(daemon.folder / "fifo")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(daemon.folder / "socket"))
    (daemon.folder / "dangling.txt").symlink_to("nowhere.txt")
    (daemon.folder / "outward.txt").symlink_to(outside)
    (daemon.folder / "loop").symlink_to(".")
    os.mknod(daemon.folder / "zero", 0o600 | 0o020000, os.makedev(1, 5))
    daemon.write("good.txt", TEXT)
    daemon.wait()
    found = states(daemon, ["fifo", "socket", "dangling.txt", "outward.txt", "loop", "zero"])
    assert {n: (f["state"], f["code"]) for n, f in found.items()} == {
        "fifo": ("failed", "special"), "socket": ("failed", "special"), "zero": ("failed", "special"),
        "dangling.txt": ("failed", "link"), "outward.txt": ("failed", "link"), "loop": ("failed", "link")}
    assert all(f["reason"].endswith(".") for f in found.values())
    assert len(daemon.find("kind:doi")) == 1
    sock.close()


def test_a_placeholder_is_not_fetched_and_read_once_it_has_its_content(daemon):
    offline = daemon.write("offline.txt", TEXT)
    tiered = daemon.folder / "tiered.pdf"
    with open(tiered, "wb") as f:
        f.truncate(1 << 20)
    away = daemon.base / "away.txt"
    away.write_text(TEXT)
    try:
        os.setxattr(away, "user.cifs.dosattrib", (0x400020).to_bytes(4, "little"))
    except OSError:
        pytest.skip("the file system keeps no attributes of users")
    away.rename(daemon.folder / "recalled.txt")
    daemon.wait()
    assert set(daemon.failures()) == {"tiered.pdf", "recalled.txt"}
    for failure in daemon.failures().values():
        assert failure["code"] == "special" and "kept elsewhere" in failure["reason"]
        assert "Fetch it" in failure["remedy"]
    assert daemon.call("why", path=str(offline))["state"] == "indexed"
    with open(tiered, "wb") as f:
        f.write((SAMPLES / "evaluation-report.pdf").read_bytes())
    os.removexattr(daemon.folder / "recalled.txt", "user.cifs.dosattrib")
    daemon.call("rescan")
    daemon.wait()
    assert daemon.call("why", path=str(tiered))["state"] == "indexed"
    assert daemon.call("why", path=str(daemon.folder / "recalled.txt"))["state"] == "indexed"


def test_empty_truncated_and_misnamed_files(daemon):
    pdf = (SAMPLES / "evaluation-report.pdf").read_bytes()
    docx = next(SAMPLES.glob("*.docx")).read_bytes()
    daemon.write("empty.txt", b"")
    daemon.write("truncated.pdf", pdf[:200])
    daemon.write("truncated.docx", docx[:len(docx) // 2])
    daemon.write("really-a-pdf.txt", pdf)
    daemon.write("really-text.pdf", TEXT)
    daemon.write("noise.txt", bytes(range(256)) * 40)
    daemon.wait()
    failed = daemon.failures()
    assert failed["empty.txt"]["code"] == "empty"
    assert failed["truncated.pdf"]["code"] == "damaged"
    assert failed["truncated.docx"]["code"] == "damaged"
    assert failed["noise.txt"]["code"] == "unsupported"
    formats = {os.path.basename(d["path"]): d["format"] for d in daemon.items("documents")}
    assert formats["really-a-pdf.txt"] == "pdf" and formats["really-text.pdf"] == "text"
    for f in failed.values():
        assert f["state"] == "failed" and f["reason"] and f["since"]


def test_an_unreadable_file_is_named_and_read_once_it_can_be(make_daemon, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root to take an ordinary user")
    base = tmp_path / "one"
    base.mkdir()
    for p in (base, *base.parents):
        if str(p).startswith("/tmp/"):
            p.chmod(0o755)
    daemon = make_daemon()
    daemon.folder.chmod(0o755)
    os.chown(base, 65534, 65534)
    os.chown(daemon.plugins, 65534, 65534)
    secret = daemon.write("secret.txt", TEXT)
    secret.chmod(0o600)
    command = daemon.command
    daemon.command = lambda: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command()]
    daemon.start()
    daemon.wait()
    assert daemon.failures()["secret.txt"]["code"] == "unreadable"
    secret.chmod(0o644)
    daemon.wait()
    daemon.call("rescan")
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 1 and daemon.failures() == {}


def test_temporary_names_are_ignored_and_say_by_which_rule(daemon):
    daemon.write("~$letter.docx", b"x")
    daemon.write("film.part", b"x")
    daemon.write("good.txt", TEXT)
    daemon.wait()
    daemon.call("rescan")
    daemon.wait()
    why = daemon.call("why", path=str(daemon.folder / "film.part"))
    assert why["state"] == "ignored" and "part" in why["rule"]
    assert len(daemon.items("documents")) == 1


def test_names_that_are_not_utf8_or_long_or_have_newlines(daemon):
    for name in (b"caf\xe9.txt", b"line\nbreak.txt", b"n" * 251 + b".txt", "Grüße.txt".encode()):
        with open(os.path.join(os.fsencode(daemon.folder), name), "wb") as f:
            f.write(TEXT.encode() + name)
    daemon.wait()
    documents = daemon.items("documents")
    assert len(documents) == 4
    (odd,) = [d for d in documents if "path_base64" in d]
    import base64
    assert base64.b64decode(odd["path_base64"]).endswith(b"caf\xe9.txt")
    table = daemon.evidence("documents")
    assert table.returncode == 0 and "line\nbreak" not in table.stdout and len(table.stdout.splitlines()) == 5


def test_a_file_gone_before_it_is_opened_is_no_failure(daemon):
    for i in range(200):
        daemon.write(f"{i}.txt", TEXT).unlink()
    daemon.wait()
    assert daemon.failures() == {} and daemon.items("documents") == []


def test_a_file_too_large_is_not_opened(make_daemon):
    daemon = make_daemon(config="limits { file_bytes = 1000000 }\n").start()
    with open(daemon.folder / "huge.txt", "wb") as f:
        f.truncate(1 << 40)
    daemon.write("good.txt", TEXT)
    daemon.wait()
    failed = daemon.failures()["huge.txt"]
    assert failed["code"] == "too_large" and all(n in failed["reason"].replace(",", "") for n in ("1000000", str(1 << 40)))
    assert len(daemon.find("kind:doi")) == 1


def test_long_text_is_cut_at_its_limit_and_says_so(make_daemon):
    daemon = make_daemon(config="limits { text_bytes = 20000 }\n").start()
    daemon.write("long.txt", TEXT + "\n" + ("A paragraph of some words.\n\n" * 2000) + "DOI: 10.5555/late\n")
    daemon.wait()
    (document,) = daemon.items("documents")
    assert document["state"] == "partial" and document["reason"]
    assert [r["fields"]["doi"] for r in daemon.find("kind:doi")] == ["10.5555/odd.1"]
    assert daemon.find("kind:doi")[0]["truncated"] is True
    assert daemon.failures()["long.txt"]["state"] == "partial"


def test_a_zip_bomb_in_a_docx_ends_with_a_reason(daemon):
    path = daemon.folder / "bomb.docx"
    with zipfile.ZipFile(daemon.base / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
                   'package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/'
                   'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
        with z.open("word/document.xml", "w", force_zip64=True) as f:
            f.write(b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>')
            for _ in range(600):
                f.write(b" " * (1 << 20))
            f.write(b"</w:t></w:r></w:p></w:body></w:document>")
    os.rename(daemon.base / "bomb.zip", path)
    daemon.write("good.txt", TEXT)
    daemon.wait()
    failed = daemon.failures()["bomb.docx"]
    # libxml2 ends a text of more than 10 MB in one piece, long before the archive's own limit is met.
    assert failed["code"] == "damaged" and failed["reason"]
    assert len(daemon.find("kind:doi")) == 1


@pytest.mark.plain
def test_a_gigabyte_of_text_leaves_the_daemon_small(daemon):
    def resident():
        with open(f"/proc/{daemon.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))

    daemon.write("good.txt", TEXT)
    daemon.wait()
    before = resident()
    with open(daemon.folder / "gigabyte.txt", "wb") as f:
        f.truncate(1 << 30)
    with open(daemon.folder / "large.txt", "wb") as f:
        for _ in range(200):
            f.write(b"word " * ((1 << 20) // 5))
    daemon.wait()
    assert daemon.failures()["gigabyte.txt"]["code"] == "too_large"
    assert daemon.failures()["large.txt"]["state"] == "partial"
    assert resident() - before < 64 * 1024, "KiB"


@pytest.mark.plain
def test_a_child_is_held_to_its_memory(make_daemon):
    daemon = make_daemon(config="worker { memory_bytes = 268435456 }\n").start()
    daemon.write("good.txt", TEXT)
    daemon.wait()
    with open(daemon.folder / "large.txt", "wb") as f:
        for _ in range(240):
            f.write(b"word " * ((1 << 20) // 5))
    daemon.wait()
    assert daemon.failures()["large.txt"]["code"] == "memory"
    assert len(daemon.find("kind:doi")) == 1
