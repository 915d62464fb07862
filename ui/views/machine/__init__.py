"""The screen of one machine."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.machine.presenter import Presenter
from ui.views.machine.view import View


def open_machine(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The machine screen, wired."""
    view = View(look)
    presenter = Presenter(view, desk, shell)
    view.selected.connect(presenter.select)
    view.opened.connect(presenter.open)
    view.chosen.connect(presenter.choose)
    view.line_asked.connect(presenter.up)
    presenter.refresh()
    return Opened(widget=view, presenter=presenter)
