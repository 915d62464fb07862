"""How Lineside starts processes of its own: by the interpreter from source, by the one executable when installed.

Owns the table of what may be started so, and both ends of the way. Knows their names only.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "ui.entry"
"""The command line itself."""

CHILDREN = ("drivers.host", "drivers.simulated", "app.erp.demo", "drivers.demo_tryton")
"""Modules and packages that are run as processes; the bundle's executable runs no others."""

FLAG = "--child"

QUIET = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""For Popen's creationflags: no console window flashes up on Windows."""

CONSOLE = "lineside.exe"
"""On Windows the window's own executable has no standard streams; its children are started by this one beside it."""


def one_thread() -> None:
    """Before numpy is loaded, for this process and its children: no threads for matrices, which nothing here has.

    To start them costs each process a tenth of a second.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def frozen() -> bool:
    """Whether this is the installed executable and not a Python with the source."""
    return bool(getattr(sys, "frozen", False))


def command(module: str) -> tuple[str, ...]:
    """The words that start `module` of CHILDREN, or PROGRAM, as a process; its own arguments follow them."""
    if not frozen():
        return (sys.executable, "-m", module)
    return (_executable(),) if module == PROGRAM else (_executable(), FLAG, module)


def run_child(arguments: Sequence[str]) -> bool:
    """Be the child that the program's arguments ask for, and return when it ends; False when they ask for none.

    Raises SystemExit as the child does, and for a name that is not in CHILDREN.
    """
    if arguments[:1] != [FLAG]:
        return False
    module = "".join(arguments[1:2])
    if module not in CHILDREN:
        sys.exit(f"{FLAG} takes one of {', '.join(CHILDREN)}.")
    sys.argv = [module, *arguments[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return True


def _executable() -> str:
    if os.name != "nt":
        return sys.executable
    return str(Path(sys.executable).with_name(CONSOLE))
