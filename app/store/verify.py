"""Checking a journal: sequence without gaps, hash chain whole, every payload readable, no tail lost (I7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from app.codec import UnreadableError
from app.domain.chain import GENESIS
from app.domain.errors import KnownError
from app.domain.operation import Operation, chain_hash
from app.event_codec import decode
from app.store.rows import to_operation
from app.store.schema import operation
from app.store.sqlite import FILE, LOST, MARK, open_engine, read_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`count` operations were read; `bad_seq` names the first that is wrong and `reason` says how (None: all well)."""

    count: int
    head: str
    bad_seq: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.bad_seq is None


def verify(
    operations: Iterable[Operation], mark: tuple[int, str] = (0, GENESIS), after: tuple[int, str] = (0, GENESIS)
) -> Verdict:
    """Walk the chain from its start, or what follows `after`. `mark` is the last-sequence mark kept beside it."""
    count, prev = after
    hashes_at_mark = GENESIS
    for op in operations:
        reason = _fault(op, count + 1, prev)
        if reason:
            return Verdict(count=count, head=prev, bad_seq=op.seq, reason=reason)
        count, prev = op.seq, op.hash
        if count == mark[0]:
            hashes_at_mark = op.hash
    if mark[0] > count:
        return Verdict(count=count, head=prev, bad_seq=count + 1, reason=f"operations {count + 1}…{mark[0]} are gone")
    if mark[0] and hashes_at_mark != mark[1]:
        return Verdict(
            count=count, head=prev, bad_seq=mark[0], reason="the chain was rewritten: it differs from its mark"
        )
    return Verdict(count=count, head=prev)


def _fault(op: Operation, expected: int, prev: str) -> str:
    """What is wrong with one operation; empty where nothing is."""
    if op.seq != expected:
        return f"operation {expected} is missing"
    if op.prev_hash != prev:
        return "does not continue the chain"
    if chain_hash(op) != op.hash:
        return "was changed after it was written"
    try:
        decode(op.kind, op.payload)
    except UnreadableError as error:
        return error.message
    return ""


def grown(folder: Path, since: datetime) -> int:
    """How many operations were written since an instant: looked for by halves, a journal has no index of times."""
    engine = open_engine(folder / FILE, read_only=True)
    try:
        with engine.connect() as connection:
            last = int(connection.execute(select(func.coalesce(func.max(operation.c.seq), 0))).scalar_one())
            low, high = 0, last
            while low < high:
                middle = (low + high + 1) // 2
                at = connection.execute(select(operation.c.recorded_at).where(operation.c.seq == middle)).scalar()
                older = at is None or datetime.fromisoformat(at) < since
                low, high = (middle, high) if older else (low, middle - 1)
            return last - low
    except (DatabaseError, ValueError):
        return 0
    finally:
        engine.dispose()


def read_journal(folder: Path) -> list[Operation]:
    """The operations of a data folder, read only, also while Lineside runs. Raises KnownError where they can't be."""
    operations, unreadable = _rows(folder)
    if unreadable is not None:
        raise KnownError(f"Operation {unreadable} of the journal can't be read.", "Run `lineside verify`.")
    return operations


def extent(folder: Path) -> tuple[int, tuple[str, ...]]:
    """The last number in the journal of a data folder, and the stations that wrote it; (0, ()) where there is none."""
    path = folder / FILE
    if not path.is_file():
        return 0, ()
    engine = open_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            last = connection.execute(select(func.coalesce(func.max(operation.c.seq), 0))).scalar_one()
            names = connection.execute(select(operation.c.workstation).distinct().order_by(operation.c.workstation))
            return int(last), tuple(map(str, names.scalars()))
    except DatabaseError as error:
        raise KnownError(f"The journal in {folder} can't be read.", "Run `lineside verify`.") from error
    finally:
        engine.dispose()


def verify_file(path: Path, mark: tuple[int, str] | None = None) -> tuple[Verdict, tuple[str, ...]]:
    """Verify a copy of a journal, and tell the stations that wrote it. `mark`: what the copied journal had at least."""
    operations, unreadable = rows_of(path)
    verdict = verify(operations, mark or (0, GENESIS))
    if unreadable is not None and verdict.ok:
        verdict = Verdict(count=verdict.count, head=verdict.head, bad_seq=unreadable, reason="can't be read")
    return verdict, tuple(sorted({op.workstation for op in operations}))


def verify_tail(folder: Path, most: int) -> tuple[int, Verdict]:
    """The newest `most` operations only: how many there were to look at, and whether they are whole."""
    mark = read_mark(folder / MARK)  # first: while Lineside runs, the journal is never behind it
    operations, unreadable = _rows(folder, most)
    before = operations[0] if operations else None
    after = (before.seq - 1, before.prev_hash) if before is not None else (0, GENESIS)
    verdict = verify(operations, mark if mark[0] > after[0] else (0, GENESIS), after)
    if unreadable is not None and verdict.ok:
        verdict = Verdict(count=verdict.count, head=verdict.head, bad_seq=unreadable, reason="can't be read")
    return len(operations), verdict


def _rows(folder: Path, most: int | None = None) -> tuple[list[Operation], int | None]:
    """The operations (the newest `most`) up to the first row that is none, and that row's number."""
    if not (folder / FILE).is_file():
        raise KnownError(f"There is no journal in {folder}.", "Name the data folder with --data.")
    return rows_of(folder / FILE, most)


def rows_of(path: Path, most: int | None = None) -> tuple[list[Operation], int | None]:
    """The same of a journal's file, or of a copy of one."""
    engine = open_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            found: list[Operation] = []
            wanted = select(operation).order_by(operation.c.seq)
            if most is not None:
                last = connection.execute(select(func.coalesce(func.max(operation.c.seq), 0))).scalar_one()
                wanted = wanted.where(operation.c.seq > last - most)
            for row in connection.execute(wanted).mappings():
                try:
                    found.append(to_operation(row))
                except (ValueError, TypeError):
                    return found, int(row["seq"])
            return found, None
    except DatabaseError as error:
        cause = getattr(error, "orig", None) or error
        raise KnownError(f"The journal {path} can't be read: {cause}.", "Restore it from a backup.") from error
    finally:
        engine.dispose()


def verify_folder(folder: Path) -> Verdict:
    """Verify the journal of a data folder, also against the mark of a tail that was lost before it was opened."""
    operations, unreadable = _rows(folder)
    verdicts = [verify(operations, read_mark(folder / name)) for name in (MARK, LOST)]
    if unreadable is not None and all(v.bad_seq is None or v.bad_seq >= unreadable for v in verdicts):
        return Verdict(count=verdicts[0].count, head=verdicts[0].head, bad_seq=unreadable, reason="can't be read")
    return next((verdict for verdict in verdicts if not verdict.ok), verdicts[0])
