"""The table of views: a new view is its package and one row here. Names them only; `ui.viewing` opens them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Side(Enum):
    """Where a view stands the first time."""

    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A view: `open_<id>` of the package `ui.views.<id>`. `level` is its level of ISA-101 (1 the whole plant).

    `shows` are the kinds of ref that lead to it. `wide`: it takes the whole width; the queue beside it folds away,
    because the view has one of its own.
    """

    id: str
    title: str
    icon: str
    shortcut: str
    shows: frozenset[str] = frozenset()
    side: Side = Side.CENTRE
    level: int = 2
    wide: bool = False


VIEWS: tuple[Row, ...] = (
    Row(id="overview", title="Overview", icon="overview", shortcut="Ctrl+1", level=1),
    Row(id="line", title="Line", icon="line", shortcut="Ctrl+2", level=2, shows=frozenset({"line"})),
    Row(
        id="machine",
        title="Machine",
        icon="machine",
        shortcut="Ctrl+3",
        level=3,
        shows=frozenset({"machine", "controller"}),
    ),
    Row(
        id="cases",
        title="Cases",
        icon="cases",
        shortcut="Ctrl+4",
        level=2,
        shows=frozenset({"case", "task"}),
        wide=True,
    ),
    Row(
        id="holds",
        title="Holds",
        icon="holds",
        shortcut="Ctrl+5",
        level=2,
        shows=frozenset({"hold", "lot"}),
        wide=True,
    ),
    Row(
        id="work",
        title="Work",
        icon="work",
        shortcut="Ctrl+6",
        level=2,
        shows=frozenset({"order", "person", "assignment", "posting"}),
        wide=True,
    ),
    Row(id="trends", title="Trends", icon="trends", shortcut="Ctrl+7", level=4, wide=True),
    Row(
        id="handover",
        title="Handover",
        icon="handover",
        shortcut="Ctrl+8",
        level=2,
        shows=frozenset({"handover", "item"}),
        wide=True,
    ),
    Row(
        id="proposals",
        title="Proposals",
        icon="proposals",
        shortcut="Ctrl+P",
        level=2,
        shows=frozenset({"proposal"}),
        wide=True,
    ),
    Row(id="browse", title="Browse", icon="browse", shortcut="Ctrl+0", level=4, wide=True),
    Row(id="health", title="Health", icon="health", shortcut="Ctrl+H", level=4, wide=True),
    Row(
        id="queue",
        title="Now",
        icon="now",
        shortcut="Ctrl+9",
        level=1,
        shows=frozenset({"refusal"}),
        side=Side.RIGHT,
    ),
)

BY_ID: Mapping[str, Row] = MappingProxyType({row.id: row for row in VIEWS})

SHOWN_BY: Mapping[str, str] = MappingProxyType({kind: row.id for row in VIEWS for kind in row.shows})
"""Which view shows a kind of thing."""
