"""Asks the plant's log once how it stands, as far as a login may see. Reads only; one connection, one look.

Owns the questions. Must not know what an answer means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from app.domain.plant_file import PlantVersion
from app.store.postgres.address import Address
from app.store.postgres.faults import in_words
from app.store.postgres.line import Connection, opened
from app.store.postgres.plant_files import LAST, plant_version
from app.store.postgres.wire import STATUS, head

STANDBYS = "select count(*), max(extract(epoch from replay_lag))::float8 from pg_stat_replication"
"""Everybody sees how many there are; how far behind they are only who may."""
PEOPLE = "select person from lineside.people() where roles = '{}' order by person"
"""For administrators only."""
PLANT_FILES = "select to_regprocedure('lineside.plant_last()') is not null"
SAID = "select said from lineside.plant_stations() where name = %s"
MAY_SEND = "select has_function_privilege('lineside.append(jsonb)', 'execute')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What it said. `offset_s`: this clock less the server's; `without_role`: people who may do nothing, where told."""

    schema: str
    timeline: int
    place: int
    last_seq: int
    offset_s: float
    may_send: bool
    standbys: int = 0
    lag_s: float | None = None
    without_role: tuple[str, ...] = ()
    plant_file: PlantVersion | None = None
    plant_fault: str = ""


async def examine(address: Address, station: str, password: str | None, within_s: float) -> Examined:
    """How it stands. Raises SharedDownError and SharedRefusedError; TimeoutError after `within_s`."""
    with in_words("asking how it stands"):
        async with asyncio.timeout(within_s):
            connection = await opened(address, station, password)
            try:
                return await _asked(connection, station)
            finally:
                connection.pgconn.finish()


async def _asked(connection: Connection, station: str) -> Examined:
    found = head((await _rows(connection, STATUS))[0])
    now = datetime.now(UTC)
    (count, lag_s), *_ = await _rows(connection, STANDBYS)
    return Examined(
        schema=found.schema,
        timeline=found.timeline,
        place=found.place,
        last_seq=found.last_seq,
        offset_s=round((now - found.server_at).total_seconds(), 1),
        may_send=bool((await _rows(connection, MAY_SEND))[0][0]),
        standbys=int(count),
        lag_s=lag_s,
        without_role=await _without_role(connection),
        plant_file=await _plant_file(connection),
        plant_fault=await _plant_fault(connection, station),
    )


async def _without_role(connection: Connection) -> tuple[str, ...]:
    try:
        return tuple(str(row[0]) for row in await _rows(connection, PEOPLE))
    except psycopg.errors.InsufficientPrivilege:
        return ()


async def _plant_file(connection: Connection) -> PlantVersion | None:
    """What is published; None where nothing is, or this login does not see it."""
    if not (await _rows(connection, PLANT_FILES))[0][0]:
        return None
    try:
        rows = await _rows(connection, LAST)
    except psycopg.errors.InsufficientPrivilege:
        return None
    return plant_version(rows[0]) if rows else None


async def _plant_fault(connection: Connection, station: str) -> str:
    """Why the station could not use what is published, as it said last."""
    if not (await _rows(connection, PLANT_FILES))[0][0]:
        return ""
    try:
        rows = await _rows(connection, SAID, (station,))
    except psycopg.errors.InsufficientPrivilege:
        return ""
    return str(rows[0][0] or "") if rows else ""


async def _rows(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(statement, values)
    return await cursor.fetchall()
