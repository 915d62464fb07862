"""The queue of what matters now."""

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.queue.presenter import QueuePresenter
from ui.views.queue.view import NowView


def open_queue(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The queue over a desk."""
    view = NowView(look)
    presenter = QueuePresenter(view, desk, shell)
    view.selected.connect(presenter.pick)
    view.activated.connect(presenter.open)
    return Opened(widget=view, presenter=presenter, follow=presenter.follow)
