# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as people and scripts use it."""
import csv
import io
import json
import os
import pty
import subprocess

import pytest

from conftest import BUILD, SAMPLES, copy


@pytest.fixture(scope="module")
def full(shared_daemon, samples):
    copy(samples, shared_daemon.folder)
    shared_daemon.wait()
    return shared_daemon


def test_exit_statuses(full, tmp_path):
    assert full.evidence("find", "kind:doi").returncode == 0
    assert full.evidence("find", "doi:10.9999/nothing").returncode == 1
    assert full.evidence("find", "--nonsense").returncode == 2
    assert full.evidence("nonsense").returncode == 2
    assert full.evidence("find", "kimd:doi").returncode == 4
    nobody = full.evidence("--socket", str(tmp_path / "none.sock"), "status")
    assert nobody.returncode == 3 and str(tmp_path / "none.sock") in nobody.stderr


@pytest.mark.parametrize("words", [(), ("find",), ("show",), ("wait",), ("export",), ("call",), ("why",)])
def test_help_helps(full, words):
    run = full.evidence(*words, "--help")
    assert run.returncode == 0 and "Usage: evidence" in run.stdout


def test_a_query_error_points_at_the_place(full):
    run = full.evidence("find", "kind:doi", "speker:Duffy")
    lines = run.stderr.splitlines()
    at = next(i for i, line in enumerate(lines) if "speker:Duffy" in line and "kind:doi" in line)
    assert lines[at + 1].index("^") == lines[at].index("speker")


def test_find_prints_tables_json_and_csv(full):
    table = full.evidence("find", "kind:doi").stdout
    records = json.loads(full.evidence("find", "kind:doi", "--json").stdout)
    lines = [json.loads(line) for line in full.evidence("find", "kind:doi", "--format", "jsonl").stdout.splitlines()]
    assert records == lines and all(r["kind"] == "doi" for r in records)
    assert all(r["fields"]["doi"] in table for r in records)
    rows = list(csv.DictReader(io.StringIO(full.evidence("find", "kind:doi", "--csv").stdout.lstrip("\ufeff"))))
    assert len(rows) == len(records)
    (one, *_) = json.loads(full.evidence("find", "kind:testimonial", "--json", "--limit", "1").stdout)
    assert one["kind"] == "testimonial"


def test_a_single_argument_with_blanks_is_a_phrase_of_its_field(full):
    speaker = next(r["fields"]["speaker"] for r in full.find("kind:testimonial") if r["fields"].get("speaker"))
    assert " " in speaker
    assert full.evidence("find", f"speaker:{speaker}").returncode == 0


def test_show_gives_the_words_around(full):
    (record, *_) = full.find("kind:event_figure")
    run = full.evidence("show", record["id"])
    assert run.returncode == 0 and record["text"] in run.stdout and record["path"] in run.stdout


def test_documents_failures_why_wait_rescan_call_export(full, samples):
    assert full.evidence("documents").returncode == 0
    failures = full.evidence("failures")
    assert failures.returncode == 0 and "password-protected" in failures.stdout
    path = str(full.folder / next(s.name for s in samples if s.suffix == ".txt"))
    why = full.evidence("why", path)
    assert why.returncode == 0 and "indexed" in why.stdout
    assert full.evidence("why", "/nowhere/at/all").returncode == 4
    assert full.evidence("wait", "--timeout", "60").returncode == 0
    assert full.evidence("rescan").returncode == 0
    assert json.loads(full.evidence("call", "hello").stdout)["name"] == "evidenced"
    assert json.loads(full.evidence("call", "find", '{"query": "kind:doi", "limit": 1}').stdout)["items"]
    exported = [json.loads(line) for line in full.evidence("export", "--format", "jsonl").stdout.splitlines()]
    assert exported == full.find("")
    assert full.evidence("export", "doi:10.9999/nothing").returncode == 1
    unknown = full.evidence("export", "kind:nothing")
    assert unknown.returncode == 4 and "no kind" in unknown.stderr


def test_watch_prints_what_comes_live(daemon):
    daemon.wait()  # for the plugins, which make kind:doi known
    watcher = subprocess.Popen([str(BUILD / "evidence"), "watch", "kind:doi", "--format", "jsonl"], text=True,
                               stdout=subprocess.PIPE, env=dict(os.environ, EVIDENCED_SOCKET=str(daemon.socket)))
    try:
        for i in range(1000):  # the first drops may come before the subscription stands
            daemon.write(f"live{i}.txt", f"DOI: 10.5555/live.{i}\n")
            daemon.wait()
            import select
            if select.select([watcher.stdout], [], [], 0)[0]:
                break
        assert "10.5555/live." in watcher.stdout.readline()
    finally:
        watcher.terminate()
        watcher.wait(60)


def test_control_characters_of_documents_never_reach_a_terminal(daemon):
    daemon.write("evil.txt", "“It was \u202egreat\u202c and we learned a great deal from the team” (Ann Other, Town Council).\n"
               "About 50 visitors came to the open day.\n")
    (daemon.folder / "a\x1b[31mred.txt").write_text("About 51 visitors came to the open day.\n")
    daemon.wait()
    master, slave = pty.openpty()
    process = subprocess.Popen([str(BUILD / "evidence"), "find", "kind:event_figure", "value:50..51", "--limit", "1000"],
                               stdout=slave, stderr=slave, stdin=slave,
                               env=dict(os.environ, EVIDENCED_SOCKET=str(daemon.socket), LC_ALL="C.UTF-8", TERM="xterm"))
    os.close(slave)
    output = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    assert process.wait(60) == 0
    os.close(master)
    assert b"a\x1b[31mred" not in output and b"\\x1b" in output
    assert "\u202e".encode() not in output


def test_the_socket_is_found_without_being_told(make_daemon):
    daemon = make_daemon()
    env = dict(os.environ, XDG_RUNTIME_DIR=str(daemon.base), HOME=str(daemon.base))
    env.pop("EVIDENCED_SOCKET", None)
    if os.geteuid() == 0:
        os.chown(daemon.base, 65534, 65534)
        os.chown(daemon.plugins, 65534, 65534)
        for p in (daemon.base, *daemon.base.parents):
            if str(p).startswith("/tmp/"):
                p.chmod(0o755)
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    else:
        prefix = []
    command = daemon.command
    daemon.command = lambda: [*prefix, *command()]
    daemon.start()
    run = subprocess.run([*prefix, str(BUILD / "evidence"), "status"], capture_output=True, text=True, env=env, timeout=60)
    assert run.returncode == 0, run.stderr
