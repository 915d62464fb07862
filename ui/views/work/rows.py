"""What the work view shows, as plain values. No Qt, no aggregates."""

from __future__ import annotations

from dataclasses import dataclass

from ui.tag import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order in its lane. `priority` 0: as planned. The three truths are texts: "31,240".

    `doubt` says that nobody here knows whether its lots are free.
    """

    ref: str
    number: str
    product: str
    running: bool
    held: bool
    done_share: float
    plan_share: float | None
    count: str
    due: str
    pace: str
    outlook: str
    priority: int
    floor: str
    confirmed: str
    posted: str
    missing: str
    waiting: str
    erp: str
    erp_detail: str
    erp_priority: int
    doubt: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LagRow:
    """A kind's posting lag in words, and its course, seconds (NaN: nothing was posted). `bad`: beyond the target."""

    text: str
    trend: tuple[float, ...]
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person at a line. `offered`: asked to come and not there yet."""

    ref: str
    text: str
    offered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """A line: how it runs, its orders (the running one first) and the people at it."""

    ref: str
    name: str
    rate: str
    trouble: str
    priority: int
    orders: tuple[OrderRow, ...]
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A row of a list: a mark, and (text, detail) for each column."""

    key: str
    priority: int
    cells: tuple[tuple[str, str], ...]
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A block of a sheet: what follows is about this."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A block of a sheet: a soft label and its value, with a mark where it is not normal."""

    label: str
    value: str
    priority: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A block of a sheet: a sentence, as long as it needs to be."""

    text: str
    priority: int = 0
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A block of a sheet: a small table; the first column is left, the others right. `held` are row numbers."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    held: frozenset[int] = frozenset()


Block = Heading | Fact | Say | Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An action that applies to what is selected, with its key."""

    action: str
    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the side panel says of the selected thing."""

    title: str
    subtitle: str = ""
    held: bool = False
    blocks: tuple[Block, ...] = ()
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSheet:
    """The side panel while something is being moved. `lines` are (id, text); `line` is the chosen one, or ""."""

    title: str
    subtitle: str
    lines: tuple[tuple[str, str], ...]
    line: str
    blocks: tuple[Block, ...]
    confirm: str
    grave: bool
