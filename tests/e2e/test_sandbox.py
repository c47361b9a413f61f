# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a user and an administrator see it."""
import ctypes
import errno
import os
import pathlib
import subprocess

import pytest

from conftest import BUILD, SAMPLES, SANITIZED, landlock_abi

LANDLOCK_CREATE_RULESET = 444
NO_LANDLOCK = "this kernel has no Landlock"


def without_landlock():
    """For preexec_fn: the kernel looks as one that was built without it."""
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    allow, error = 0x7FFF0000, 0x00050000 | errno.EOPNOTSUPP
    ctx = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(allow)))
    assert lib.seccomp_rule_add(ctx, ctypes.c_uint32(error), LANDLOCK_CREATE_RULESET, 0) == 0
    assert lib.seccomp_load(ctx) == 0


def run_without_landlock(daemon, *options):
    return subprocess.run(daemon.command() + list(options), preexec_fn=without_landlock, text=True,
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE, timeout=60)


def test_status_says_what_is_in_force(daemon):
    daemon.wait()
    workers = daemon.call("status")["workers"]
    assert workers["sandbox"] == {"seccomp": True, "landlock": min(landlock_abi(), 7)}
    assert workers["readers_off"] == []
    shown = subprocess.run([BUILD / "evidence", "--socket", daemon.socket, "status"], text=True,
                           stdout=subprocess.PIPE, check=True).stdout
    if landlock_abi():
        assert "sandbox    seccomp and Landlock (ABI" in shown


@pytest.mark.skipif(not landlock_abi(), reason="the tests start every daemon with the option here")
def test_without_landlock_it_refuses_to_start_and_says_what_to_do(make_daemon):
    daemon = make_daemon()
    answer = run_without_landlock(daemon)
    assert answer.returncode == 2
    assert NO_LANDLOCK in answer.stderr and "--allow-no-landlock" in answer.stderr
    assert NO_LANDLOCK in run_without_landlock(daemon, "--check").stderr
    assert run_without_landlock(daemon, "--check", "--allow-no-landlock").returncode == 0
    (daemon.base / "allowing.conf").write_text("worker { allow_no_landlock = true }\n")
    assert run_without_landlock(daemon, "--check", "--config", daemon.base / "allowing.conf").returncode == 0


# Every sample, in one process: unit/test_sandbox_text.c.
@pytest.mark.parametrize("name", ["signed-letter.txt", "evaluation-report.pdf", "letter-attached.eml"])
def test_a_file_by_hand_is_read_in_the_sandbox_and_alike_without(name):
    read = [subprocess.run([BUILD / "evidenced-extract", "--text", "--file", SAMPLES / name, *option],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE) for option in ([], ["--no-sandbox"])]
    assert read[0].stdout == read[1].stdout and read[0].stderr == read[1].stderr
    assert read[0].returncode == read[1].returncode == 0


BROKEN_PDF = """
#include <stddef.h>
/* As a library that is refused what it needs: no text, no error. */
char *poppler_page_get_text_for_area(void *page, void *area) { return NULL; }
char *poppler_page_get_text(void *page) { return NULL; }
int poppler_page_get_text_layout(void *page, void **r, unsigned *n) { *r = NULL; *n = 0; return 0; }
void *poppler_page_get_text_attributes(void *page) { return NULL; }
"""


def preload(tmp_path, source):
    """An environment in which `source` stands before the libraries."""
    library = tmp_path / "broken.so"
    (tmp_path / "broken.c").write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", library, tmp_path / "broken.c"], check=True)
    return {**os.environ, "LD_PRELOAD": str(library)}


@pytest.mark.skipif(bool(SANITIZED), reason="the sanitizers want to be loaded first")
def test_a_reader_that_fails_its_test_is_switched_off_and_named(make_daemon, tmp_path):
    daemon = make_daemon(env=preload(tmp_path, BROKEN_PDF)).start()
    daemon.write("report.pdf", (SAMPLES / "evaluation-report.pdf").read_bytes())
    daemon.write("letter.txt", (SAMPLES / "signed-letter.txt").read_bytes())
    daemon.wait()
    status = daemon.call("status")
    assert status["workers"]["readers_off"] == ["pdf"]
    assert any("reader for pdf is switched off" in text for text in status["warnings"])
    assert status["files"]["indexed"] == 1
    failure, = daemon.call("failures")["items"]
    assert failure["code"] == "sandbox" and "switched off" in failure["reason"]
    assert pathlib.Path(failure["path"]).name == "report.pdf"


BROKEN_CONVERTER = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <strings.h>
/* As a system that lacks the converter for Cyrillic code pages. */
iconv_t iconv_open(const char *to, const char *from)
{
	iconv_t (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "iconv_open");
	if (strcasecmp(from, "WINDOWS-1251") != 0 && strcasecmp(from, "CP1251") != 0)
		return real(to, from);
	errno = EINVAL;
	return (iconv_t)-1;
}
"""


@pytest.mark.skipif(bool(SANITIZED), reason="the sanitizers want to be loaded first")
def test_readers_that_miss_a_converter_are_switched_off_until_it_is_there(make_daemon, tmp_path):
    daemon = make_daemon(env=preload(tmp_path, BROKEN_CONVERTER))
    names = ("museum-letter.rtf", "project-inbox.mbox", "testimonial.eml", "workshop-note.md", "orchard-report.odt")
    for name in names:
        daemon.write(name, (SAMPLES / name).read_bytes())
    daemon.start()
    daemon.wait()
    off = daemon.call("status")["workers"]["readers_off"]
    assert {"rtf", "mbox", "msg"} <= set(off) and not {"text", "markdown", "eml", "odt"} & set(off)
    failures = daemon.failures()
    assert {name: (f["state"], f["code"]) for name, f in failures.items()} == {
        "museum-letter.rtf": ("failed", "sandbox"), "project-inbox.mbox": ("failed", "sandbox")}
    assert "The reader for RTF is switched off" in failures["museum-letter.rtf"]["reason"]
    assert "reader for RTF is switched off: in its own test it gave another text" in daemon.log_text()
    daemon.stop()
    daemon.env = None
    daemon.start()
    daemon.wait()
    assert daemon.failures() == {} and len(daemon.items("documents")) == len(names)


BROKEN_TEXT = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
/* The self-test says of the first reader, that of plain text, that it passed (1): now that its text is wrong (2). */
ssize_t write(int fd, const void *data, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	const char *said = data, wrong[2] = {0, 2};
	return real(fd, n == 2 && said[0] == 0 && said[1] == 1 ? wrong : data, n);
}
"""


@pytest.mark.skipif(bool(SANITIZED), reason="the sanitizers want to be loaded first")
def test_where_not_even_plain_text_is_read_rightly_it_does_not_run(make_daemon, tmp_path):
    daemon = make_daemon()
    daemon.write("letter.txt", "Dear all\n")
    answer = subprocess.run(daemon.command(), env=preload(tmp_path, BROKEN_TEXT), text=True, stderr=subprocess.PIPE,
                            stdout=subprocess.PIPE, timeout=60)
    assert answer.returncode == 1
    assert "the reader for text is switched off" in answer.stderr
    assert "not even plain text is read rightly in the sandbox; the lines above say what failed" in answer.stderr
    assert not daemon.socket.exists()
