"""The plain rows that the line's screen shows. Ready words, no Qt, no desk."""

from __future__ import annotations

from dataclasses import dataclass

from ui.models.cases import CaseLine
from ui.models.orders import NO_ORDER, OrderRow
from ui.models.signals import SignalRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRow:
    """One machine of the line. `key_value` is the process value that deserves the look: out of band, else the first."""

    key: str
    name: str
    lot: str
    hold: bool
    state: str
    clock: str
    loud: bool
    priority: int
    owner: str
    stale: str
    rate: str
    rate_value: float | None
    low: float
    high: float
    top: float
    made: str
    made_unit: str
    rejects: str
    rejects_detail: str
    material: SignalRow | None
    fill: float | None
    key_value: SignalRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A lot made for the running order. `hold_words`: why it is held, or that it is not known whether it is."""

    key: str
    good: str
    scrap: str
    span: str
    hold: bool
    hold_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """Everything of one line."""

    key: str = ""
    name: str = ""
    priority: int = 0
    hold: bool = False
    order: OrderRow = NO_ORDER
    people: str = ""
    machines: tuple[MachineRow, ...] = ()
    queue: tuple[OrderRow, ...] = ()
    lots: tuple[LotRow, ...] = ()
    cases: tuple[CaseLine, ...] = ()
