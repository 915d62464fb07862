"""`python -m drivers.demo_tryton --folder DIR --port N`: a filled Tryton server, installed first where it is not.

`--prepare` only installs. Ends on SIGTERM, on SIGINT and when its stdin closes, and takes the server with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import KnownError
from drivers.demo_tryton.install import copied, install, installed
from drivers.demo_tryton.running import Running


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; 0 then, 1 with one line when Tryton can't be had."""
    options = parse(arguments)
    try:
        if installed() is None:
            say({"installing": "Tryton, once, about a minute"})
        found = install()
        if options.prepare:
            return 0
        copied(found, options.folder)
        serve(Running(found.python, options.folder, options.port))
    except KnownError as error:
        say({"ready": False, "reason": str(error)})
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m drivers.demo_tryton", description="Tryton for the demo plant.")
    parser.add_argument("--folder", type=Path, help="where its database is made anew")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--prepare", action="store_true", help="install it and end")
    options = parser.parse_args(arguments)
    if not options.prepare and options.folder is None:
        parser.error("--folder is missing")
    return options


def serve(server: Running) -> None:
    """Run the server until this process is told to end. On the main thread only."""
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    threading.Thread(target=wait_for_parent, args=(end,), daemon=True).start()
    server.start()
    try:
        asyncio.run(server.answers())
        say({"ready": True, "url": server.url})
        while not end.wait(0.2):
            pass
    finally:
        server.stop()


def wait_for_parent(end: threading.Event) -> None:
    """Set `end` when stdin closes: whoever started this is gone."""
    while os.read(sys.stdin.fileno(), 4096):  # unbuffered: a lock held here would abort the interpreter's end
        pass
    end.set()


def say(message: dict[str, object]) -> None:
    """One JSON line for whoever started this."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
