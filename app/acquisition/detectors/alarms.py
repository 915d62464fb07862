"""Alarm bursts: alarms of a machine that follow one another without a long silence are one case with its members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.acquisition.detectors.base import Rules, instant
from app.domain.finding import Finding, Phase, occurrence_key
from app.domain.plant import Machine
from app.ports import AlarmEvent

KIND = "alarm_burst"


@dataclass(slots=True)
class _Burst:
    """A burst under way: its first alarm, those so far, when the last one was and came, and those not told yet."""

    first: AlarmEvent
    last_s: float
    heard_s: float
    seen: set[str] = field(default_factory=set)
    waiting: list[AlarmEvent] = field(default_factory=list)
    key: str = ""


class AlarmsDetector:
    """One machine's bursts. Silence of more than `gap_s` ends one; `members` alarms make it worth a case.

    Times are the controller's. In a replay they are the recorded ones, at whatever speed they come.
    """

    def __init__(self, machine: Machine, identity: str, rules: Rules) -> None:
        self._machine = machine
        self._identity = identity
        self._rules = rules
        self._burst: _Burst | None = None

    def alarm(self, event: AlarmEvent) -> Iterator[Finding]:
        """One alarm that became active. What a refresh tells again is the same alarm."""
        rule = self._rules.get(KIND)
        if rule is None or not event.active:
            return
        at_s = alarm_time_s(event)
        yield from self.ended(at_s, event.received_s)
        burst = self._burst
        if burst is None:
            burst = self._burst = _Burst(event, at_s, event.received_s)
        if _discriminator(event) in burst.seen:
            return
        burst.seen.add(_discriminator(event))
        burst.last_s, burst.heard_s = max(burst.last_s, at_s), event.received_s
        burst.waiting.append(event)
        if len(burst.seen) < self._rules.parameter(KIND, "members"):
            return
        for member in burst.waiting:
            yield self._told(burst, member)
        burst.waiting.clear()

    def _told(self, burst: _Burst, event: AlarmEvent) -> Finding:
        """The finding of one alarm: the burst's first opens the case, the others join it."""
        phase = Phase.MEMBER if burst.key else Phase.RAISED
        rule = self._rules.by_kind[KIND]
        occurrence = occurrence_key(self._rules.site, self._identity, rule.id, rule.version, _discriminator(event))
        burst.key = burst.key or occurrence
        return self._finding(phase, occurrence, event.received_s, event)

    def ended(self, at_s: float, received_s: float) -> Iterator[Finding]:
        """Time has come to `at_s` on the alarms' own clock: a burst that has been silent for long enough is over."""
        burst = self._burst
        if burst is None or at_s - burst.last_s <= self._rules.parameter(KIND, "gap_s"):
            return
        self._burst = None
        if burst.key:
            yield self._finding(Phase.CLEARED, burst.key, received_s, burst.first)

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Silence ends a live burst by this station's clock; a replayed one only by the recorded time."""
        burst = self._burst
        if burst is not None and not burst.first.recorded_at:
            yield from self.ended(burst.last_s + now_s - burst.heard_s, now_s)

    def _finding(self, phase: Phase, occurrence: str, received_s: float, event: AlarmEvent) -> Finding:
        rule = self._rules.by_kind[KIND]
        return Finding(
            kind=KIND,
            phase=phase,
            occurrence=occurrence,
            rule=rule.id,
            rule_version=rule.version,
            source_at=instant(event.source_s),
            received_at=instant(received_s),
            machine=self._machine.id,
            line=self._machine.line,
            first_out=event.message,
            values={"code": event.code, "alarm": event.message, "recorded_at": event.recorded_at},
            replayed=event.replayed,
        )


def alarm_time_s(event: AlarmEvent) -> float:
    """The time by which bursts are told apart: when it was recorded, for a replay, else the controller's."""
    if event.recorded_at:
        return datetime.fromisoformat(event.recorded_at).timestamp()
    return event.source_s


def _discriminator(event: AlarmEvent) -> str:
    """The event's own id where the controller gives one, else its condition and time."""
    return event.event_id or f"{event.key}@{event.source_s:.3f}"
