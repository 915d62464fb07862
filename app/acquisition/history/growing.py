"""The file that grows: one writer appends frames to it, a torn end is cut off when it is opened again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from app.acquisition.history import frames
from app.acquisition.history.folder import sync_folder
from app.acquisition.history.rows import NO_ROWS, Rows, joined

to_disk = getattr(os, "fdatasync", os.fsync)
"""The file's bytes and its length; its other dates may come later."""


class GrowingFile:
    """A log open for writing. Every method raises OSError; after one the file must be closed and opened again.

    `since_us` is when its first rows were written, once it has some.
    """

    def __init__(self, path: Path, ids: tuple[str, ...], size: int, rows: int, since_us: int = 0) -> None:
        self.path, self.ids, self.size, self.rows, self.since_us = path, ids, size, rows, since_us
        self._file = path.open("r+b", buffering=0)
        self._file.seek(size)

    def append(self, rows: Rows, written_us: int) -> None:
        """Add one frame; on disk after `sync`."""
        data = memoryview(frames.frame(rows, written_us))
        while data:
            data = data[self._file.write(data) :]
        self.size = self._file.tell()
        if not self.rows:
            self.since_us = written_us
        self.rows += len(rows)

    def sync(self) -> None:
        """Everything appended is on disk when this returns."""
        to_disk(self._file.fileno())

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def created(path: Path, ids: Sequence[str]) -> GrowingFile:
    """A new, empty log. Raises OSError."""
    head = frames.head(ids)
    path.write_bytes(head)
    file = GrowingFile(path, tuple(ids), len(head), 0)
    file.sync()
    sync_folder(path.parent)
    return file


def continued(path: Path) -> tuple[GrowingFile, int] | None:
    """A log as a run before left it, and how many torn bytes were cut off. None if not even its head is whole."""
    data = path.read_bytes()
    known = frames.read_head(data)
    if known is None:
        return None
    ids, end = known
    rows = since_us = 0
    for frame in frames.frames(data, end):
        since_us = since_us if rows else frame.written_us
        end, rows = frame.end, rows + len(frame.rows)
    torn = len(data) - end
    if torn:
        os.truncate(path, end)
    return GrowingFile(path, ids, end, rows, since_us), torn


def content(path: Path) -> tuple[Rows, int, tuple[str, ...]]:
    """(rows of a log, when the last was written in µs, its ids); nothing if its head is not whole. Raises OSError."""
    data = path.read_bytes()
    known = frames.read_head(data)
    if known is None:
        return NO_ROWS, 0, ()
    found = list(frames.frames(data, known[1]))
    written_us = max((frame.written_us for frame in found), default=0)
    return joined([frame.rows for frame in found if len(frame.rows)]), written_us, known[0]
