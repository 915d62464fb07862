"""Everything that a reassignment can break: one row each, with its severity and its sentence. Values only; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Severity(IntEnum):
    """How bad a consequence is, the worst first; the numbers are the screens' priorities."""

    GRAVE = 2
    BREAKS = 3
    NOTE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsequenceKind:
    """A row of the table: `template` is filled with the consequence's values."""

    id: str
    severity: Severity
    template: str


_G, _B, _N = Severity.GRAVE, Severity.BREAKS, Severity.NOTE
_ROWS = (
    ("same_line", _G, "{subject} is already on {line}."),
    ("finished", _G, "{subject} is finished: nothing is left to move."),
    ("on_its_way", _G, "{subject} is already on its way to {line} ({state})."),
    ("line_down", _G, "{line} is down since {since}: {case}."),
    ("lots_held", _B, "On hold of this order: {lots}, {quantity} units, {reason}."),
    ("off_shift", _G, "{subject} is not on shift now."),
    ("not_his_line", _B, "{subject} is not named for {line} in the plant file."),
    ("no_skill", _B, "{subject} has none of the skills that {line} needs: {skills}."),
    ("lacks_skill", _B, "{subject} lacks the skill {skill}, and nobody else at {line} has it."),
    ("line_lacks_skill", _B, "Nobody on shift at {line} has the skill {skill}."),
    ("skill_lost", _B, "{line} is left without anybody who has the skill {skill}."),
    ("line_alone", _B, "{line} is left without anybody on it."),
    ("moved_late", _B, "{subject} ends about {finish} on {line}: {minutes} min after it is due ({due})."),
    ("moved_on_time", _N, "{subject} ends about {finish} on {line}, {minutes} min before it is due ({due})."),
    ("later_late", _B, "{order} ends {delay} min later, about {finish}: {minutes} min after it is due ({due})."),
    ("later_on_time", _N, "{order} ends {delay} min later, still {minutes} min before it is due ({due})."),
    ("customer_late", _B, "{customer} waits for {quantity} {product}, due {due}: {minutes} min late."),
    ("running", _N, "{subject} is running on {line}: {made} made, {left} left to move."),
    ("left_idle", _N, "{line} is left without an order."),
    ("changeover", _N, "{line} changes over from {before} to {after}."),
    ("slower", _N, "{line} is slower: {minutes} min more for what is left."),
    ("open_task", _B, "{subject} has accepted and not finished: {case}."),
)

CONSEQUENCES: Mapping[str, ConsequenceKind] = MappingProxyType(
    {row[0]: ConsequenceKind(id=row[0], severity=row[1], template=row[2]) for row in _ROWS}
)
"""Everything that a reassignment can break, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One thing that a reassignment breaks. `ref` is what it concerns ("order/WO-1"); `minutes` where it has any."""

    kind: str
    values: Mapping[str, str]
    ref: str = ""
    minutes: float | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return CONSEQUENCES[self.kind].severity

    @property
    def text(self) -> str:
        """The sentence in English; a screen may translate the template and fill it with `values`."""
        return CONSEQUENCES[self.kind].template.format(**self.values)
