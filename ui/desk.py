"""What presenters see of the station: state, live values, the person at the desk, and one way to act. No Qt here.

`ui.bridge` implements it over the core thread; tests implement it over plain objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.alarm import Alarm
from app.domain.commands import Command
from app.domain.erp import Reference
from app.domain.events import Signature
from app.domain.people import Person
from app.domain.plant import Plant
from app.domain.presence import Presence
from app.domain.reading import Reading
from app.domain.signing import Prove, Sign
from app.domain.status import StationStatus
from ui.mirror import Mirror
from ui.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a command. `message` is for the screen: what was stored, or why it was refused and what to do.

    `outrun`: somebody else was first, and what now stands is to be looked at.
    """

    ok: bool
    message: str = ""
    todo: str = ""
    streams: tuple[str, ...] = ()
    signature: Signature | None = None
    outrun: bool = False


class Values(Protocol):
    """Live values by board index, and the past of the tags whose history is kept. Every answer is instant."""

    def reading(self, index: int) -> Reading:
        """The latest reading; `NOTHING` before the first."""

    def stamps(self) -> NDArray[np.uint32]:
        """A number for each tag, by board index, that is another with every new reading."""

    def recent(self, index: int, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(times, values) of the last seconds, about one a second: seconds since 1970 UTC; NaN where there was none."""

    def drawn(
        self, index: int, from_s: float, to_s: float, columns: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """(left edges, low, high) of even columns of any stretch of time; NaN where nothing is known (yet).

        History and the newest seconds in one. What must be read first comes by and by: `arrived` says when to ask
        again.
        """

    @property
    def arriving(self) -> bool:
        """Whether something that `drawn` was asked for is still being read."""

    @property
    def arrived(self) -> int:
        """How many readings came so far: another number than before is a reason to ask again."""

    def begins_s(self, index: int) -> float | None:
        """The first instant that anything is kept of a tag, seconds since 1970 UTC; None: not known (yet)."""


class Desk(Protocol):
    """The station as a presenter sees it. All reads are instant and on the UI thread; `send` answers later."""

    @property
    def plant(self) -> Plant: ...
    @property
    def view(self) -> Mirror: ...
    @property
    def reference(self) -> Reference: ...
    @property
    def status(self) -> StationStatus: ...
    @property
    def values(self) -> Values: ...
    @property
    def only_here(self) -> AbstractSet[str]:
        """The aggregates with steps that are only stored at this station yet."""

    def unshared(self, stream: str) -> bool:
        """Whether steps of an aggregate are only stored at this station yet."""

    @property
    def survey(self) -> Survey | None: ...
    @property
    def alarms(self) -> Sequence[Alarm]: ...
    @property
    def person(self) -> Person | None: ...

    def now(self) -> datetime:
        """Aware UTC."""

    def presences(self) -> Sequence[Presence]:
        """Who looks at what at the other stations just now."""

    def attend(self, ref: str, editing: bool = False) -> None:
        """Tell the other stations what is looked at here; an empty `ref`: nothing any more."""

    def ask(self, asked: Prove | Sign, done: Callable[[Answer], None]) -> None:
        """Ask who one is; `done` is called on the UI thread, for a signature with `Answer.signature`."""

    def diagnostics_file(self) -> str:
        """Where diagnostics go unless somebody says otherwise."""

    def save_diagnostics(self, file: str, names: bool, done: Callable[[Answer], None]) -> None:
        """Put together what is known of this station, without secrets; `names`: with people's names."""

    def send(self, command: Command, done: Callable[[Answer], None] | None = None) -> None:
        """Ask the core; `done` is called on the UI thread once the effect is on disk, or was refused."""
