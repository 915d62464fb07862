"""How the station stands, check by check, with what to do next."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.health.presenter import HealthPresenter
from ui.views.health.view import HealthView


def open_health(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The health page, wired."""
    view = HealthView(look)
    presenter = HealthPresenter(view, desk, shell)
    view.save_pressed.connect(presenter.save)
    presenter.refresh()
    return Opened(widget=view, presenter=presenter)
