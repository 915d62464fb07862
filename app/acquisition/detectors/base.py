"""What every detector is: pure, fed with every sample, ticked by time that comes in, answering with findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from app.acquisition.machine import MachineNow
from app.domain.finding import Finding, Phase, occurrence_key
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.plant import ExceptionRule, Tag


def instant(at_s: float) -> datetime:
    """Seconds since 1970 as an aware UTC instant."""
    return datetime.fromtimestamp(at_s, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The plant's rules of one machine or controller, by kind; a kind without a rule is not watched."""

    site: str
    by_kind: Mapping[str, ExceptionRule]

    def get(self, kind: str) -> ExceptionRule | None:
        """The rule of a kind, if the plant file has one."""
        return self.by_kind.get(kind)

    def parameter(self, kind: str, name: str) -> float:
        """A rule's parameter, or its kind's default."""
        rule = self.by_kind[kind]
        default = next(p.default for p in EXCEPTION_KINDS[kind].parameters if p.name == name)
        return rule.parameters.get(name, default)


class MachineDetector(Protocol):
    """A detector of one machine. `sample` follows `MachineNow.take`; `tick` comes several times a second."""

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]: ...
    def tick(self, now_s: float) -> Iterator[Finding]: ...


@dataclass(slots=True)
class Watch:
    """One condition of one kind on one machine: raised once per episode, with a key that every station finds too.

    `part` tells apart several of the kind on the machine.
    """

    kind: str
    rules: Rules
    now: MachineNow
    part: str = ""
    raised_key: str = ""
    values: dict[str, str | float] = field(default_factory=dict)

    @property
    def raised(self) -> bool:
        """Whether the condition is standing."""
        return bool(self.raised_key)

    @property
    def watched(self) -> bool:
        """Whether the plant file has a rule for it."""
        return self.rules.get(self.kind) is not None

    def raise_(
        self,
        source_s: float,
        received_s: float,
        *,
        first_out: str = "",
        values: Mapping[str, str | float] | None = None,
    ) -> Iterator[Finding]:
        """The condition stands since `source_s`. Says nothing when it stood already, or is not watched."""
        rule = self.rules.get(self.kind)
        if rule is None or self.raised:
            return
        discriminator = f"{self.part or self.now.machine.id}@{source_s:.3f}"
        self.raised_key = occurrence_key(self.rules.site, self.now.identity, rule.id, rule.version, discriminator)
        yield self._finding(Phase.RAISED, rule, source_s, received_s, first_out, values or {})

    def clear(self, source_s: float, received_s: float) -> Iterator[Finding]:
        """The condition went away. Says nothing when it did not stand."""
        rule = self.rules.get(self.kind)
        if rule is None or not self.raised:
            return
        yield self._finding(Phase.CLEARED, rule, source_s, received_s, "", {})
        self.raised_key = ""

    def _finding(
        self,
        phase: Phase,
        rule: ExceptionRule,
        source_s: float,
        received_s: float,
        first_out: str,
        values: Mapping[str, str | float],
    ) -> Finding:
        return Finding(
            kind=self.kind,
            phase=phase,
            occurrence=self.raised_key,
            rule=rule.id,
            rule_version=rule.version,
            source_at=instant(source_s),
            received_at=instant(received_s),
            machine=self.now.machine.id,
            line=self.now.machine.line,
            first_out=first_out,
            values=values,
        )
