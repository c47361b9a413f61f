# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walls of the house: who may include what, and that what is made by scripts is what they make."""
import re
import subprocess
import sys

import pytest

from conftest import SAMPLES, TOP

BELOW = {
    "common": {"common"},
    "text": {"common", "text"},
    "index": {"common", "text", "index"},
    "daemon": {"common", "text", "index", "daemon"},
    "extract": {"common", "text", "extract"},
    "cli": {"common", "cli"},
    "web": {"common", "web"},
}
ONLY = {"lmdb.h": "index", "uv.h": "daemon", "lua.h": "extract", "lauxlib.h": "extract", "lualib.h": "extract",
        "hs.h": "extract", "confuse.h": "common", "poppler.h": "extract", "archive.h": "extract", "magic.h": "extract"}
SOURCES = sorted((TOP / "src").rglob("*.[ch]"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(TOP)))
def test_includes_go_downwards(path):
    component = path.relative_to(TOP / "src").parts[0]
    text = path.read_text()
    for name in re.findall(r'#include "([^"]+)"', text):
        assert name == "config.h" or name.split("/")[0] in BELOW[component], f"{path}: {name}"
        assert name == "config.h" or (TOP / "src" / name).is_file()
    for name in re.findall(r"#include <([^>]+)>", text):
        assert ONLY.get(name, component) == component, f"{path}: <{name}>"
    assert text.startswith("/* SPDX-FileCopyrightText: The evidenced authors */\n"
                           "/* SPDX-License-Identifier: GPL-3.0-or-later */\n/*\n * ")


def test_no_source_is_left_out_of_the_build():
    listed = (TOP / "Makefile.am").read_text()
    for path in SOURCES:
        assert str(path.relative_to(TOP)) in listed, path


def test_the_packed_documents_of_self_tests_are_what_their_script_makes():
    made = subprocess.run([sys.executable, SAMPLES / "make_selftests.py", "-"], stdout=subprocess.PIPE, check=True)
    assert made.stdout == (TOP / "src" / "extract" / "readers" / "selftests_packed.c").read_bytes()


def test_the_packed_samples_are_what_their_scripts_make(tmp_path):
    subprocess.run([sys.executable, SAMPLES / "make.py", tmp_path], stdout=subprocess.DEVNULL, check=True)
    made = sorted(tmp_path.iterdir())
    assert len(made) > 10
    for path in made:
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name
