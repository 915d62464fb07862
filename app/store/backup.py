"""A copy of a station's journal in one file, made while Lineside runs; and the way back, which loses nothing newer.

Owns the order of steps: verified before it counts, moved aside and never deleted, the last-sequence mark with it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from app.domain.chain import GENESIS
from app.domain.errors import KnownError, RefusedError
from app.domain.operation import Operation
from app.store.format import bring_forward
from app.store.lock import lock
from app.store.rows import to_row
from app.store.schema import metadata, operation
from app.store.sqlite import FILE, LOST, MARK, open_engine, read_mark, telling, write_mark
from app.store.verify import Verdict, read_journal, rows_of, verify, verify_file

ENDS = ("", "-wal", "-shm")
MANY = 1000
PAGES = 2000
"""Copied at a time; between two of them the running journal may write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A journal that was copied or restored: its operations, its last hash and whose it is."""

    count: int
    head: str
    station: str
    aside: Path | None = None
    lost: int = 0
    """Operations that the journal here had, by its mark, and this one has not."""


def backup(folder: Path, target: Path) -> Copied:
    """Copy the journal of a data folder into one file, also while Lineside runs. The old file goes once the new one is

    whole. Raises KnownError where there is no journal, it is not whole, or the file can't be written.
    """
    source = folder / FILE
    if not source.is_file():
        raise KnownError(f"There is no journal in {folder}.", "Name the data folder with --data.")
    mark = read_mark(folder / MARK)
    fresh = target.with_name(f".{target.name}.new")
    with telling(target), _gone(fresh):
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, fresh)
        verdict, station = _whole(fresh, mark)
        fresh.replace(target)
    return Copied(count=verdict.count, head=verdict.head, station=station)


def restore(folder: Path, source: Path) -> Copied:
    """Make a backup the journal of a data folder that no Lineside works on. What is there is moved aside.

    Raises RefusedError where that is newer, or another station's; KnownError where the backup is not whole. Nothing is
    changed then. Done twice it is the same.
    """
    if not source.is_file():
        raise KnownError(f"There is no backup {source}.", "Name the file that `lineside backup` wrote.")
    folder.mkdir(parents=True, exist_ok=True)
    held = lock(folder)
    try:
        verdict, station = _whole(source)
        mark = read_mark(folder / MARK)
        _refuse_newer(folder, source, verdict)
        aside = _moved_aside(folder)
        fresh = folder / f".{FILE}.new"
        with telling(folder / FILE), _gone(fresh):
            _copy(source, fresh)
            fresh.replace(folder / FILE)
        (folder / LOST).unlink(missing_ok=True)
        write_mark(folder / MARK, (verdict.count, verdict.head))
        lost = max(0, mark[0] - verdict.count)
        return Copied(count=verdict.count, head=verdict.head, station=station, aside=aside, lost=lost)
    finally:
        held.close()


def complete(folder: Path, station: str, log: Iterable[Operation]) -> int:
    """Append what the plant's log has of this station beyond its journal; how many. Without a journal one is made.

    Raises RefusedError where they don't continue the chain here: then it is not this station's log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = lock(folder)
    try:
        engine = open_engine(folder / FILE)
        with telling(folder / FILE), engine.begin() as connection:
            bring_forward(connection)
            metadata.create_all(connection)
        engine.dispose()
        there = read_journal(folder)
        head = (there[-1].seq, there[-1].hash) if there else (0, GENESIS)
        more = [op for op in log if op.workstation == station and op.seq > head[0]]
        verdict = verify(more, after=head)
        if not verdict.ok:
            raise RefusedError(
                f"What the plant's log has of {station} does not continue this journal: operation {verdict.bad_seq} "
                f"{verdict.reason}.",
                "Restore the newest backup first, or join with a new station name.",
            )
        _append(folder, more)
        if more:
            (folder / LOST).unlink(missing_ok=True)
            write_mark(folder / MARK, (more[-1].seq, more[-1].hash))
        return len(more)
    finally:
        held.close()


def _append(folder: Path, operations: Sequence[Operation]) -> None:
    engine = open_engine(folder / FILE)
    try:
        with telling(folder / FILE), engine.begin() as connection:
            for first in range(0, len(operations), MANY):
                connection.execute(insert(operation), [to_row(op) for op in operations[first : first + MANY]])
    finally:
        engine.dispose()


def _copy(source: Path, target: Path) -> None:
    """By SQLite's own way to copy a database that is written meanwhile; one plain file at the end."""
    for end in ENDS:
        target.with_name(target.name + end).unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new, pages=PAGES)
        new.execute("PRAGMA journal_mode=DELETE")
        new.execute("PRAGMA synchronous=FULL")
        new.commit()


def _whole(file: Path, mark: tuple[int, str] | None = None) -> tuple[Verdict, str]:
    """The verdict of a copy that is whole, and whose it is."""
    verdict, writers = verify_file(file, mark)
    if not verdict.ok:
        raise KnownError(
            f"{file.name} is not whole: operation {verdict.bad_seq} {verdict.reason}.", "Run `lineside verify`."
        )
    return verdict, ", ".join(writers)


def _refuse_newer(folder: Path, source: Path, copy: Verdict) -> None:
    """Raise where the journal here has what the backup has not; one that can't be read at all has nothing."""
    if not (folder / FILE).is_file():
        return
    try:
        here = read_journal(folder)
    except KnownError:
        return
    if not here:
        return
    if here[-1].seq > copy.count:
        raise RefusedError(
            f"The journal here is newer: it has {here[-1].seq:,} operations, {source.name} {copy.count:,}.",
            f"Nothing was changed. If it must go, move {FILE} out of {folder} first.",
        )
    theirs = next((op.hash for op in rows_of(source)[0] if op.seq == here[-1].seq), "")
    if theirs != here[-1].hash:
        raise RefusedError(
            f"The journal here is another one: {source.name} does not continue it.",
            "Nothing was changed. Restore it into the data folder that it is of.",
        )


def _moved_aside(folder: Path) -> Path | None:
    """Where the journal that was here is now; None where there was none."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    aside = folder / f"{FILE}.before-{stamp}"
    found = [end for end in ENDS if (folder / f"{FILE}{end}").exists()]
    for end in found:
        (folder / f"{FILE}{end}").replace(aside.with_name(aside.name + end))
    return aside if found else None


@contextlib.contextmanager
def _gone(fresh: Path) -> Iterator[None]:
    """Leave no half file behind."""
    try:
        yield
    finally:
        for end in ENDS:
            with contextlib.suppress(OSError):
                fresh.with_name(fresh.name + end).unlink(missing_ok=True)
