"""Running `lineside` as others script it: a process of its own, with or without a display."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.needs import ROOT

LINESIDE = (sys.executable, "-m", "ui.entry")
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def environment(**more: str) -> dict[str, str]:
    """The environment of a machine that has no display."""
    return {name: value for name, value in os.environ.items() if name not in DISPLAYS} | more


def start(*arguments: str | Path, before: tuple[str, ...] = (), **more: str) -> subprocess.Popen[str]:
    """Start a command; `before` is what it runs under (xvfb-run), `more` goes into its environment."""
    return subprocess.Popen(
        [*before, *LINESIDE, *map(str, arguments)],
        cwd=ROOT,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


class Ended:
    """How a command ended: its exit code and what it wrote."""

    def __init__(self, process: subprocess.Popen[str], within_s: float) -> None:
        try:
            self.out, self.err = process.communicate(timeout=within_s)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        self.rc = process.returncode


def lineside(*arguments: str | Path, within_s: float = 60.0, before: tuple[str, ...] = ()) -> Ended:
    """Run a command to its end."""
    return Ended(start(*arguments, before=before), within_s)


Shape = Mapping[str, Any]


def misshapen(value: object, shape: Any, path: str = "") -> list[str]:
    """Where a JSON value is not of a shape: types or tuples of them, `{name: shape}` at least, `[shape of each]`."""
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        return [
            fault
            for name, inner in shape.items()
            for fault in (misshapen(value[name], inner, f"{path}.{name}") if name in value else [f"{path}.{name}?"])
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [fault for place, one in enumerate(value) for fault in misshapen(one, shape[0], f"{path}[{place}]")]
    return [] if isinstance(value, shape) and not isinstance(value, bool) else [f"{path} is {value!r}"]
