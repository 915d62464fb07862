"""A process's own log: a rotating file, one line a record, into which every fault of ours goes, whoever raised it.

Owns the file, the last words of a process that dies at once, and the number of a fault, which a person can read out.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from zlib import crc32

from app.domain.text import safe

LONGEST = 4000
MOST_BYTES, OLDER = 2_000_000, 4
MOST_ERRORS = 1000
WORDS = 40_000
"""Of a process's last words so much is read."""
NOISY = ("asyncua", "httpx2", "httpcore2", "httpcore", "httpx")

TOLD = {"told": True}
"""`extra` of a record of a fault whose number the screen says already."""

log = logging.getLogger("lineside")


def number_of(error: BaseException) -> str:
    """ "3F2A": the same for the same fault at the same place, whatever its words, in every run of this version."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    place = "".join(f"{Path(frame.filename).name}:{frame.name};" for frame in frames)
    return f"{crc32((type(error).__name__ + place).encode()) & 0xFFFF:04X}"


class ErrorCount(logging.Handler):
    """Keeps the text of every error record; `fault` hears the number of each fault of ours, on its own thread."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []
        self.count = 0
        self.fault: Callable[[str], None] = _nobody

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(f"{record.name}: {record.getMessage()}")
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not getattr(record, "told", False):
            self.fault(number_of(error))


def _nobody(_number: str) -> None:
    """Where nobody is told."""


class OneLine(logging.Formatter):
    """A record is one line: control characters of any text are made visible; a traceback follows indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the trace below it."""
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        head = f"{when} {record.levelname} {record.name} {safe(record.getMessage(), LONGEST)}"
        if record.exc_info:
            error = record.exc_info[1]
            head += f" [fault {number_of(error)}]" if error is not None else ""
            trace = self.formatException(record.exc_info).splitlines()
            head += "".join(f"\n    {safe(line, LONGEST)}" for line in trace)
        return head


def start_log(path: Path, *, echo: bool = False) -> ErrorCount:
    """Log into a file of at most 5 × 2 MB from now on, with `echo` also warnings to stderr."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    root.addHandler(_file(path))
    if echo:
        screen = logging.StreamHandler()
        screen.setLevel(logging.WARNING)
        screen.setFormatter(OneLine())
        root.addHandler(screen)
    errors = ErrorCount()
    root.addHandler(errors)
    catch_faults()
    return errors


def log_beside(path: Path) -> None:
    """A child's own file beside what it says to stderr: two processes must not turn one file over."""
    with contextlib.suppress(OSError):
        logging.getLogger().addHandler(_file(path))
    catch_faults()


def _file(path: Path) -> logging.Handler:
    file = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=OLDER, encoding="utf-8", delay=True)
    file.setFormatter(OneLine())
    return file


def catch_faults() -> None:
    """What nobody caught goes to the log: of the main thread, of the others, and of what is being thrown away."""
    sys.excepthook = _uncaught
    threading.excepthook = _in_thread
    sys.unraisablehook = _in_passing


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.error("a fault that nobody caught", exc_info=(kind, error, trace))


def _in_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread is not None else "?"
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        log.error("the thread %s ended by a fault", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))


def _in_passing(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        info = (args.exc_type, args.exc_value, args.exc_traceback)
        log.error("%s: %r", args.err_msg or "a fault while cleaning up", args.object, exc_info=info)


class LastWords:
    """The file into which a process that dies at once (a bad pointer, no memory) still writes what its threads did."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.before = self._found()
        """What the last run left; "" where it ended otherwise."""
        with contextlib.suppress(OSError, ValueError):
            self._file = path.open("w", encoding="utf-8")
            faulthandler.enable(self._file)

    def _found(self) -> str:
        """The last run's words, kept under another name."""
        try:
            words = self._path.read_text(encoding="utf-8", errors="replace")[:WORDS]
            if words:
                self._path.replace(last_of(self._path))
        except OSError:
            return ""
        return words

    def close(self) -> None:
        """The process ends as it was meant to: no last words."""
        if faulthandler.is_enabled():
            faulthandler.disable()
        with contextlib.suppress(AttributeError, OSError):
            self._file.close()
            if not self._path.stat().st_size:
                self._path.unlink()


def last_of(path: Path) -> Path:
    """Where a run's last words lie once the next one has begun."""
    return path.with_suffix(".last.txt")


def headline(words: str) -> str:
    """The one line of last words that says most: "Fatal Python error: Segmentation fault"."""
    return safe(next((line for line in words.splitlines() if line.strip()), ""), 160)
