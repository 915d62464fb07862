"""How an order stands against its plan: expected by now, ahead or behind, finish estimate, late by how much. Pure.

Quantities are the line's units (bottles). Rates are units a minute. Knows no screen: it hands out the figures and one
word (`Outlook`) from which a sentence is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.erp import ProductionOrder, Reference
from app.domain.events import Subject
from app.domain.plant import Plant
from app.domain.taken import taken
from app.domain.work import ZERO, Assignment, OrderProgress

ON_PLAN_S = 60.0
"""Nearer to plan than this is on plan: nobody acts on less than a minute."""

RATE_RESTS_ON_S = 60
"""So many seconds of its last minutes must be known of a line's rate before it says when an order ends."""

STANDS_AFTER_S = 10
"""After so many seconds at zero a line stands, whatever the mean says."""

LONGEST = timedelta(days=365)
"""A crawling line ends some day: no estimate is further away."""


class Outlook(StrEnum):
    """How an order will end, as things stand."""

    DONE = "done"
    WAITING = "waiting"
    ON_PLAN = "on_plan"
    BEHIND = "behind"
    STANDING = "standing"
    LATE = "late"
    UNKNOWN = "unknown"
    """The line's rate is not known, or not for long enough; at nominal rate it would be in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRate:
    """A line's present rate in its units a minute, NaN while its controller is silent, and the seconds it rests on."""

    per_min: float
    known_s: int

    @classmethod
    def unknown(cls) -> LineRate:
        """What nobody tells."""
        return cls(per_min=math.nan, known_s=0)

    @property
    def trusted(self) -> float:
        """The rate that an order's end may be told from, NaN until there is one: a line that starts up is not slow."""
        needed_s = STANDS_AFTER_S if self.per_min == 0 else RATE_RESTS_ON_S
        return self.per_min if self.known_s >= needed_s else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProgress:
    """An order at one instant. `ahead_s` negative: behind. `finish_at` None: at the present rate, never.

    Where the rate is not known (`rate_known`) the nominal one stands in for it: the best that can be.
    `back_by_at` is the last instant at which running at nominal rate still meets the due time; `late_s` is how late it
    ends at the present rate, or, standing, how late it is already for that instant. Never negative.
    """

    quantity: Decimal
    made: Decimal
    expected: Decimal
    ahead_s: float
    finish_at: datetime | None
    back_by_at: datetime
    late_s: float
    rate_known: bool
    outlook: Outlook

    @property
    def remaining(self) -> Decimal:
        """Units still to make."""
        return max(ZERO, self.quantity - self.made)

    @property
    def done_share(self) -> float:
        """Made of quantity, 0…1."""
        return share(self.made, self.quantity)

    @property
    def plan_share(self) -> float:
        """Expected by now of quantity, 0…1: where the plan mark stands."""
        return share(self.expected, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When an order runs on a line if every order before it runs at nominal rate."""

    order: ProductionOrder
    start_at: datetime
    finish_at: datetime

    @property
    def late_s(self) -> float:
        """How late it ends; 0 on time."""
        return max(0.0, (self.finish_at - self.order.due_at).total_seconds())


def share(part: Decimal, whole: Decimal) -> float:
    """part ÷ whole within 0…1; 0 for an empty whole."""
    return float(min(Decimal(1), max(ZERO, part / whole))) if whole > 0 else 0.0


def line_rate(plant: Plant, line: str) -> float:
    """Nominal rate of a line in its units a minute: that of its slowest machine; 0 for a line without one."""
    machines = (plant.machines[m] for m in plant.lines[line].machines)
    return min((m.nominal_rate * m.bundle for m in machines if m.nominal_rate > 0), default=0.0)


def made(order: ProductionOrder, progress: OrderProgress | None) -> Decimal:
    """Good units of an order: what the floor counted, or what the ERP already had before Lineside counted."""
    return max(order.good, progress.counted_good if progress else ZERO)


def expected_by(order: ProductionOrder, at: datetime) -> Decimal:
    """What the plan wants made by `at`: straight from the planned start to the due time."""
    planned_s = (order.due_at - order.start_at).total_seconds()
    if planned_s <= 0:
        return order.quantity if at >= order.due_at else ZERO
    passed = min(1.0, max(0.0, (at - order.start_at).total_seconds() / planned_s))
    return (order.quantity * Decimal(repr(passed))).to_integral_value()


def plan_progress(
    order: ProductionOrder, progress: OrderProgress | None, *, at: datetime, rate: float, nominal: float
) -> PlanProgress:
    """How the order stands at `at`; `rate` is the line's present rate, `nominal` its nominal one, both units/min.

    A rate that is not known (NaN) counts as the nominal one, so that a lost controller does not look like a stop.
    """
    done = made(order, progress)
    rate_known = not math.isnan(rate)
    now_rate = rate if rate_known else nominal
    left = max(ZERO, order.quantity - done)
    finish = None if left and now_rate <= 0 else at + run_time(left, now_rate)
    back_by = order.due_at - run_time(left, nominal)
    late_s = max(0.0, (finish - order.due_at if finish else at - back_by).total_seconds()) if left else 0.0
    expected = expected_by(order, at)
    ahead_s = _ahead_s(done - expected, order, nominal)
    finished = not left or (progress is not None and progress.final)
    return PlanProgress(
        quantity=order.quantity,
        made=done,
        expected=expected,
        ahead_s=ahead_s,
        finish_at=finish,
        back_by_at=back_by,
        late_s=late_s,
        rate_known=rate_known,
        outlook=_outlook(
            (finished, Outlook.DONE),
            (not done and at < order.start_at, Outlook.WAITING),
            (finish is None and rate_known, Outlook.STANDING),
            (late_s >= ON_PLAN_S, Outlook.LATE),
            (not rate_known, Outlook.UNKNOWN),
            (ahead_s <= -ON_PLAN_S, Outlook.BEHIND),
        ),
    )


def _outlook(*words: tuple[bool, Outlook]) -> Outlook:
    """The first word that is true."""
    return next((word for true, word in words if true), Outlook.ON_PLAN)


def _ahead_s(units: Decimal, order: ProductionOrder, nominal: float) -> float:
    """Units ahead of plan as seconds of the plan's own pace (of nominal, for an order without planned time)."""
    planned_s = (order.due_at - order.start_at).total_seconds()
    if planned_s > 0 and order.quantity > 0:
        return float(units / order.quantity) * planned_s
    return math.copysign(run_time(abs(units), nominal).total_seconds(), units)


def run_time(units: Decimal, rate: float) -> timedelta:
    """How long `units` take at `rate` units/min; nothing where the rate is not known, a year at most."""
    return min(LONGEST, timedelta(minutes=min(float(units) / rate, 1e6))) if rate > 0 else timedelta(0)


def queue_of(
    reference: Reference,
    progress: Mapping[str, OrderProgress],
    assignments: Iterable[Assignment],
    line: str,
    *,
    first: str = "",
) -> tuple[ProductionOrder, ...]:
    """The unfinished orders of a line as it works them: the running one first, then by planned start.

    `first` is the order that the line's controllers say; without it the one last counted is taken as running.
    """
    where = taken(assignments, Subject.ORDER)
    rows = [
        o
        for o in reference.orders.values()
        if where.get(o.number, o.line) == line and o.state != "done" and not _final(progress, o)
    ]
    first = first or running_order(progress, line)
    return tuple(sorted(rows, key=lambda o: (o.number != first, o.start_at, o.number)))


def running_order(progress: Mapping[str, OrderProgress], line: str) -> str:
    """The order last counted on a line and not finally confirmed; empty when there is none."""
    rows = [(p.counted_at, p.id) for p in progress.values() if p.line == line and p.counted_at and not p.final]
    return max(rows, default=(None, ""))[1]


def schedule(
    orders: Sequence[ProductionOrder], progress: Mapping[str, OrderProgress], rate: float, at: datetime
) -> tuple[Slot, ...]:
    """The orders one after the other from `at` on, at `rate`; a waiting line does not wait for planned starts."""
    slots: list[Slot] = []
    begin = at
    for order in orders:
        left = max(ZERO, order.quantity - made(order, progress.get(order.number)))
        end = begin + run_time(left, rate)
        slots.append(Slot(order=order, start_at=begin, finish_at=end))
        begin = end
    return tuple(slots)


def _final(progress: Mapping[str, OrderProgress], order: ProductionOrder) -> bool:
    row = progress.get(order.number)
    return row is not None and row.final
