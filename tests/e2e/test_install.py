# SPDX-FileCopyrightText: The evidenced authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make install` gives works where it was put, and after it was moved."""
import os
import subprocess

from conftest import BUILD, copy


def test_an_installed_tree_works_and_can_be_moved(tmp_path, make_daemon, samples):
    make = subprocess.run(["make", "-C", str(BUILD), "install", f"prefix={tmp_path}/first"], capture_output=True, text=True)
    assert make.returncode == 0, make.stderr
    os.rename(tmp_path / "first", tmp_path / "moved")
    programs = tmp_path / "moved" / "bin"
    assert sorted(p.name for p in programs.iterdir()) == ["evidence", "evidenced", "evidenced-extract"]
    daemon = make_daemon()
    command = daemon.command
    daemon.command = lambda: [str(programs / "evidenced"), *command()[1:]]
    daemon.start()
    copy(samples, daemon.folder)
    daemon.wait()
    assert len(daemon.find("kind:doi")) >= 4
    run = subprocess.run([str(programs / "evidence"), "--socket", str(daemon.socket), "status"], capture_output=True,
                         text=True, timeout=60)
    assert run.returncode == 0 and "doi" in run.stdout
