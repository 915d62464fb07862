"""The tables for reports as the station reaches them that fills them: by a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.ports import ReportHead
from app.store.postgres.address import Address
from app.store.postgres.line import CALL_S, Connection, Line, opened

HEAD = "select format, place from lineside.projected()"
PROJECT = "select lineside.project(%s, %s, %s, %s, %s, %s)"


class PostgresReports:
    """`password` gives the station's own, in a thread, each time that a connection is made."""

    def __init__(
        self, address: Address, station: str, password: Callable[[], str | None], call_s: float = CALL_S
    ) -> None:
        self._address, self._station, self._password = address, station, password
        self._line = Line(self._connect, call_s)

    async def head(self) -> ReportHead:
        """In which format the tables are, and up to which place they are true."""
        ((wanted, place),) = await self._line.ask("asking for the reports", HEAD)
        return ReportHead(format=wanted, place=place)

    async def project(
        self, before: ReportHead, place: int, place_hash: str, rows: str, *, complete: bool
    ) -> ReportHead:
        """Write rows as they stand at a place; `complete` with the last of what changed since `before`."""
        values = (before.format, before.place, place, place_hash, rows, complete)
        ((true_to,),) = await self._line.ask("writing the reports", PROJECT, values)
        return ReportHead(format=before.format, place=true_to)

    async def aclose(self) -> None:
        """Close the connection. The tables may be used again."""
        await self._line.aclose()

    async def _connect(self) -> Connection:
        return await opened(self._address, self._station, await asyncio.to_thread(self._password))
