# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins of an admin: put in force, changed, broken, hostile."""
import json
import os
import signal
import subprocess
import time

import pytest

from conftest import BUILD

TEXT = "The minutes note 1,240 pledges signed in Lower Saxony Street. See DOI: 10.5555/pledge.1 for more.\n"

PLEDGES = """
return {
  name = "pledges", version = %(version)d,
  about = "Pledges signed at public meetings",
  kinds = { pledge = { count = "number", cause = "text", place = "key" } },
  patterns = { pledge = [[\\b\\d[\\d,]* pledges?\\b]] },
  on = {
    pledge = function(doc, from, to)
      doc:emit("pledge", from, to, { count = evidence.number(doc:sub(from, to)) * %(factor)d, place = "here" })
    end,
  },
}
"""

HOSTILE = {
    "loop": 'document = function(doc) while true do end end',
    "pcallloop": 'document = function(doc) while true do pcall(function() while true do end end) end end',
    "memory": 'document = function(doc) local t = {} while true do t[#t + 1] = ("x"):rep(1000000) .. #t end end',
    "wrongkind": 'document = function(doc) doc:emit("nonsense", 1, 2, {}) end',
    "wrongfield": 'document = function(doc) doc:emit("hostile", 1, 2, { count = "many" }) end',
    "wrongplace": 'document = function(doc) doc:emit("hostile", 5, 1000000, { count = 1 }) end',
    "error": 'document = function(doc) error({ reason = "no" }) end',
    "global": 'document = function(doc) leaked = 1 end',
    "open": 'document = function(doc) io.open("/etc/passwd") end',
}


def plugin(name, body):
    return f'return {{\n  name = "{name}", version = 1,\n  kinds = {{ hostile = {{ count = "number" }} }},\n  {body},\n}}\n'


def reloaded(daemon, name, condition):
    """Waits, by asking, until the plugin's entry in `status` is as wanted."""
    deadline = time.monotonic() + 60
    while True:
        entry = next((p for p in daemon.call("status")["plugins"] if p["name"] == name), None)
        if condition(entry):
            return entry
        assert time.monotonic() < deadline, entry
        daemon.call("wait", timeout_ms=50)


def test_a_plugin_of_an_admin_adds_a_kind(make_daemon):
    daemon = make_daemon()
    (daemon.plugins / "pledges.lua").write_text(PLEDGES % {"version": 1, "factor": 1})
    daemon.start()
    daemon.write("minutes.txt", TEXT)
    daemon.wait()
    (record,) = daemon.find("kind:pledge count:>=1000 place:here")
    assert record["fields"] == {"count": 1240, "place": "here"} and record["text"] == "1,240 pledges"
    kinds = {k["name"]: k for k in daemon.call("describe")["kinds"]}
    assert kinds["pledge"]["fields"] == {"count": "number", "cause": "text", "place": "key"}


def test_a_changed_plugin_is_run_over_the_stored_texts_after_sighup(make_daemon):
    daemon = make_daemon()
    path = daemon.plugins / "pledges.lua"
    path.write_text(PLEDGES % {"version": 1, "factor": 1})
    daemon.start()
    files = [daemon.write(f"{i}.txt", TEXT.replace("1,240", str(i + 1))) for i in range(20)]
    daemon.wait()
    kept = {r["id"] for r in daemon.find("kind:doi")}
    for f in files:  # the originals are not needed again
        f.chmod(0)
    path.write_text(PLEDGES % {"version": 2, "factor": 100})
    daemon.process.send_signal(signal.SIGHUP)
    reloaded(daemon, "pledges", lambda p: p and p["version"] == 2)
    daemon.wait(plugins=True)
    assert sorted(r["fields"]["count"] for r in daemon.find("kind:pledge")) == [100 * (i + 1) for i in range(20)]
    assert {r["id"] for r in daemon.find("kind:doi")} == kept
    path.unlink()
    daemon.process.send_signal(signal.SIGHUP)
    reloaded(daemon, "pledges", lambda p: p is None)
    daemon.wait(plugins=True)
    assert daemon.find("plugin:pledges") == []


def test_a_plugin_changed_while_the_daemon_was_down_is_run_after_the_start(make_daemon):
    daemon = make_daemon()
    path = daemon.plugins / "pledges.lua"
    path.write_text(PLEDGES % {"version": 1, "factor": 1})
    daemon.start()
    daemon.write("minutes.txt", TEXT)
    daemon.wait()
    daemon.stop()
    path.write_text(PLEDGES % {"version": 1, "factor": 2})
    daemon.start()
    daemon.wait(plugins=True)
    assert [r["fields"]["count"] for r in daemon.find("kind:pledge")] == [2480]


def test_settings_reach_the_plugin(make_daemon):
    daemon = make_daemon(config='plugin "hosts" { set(count, 3) set(list, "a.org", "b.org") set(loud, true) }\n')
    (daemon.plugins / "hosts.lua").write_text(
        'return {\n  name = "hosts", version = 1, kinds = { setting = { value = "key" } },\n'
        '  document = function(doc)\n    local s = evidence.settings\n'
        '    doc:emit("setting", 1, 1, { value = s.count + 1 .. s.list[2] .. tostring(s.loud) })\n  end,\n}\n')
    daemon.start()
    daemon.write("any.txt", TEXT)
    daemon.wait()
    assert daemon.find("kind:setting")[0]["fields"]["value"] == "4b.orgtrue"


