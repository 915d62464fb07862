"""The published plant files in Postgres: as a station reads them, and as an administrator publishes one.

Owns the statements. Must not know what a plant file means; whether one is whole is said by app.domain.plant_file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.errors import NotFoundError
from app.domain.plant_file import PlantVersion
from app.domain.signing import fingerprint
from app.store.postgres.address import Address
from app.store.postgres.line import CALL_S, Line, opened
from app.store.postgres.line import Connection as Asking
from app.store.postgres.roles import Connection

COLUMNS = "version, sha256, author, full_name, comment, program, signed, signature, previous, chained"
VERSIONS = f"select {COLUMNS} from lineside.plant_versions(%s)"
LAST = f"select {COLUMNS} from lineside.plant_versions(lineside.plant_last() - 1)"
TEXT = "select lineside.plant_text(%s)"
RUNNING = "select lineside.running_plant(%s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Which plant file a station said it runs: 0 is one of its own, None: it has not said. `said`: why it does."""

    station: str
    version: int | None
    said: str
    seen_at: datetime | None


class PostgresPlantFiles:
    """For a station. `password` gives its own, in a thread, each time that a connection is made."""

    def __init__(self, address: Address, station: str, password: Callable[[], str | None]) -> None:
        self._address, self._station, self._password = address, station, password
        self._line = Line(self._connect, CALL_S)

    async def versions(self, after: int = 0) -> Sequence[PlantVersion]:
        """The versions that follow one, without their texts."""
        return [plant_version(row) for row in await self._line.ask("asking for the plant file", VERSIONS, (after,))]

    async def text(self, version: int) -> str:
        """The text of a version. Raises NotFoundError where there is none."""
        rows = await self._line.ask("reading the plant file", TEXT, (version,))
        return _text(rows[0][0], version)

    async def running(self, version: int, said: str) -> None:
        """Tell which version runs here, and why not the published one."""
        await self._line.ask("telling which plant file runs", RUNNING, (version, said))

    async def aclose(self) -> None:
        """Close the connection; another one is made when it is needed."""
        await self._line.aclose()

    async def _connect(self) -> Asking:
        return await opened(self._address, self._station, await asyncio.to_thread(self._password))


def publish(connection: Connection, text: str, comment: str, program: str, after: int) -> int:
    """Publish a text after a version, in the name of whose connection it is; returns its version."""
    row = connection.execute(
        "select lineside.publish_plant(%s, %s, %s, %s, %s)", (text, fingerprint(text), comment, program, after)
    ).fetchone()
    assert row is not None
    return int(row[0])


def versions(connection: Connection) -> Sequence[PlantVersion]:
    """Every version, the first first."""
    return [plant_version(row) for row in connection.execute(VERSIONS, (0,)).fetchall()]


def text_of(connection: Connection, version: int) -> str:
    """The text of a version. Raises NotFoundError where there is none."""
    row = connection.execute(TEXT, (version,)).fetchone()
    return _text(row[0] if row else None, version)


def with_texts(connection: Connection) -> Iterator[tuple[PlantVersion, str]]:
    """Every version with its text, one text at a time."""
    for row in versions(connection):
        yield row, text_of(connection, row.version)


def running(connection: Connection) -> Sequence[Running]:
    """What every station said it runs."""
    rows = connection.execute("select name, plant, said, seen_at from lineside.plant_stations()").fetchall()
    return [Running(station=row[0], version=row[1], said=row[2] or "", seen_at=row[3]) for row in rows]


def plant_version(row: Sequence[Any]) -> PlantVersion:
    """The version in a row of COLUMNS."""
    version, sha256, author, name, comment, program, signed, signature, previous, chained = row
    return PlantVersion(
        version=version,
        sha256=sha256,
        author=author,
        name=name,
        comment=comment,
        program=program,
        signed=signed,
        signature=signature,
        previous=previous,
        chained=chained,
    )


def _text(found: str | None, version: int) -> str:
    if found is None:
        raise NotFoundError(f"No plant file {version} was published.", "See: lineside plant list")
    return found
