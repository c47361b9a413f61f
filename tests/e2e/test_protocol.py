# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The socket: JSON-RPC 2.0, one object a line."""
import json
import os
import socket
import stat
import subprocess

import pytest

from conftest import BUILD, Connection, Failed, copy

NOTE = "See DOI: 10.5555/protocol.{} for more, and about 30 visitors came to the lecture.\n"


def fill(daemon):
    for i in range(30):
        daemon.write(f"{i:02}.txt", NOTE.format(i))
    daemon.wait()


@pytest.fixture(scope="module")
def filled(shared_daemon):
    fill(shared_daemon)
    return shared_daemon


@pytest.fixture
def full(filled):
    """A daemon with 30 documents, shared by those tests that only ask, and a new connection to it."""
    filled.main.close()
    filled.connect()
    return filled


@pytest.mark.parametrize("line, code, word", [
    (b"{", -32700, "parse"), (b"[1,", -32700, "parse"), (b'{"a":"\xff"}', -32700, "not_utf8"),
    (b"[" * 100 + b"]" * 100, -32700, "too_deep"), (b"5", -32600, "request"), (b"[]", -32600, "request"),
    (b'{"jsonrpc":"1.0","id":1,"method":"hello"}', -32600, "request"),
    (b'{"jsonrpc":"2.0","id":1}', -32600, "request"),
    (b'{"jsonrpc":"2.0","id":1,"method":"nope"}', -32601, "method"),
    (b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":5}}', -32602, "params"),
    (b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":"","wrong":1}}', -32602, "params"),
    (b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":"","limit":1001}}', -32602, "limit"),
    (b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":"","cursor":"junk"}}', -32602, "cursor"),
    (b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":"kimd:doi"}}', -32602, "query"),
    (b'{"jsonrpc":"2.0","id":1,"method":"get","params":{"id":"999.1"}}', -32000, "not_found"),
])
def test_a_bad_line_gets_an_error_and_the_connection_goes_on(full, line, code, word):
    full.main.send(line + b"\n")
    answer = full.main.read()
    assert answer["error"]["code"] == code and answer["error"]["data"]["code"] == word
    assert answer["error"]["message"]
    assert full.call("hello")["name"] == "evidenced"


def test_a_line_too_long_is_refused_and_skipped(full):
    limit = full.call("hello")["limits"]["line_bytes"]
    full.main.send(b'{"jsonrpc":"2.0","id":7,"method":"find","params":{"query":"' + b"x" * (2 * limit) + b'"}}\n')
    answer = full.main.read()
    assert answer["id"] is None and answer["error"]["data"]["code"] == "line_too_long"
    assert full.call("hello")["protocol"] == 1


def test_a_query_error_says_where_and_what_was_meant(full):
    with pytest.raises(Failed) as error:
        full.call("find", query="kind:doi speker:Duffy")
    assert error.value.word == "query" and error.value.data["offset"] == 9
    assert "speaker" in json.dumps(error.value.data)


@pytest.mark.parametrize("raw", [b"1", b'"a\\u00e9"', b"1.50", b"-0", b"null", b"12345678901234567"])
def test_the_id_comes_back_byte_for_byte(full, raw):
    full.main.send(b'{"jsonrpc":"2.0", "id": ' + raw + b' ,"method":"hello"}\n')
    assert b'"id":' + raw in full.main.file.readline()


def test_pipelined_requests_are_answered_in_their_order(full):
    lines = b""
    for i in range(300):
        method, params = [("find", {"query": "kind:doi"}), ("hello", {}), ("documents", {}), ("status", {})][i % 4]
        lines += json.dumps({"jsonrpc": "2.0", "id": i, "method": method, "params": params}).encode() + b"\n"
    full.main.send(lines)
    assert [full.main.read()["id"] for _ in range(300)] == list(range(300))


def test_batches_and_notifications(full):
    full.main.send(b'[{"jsonrpc":"2.0","id":1,"method":"hello"},{"jsonrpc":"2.0","method":"hello"},7,'
                   b'{"jsonrpc":"2.0","id":2,"method":"nope"}]\n')
    answers = full.main.read()
    assert [a["id"] for a in answers] == [1, None, 2]
    assert [("result" in a) for a in answers] == [True, False, False]
    full.main.send(b'{"jsonrpc":"2.0","method":"hello"}\n\n\r\n')
    assert full.call("hello")["version"]


def test_a_half_closed_connection_gets_its_answers_and_is_closed(full):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(60)
    sock.connect(str(full.socket))
    sock.sendall(b'{"jsonrpc":"2.0","id":1,"method":"find","params":{"query":"kind:doi"}}\n' * 3)
    sock.shutdown(socket.SHUT_WR)
    data = b""
    while chunk := sock.recv(65536):
        data += chunk
    assert data.count(b"\n") == 3
    sock.close()


def test_paging_gives_every_record_once(full):
    one = [r["id"] for r in full.find("kind:doi", limit=7)]
    all_at_once = [r["id"] for r in full.find("kind:doi", limit=1000)]
    assert one == all_at_once and len(set(one)) == 30


def test_queries(full):
    def dois(query):
        return len([r for r in full.find(query) if r["kind"] == "doi"])

    assert dois("doi:10.5555/protocol.7") == 1
    assert dois("doi:https://doi.org/10.5555/PROTOCOL.7") == 1
    assert dois("doi:10.5555/protocol.1*") == 11
    assert dois("kind:doi AND NOT doi:10.5555/protocol.1*") == 19
    assert dois("kind:doi (doi:10.5555/protocol.1 OR doi:10.5555/protocol.2)") == 2
    assert len(full.find("kind:event_figure value:>=30")) == 30
    assert len(full.find("kind:event_figure value:31..")) == 0
    assert len(full.find(f"kind:doi under:{full.folder}")) == 30
    assert full.find("kind:doi under:nowhere") == []


def test_get_text_and_offsets(daemon):
    daemon.write("note.txt", "“Größe” and £5 stand before DOI: 10.5555/offset.\n")
    daemon.wait()
    (record,) = daemon.find("kind:doi")
    assert daemon.call("get", id=record["id"]) == record
    text = daemon.call("text", document=record["document"])
    assert text["text"].encode()[record["start"]:record["end"]].decode() == record["text"]
    part = daemon.call("text", record=record["id"])
    assert part["text"] == record["text"] and part["start"] == record["start"]
    chars = daemon.call("text", record=record["id"], offsets="chars")
    assert text["text"][chars["start"]:chars["end"]] == record["text"]


def test_status_and_describe_have_what_the_design_says(full):
    status = full.call("status")
    assert set(status) >= {"version", "pid", "uptime_s", "clock", "files", "documents", "records", "queue", "roots",
                           "workers", "plugins", "index", "loop_lag_ms", "warnings"}
    assert status["documents"] == 30 and status["records"]["doi"] == 30 and status["files"]["indexed"] == 30
    assert status["pid"] == full.process.pid
    assert status["roots"][0]["path"] == str(full.folder) and status["roots"][0]["mode"] == "inotify"
    assert {p["name"] for p in status["plugins"]} >= {"doi", "citation", "testimonial", "event_figure", "link"}
    described = full.call("describe")
    assert {m["name"] for m in described["methods"]} >= {
        "hello", "describe", "status", "find", "get", "text", "documents", "failures", "why", "wait", "subscribe",
        "unsubscribe", "rescan", "export"}
    assert {k["name"]: k["fields"] for k in described["kinds"]}["doi"] == {"doi": "key"}
    assert described["operators"]


def test_export_streams_every_record(full):
    number = full.main.request("export", {"query": "kind:doi"})
    items = []
    while True:
        answer = full.main.read()
        if answer.get("method") == "items":
            assert answer["params"]["id"] == number
            items += answer["params"]["items"]
            continue
        break
    assert answer["id"] == number and answer["result"]["count"] == 30 == len(items)
    assert items == full.find("kind:doi")


def test_subscribers_hear_of_what_comes_and_goes(daemon):
    fill(daemon)
    listener = Connection(daemon.socket)
    subscription = listener.call("subscribe", query="doi:10.5555/news*")["subscription"]
    path = daemon.write("news.txt", "DOI: 10.5555/news.1 is new.\n")
    daemon.write("other.txt", "DOI: 10.5555/other.1 is no news.\n")
    message = listener.read()
    assert message["method"] == "changed" and message["params"]["subscription"] == subscription
    (added,) = message["params"]["added"]
    assert added["fields"]["doi"] == "10.5555/news.1" and message["params"]["gone"] == []
    path.unlink()
    message = listener.read()
    assert message["params"]["gone"] == [added["id"]] and message["params"]["added"] == []
    listener.call("unsubscribe", subscription=subscription)
    listener.close()


def test_wait_gives_up_at_its_time_out(daemon):
    daemon.write("slow.txt", "")
    answer = daemon.call("wait", timeout_ms=1)
    assert answer["pending"] >= 1 and answer["files"] == [str(daemon.folder / "slow.txt")]


def test_a_second_daemon_is_refused_and_says_why(make_daemon, full):
    other = make_daemon("two")
    same_state = subprocess.run([str(BUILD / "evidenced"), "--watch", str(other.folder), "--state", str(full.state),
                                 "--socket", str(other.socket)], capture_output=True, text=True, timeout=60)
    assert same_state.returncode == 3 and "another evidenced" in same_state.stderr
    same_socket = subprocess.run([str(BUILD / "evidenced"), "--watch", str(other.folder), "--state", str(other.state),
                                  "--socket", str(full.socket)], capture_output=True, text=True, timeout=60)
    assert same_socket.returncode == 3 and str(full.socket) in same_socket.stderr
    assert full.call("hello")["name"] == "evidenced"


def test_a_stale_socket_is_taken_over(make_daemon):
    daemon = make_daemon().start()
    daemon.kill()
    assert daemon.socket.exists()
    daemon.start()
    assert daemon.call("hello")["name"] == "evidenced"
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o660


@pytest.mark.parametrize("arguments, words", [
    (["--watch", "{f}", "--state", "{f}/state"], "inside the watched folder"),
    (["--watch", "{f}", "--watch", "{f}/inner"], "watched too"),
    (["--watch", "{f}/missing"], "No such file"),
    (["--watch", "{f}", "--socket", "/tmp/" + "x" * 120], "107"),
    (["--watch", "{f}", "--config", "{b}/bad.conf"], "bad.conf:2"),
    ([], "nothing to watch"),
    (["--wrong"], "--help"),
])
def test_bad_options_are_refused_with_the_reason(make_daemon, arguments, words):
    daemon = make_daemon()
    (daemon.folder / "inner").mkdir()
    (daemon.base / "bad.conf").write_text("limits { settle_ms = 2000 }\nnonsense = 5\n")
    run = subprocess.run([str(BUILD / "evidenced")] + [a.format(f=daemon.folder, b=daemon.base) for a in arguments],
                         capture_output=True, text=True, timeout=60,
                         env=dict(os.environ, XDG_STATE_HOME=str(daemon.base), STATE_DIRECTORY=str(daemon.state)))
    assert run.returncode == 2 and words in run.stderr, run.stderr
