"""The table of views: a new view is its package and one row here.

A view's package is loaded when it is first wanted, or by `load_views` beside the running window: the window is shown
sooner by what the views that nobody looks at yet cost to load.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from typing import Any

from ui.desk import Desk
from ui.docks import Side
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look


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

    def open(self, look: Look, desk: Desk, shell: Shell) -> Opened:
        """A new widget of the view and its presenter."""
        opened: Opened = getattr(importlib.import_module(f"ui.views.{self.id}"), f"open_{self.id}")(look, desk, shell)
        return opened


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


def open_manual(look: Look) -> Any:
    """The manual's panel, a `ui.manual.panel.ManualPanel`; loaded when somebody wants to read."""
    return importlib.import_module("ui.manual.panel").ManualPanel(look)


def open_manual(look: Look) -> Any:
    """The manual's panel, a `ui.manual.panel.ManualPanel`; loaded when somebody wants to read."""
    return importlib.import_module("ui.manual.panel").ManualPanel(look)


def load_views() -> None:
    """Load every view's package, so that none is waited for when it is first opened; from any thread."""
    for row in VIEWS:
        importlib.import_module(f"ui.views.{row.id}")
