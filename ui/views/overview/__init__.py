"""The overview: every line and machine of the plant on one painted sheet."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.overview.presenter import Presenter
from ui.views.overview.view import View


def open_overview(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The overview, wired."""
    view = View(look)
    presenter = Presenter(view, desk, shell)
    view.machine_selected.connect(presenter.select)
    view.machine_opened.connect(presenter.open_machine)
    view.line_opened.connect(presenter.open_line)
    presenter.refresh()
    return Opened(widget=view, presenter=presenter, follow=presenter.follow, tick=presenter.tick)
