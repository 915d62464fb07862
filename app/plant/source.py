"""From a path to the data of a TOML file, or one fault: unreadable, too big, binary, not UTF-8, not TOML.

Owns the way bytes become data. Must not know what a plant file means. Never raises for what is in a file.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.plant.faults import At, Fault, Misfit

LARGEST = 4_000_000
"""Bytes that a plant file may have; a plant of 5,000 machines takes about one million."""
LONGEST_LINE = 8_000
"""Characters of a line; the parser's time grows with the square of a dotted key."""
DEEPEST = 12
"""Levels of tables and lists; no key of the schema lies deeper than six."""
LARGEST_NUMBER = 2**63
"""TOML's integers have 64 bits; Python would take any, and then refuse to write it down."""
MARK = b"\xef\xbb\xbf"
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
NO_PLACE = re.compile(r" \((?:at line \d+, column \d+|at end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's text and data. `data` is empty when `fault` says why."""

    path: Path
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None


def read(path: Path) -> Source:
    """The file's data, or the one fault that hides it."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            return _refused(path, "is not a file.", "Give the plant file itself, such as plant.toml.")
        if state.st_size > LARGEST:
            return _refused(path, f"is larger than {LARGEST // 1_000_000} MB.", "Check that it is the plant file.")
        raw = path.read_bytes()
    except FileNotFoundError:
        return _refused(path, "does not exist.", "Check the name and the folder.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _refused(path, f"can't be read: {reason}.", "Check its permissions and the disk.")
    return parse(path, raw)


def parse(path: Path, raw: bytes) -> Source:
    """The data of a file's bytes, or the one fault that hides it."""
    if raw.startswith(OTHER_MARKS):
        return _refused(path, "is saved as UTF-16.", "Save it as UTF-8.")
    body = raw.removeprefix(MARK)
    if b"\0" in body:
        line = body.count(b"\n", 0, body.index(b"\0")) + 1
        return _refused(path, "holds a NUL byte: it is no text.", "Check that it is the plant file.", line)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        column = error.start - body.rfind(b"\n", 0, error.start)
        return _refused(
            path, f"holds the byte 0x{body[error.start]:02X}, which is not UTF-8.", "Save it as UTF-8.", line, column
        )
    for number, row in enumerate(text.split("\n"), start=1):
        if len(row) > LONGEST_LINE:
            return _refused(path, f"has a line of {len(row)} characters.", "Break it into several.", number)
    return _data(path, text)


def _data(path: Path, text: str) -> Source:
    try:
        return Source(path=path, text=text, data=tomllib.loads(text))
    except RecursionError:
        return _refused(path, "nests tables or lists too deeply.", "Remove the nesting: no key needs it.")
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits is another
        message = NO_PLACE.sub("", str(error))
        line, column = _place(str(error), text)
        return _refused(path, f"is not TOML here: {message}.", _advice(message), line, column)


def excesses(data: Mapping[str, Any]) -> Iterator[Misfit]:
    """What TOML's parser let pass and nobody else should have to bear: endless nesting, endless numbers."""
    waiting: list[tuple[At, Any]] = [((), data)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict | list):
            if len(at) >= DEEPEST:
                yield Misfit(at=at, message="tables or lists are nested too deeply.", todo="No key needs that.")
                continue
            steps = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*at, step), inner) for step, inner in steps]
        elif isinstance(value, int) and not -LARGEST_NUMBER <= value < LARGEST_NUMBER:
            yield Misfit(at=at, message="the number has more than 64 bits.", todo="No key needs so large a number.")


ADVICE = (
    ("Cannot overwrite", "A key or table is there twice: remove one of them."),
    ("Cannot declare", "A table is there twice: remove one, or write [[…]] for a list of tables."),
    ("Invalid value", 'Texts need quotes ("…"), numbers a decimal point and true/false small letters.'),
    ("Unclosed", "Close the bracket or quote that was opened before this place."),
    ("Unterminated", "Close the quote that was opened before this place."),
    ("Expected '='", 'Write key = value; a key with spaces or "ä" needs quotes.'),
    ("Invalid initial character", 'A key has letters a-z, digits, "_" and "-"; all else needs quotes.'),
    ("Invalid statement", 'Write key = value or [table]; a key beside a-z, digits, "_" and "-" needs quotes.'),
    ("Illegal character", "An inline table { … } and a quoted text must stay on one line."),
    ("Unescaped", r"Write \\ for a backslash, or use single quotes."),
    ("Exceeds the limit", "Remove the number: no key needs so many digits."),
)
"""Beginning of a parser's message → what to do."""


def _advice(message: str) -> str:
    return next((todo for start, todo in ADVICE if message.startswith(start)), "Compare with the manual's examples.")


def _place(message: str, text: str) -> tuple[int, int]:
    found = re.search(r"at line (\d+), column (\d+)", message)
    if found:
        return int(found[1]), int(found[2])
    return (text.count("\n") + 1, 1) if "end of document" in message else (1, 1)


def _refused(path: Path, message: str, todo: str, line: int = 1, column: int = 1) -> Source:
    return Source(
        path=path,
        fault=Fault(path=path, line=line, column=column, where="", message=f"the file {message}", todo=todo),
    )
