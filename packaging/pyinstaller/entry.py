"""What the installed executable runs: one of Lineside's own processes if it is asked to be one, else the program."""

import os
import sys

from app.child import one_thread, run_child

LIBRARIES, BEFORE = "LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG"
AFRESH = "PYINSTALLER_RESET_ENVIRONMENT"
"""Tells the starter of a child of ours to find the bundle's libraries anew, not to rely on what is taken away here."""


def free_libraries() -> None:
    """Programs that are not ours (Postgres, a sound player) load their own libraries, not the bundle's."""
    os.environ[AFRESH] = "1"
    before = os.environ.pop(BEFORE, None)
    if before is not None:
        os.environ[LIBRARIES] = before
    elif sys.platform == "linux":
        os.environ.pop(LIBRARIES, None)


one_thread()
free_libraries()
if not run_child(sys.argv[1:]):
    from ui.entry import main

    main()
