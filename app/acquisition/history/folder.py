"""The spool's folder: numbered files, what replaces what, what was evicted. Whole or not at all; no rows here.

`00000012.log` grows, `00000012.seg` is the same sealed and counts as soon as it is there, `*.tmp` is not there yet.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LOG, SEGMENT, UNFINISHED = ".log", ".seg", ".tmp"
EVICTED = "evicted.json"
LISTINGS = 20
"""A listing that is taken while files change may miss some: two in a row must agree, in so many tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evicted:
    """Everything that was spooled until `until_s` (this station's clock) is gone for lack of room."""

    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The files by number, oldest first. A log that has been sealed is in `left_over` only."""

    segments: Mapping[int, Path]
    logs: Mapping[int, Path]
    left_over: tuple[Path, ...]

    @property
    def next_number(self) -> int:
        """A number that no file has had."""
        return max([0, *self.segments, *self.logs]) + 1


def listing(folder: Path) -> Listing:
    """What is in the folder; nothing where there is none. Raises OSError where it can't be read."""
    names = _names(folder)
    for _ in range(LISTINGS):
        again = _names(folder)
        if again == names:
            break
        names = again
    numbered = {name: int(name[:-4]) for name in sorted(names) if name[:-4].isdigit()}
    segments = {number: folder / name for name, number in numbered.items() if name.endswith(SEGMENT)}
    logs = {number: folder / name for name, number in numbered.items() if name.endswith(LOG)}
    unfinished = [folder / name for name in names if name.endswith(UNFINISHED)]
    return Listing(
        segments=segments,
        logs={number: path for number, path in logs.items() if number not in segments},
        left_over=(*(path for number, path in logs.items() if number in segments), *unfinished),
    )


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return frozenset()


def file_of(folder: Path, number: int, kind: str) -> Path:
    """The path of a numbered file."""
    return folder / f"{number:08d}{kind}"


def put(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file so that it is there whole and on disk, or not at all. Raises OSError."""
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        remove(unfinished)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring new and renamed files' names to disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> bool:
    """Whether the file is gone now. On Windows it stays while a reader has it open, and is removed later."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return not path.exists()


def sizes(folder: Path) -> int:
    """Bytes of all files in the folder."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                total += entry.stat().st_size
    return total


def evicted(folder: Path) -> Evicted | None:
    """What is gone; None where nothing is."""
    try:
        return Evicted(until_s=float(json.loads((folder / EVICTED).read_bytes())["until_s"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def say_evicted(folder: Path, until_s: float) -> None:
    """Put down that what was spooled until then goes, before it does. Raises OSError."""
    before = evicted(folder)
    latest = max(until_s, before.until_s) if before else until_s
    put(folder / EVICTED, [json.dumps({"until_s": latest}).encode()])
