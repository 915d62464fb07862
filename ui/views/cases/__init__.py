"""Cases: triage. Queue left, one case right, hands on the keyboard."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.cases.presenter import CasesPresenter
from ui.views.cases.view import View


def open_cases(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view and its presenter, connected."""
    view = View(look)
    presenter = CasesPresenter(view, desk, shell)
    view.filter_chosen.connect(presenter.choose_filter)
    view.searched.connect(presenter.search)
    view.picked.connect(presenter.pick)
    view.task_picked.connect(presenter.pick_task)
    view.noted.connect(presenter.note)
    view.pressed.connect(presenter.act)
    return Opened(widget=view, presenter=presenter, follow=presenter.follow)
