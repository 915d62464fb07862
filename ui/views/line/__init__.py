"""The screen of one line."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.line.presenter import Presenter
from ui.views.line.view import View


def open_line(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The line screen, wired."""
    view = View(look)
    presenter = Presenter(view, desk, shell)
    view.selected.connect(presenter.select)
    view.opened.connect(presenter.open)
    view.chosen.connect(presenter.choose)
    presenter.refresh()
    return Opened(widget=view, presenter=presenter)
