"""The handover view: the shift's open list, signed and then accepted item by item; on the desk and on the wall."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.handover.presenter import HandoverPresenter
from ui.views.handover.view import HandoverWidget


def open_handover(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view with its presenter."""
    widget = HandoverWidget(look)
    presenter = HandoverPresenter(widget, desk, shell)
    widget.item_selected.connect(presenter.select_item)
    widget.item_opened.connect(presenter.open_item)
    widget.chosen.connect(presenter.choose)
    widget.act.connect(presenter.act)
    widget.wall_toggled.connect(presenter.toggle_wall)
    presenter.refresh()
    return Opened(widget=widget, presenter=presenter)
