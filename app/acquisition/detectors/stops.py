"""Stops of a machine: breakdown, unplanned stop, starved, blocked; its own fault told from what it only waits for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.acquisition.detectors.base import Rules, Watch
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.packml import FAULTED, HALTED, WAITING, MachineState
from app.domain.plant import Signal, Tag

SETTLE_S = 0.5
"""A stop reason may arrive just after the state: a fault waits this long for it, and no longer."""

KINDS = ("breakdown", "unplanned_stop", "starved", "blocked")
INPUTS = frozenset({Signal.STATE, Signal.MODE, Signal.BLOCKED, Signal.STARVED, Signal.STOP_REASON, Signal.STOP_TEXT})


DECIDERS: Mapping[str, tuple[Signal, ...]] = {
    "": (Signal.MODE,),
    "breakdown": (Signal.STATE,),
    "unplanned_stop": (Signal.MODE,),
    "starved": (Signal.MODE, Signal.STARVED, Signal.BLOCKED),
    "blocked": (Signal.MODE, Signal.BLOCKED),
}
"""What decides beside the state whether a condition stands."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """The condition a machine is in, and since when by its own clock."""

    kind: str
    since_s: float
    heard_s: float


class StopsDetector:
    """One machine's stops. A condition that lasts its rule's delay is raised once; leaving it clears it."""

    def __init__(self, now: MachineNow, rules: Rules, reasons: Mapping[str, str]) -> None:
        self._now = now
        self._rules = rules
        self._reasons = reasons
        self._watches = {kind: Watch(kind=kind, rules=rules, now=now) for kind in KINDS}
        self._standing: _Standing | None = None

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]:
        """Follow the state and its flags."""
        if tag.signal not in INPUTS:
            return
        kind = self._kind()
        standing = self._standing
        if standing is None or standing.kind != kind:
            if standing is not None and standing.kind:
                yield from self._watches[standing.kind].clear(source_s, received_s)
            self._standing = _Standing(kind, self._since_s(kind) or source_s, received_s)
        yield from self.tick(received_s)

    def _since_s(self, kind: str) -> float:
        """The source time at which the last of the condition's signals came to be so: one time per episode."""
        since = self._now.since_s
        return max(self._now.state_since_s, *(since.get(signal, 0.0) for signal in DECIDERS[kind]))

    def _kind(self) -> str:
        """What the machine's state means; empty for running, changing and planned standing."""
        now = self._now
        if now.state in FAULTED:
            return "breakdown"
        if not now.producing:
            return ""
        if now.state in HALTED:
            return "unplanned_stop"
        if now.state in WAITING and now.state is not MachineState.IDLE:
            return "blocked" if now.flag(Signal.BLOCKED) else "starved" if now.flag(Signal.STARVED) else ""
        return ""

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Raise what has lasted long enough."""
        standing = self._standing
        if standing is None or not standing.kind:
            return
        watch = self._watches[standing.kind]
        if not watch.watched or watch.raised:
            return
        lasted = now_s - standing.heard_s
        reason = self.reason()
        settled = self._fresh(standing) or lasted >= SETTLE_S or standing.kind in ("starved", "blocked")
        if settled and lasted >= self._rules.parameter(standing.kind, "delay_s"):
            yield from watch.raise_(standing.since_s, standing.heard_s, first_out=reason)

    def _fresh(self, standing: _Standing) -> bool:
        """Whether the stop reason is of this stop: one that was there long before may be the last stop's."""
        since = self._now.since_s
        said_s = max(since.get(Signal.STOP_TEXT, -math.inf), since.get(Signal.STOP_REASON, -math.inf))
        return bool(self.reason()) and said_s >= standing.since_s - SETTLE_S

    def reason(self) -> str:
        """The stop reason as first-out: the controller's own words, else the plant file's for its number."""
        told = self._now.text(Signal.STOP_TEXT)
        number = self._now.number(Signal.STOP_REASON)
        if told or math.isnan(number) or number == 0:
            return told
        return self._reasons.get(str(int(number)), f"stop reason {int(number)}")
