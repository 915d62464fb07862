"""The acquisition process as its parent meets it: its pipe, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

from app.acquisition.launch import Launch
from app.acquisition.messages import from_line
from app.codec import encode
from drivers.host import lines
from tests.plants import small_plant


def test_lines_come_whole_however_the_pipe_cuts_them() -> None:
    out, into = os.pipe()
    os.write(into, b"first\nsec")
    told = lines(out)
    assert next(told) == b"first\n"
    os.write(into, b"ond\n\nan order cut o")
    os.close(into)
    assert list(told) == [b"second\n", b"\n"]
    os.close(out)


def test_a_process_without_its_board_says_what_to_do_and_ends_in_order(tmp_path: Path) -> None:
    launch = Launch(plant=small_plant(), board=str(tmp_path / "none.mem"))
    words = [sys.executable, "-m", "drivers.host"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as host:
        assert host.stdin is not None
        assert host.stdout is not None
        assert host.stderr is not None
        host.stdin.write(f"{encode(launch)}\n".encode())
        host.stdin.flush()
        told, errors = host.stdout.read(), host.stderr.read()  # to their end: stdin is open until then
    assert host.returncode == 2
    assert "Check the data folder" in str(from_line(told.splitlines()[-1]))
    assert b"Fatal" not in errors
