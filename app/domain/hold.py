"""A quality hold as it stands, and what it says of a lot. Hold wins: a lot is free only when no open hold names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.case import Entry
from app.domain.events import Disposition, HeldUnits
from app.domain.lifecycles import HoldState


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold; several on one lot are independent of one another (I3)."""

    id: str
    version: int
    state: HoldState
    units: tuple[HeldUnits, ...]
    reason_code: str
    reason: str
    case_id: str
    machine: str | None
    line: str | None
    from_at: datetime | None
    to_at: datetime | None
    placed_by: str
    placed_at: datetime
    disposition: Disposition | None = None
    disposition_by: str = ""
    released_by: str = ""
    released_at: datetime | None = None
    timeline: tuple[Entry, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the hold no longer binds its units."""
        return self.state is HoldState.CLOSED

    @property
    def quantity(self) -> Decimal:
        """Units held in all lots."""
        return sum((u.quantity for u in self.units), Decimal(0))

    @property
    def lots(self) -> tuple[str, ...]:
        """The lots it binds."""
        if len(self.units) == 1:  # as nearly always; every list asks every hold
            return (self.units[0].lot,)
        return tuple(dict.fromkeys(u.lot for u in self.units))


def held_lots(holds: Iterable[Hold]) -> frozenset[str]:
    """The lots that any open hold names."""
    return frozenset(lot for hold in holds if not hold.closed for lot in hold.lots)


def split_window(
    serials: tuple[tuple[str, int, int], ...], first: int, last: int, product: str = ""
) -> tuple[HeldUnits, ...]:
    """The units `first`…`last` cut at lot borders. `serials` rows are (lot, first serial, last serial)."""
    cut = (
        HeldUnits(
            lot=lot,
            product=product,
            first=max(a, first),
            last=min(b, last),
            quantity=Decimal(min(b, last) - max(a, first) + 1),
        )
        for lot, a, b in serials
        if a <= last and b >= first
    )
    return tuple(units for units in cut if units.quantity > 0)
