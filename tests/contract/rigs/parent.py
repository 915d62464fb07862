"""How a server process ends with the test that started it: its standard input closes. Knows no protocol."""

import os
import sys
import threading


def end_with_parent() -> None:
    """Exit at once when standard input ends, even if the event loop hangs."""
    threading.Thread(target=_wait, daemon=True).start()


def say_ready() -> None:
    """Tell the test that the server listens."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def _wait() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