def test_a_syntax_error_is_named_with_file_and_line_and_harms_nothing_else(make_daemon):
    daemon = make_daemon()
    (daemon.plugins / "broken.lua").write_text("return {\n  name = = 5\n}\n")
    daemon.start()
    daemon.write("minutes.txt", TEXT)
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 1
    entry = reloaded(daemon, "broken", lambda p: p is not None)
    assert entry["state"] != "ok" and "broken.lua:2" in entry["error"]
    assert "broken.lua:2" in daemon.log_text()


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_plugin_fails_alone(make_daemon, name):
    daemon = make_daemon(config="worker { lua_memory_bytes = 16777216 lua_instructions = 2000000 }\n")
    (daemon.plugins / f"{name}.lua").write_text(plugin(name, HOSTILE[name]))
    daemon.start()
    path = daemon.write("minutes.txt", TEXT)
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 1, "the other plugins' results are kept"
    assert daemon.find("kind:hostile") == []
    why = daemon.call("why", path=str(path))
    assert why["state"] == "partial" and why["code"] == "plugin" and f"{name}.lua:4" in why["reason"], why


def test_a_plugin_that_hangs_in_c_is_killed_and_the_rest_kept(make_daemon):
    daemon = make_daemon(config="worker { document_ms = 3000 }\n")
    (daemon.plugins / "hang.lua").write_text(plugin(
        "hang", 'document = function(doc) if not doc.text:find("pledges") then return end local s = ("a"):rep(5000) s:find(("a?"):rep(60) .. ("a"):rep(60) .. "b") '
        'local p = (".-"):rep(30) .. "b" s:find(p) end'))
    daemon.start()
    path = daemon.write("minutes.txt", TEXT)
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 1
    why = daemon.call("why", path=str(path))
    assert why["state"] == "partial" and "hang" in why["reason"], why


def test_a_plugin_that_hangs_in_one_document_of_a_run_costs_that_result_only(make_daemon):
    daemon = make_daemon(config="worker { document_ms = 2000 children = 1 }\n")
    (daemon.plugins / "hang.lua").write_text(plugin(
        "hang", 'document = function(doc) if doc.text:find("Tenth", 1, true) then '
        'local s, p = ("a"):rep(5000), (".-"):rep(30) .. "b" s:find(p) end '
        'doc:emit("hostile", 1, 1, { count = 1 }) end'))
    for i in range(1, 31):
        daemon.write(f"{i:02}.txt", TEXT.replace("pledge.1", f"pledge.{i}") + ("Tenth\n" if i == 10 else ""))
    daemon.start()
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 30 and len(daemon.find("kind:hostile")) == 29
    (failed,) = daemon.failures().items()
    assert failed[0] == "10.txt" and failed[1]["code"] == "plugin" and "hang" in failed[1]["reason"], failed


def test_what_a_plugin_keeps_does_not_reach_the_next_document(make_daemon):
    daemon = make_daemon(config="worker { children = 1 }\n")
    (daemon.plugins / "keeps.lua").write_text(
        'local seen, n = {}, 0\nreturn {\n  name = "keeps", version = 1, kinds = { kept = { value = "key" } },\n'
        '  document = function(doc)\n    n = n + 1 seen[n] = doc.text\n'
        '    doc:emit("kept", 1, 1, { value = n .. "/" .. #seen })\n  end,\n}\n')
    for i in range(20):
        daemon.write(f"{i}.txt", TEXT.replace("pledge.1", f"pledge.{i}"))
    daemon.start()
    daemon.wait()
    values = [r["fields"]["value"] for r in daemon.find("kind:kept")]
    assert len(values) == 20 and len(set(values)) == 1, values


def test_a_plugin_folder_that_others_can_write_is_refused(make_daemon):
    daemon = make_daemon()
    (daemon.plugins / "pledges.lua").write_text(PLEDGES % {"version": 1, "factor": 1})
    daemon.plugins.chmod(0o777)
    daemon.start()
    daemon.write("minutes.txt", TEXT)
    daemon.wait()
    assert len(daemon.find("kind:doi")) == 1
    assert str(daemon.plugins) in daemon.log_text()
    assert "pledge" not in {k["name"] for k in daemon.call("describe")["kinds"]}


def test_the_worker_runs_without_the_daemon(make_daemon):
    daemon = make_daemon()
    path = daemon.write("minutes.txt", TEXT)
    (daemon.plugins / "pledges.lua").write_text(PLEDGES % {"version": 1, "factor": 1})

    def extract(*arguments):
        return subprocess.run([str(BUILD / "evidenced-extract"), *arguments], capture_output=True, text=True, timeout=60)

    run = extract("--file", str(path))
    records = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0 and [r["kind"] for r in records] == ["doi"]
    assert not {"id", "uid", "document", "paths", "case", "status", "role"} & set(records[0])
    run = extract("--file", str(path), "--plugin", str(daemon.plugins / "pledges.lua"))
    assert [json.loads(line)["kind"] for line in run.stdout.splitlines()] == ["pledge"]
    assert extract("--file", str(path), "--plugin", "link").returncode == 1
    assert extract("--file", str(daemon.base / "missing")).returncode == 4
    assert extract("--nonsense").returncode == 2
    run = extract("--file", str(path), "--text")
    assert run.stdout.startswith(TEXT.strip()) and "--- marks" in run.stdout


def test_runs_over_the_same_bytes_give_the_same_records(make_daemon, samples):
    one, two = (make_daemon(name).start() for name in ("one", "two"))
    found = []
    for daemon, order in ((one, samples), (two, samples[::-1])):
        for path in order:
            daemon.write(path.name, path.read_bytes())
            daemon.wait()
        daemon.wait_for_pictures()
        found.append(sorted((r["uid"], os.path.basename(r["path"]), json.dumps(r["fields"]))
                            for r in daemon.find("")))
    assert found[0] == found[1] and len(found[0]) > 20
