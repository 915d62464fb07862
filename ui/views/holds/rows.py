"""What the holds view shows, as plain values. Knows no Qt and no domain object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ui.models.lazy import LazyRow
from ui.tag import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold in the list. `since` drives its age while it binds; once released `age` is final."""

    key: str
    state: str
    lots: str
    lots_detail: str
    units: str
    reason: str
    reason_detail: str
    placed: str
    placed_detail: str
    disposition: str
    since: datetime | None
    age: str = ""
    tags: tuple[Tag, ...] = ()


HoldItem = LazyRow[HoldRow]
"""A place in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChip:
    """A filter of the list: "Open 2"."""

    id: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An action of the hold: `action` is its id in ui.actions."""

    action: str
    cap: str
    text: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the hold's life: done, now or still to come."""

    text: str
    detail: str = ""
    done: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A held lot as floor, Lineside and ERP have it, and what else binds it."""

    lot: str
    units: str
    quantity: str
    floor: str
    lineside: str
    erp: str
    erp_detail: str = ""
    erp_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list: when, what, and softly what more."""

    when: str
    text: str
    detail: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDetail:
    """One hold, whole. `release` says what a release frees, `interlocks` what became of what was written for it.

    `marks`: stored here only, who else is at it; `warning` must not be overlooked.
    """

    ref: str
    title: str
    reason: str
    origin: str
    case_ref: str
    since: datetime | None
    age: str
    steps: tuple[Step, ...]
    keys: tuple[Key, ...]
    lots: tuple[LotRow, ...]
    release: tuple[Line, ...]
    interlocks: tuple[Line, ...]
    timeline: tuple[Line, ...]
    signatures: tuple[Line, ...] = ()
    marks: tuple[Tag, ...] = ()
    warning: str = ""


# --- placing a hold -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBox:
    """A machine of the line with the suspect units waiting behind it; `known` False says that it is not known."""

    name: str
    suspect: bool = False
    behind: str = ""
    full: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDot:
    """A sample check on the window's axis."""

    at: datetime
    passed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScale:
    """The axis of the window: from when to when it may reach, its ends, and what stands on it."""

    start_at: datetime
    end_at: datetime
    from_at: datetime
    to_at: datetime
    from_text: str
    to_text: str
    event_at: datetime | None
    dots: tuple[CheckDot, ...]
    title: str
    start_text: str = ""
    end_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """What will be held of one lot."""

    lot: str
    units: str
    quantity: str
    where: str
    location: str
    promised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A number that is read from afar, with its noun."""

    number: str
    noun: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the hold does to whom."""

    who: str
    what: str
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LotChoice:
    """A lot that may be named, with what is known of it."""

    lot: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterlockRow:
    """An interlock that may be written with the hold: what, where, now and new; or `why_not`."""

    key: str
    title: str
    detail: str
    chosen: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePanel:
    """Everything of the panel that places a hold. `scale` None: a lot is named instead of a window."""

    origin: str
    boxes: tuple[PlaceBox, ...]
    scale: WindowScale | None
    held: tuple[HeldRow, ...]
    totals: tuple[Total, ...]
    doubt: str
    effects: tuple[Effect, ...]
    button: str
    missing: str
    who: str
    ready: bool
    busy: bool = False
    interlocks: tuple[InterlockRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the panel opens: texts that are typed are set once, never under the hand."""

    by_window: bool
    lot: str
    reasons: tuple[tuple[str, str], ...]
    lots: tuple[LotChoice, ...]
