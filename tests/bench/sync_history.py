"""A plant's log with a long past, written as the server would have: for measuring how long a station takes to join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.bus import seal
from app.domain import events as e
from app.domain.chain import GENESIS
from app.domain.operation import Operation, Outcome, Recorded, SharedOperation, place_hash
from tests.contract.rigs.postgres import Database
from tests.plants import NOON

STATION = "past"
NOTES = 17
"""Of a case; with its opening and its two ends it has twenty operations. Nothing is left that the clock would do."""


def operations(count: int) -> Iterator[Operation]:
    """A chain of cases: opened, noted upon, resolved, closed away."""
    before = GENESIS
    for seq in range(1, count + 1):
        case, step = divmod(seq - 1, NOTES + 3)
        name = f"past-{case}"
        event: e.Event
        if step == 0:
            event = e.CaseOpened(
                case_id=name, kind="breakdown", priority=2, title="Filler: breakdown", occurrence=f"past/{case}",
                happened_at=NOON, line="L1", machine="L1.filler",
            )  # fmt: skip
        elif step == NOTES + 1:
            event = e.CaseResolved(case_id=name, cause="belt", fix="new belt")
        elif step == NOTES + 2:
            event = e.CaseClosed(case_id=name)
        else:
            event = e.NoteAdded(case_id=name, text=f"Note {step}: the belt was looked at and is worn on the left side.")
        base = {NOTES + 1: f"{seq - step:036d}", NOTES + 2: f"{seq - 1:036d}"}.get(step, "")
        recorded = Recorded(
            event=event, opid=f"{seq:036d}", seq=seq, person="lineside", at=NOON + timedelta(seconds=seq),
            source_at=NOON + timedelta(seconds=seq), version=step + 1, cause=f"{seq:036d}", base_opid=base,
        )  # fmt: skip
        op = seal(recorded, STATION, seq, before)
        before = op.hash
        yield op


def write_history(database: Database, count: int) -> int:
    """Put so many operations into the log, as its owner; returns the last place."""
    database.join(STATION)
    rows, tips, streams = [], {}, {}
    chained, last = GENESIS, GENESIS
    for op in operations(count):
        row = SharedOperation(
            operation=op, place=op.seq, outcome=Outcome.APPLIED, reason="", version=op.base_version + 1,
            server_at=op.recorded_at, place_hash="",
        )  # fmt: skip
        chained = place_hash(chained, row)
        rows.append(_row(replace(row, place_hash=chained)))
        streams[op.stream] = row.version
        if op.kind != "NoteAdded":
            tips[op.strand] = op.opid
        last = op.hash
    with database.as_superuser() as connection, connection.transaction():
        connection.execute("set local search_path = lineside")
        with connection.cursor() as cursor:
            for table, values in (
                ("operation", rows),
                ("stream", [(stream, version, "L1") for stream, version in streams.items()]),
                ("strand", list(tips.items())),
            ):
                with cursor.copy(f"copy lineside.{table} from stdin".encode()) as copy:
                    for value in values:
                        copy.write_row(value)
        connection.execute("update lineside.head set place = %s, place_hash = %s", (count, chained))
        connection.execute(
            "update lineside.station set last_seq = %s, last_hash = %s where name = %s", (count, last, STATION)
        )
    return count


def _row(row: SharedOperation) -> tuple[Any, ...]:
    """In the order of the server's table."""
    op = row.operation
    return (
        row.place, op.opid, op.workstation, op.seq, op.person, op.kind, op.stream, op.base_version, op.strand,
        op.base_opid, op.payload, op.cause, op.source_at.isoformat(), op.recorded_at.isoformat(), op.monotonic_ns,
        op.prev_hash, op.hash, row.outcome.value, row.reason, row.version, row.server_at, row.place_hash,
    )  # fmt: skip
