"""What the desktop program is started for, as a value. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.child import command
from app.config import Config
from app.domain.plant import Plant
from app.plant.running import RunningFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often counts are journaled and the ERP is read, in seconds."""

    count_s: float = 60.0
    reference_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeOptions:
    """How long without the time of grabbing, and where to put what it saw; None: nowhere."""

    seconds: float
    screenshots: Path | None = None
    report: Path | None = None


def nothing() -> None:
    """A real plant needs nobody to start it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of the desktop program. `before` is called once the plant is on the screen, before the core.

    `file` is the plant file that engineers may add tags to. With `wall` it fills the screen with that ref, and nobody
    sits there. `smoke`: a scripted shift instead of a person.
    `plant_file`: where the plant came from; None: it is nobody's business.
    """

    plant: Plant
    station: Config
    pace: Pace = Pace()
    before: Callable[[], None] = nothing
    file: Path | None = None
    wall: str = ""
    smoke: SmokeOptions | None = None
    plant_file: RunningFile | None = None

    @property
    def acquisition(self) -> tuple[str, ...]:
        """The command of its process, with the protocols that it loads while it waits for its orders."""
        return (*command("drivers.host"), *sorted({row.protocol for row in self.plant.controllers.values()}))
