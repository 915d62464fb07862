"""Holds: what is on hold and why, the way to a disposition, and placing one on exactly the suspect units."""

from __future__ import annotations

from ui.desk import Desk
from ui.opened import Opened
from ui.shell import Shell
from ui.theme import Look
from ui.views.holds.presenter import HoldsPresenter
from ui.views.holds.view import View


def open_holds(look: Look, desk: Desk, shell: Shell) -> Opened:
    """The view and its presenter, connected."""
    view = View(look)
    presenter = HoldsPresenter(view, desk, shell)
    placer = presenter.placer
    view.filter_chosen.connect(presenter.choose_filter)
    view.searched.connect(presenter.search)
    view.picked.connect(presenter.pick)
    view.pressed.connect(presenter.act)
    view.gone.connect(presenter.go)
    view.new_wanted.connect(presenter.new_hold)
    view.moved.connect(placer.move)
    view.nudged.connect(placer.nudge)
    view.lot_named.connect(placer.name_lot)
    view.range_named.connect(placer.name_range)
    view.reason_chosen.connect(placer.choose_reason)
    view.reason_said.connect(placer.say_reason)
    view.interlock_chosen.connect(placer.choose_interlock)
    view.confirmed.connect(placer.confirm)
    view.cancelled.connect(placer.cancel)
    return Opened(widget=view, presenter=presenter, busy=lambda: view.placing, follow=presenter.follow)
