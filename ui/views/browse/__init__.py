"""Browse: look into a controller, pick what it has, and add it to a machine of the plant file."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.browse.presenter import BrowsePresenter
from ui.views.browse.view import BrowseWidget


def open_browse(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view with its presenter."""
    widget = BrowseWidget(look)
    presenter = BrowsePresenter(widget, desk, shell)
    widget.server_chosen.connect(presenter.connect_controller)
    widget.url_entered.connect(presenter.connect_url)
    widget.cancelled.connect(presenter.cancel)
    widget.activated.connect(presenter.activate)
    widget.branched.connect(presenter.branch)
    widget.searched.connect(presenter.find)
    widget.machine_chosen.connect(presenter.choose_machine)
    widget.pick_opened.connect(presenter.edit)
    widget.pick_removed.connect(presenter.unpick)
    widget.write_wanted.connect(presenter.write)
    presenter.open()
    return Opened(widget=widget, presenter=presenter)
