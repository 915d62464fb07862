"""The acquisition process as its parent has it: how it is started and ended. Knows nothing of what is said to it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Sequence
from typing import IO

from app.child import QUIET

STOP_S = 1.4
"""The child takes a second at most to bring its last samples to the disk; the whole program ends within three."""


def start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start it; it waits at its stdin to be told what to acquire."""
    return subprocess.Popen(list(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, creationflags=QUIET)


def stop(child: subprocess.Popen[bytes]) -> None:
    """End a child: its stdin closes, and if that is not enough it is killed. Nothing for one that has ended."""
    _close(child.stdin)
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _close(child.stdout)


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
