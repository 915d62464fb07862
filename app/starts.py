"""When Lineside was started on a data folder and whether each start came to an end: who died, and who dies in a loop.

Owns the file of starts. A disk that refuses costs the knowledge, never the start.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = "starts.json"
KEPT = 50
LOOP = timedelta(minutes=5)
DEATHS = 3
"""So many starts in a row within LOOP that never ended are a loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start; `ended` is empty while it runs, and for ever where it died."""

    at: str
    pid: int
    ended: str = ""

    @property
    def moment(self) -> datetime:
        """When it was."""
        return datetime.fromisoformat(self.at)


class Run:
    """This run among the starts. `end` once it has ended as it was meant to."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        earlier = read_starts(folder)
        self._folder = folder
        self._me = Start(at=now.isoformat(), pid=os.getpid())
        self.careful = is_loop(earlier, now)
        """Whether it died so often in a row that this start leaves out what may have killed it."""
        _write(folder, [*earlier, self._me])

    def end(self) -> None:
        """It ended by itself."""
        me = Start(at=self._me.at, pid=self._me.pid, ended=datetime.now(UTC).isoformat())
        _write(self._folder, [me if row == self._me else row for row in read_starts(self._folder)])


def is_loop(starts: Sequence[Start], now: datetime) -> bool:
    """Whether the last DEATHS starts were within LOOP of now, and none of them ended."""
    last = starts[-DEATHS:]
    return len(last) == DEATHS and all(not row.ended and timedelta(0) <= now - row.moment <= LOOP for row in last)


def died(starts: Sequence[Start], running: int | None = None) -> tuple[datetime, ...]:
    """The starts without an end; not that of the process that runs now, where one does."""
    return tuple(row.moment for row in starts if not row.ended and row.pid != running)


def read_starts(folder: Path) -> list[Start]:
    """The starts so far, the newest last; none where they can't be read."""
    try:
        rows = json.loads((folder / FILE).read_text(encoding="utf-8"))
        found = [Start(at=str(row["at"]), pid=int(row["pid"]), ended=str(row["ended"])) for row in rows]
        return [row for row in found if row.moment.tzinfo is not None]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write(folder: Path, starts: Sequence[Start]) -> None:
    path = folder / FILE
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps([asdict(row) for row in starts[-KEPT:]]), encoding="utf-8")
        fresh.replace(path)
