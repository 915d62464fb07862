"""A view that is open: its widget and the presenter behind it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.shell import Presenter


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What `open_<name>(look, desk, shell)` of every view package returns."""

    widget: QWidget
    presenter: Presenter
