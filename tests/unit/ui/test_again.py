"""What begins anew is what was started: from source with its interpreter's words, installed as the executable."""

import os
import subprocess
import sys

import pytest

from ui.again import words


def test_from_source_every_word_comes_again() -> None:
    assert words() == [sys.executable, *sys.orig_argv[1:]]


def test_installed_the_executable_gets_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "argv", ["lineside", "run", "--wall", "overview"])
    assert words() == [sys.executable, "run", "--wall", "overview"]


@pytest.mark.skipif(os.name == "nt", reason="there it is another process")
def test_a_process_begins_anew_under_its_own_number() -> None:
    code = (
        "import os, sys; from ui.again import begin\n"
        "print(os.getpid(), flush=True)\n"
        "if len(sys.argv) == 1: begin([*sys.orig_argv[:1], *sys.orig_argv[1:], 'again'], os.environ)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.split()
    assert first == second
