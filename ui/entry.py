"""The installed command: `lineside`, and `python -m ui.entry`. Sees to the process, then gives the words away.

Loads next to nothing: whoever opens a window waits for it.
"""

from __future__ import annotations

import gc
import importlib
import sys

from app.binding import check_installed_binding
from app.child import one_thread
from app.domain.errors import KnownError
from ui import desktop
from ui.exits import Exit

SELDOM = (100_000, 50, 50)
"""Thresholds of the garbage collector: a full round costs a frame, and most of what is made here stays."""


def main() -> None:
    """Do what the command line says and end the process."""
    gc.set_threshold(*SELDOM)
    one_thread()
    try:
        check_installed_binding()
    except KnownError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the last word of a program without a window
        sys.exit(int(Exit.REFUSED))
    words = sys.argv[1:]
    if desktop.asked(words):
        sys.exit(desktop.run(words))
    importlib.import_module("ui.cli").main(words)


if __name__ == "__main__":
    main()
