"""A view that is open: its widget and the presenter behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.shell import Presenter


def never() -> bool:
    """The usual view takes keys whenever it has the keyboard."""
    return False


def at_refresh() -> None:
    """The usual view shows new values when it is refreshed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What `open_<name>(look, desk, shell)` of every view package returns.

    `busy`: something is being filled in there, so a plain key that it does not take itself means nothing at all.
    `follow`: called sixty times a second while the view is visible, to show values that moved; it must cost next to
    nothing when none did. `tick`: called four times a second instead of the presenter's `refresh`, by a view that
    renews itself bit by bit as it follows; after a change of state it is refreshed all the same.
    """

    widget: QWidget
    presenter: Presenter
    busy: Callable[[], bool] = never
    follow: Callable[[], None] = at_refresh
    tick: Callable[[], None] | None = None
