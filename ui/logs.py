"""The station's own log: a rotating file, one line a record; errors are counted for the status bar and for reports."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app.domain.text import safe

LONGEST = 4000


class ErrorCount(logging.Handler):
    """Keeps the text of every error record."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.errors.append(f"{record.name}: {record.getMessage()}")


class OneLine(logging.Formatter):
    """A record is one line: control characters of any text are made visible; a traceback follows indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the trace below it."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        head = f"{when} {record.levelname} {record.name} {safe(record.getMessage(), LONGEST)}"
        if record.exc_info:
            trace = self.formatException(record.exc_info).splitlines()
            head += "".join(f"\n    {safe(line, LONGEST)}" for line in trace)
        return head


def start_log(path: Path, *, echo: bool = False) -> ErrorCount:
    """Log into a file of at most 5 × 2 MB from now on, with `echo` also warnings to stderr."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for noisy in ("asyncua", "httpx2", "httpcore2", "httpcore", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    file = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8", delay=True)
    file.setFormatter(OneLine())
    root.addHandler(file)
    if echo:
        screen = logging.StreamHandler()
        screen.setLevel(logging.WARNING)
        screen.setFormatter(OneLine())
        root.addHandler(screen)
    errors = ErrorCount()
    root.addHandler(errors)
    return errors
