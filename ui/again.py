"""Beginning anew in the place of this process: with the words that it was started with. No Qt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from app.child import frozen

FRESH = "PYINSTALLER_RESET_ENVIRONMENT"
"""Tells an installed executable that it is no child of the one before."""


def words() -> list[str]:
    """What started this process: interpreter or executable, and all that followed."""
    return [sys.executable, *(sys.argv[1:] if frozen() else sys.orig_argv[1:])]


def start_again() -> NoReturn:
    """End this process and begin anew, on POSIX under the same number: whoever watches over it sees no end."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    begin(words(), {**os.environ, FRESH: "1"})


def begin(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Let a command follow."""
    if os.name != "nt":
        os.execve(command[0], list(command), dict(environ))
    subprocess.Popen(list(command), env=dict(environ), close_fds=True)
    sys.exit(0)
