"""Opens views by the catalog. A view's package is loaded when it is first wanted, or by `load_views` beside the window.

The window is shown sooner by what the views that nobody looks at yet cost to load.
"""

from __future__ import annotations

import importlib
from typing import Any

from ui.catalog import VIEWS
from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look


def open_view(view_id: str, look: Look, desk: Desk, shell: Shell) -> Opened:
    """A new widget of the view and its presenter."""
    opened: Opened = getattr(importlib.import_module(f"ui.views.{view_id}"), f"open_{view_id}")(look, desk, shell)
    return opened


def open_manual(look: Look) -> Any:
    """The manual's panel, a `ui.manual.panel.ManualPanel`; loaded when somebody wants to read."""
    return importlib.import_module("ui.manual.panel").ManualPanel(look)


def load_views() -> None:
    """Load every view's package, so that none is waited for when it is first opened; from any thread."""
    for row in VIEWS:
        importlib.import_module(f"ui.views.{row.id}")
