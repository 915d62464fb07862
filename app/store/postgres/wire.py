"""Operations as the plant's log takes and gives them. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from app.domain.operation import Operation, Outcome, SharedHead, SharedOperation
from app.domain.presence import Presence
from app.domain.status import SharedPlant, StationSeen
from app.domain.value import maker
from app.store.rows import to_row

FEED = (
    "select opid, station, seq, person, kind, stream, base_version, strand, base_opid, payload, cause, source_at, "
    "recorded_at, monotonic_ns, prev_hash, hash, place, outcome, reason, version, server_at, place_hash "
    "from lineside.feed(%s, %s)"
)
"""The columns that `shared` reads, in its order: first those of the operation, in the order of its fields."""

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_operation, _shared = maker(Operation), maker(SharedOperation)

STATUS = "select system, timeline, schema, place, place_hash, last_seq, server_at, history_until from lineside.status()"
SETTINGS = "select second_person, clock_timestamp(), lineside.plant_last() from lineside.settings()"
STATIONS = "select name, seen_at, last_seq, shared_at from lineside.stations_seen()"


def to_json(operations: Sequence[Operation]) -> str:
    """What `lineside.append` takes."""
    return json.dumps([to_row(op) for op in operations], ensure_ascii=False)


def shared(row: Sequence[Any]) -> SharedOperation:
    """The operation of a row of FEED; raises ValueError for instants that are none."""
    source_at, recorded_at, monotonic_ns, before, own, place, outcome, reason, version, told_at, chained = row[11:]
    server_at = told_at.astimezone(UTC)
    source = datetime.fromisoformat(source_at)
    recorded = source if recorded_at == source_at else datetime.fromisoformat(recorded_at)
    operation = _operation(*row[:11], source, recorded, monotonic_ns, before, own, server_at)
    return _shared(operation, place, _OUTCOMES[outcome], reason, version, server_at, chained)


def head(row: Sequence[Any]) -> SharedHead:
    """The head in a row of STATUS."""
    system, timeline, schema, place, chained, last_seq, server_at, history_until = row
    return SharedHead(
        system=system,
        timeline=timeline,
        schema=schema,
        place=place,
        place_hash=chained,
        last_seq=last_seq,
        server_at=server_at.astimezone(UTC),
        history_until=history_until,
    )


def shared_plant(settings: Sequence[Any], stations: Sequence[Sequence[Any]]) -> SharedPlant:
    """The plant in a row of SETTINGS and the rows of STATIONS."""
    second_person, asked_at, plant_file = settings
    return SharedPlant(
        second_person=frozenset(second_person),
        stations=tuple(map(_seen, stations)),
        asked_at=asked_at.astimezone(UTC),
        plant_file=plant_file,
    )


def _seen(row: Sequence[Any]) -> StationSeen:
    name, heard_at, shared, shared_at = row
    return StationSeen(name=name, heard_at=_utc(heard_at), shared=shared, shared_at=_utc(shared_at))


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def presence(payload: str) -> Presence | None:
    """What a notification says of somebody; None where it says nothing that can be read: any login may notify."""
    try:
        station, person, ref, editing = json.loads(payload)
    except (ValueError, TypeError, RecursionError):
        return None
    return Presence(station=str(station), person=str(person), ref=str(ref), editing=bool(editing), at=datetime.now(UTC))
