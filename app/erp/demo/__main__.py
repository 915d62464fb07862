"""`python -m app.erp.demo --db FILE --port 0 --seed N`: the demo ERP as a process of its own.

Prints one JSON line when it is ready; ends on SIGTERM, on SIGINT and when its stdin closes.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.erp.demo.books import SqliteBooks
from app.erp.demo.http import Server
from app.erp.demo.service import DemoErpService
from app.erp.demo_data import demo_reference


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; 0 then, 1 when the port or the file can't be had. On the main thread only."""
    options = parse(arguments)
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    try:
        books = open_books(options.db, options.seed)
        service = DemoErpService(books, options.token, options.seed, options.mood)
        server = Server(options.port, service)
    except (OSError, sqlite3.Error) as error:
        say({"ready": False, "reason": str(error)})
        return 1
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    threading.Thread(target=wait_for_parent, args=(end,), daemon=True).start()
    say({"ready": True, "url": server.url})
    while not end.wait(0.2):
        pass
    server.shutdown()
    server.server_close()
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; `--mood` is the share of postings that meet a 503, a slow or a lost answer."""
    parser = argparse.ArgumentParser(prog="python -m app.erp.demo", description="A small ERP for the demo plant.")
    parser.add_argument("--db", type=Path, required=True, help="its SQLite file, made and filled when missing")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=0, help="of the demo data and of the moods")
    parser.add_argument("--mood", type=float, default=0.0, help="share of postings that go wrong, e.g. 0.03")
    parser.add_argument("--token", default="demo", help="the bearer token that clients must show")
    return parser.parse_args(arguments)


def open_books(file: Path, seed: int) -> SqliteBooks:
    """The books of the file, filled with the demo plant's data when they are new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    books = SqliteBooks(file)
    if books.empty:
        books.fill(demo_reference(datetime.now(UTC).replace(microsecond=0), seed))
    return books


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
