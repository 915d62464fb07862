"""The work view: orders and people by line, the three truths, assignments and postings."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.work.presenter import WorkPresenter
from ui.views.work.view import WorkWidget


def open_work(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view with its presenter."""
    widget = WorkWidget(look)
    presenter = WorkPresenter(widget, desk, shell)
    widget.selected.connect(presenter.select)
    widget.activated.connect(presenter.open)
    widget.move_asked.connect(presenter.begin_move)
    widget.act.connect(presenter.act)
    widget.line_chosen.connect(presenter.choose_line)
    widget.move_confirmed.connect(presenter.confirm_move)
    widget.move_cancelled.connect(presenter.cancel_move)
    presenter.refresh()
    return Opened(widget=widget, presenter=presenter, busy=lambda: widget.moving, follow=presenter.follow)
