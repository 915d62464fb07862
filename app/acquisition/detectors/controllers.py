"""Controller lost: a controller that was or should be heard, and is not. One condition per controller."""

from __future__ import annotations

from collections.abc import Iterator

from app.acquisition.detectors.base import Rules, instant
from app.domain.finding import Finding, Phase, occurrence_key
from app.domain.plant import Controller, Machine
from app.ports import Link, LinkState

KIND = "controller_lost"

FIRST_S = 15.0
"""A controller that was never heard yet is given this long: at the start of a shift everything starts at once."""


class ControllerDetector:
    """Follows one link. `machines` are those it serves: with exactly one, the case names it."""

    def __init__(self, controller: Controller, machines: tuple[Machine, ...], rules: Rules) -> None:
        self._controller = controller
        self._machines = machines
        self._rules = rules
        self._down: LinkState | None = None
        self._since_s = self._heard_s = 0.0
        self._key = ""

    def link(self, state: LinkState, now_s: float) -> Iterator[Finding]:
        """A change of the link."""
        if state.link is Link.UP:
            self._down = None
            if self._key:
                yield self._finding(Phase.CLEARED, state.since_s, now_s, "")
                self._key = ""
        elif self._down is None or state.link is Link.REFUSED:
            if self._down is None:
                self._since_s, self._heard_s = state.last_data_s or state.since_s, now_s
            self._down = state
        yield from self.tick(now_s)

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Raise once it has lasted."""
        down, rule = self._down, self._rules.get(KIND)
        if down is None or rule is None or self._key:
            return
        since_s = self._since_s
        if now_s - max(since_s, self._heard_s - 1.0) >= self._patience_s(down):
            self._key = occurrence_key(
                self._rules.site,
                self._controller.identity,
                rule.id,
                rule.version,
                f"{self._controller.id}@{since_s:.1f}",
            )
            yield self._finding(Phase.RAISED, since_s, now_s, down.reason)

    def _patience_s(self, down: LinkState) -> float:
        """How long the silence may last. One who refuses, or answers as somebody else, is not waited for."""
        delay_s = self._rules.parameter(KIND, "delay_s")
        new = down.last_data_s <= 0 and down.link is not Link.REFUSED
        return max(delay_s, FIRST_S) if new else delay_s

    def _finding(self, phase: Phase, source_s: float, now_s: float, reason: str) -> Finding:
        rule = self._rules.by_kind[KIND]
        only = self._machines[0] if len(self._machines) == 1 else None
        lines = {machine.line for machine in self._machines}
        return Finding(
            kind=KIND,
            phase=phase,
            occurrence=self._key,
            rule=rule.id,
            rule_version=rule.version,
            source_at=instant(source_s),
            received_at=instant(now_s),
            controller=self._controller.id,
            machine=only.id if only else None,
            line=lines.pop() if len(lines) == 1 else None,
            first_out=reason,
        )
