"""The station's status, kept from what its parts say. Pure but for the clock that is handed in.

Whoever wants to know is told of every change, once for each word of a part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.acquisition.history.state import HistoryState
from app.domain.checks.facts import LocalFacts
from app.domain.erp import ErpLinkState, ErpStatus
from app.domain.plant import Plant
from app.domain.plant_file import PlantFileStatus
from app.domain.status import (
    ControllerStatus,
    Health,
    HistoryStatus,
    PartStatus,
    SharedStatus,
    StationStatus,
    UnitStatus,
    UploadStatus,
)
from app.ports import Clock, Link, LinkState, UnitState
from app.starts import DEATHS, LOOP

LINK_HEALTH = {Link.UP: Health.UP, Link.CONNECTING: Health.STARTING, Link.LOST: Health.DOWN, Link.REFUSED: Health.DOWN}
ERP_HEALTH = {
    ErpLinkState.CONNECTING: Health.STARTING,
    ErpLinkState.UP: Health.UP,
    ErpLinkState.DOWN: Health.DOWN,
    ErpLinkState.AUTH: Health.DOWN,
}


class Station:
    """The status so far; every verb takes in one part's word. `told` hears what it is from then on, if it changed."""

    def __init__(self, plant: Plant, clock: Clock, told: Callable[[StationStatus], None]) -> None:
        self._clock = clock
        self._told = told
        self._deaths: list[datetime] = []
        controllers = {
            c.id: ControllerStatus(id=c.id, name=c.name, protocol=c.protocol) for c in plant.controllers.values()
        }
        self.status = StationStatus(controllers=controllers)

    def _become(self, status: StationStatus) -> None:
        if status != self.status:
            self.status = status
            self._told(status)

    def link(self, state: LinkState) -> None:
        """A controller's connection changed."""
        old = self.status.controllers[state.controller]
        new = replace(
            old,
            health=LINK_HEALTH[state.link],
            since=_instant(state.since_s),
            last_data_at=_instant(state.last_data_s) if state.last_data_s else old.last_data_at,
            reason=state.reason,
            reconnects=state.reconnects,
            secure=state.secured,
            clock_s=state.clock_s,
        )
        self._become(replace(self.status, controllers={**self.status.controllers, new.id: new}))

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """How the units behind a controller's connection stand."""
        units = tuple(
            UnitStatus(
                unit=state.unit,
                up=state.up,
                since=_instant(state.since_s),
                last_good_at=_instant(state.last_good_s) if state.last_good_s else None,
                reads_per_s=state.reads_per_s,
                errors=state.errors,
                reason=state.reason,
            )
            for state in states
        )
        new = replace(self.status.controllers[controller], units=units)
        self._become(replace(self.status, controllers={**self.status.controllers, new.id: new}))

    def acquisition(self, alive: bool, restarts: int) -> None:
        """The acquisition process runs, or died and is started again."""
        reason = "" if alive else self._died()
        part = self._moved(self.status.acquisition, Health.UP if alive else Health.DOWN, reason)
        controllers = self.status.controllers if alive else self._unheard(reason)
        self._become(replace(self.status, acquisition=replace(part, restarts=restarts), controllers=controllers))

    def _died(self) -> str:
        """What to say of an acquisition process that ended: more, where it ends again and again."""
        now = self._clock.now()
        self._deaths = [at for at in self._deaths if now - at <= LOOP] + [now]
        count = len(self._deaths)
        if count < DEATHS:
            return "the acquisition process ended; it is started again"
        return (
            f"the acquisition process died {count} times within {LOOP.seconds // 60} minutes; it is started again, "
            "seldomer each time. Save diagnostics (Ctrl+H)"
        )

    def _unheard(self, reason: str) -> dict[str, ControllerStatus]:
        """A controller is not up because it was so when somebody last listened."""
        now = self._clock.now()
        return {
            c.id: replace(c, health=Health.DOWN, since=now, reason=reason) if c.health is Health.UP else c
            for c in self.status.controllers.values()
        }

    def pulse(self, samples: Mapping[str, int]) -> None:
        """The acquisition process said that it lives, and what it has had from each controller."""
        part = self._moved(self.status.acquisition, Health.UP, "")
        counted = {
            name: replace(status, samples=samples.get(name, status.samples))
            for name, status in self.status.controllers.items()
        }
        now = self._clock.now()
        self._become(replace(self.status, acquisition=replace(part, last_at=now), controllers=counted))

    def history(self, state: HistoryState) -> None:
        """The spool does so."""
        health = Health.DOWN if not state.ok else Health.DEGRADED if state.dropped else Health.UP
        history = HistoryStatus(
            health=health,
            reason=state.reason,
            since=_instant(state.since_s) if state.since_s else None,
            size=state.size,
            most=state.most,
            begins_at=None if state.begins_s is None else _instant(state.begins_s),
            evicted_until=None if state.evicted_until_s is None else _instant(state.evicted_until_s),
            dropped=state.dropped,
        )
        self._become(replace(self.status, history=history))

    def shared(self, status: SharedStatus) -> None:
        """How the plant's log stands."""
        self._become(replace(self.status, shared=status))

    def plant_file(self, status: PlantFileStatus) -> None:
        """Which plant file runs here, and which one is published."""
        self._become(replace(self.status, plant_file=status))

    def upload(self, status: UploadStatus) -> None:
        """What this station sends to the plant's history."""
        old = self.status.upload
        since = old.since if old.health is status.health and old.since else self._clock.now()
        self._become(replace(self.status, upload=replace(status, since=since)))

    def store(self, reason: str = "", flaw: str = "") -> None:
        """The journal took operations, or refused them for `reason`; `flaw` is what is wrong with older ones."""
        health = Health.DOWN if reason else Health.DEGRADED if flaw else Health.UP
        part = self._moved(self.status.store, health, reason or flaw)
        last = part.last_at if reason else self._clock.now()
        self._become(replace(self.status, store=replace(part, last_at=last)))

    def erp(self, status: ErpStatus) -> None:
        """The ERP stands so."""
        part = self._moved(self.status.erp, ERP_HEALTH[status.state], status.reason)
        self._become(replace(self.status, erp=replace(part, last_at=status.last_read_at)))

    def local(self, facts: LocalFacts) -> None:
        """What this machine was found to be like."""
        self._become(replace(self.status, local=facts))

    def replay(self, recorded_at: str) -> None:
        """Replayed alarms have come to this recorded time (ISO 8601); what is none is left out."""
        try:
            at = datetime.fromisoformat(recorded_at)
        except ValueError:
            return
        self._become(replace(self.status, replay_at=at))

    def _moved(self, old: PartStatus, health: Health, reason: str) -> PartStatus:
        since = old.since if old.health is health and old.since else self._clock.now()
        return replace(old, health=health, since=since, reason=reason)


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
