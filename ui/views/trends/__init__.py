"""The trends view, level 4: any signals side by side over one time, live or past, with their cases."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.trends.presenter import TrendsPresenter
from ui.views.trends.view import TrendsWidget


def open_trends(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view with its presenter."""
    widget = TrendsWidget(look)
    presenter = TrendsPresenter(widget, desk, shell)
    widget.searched.connect(presenter.find)
    widget.toggled.connect(presenter.toggle)
    widget.branched.connect(presenter.branch)
    widget.strip_picked.connect(presenter.select_strip)
    widget.stepped.connect(presenter.step)
    widget.removed.connect(presenter.hide_selected)
    widget.zoomed.connect(presenter.zoom)
    widget.panned.connect(presenter.pan)
    widget.cursor_moved.connect(presenter.move_cursor)
    widget.pointed.connect(presenter.point)
    widget.followed.connect(presenter.follow)
    presenter.open()
    return Opened(widget=widget, presenter=presenter)
