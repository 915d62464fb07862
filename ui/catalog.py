"""The table of views: a new view is its package and one row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ui.desk import Desk
from ui.docks import Side
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.cases import open_cases
from ui.views.handover import open_handover
from ui.views.holds import open_holds
from ui.views.line import open_line
from ui.views.machine import open_machine
from ui.views.overview import open_overview
from ui.views.queue import open_queue
from ui.views.trends import open_trends
from ui.views.work import open_work


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A view. `shows` are the kinds of ref that lead to it; `level` is its level of ISA-101 (1 the whole plant).

    `wide`: it takes the whole width; the queue beside it folds away, because the view has one of its own.
    """

    id: str
    title: str
    icon: str
    shortcut: str
    open: Callable[[Look, Desk, Shell], Opened]
    shows: frozenset[str] = frozenset()
    side: Side = Side.CENTRE
    level: int = 2
    wide: bool = False


VIEWS: tuple[Row, ...] = (
    Row(id="overview", title="Overview", icon="overview", shortcut="Ctrl+1", open=open_overview, level=1),
    Row(id="line", title="Line", icon="line", shortcut="Ctrl+2", open=open_line, level=2, shows=frozenset({"line"})),
    Row(
        id="machine",
        title="Machine",
        icon="machine",
        shortcut="Ctrl+3",
        open=open_machine,
        level=3,
        shows=frozenset({"machine", "controller"}),
    ),
    Row(
        id="cases",
        title="Cases",
        icon="cases",
        shortcut="Ctrl+4",
        open=open_cases,
        level=2,
        shows=frozenset({"case", "task"}),
        wide=True,
    ),
    Row(
        id="holds",
        title="Holds",
        icon="holds",
        shortcut="Ctrl+5",
        open=open_holds,
        level=2,
        shows=frozenset({"hold", "lot"}),
        wide=True,
    ),
    Row(
        id="work",
        title="Work",
        icon="work",
        shortcut="Ctrl+6",
        open=open_work,
        level=2,
        shows=frozenset({"order", "person", "assignment", "posting"}),
        wide=True,
    ),
    Row(id="trends", title="Trends", icon="trends", shortcut="Ctrl+7", open=open_trends, level=4, wide=True),
    Row(
        id="handover",
        title="Handover",
        icon="handover",
        shortcut="Ctrl+8",
        open=open_handover,
        level=2,
        shows=frozenset({"handover", "item"}),
        wide=True,
    ),
    Row(id="queue", title="Now", icon="now", shortcut="Ctrl+9", open=open_queue, level=1, side=Side.RIGHT),
)

BY_ID: Mapping[str, Row] = MappingProxyType({row.id: row for row in VIEWS})

SHOWN_BY: Mapping[str, str] = MappingProxyType({kind: row.id for row in VIEWS for kind in row.shows})
"""Which view shows a kind of thing."""
