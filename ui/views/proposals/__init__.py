"""The proposals view: what is planned otherwise than it runs, with its evidence, for those who decide."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.proposals.presenter import ProposalsPresenter
from ui.views.proposals.view import ProposalsWidget


def open_proposals(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view with its presenter."""
    widget = ProposalsWidget(look)
    presenter = ProposalsPresenter(widget, desk, shell)
    widget.selected.connect(presenter.select)
    widget.activated.connect(presenter.open)
    widget.act.connect(presenter.act)
    presenter.refresh()
    return Opened(widget=widget, presenter=presenter)
