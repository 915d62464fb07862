"""The plant's history of samples as one station reaches it: one connection, samples as packed columns.

Owns the statements. Must not know spools nor who sends what.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ports import HistoryProgress, Parcel, Trend
from app.store.postgres.address import Address
from app.store.postgres.arrays import Doubles, Instants, Ints, Smalls, teach
from app.store.postgres.line import Connection, Line, opened

LEASE_S = 20
"""A station that has not asked for so long has lost a controller to whoever asks."""
KEEP_S = 30.0
"""What a call may take: taking samples waits for the disk."""

TAKE = "select controller, file, at, written_at, source_at from lineside.take_history(%s, %s)"
KEEP = "select lineside.keep_samples(%s, %s, %s, %s, %s, %s, %s, %b, %b, %b, %b)"
TREND = "select first_at, last_at, low, high, last from lineside.trend(%s, %s, %s, %s)"


class PostgresHistory:
    """`password` gives the station's own, in a thread, each time that a connection is made."""

    def __init__(
        self, address: Address, station: str, password: Callable[[], str | None], call_s: float = KEEP_S
    ) -> None:
        self._address, self._station, self._password = address, station, password
        self._line = Line(self._connect, call_s)

    async def take(self, controllers: Sequence[str]) -> Sequence[HistoryProgress]:
        """Those of them whose samples this station sends for the next LEASE_S seconds."""
        rows = await self._line.ask("asking for the history", TAKE, (list(controllers), LEASE_S))
        return [
            HistoryProgress(controller=name, file=file, at=at, written_s=_seconds(written), source_s=_seconds(source))
            for name, file, at, written, source in rows
        ]

    async def numbers(self, ids: Sequence[str], controllers: Sequence[str]) -> Sequence[int]:
        """What the plant's history calls these tags."""
        values = (list(ids), list(controllers))
        rows = await self._line.ask("naming tags", "select lineside.history_tags(%s, %s)", values)
        return [int(number) for number in rows[0][0] or ()]

    async def keep(self, parcel: Parcel) -> int:
        """Take samples and note the place after them; SharedRefusedError where another station sends these."""
        values = (
            list(parcel.controllers),
            [None if us is None else _instant(us / 1e6) for us in parcel.sources_us],
            [None if at_s is None else _instant(at_s) for at_s in parcel.written_s],
            *parcel.before,
            *parcel.after,
            Ints(parcel.tags),
            Instants(parcel.times_us),
            Doubles(parcel.values),
            Smalls(parcel.qualities),
        )
        rows = await self._line.ask("sending history", KEEP, values)
        return int(rows[0][0])

    async def lose(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Note that nobody has the samples between two instants. Twice is the same as once."""
        values = (controller, _instant(from_s), _instant(to_s), reason)
        await self._line.ask("noting a gap", "select lineside.lose_history(%s, %s, %s, %s)", values)

    async def leave(self, controllers: Sequence[str]) -> None:
        """Let other stations send these."""
        await self._line.ask("leaving the history", "select lineside.leave_history(%s)", (list(controllers),))

    async def tidy(self) -> None:
        """Let go of what is older than the plant keeps."""
        await self._line.ask("dropping old history", "select lineside.drop_old_history()")

    async def trend(self, tag_id: str, from_s: float, to_s: float, columns: int) -> Trend:
        """At most so many stretches of time, before them the last row there is; and since when, until when is known."""
        values = (tag_id, _instant(from_s), _instant(to_s), columns)
        rows = await self._line.ask("reading history", TREND, values)
        span = await self._line.ask("reading history", "select * from lineside.history_span(%s)", (tag_id,))
        begins_at, until_at = span[0] if span else (None, None)
        return Trend(
            first_us=_micros(rows, 0), last_us=_micros(rows, 1), low=_doubles(rows, 2), high=_doubles(rows, 3),
            last=_doubles(rows, 4), begins_s=_seconds(begins_at), until_s=_seconds(until_at),
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close the connection. The history may be used again."""
        await self._line.aclose()

    async def _connect(self) -> Connection:
        connection = await opened(self._address, self._station, await asyncio.to_thread(self._password))
        teach(connection)
        return connection


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(min(max(at_s, -6e10), 2.5e11), UTC)


def _micros(rows: Sequence[Any], column: int) -> NDArray[np.int64]:
    return np.array([round(row[column].timestamp() * 1e6) for row in rows], np.int64)


def _doubles(rows: Sequence[Any], column: int) -> NDArray[np.float64]:
    return np.array([np.nan if row[column] is None else row[column] for row in rows], np.float64)
