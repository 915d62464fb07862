"""The list of holds: which a filter takes, and how each reads in one row. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.hold import Hold
from app.domain.lifecycle import words
from app.domain.lifecycles import HoldState
from app.domain.plant import Plant
from app.domain.text import safe
from ui.tag import Tag
from ui.text import DASH, Formats, amount, duration, t
from ui.views.holds.rows import HoldRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A row of FILTERS: the holds in these states."""

    id: str
    text: str
    states: frozenset[HoldState]

    def takes(self, hold: Hold) -> bool:
        """Whether a hold is one of them."""
        return hold.state in self.states


CLOSED = frozenset({HoldState.CLOSED})
FILTERS: tuple[Filter, ...] = (
    Filter(id="open", text="Open", states=frozenset(HoldState) - CLOSED),
    Filter(id="placed", text="To review", states=frozenset({HoldState.PLACED})),
    Filter(id="review", text="Under review", states=frozenset({HoldState.UNDER_REVIEW})),
    Filter(id="disposed", text="To release", states=frozenset({HoldState.DISPOSITIONED})),
    Filter(id="released", text="Released", states=CLOSED),
)
"""The filters in the order of their keys 1…5."""

BY_ID: Mapping[str, Filter] = {row.id: row for row in FILTERS}

GROUPS: Mapping[HoldState, frozenset[str]] = {
    state: frozenset(row.id for row in FILTERS if state in row.states) for state in HoldState
}
"""The filters that take the holds in a state."""


def rank(hold: Hold, chosen: Filter) -> tuple[float, ...]:
    """Where it stands: open holds the oldest first, they have waited longest; released ones the newest first."""
    if chosen.id == "released":
        return (-(hold.released_at or hold.placed_at).timestamp(),)
    return (hold.placed_at.timestamp(),)


def searched(hold: Hold, text: str, plant: Plant) -> bool:
    """Whether every word stands somewhere in what the row says."""
    if not text:
        return True
    said = f"{' '.join(hold.lots)} {hold.reason} {hold.reason_code} {name(plant, hold.placed_by)} {hold.line or ''}"
    return all(word in said.casefold() for word in text.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a row says beyond its hold: how many open holds bind each of the lots, and what marks it."""

    bound: tuple[int, ...]
    tags: tuple[Tag, ...] = ()


def row_of(hold: Hold, around: Around, plant: Plant, formats: Formats) -> HoldRow:
    """How a hold reads in the list; its age is left to the view while it binds."""
    ended = hold.released_at
    bound = zip(hold.lots, around.bound, strict=True) if not hold.closed else ()
    shared = [(lot, count) for lot, count in bound if count > 1]
    return HoldRow(
        key=f"hold/{hold.id}",
        state=t("Released") if hold.closed else words(hold.state).capitalize(),
        lots=lots_text(hold),
        lots_detail=" · ".join(t("{lot}: {count} holds", lot=safe(lot, 40), count=count) for lot, count in shared),
        units=units_text(hold),
        reason=reason_name(hold, plant),
        reason_detail=safe(hold.reason, 160),
        placed=name(plant, hold.placed_by),
        placed_detail=f"{formats.day(hold.placed_at)} {formats.minute(hold.placed_at)}",
        disposition=disposition(hold),
        since=None if ended else hold.placed_at,
        age=duration((ended - hold.placed_at).total_seconds()) if ended else "",
        tags=around.tags,
    )


def lots_text(hold: Hold) -> str:
    """ "4471-B, 4471-C"."""
    return ", ".join(safe(lot, 40) for lot in hold.lots)


def units_text(hold: Hold) -> str:
    """ "1,152"; words where a whole lot is held whose quantity is not known."""
    return amount(hold.quantity) if hold.quantity else t("whole lot") if len(hold.lots) == 1 else t("whole lots")


def reason_name(hold: Hold, plant: Plant) -> str:
    """The reason's short name of the plant file; the code where the file does not know it."""
    return reason_text(hold.reason_code, plant)


def reason_text(code: str, plant: Plant) -> str:
    """The same of a reason's code."""
    return safe(plant.hold_reasons.get(code, code), 60) or DASH


def disposition(hold: Hold) -> str:
    """ "use as is"; empty before it was decided."""
    return words(hold.disposition) if hold.disposition is not None else ""


def name(plant: Plant, person: str) -> str:
    """ "A. Brandt"; the id where the plant file does not know it; a dash for nobody."""
    found = plant.people.get(person)
    return found.short if found else safe(person, 40) or DASH
