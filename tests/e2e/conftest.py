# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every end-to-end test stands on: a daemon of its own in folders of its own.

A test waits by asking the daemon (`wait`), never by sleeping. At its end the
daemon must still be there, must end cleanly on SIGTERM, and its log must show no
finding of a sanitizer.
"""
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("EVIDENCED_BUILD", TOP / "build-check" / "san"))
SAMPLES = TOP / "tests" / "samples"
SCANS = {"board-minutes.pdf", "choir-letter.jpg"}
SHARED = pathlib.Path(os.environ.get("EVIDENCED_SHARED") or "/nonexistent")
SANITIZED = re.search(
    r"#define WITH_SANITIZERS 1", (BUILD / "config.h").read_text())
FINDING = re.compile(r"(ERROR|WARNING): (Address|Leak|Undefined|Thread)\w*Sanitizer|runtime error:|Assertion")

shared = pytest.mark.skipif(not (SHARED / "seed").is_dir(), reason="the shared folder of real documents is missing")


def pytest_configure(config):
    config.addinivalue_line("markers", "plain: bounds memory or time; runs against the plain build")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("plain") and SANITIZED:
            item.add_marker(pytest.mark.skip(reason="bounded in the plain build only"))


def landlock_abi():
    return max(0, ctypes.CDLL(None).syscall(444, None, 0, 1))


class Ended(Exception):
    """The other end closed the connection."""


class Failed(Exception):
    """An error answer."""

    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.code = error["code"]
        self.word = error["data"]["code"]
        self.message = error["message"]
        self.data = error["data"]


class Connection:
    """One connection of the socket: JSON lines."""

    def __init__(self, path, timeout=120):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sock.connect(str(path))
        self.file = self.sock.makefile("rb")
        self.next = 0

    def send(self, line):
        self.sock.sendall(line if isinstance(line, bytes) else line.encode() + b"\n")

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise Ended("the connection ended")
        return json.loads(line)

    def request(self, method, params=None):
        self.next += 1
        message = {"jsonrpc": "2.0", "id": self.next, "method": method}
        if params is not None:
            message["params"] = params
        self.send(json.dumps(message))
        return self.next

    def call(self, method, **params):
        self.request(method, params)
        answer = self.read()
        assert answer["id"] == self.next
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def close(self):
        self.file.close()
        self.sock.close()


class Daemon:
    def __init__(self, base, *, watch=None, options=(), plugins=None, config=None, env=None, settle_ms=None):
        self.base = base
        self.folder = base / "documents"
        self.folder.mkdir(exist_ok=True)
        self.watch = watch if watch is not None else [self.folder]
        self.state = base / "state"
        self.socket = base / "evidenced.sock"
        self.plugins = plugins or base / "plugins"
        self.plugins.mkdir(exist_ok=True, mode=0o755)
        self.log_path = base / "log"
        self.options = list(options)
        self.env = env
        self.process = None
        self.main = None
        if settle_ms is not None:
            config = (config or "") + f"\nlimits {{ settle_ms = {settle_ms} }}\n"
        if config is not None:
            (base / "evidenced.conf").write_text(config)
            self.options += ["--config", str(base / "evidenced.conf")]

    def command(self):
        command = [str(BUILD / "evidenced"), "--state", str(self.state), "--socket", str(self.socket),
                   "--plugins", str(self.plugins)]
        for folder in self.watch:
            command += ["--watch", str(folder)]
        return command + self.options + ([] if landlock_abi() else ["--allow-no-landlock"])

    def start(self):
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.command(), stderr=self.log, stdout=self.log,
                                        stdin=subprocess.DEVNULL, env=self.env)
        self.connect()
        return self

    def connect(self):
        """The socket appears when the index is open: at most 10 s, more under sanitizers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                self.main = Connection(self.socket)
                self.main.call("hello")
                return
            # Of a predecessor that was killed while it started its worker, the socket may live a moment longer.
            except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError, BrokenPipeError, Ended):
                assert self.process.poll() is None, f"the daemon ended: {self.log_text()}"
                assert time.monotonic() < deadline, f"no socket: {self.log_text()}"
                time.sleep(0.005)

    def log_text(self):
        return self.log_path.read_text(errors="replace")

    def call(self, method, **params):
        return self.main.call(method, **params)

    def wait(self, **params):
        params.setdefault("timeout_ms", 300000)
        result = self.call("wait", **params)
        assert result["pending"] == 0, result
        return result

    def wait_for_pictures(self):
        """They get what the processor has left, which may be little."""
        for _ in range(15):
            if self.call("wait", ocr=True, timeout_ms=60000)["pending"] == 0:
                return
        raise AssertionError("pictures are not read")

    def items(self, method, **params):
        """All items of a list, page by page."""
        items, cursor = [], None
        while True:
            more = dict(params, **({"cursor": cursor} if cursor else {}))
            answer = self.call(method, **more)
            items += answer["items"]
            cursor = answer["cursor"]
            if cursor is None:
                return items

    def find(self, query, **params):
        return self.items("find", query=query, **params)

    def words(self, record):
        """The words that a record's range covers in the stored text."""
        return self.call("text", document=record["document"], start=record["start"], end=record["end"])["text"]

    def failures(self):
        return {pathlib.Path(f["path"]).name: f for f in self.items("failures")}

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def evidence(self, *arguments, **options):
        """Runs the command line against this daemon."""
        env = dict(os.environ, EVIDENCED_SOCKET=str(self.socket), LC_ALL="C.UTF-8")
        return subprocess.run([str(BUILD / "evidence"), *arguments], capture_output=True, text=True, env=env,
                              timeout=300, **options)

    def children(self):
        """The processes that read documents: what the zygote has forked."""
        found = []
        for zygote in children_of(self.process.pid):
            found += children_of(zygote)
        return found

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.main.close()
        self.log.close()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.main.close()
        self.log.close()
        return code

    def finish(self):
        """What must hold at the end of every test."""
        if self.process is not None and self.process.poll() is None:
            assert self.stop() == 0, self.log_text()
            assert not self.socket.exists(), "the socket's file was left behind"
        assert not FINDING.search(self.log_text() if self.log_path.exists() else ""), self.log_text()


def children_of(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(p) for p in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


@pytest.fixture
def make_daemon(tmp_path):
    """A function that makes and starts daemons; all are ended and checked."""
    made = []

    def make(name="one", **options):
        base = tmp_path / name
        base.mkdir(exist_ok=True)
        daemon = Daemon(base, **options)
        made.append(daemon)
        return daemon

    yield make
    for daemon in made:
        daemon.finish()


@pytest.fixture
def daemon(make_daemon):
    return make_daemon().start()


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory):
    """One for all tests of a module that only ask: they must leave it as it was."""
    daemon = Daemon(tmp_path_factory.mktemp("shared")).start()
    yield daemon
    daemon.finish()


@pytest.fixture(scope="session")
def samples():
    """The sample documents, without what makes them, and without the scans: words in pictures take seconds,
    and have tests of their own."""
    return [p for p in sorted(SAMPLES.iterdir()) if p.is_file() and p.suffix != ".py" and p.name not in SCANS]


def copy(files, folder):
    for f in files:
        shutil.copy(f, folder)
