"""A smoke run: a scripted shift on the real program, every screen grabbed in both themes, then the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import KnownError
from app.domain.lifecycles import CaseState
from app.domain.people import Person
from app.domain.signing import Prove
from app.readmodel import model as m
from ui.bridge import Bridge
from ui.desk import Answer
from ui.job import SmokeOptions
from ui.lateness import LatenessMeter
from ui.pictures import grab_screens
from ui.script import Act, Shift
from ui.sightings import Sightings
from ui.theme import DAY, NIGHT, Look
from ui.window import Window

log = logging.getLogger("lineside.smoke")

STEP_MS = 400
FIRST_TOUR = 0.62
"""Share of the run after which the screens are grabbed: when there is something to see, before it is handed over."""
SETTLE_S = 2.0
"""The shift ends this long before the run, so that its last words are stored and posted."""


class Smoke(QObject):
    """Runs beside the window from `start` on; `over` is called at its end."""

    def __init__(
        self, options: SmokeOptions, window: Window, bridge: Bridge, look: Look, act: Act, over: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._options = options
        self._window, self._bridge, self._look = window, bridge, look
        self._over = over
        self._shift = Shift(act)
        self.lateness = LatenessMeter(self)
        self.sightings = Sightings(bridge, self)
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)
        self._started_s = 0.0
        self._toured = self._seated = False

    def start(self) -> None:
        """The clock of the run starts now."""
        self._started_s = time.monotonic()
        self._timer.start()
        self.lateness.start()

    def _step(self) -> None:
        passed_s = time.monotonic() - self._started_s
        share = passed_s / max(1.0, self._options.seconds - SETTLE_S)
        if share <= 1.0:
            self._seat()
            bridge = self._bridge
            self._shift.tick(bridge.plant, bridge.view, bridge.reference, bridge.now(), share)
        if share >= FIRST_TOUR and not self._toured:
            self._toured = True
            self._tour()
        if passed_s >= self._options.seconds:
            self._timer.stop()
            self.lateness.stop()
            self._over()

    def _seat(self) -> None:
        """Somebody sits at the desk, as they do in a plant."""
        if not self._seated:
            self._seated = True
            leads = [p for p in self._bridge.plant.people.values() if any(r.value == "shift_lead" for r in p.roles)]
            if leads:
                self._bridge.ask(Prove(person=leads[0].id, password=""), lambda answer: self._sit(leads[0], answer))

    def _sit(self, person: Person, answer: Answer) -> None:
        if answer.ok:
            self._bridge.sit(person)
        else:
            log.warning("nobody sits here: %s %s", answer.message, answer.todo)

    def _tour(self) -> None:
        """Grab every screen, day and night. Grabbing is not using: its time is neither lateness nor the shift's."""
        folder = self._options.screenshots
        if folder is None:
            return
        self.lateness.stop()
        began_s, before = time.monotonic(), self._look.theme
        try:
            for theme in (DAY, NIGHT):
                self._look.set_theme(theme)
                self._select_worst()
                grab_screens(self._window, folder, theme.name)
        except (KnownError, OSError) as error:
            log.error("the screens could not be grabbed: %s", error)
        self._look.set_theme(before)
        self._started_s += time.monotonic() - began_s
        QTimer.singleShot(0, self.lateness.resume)

    def _select_worst(self) -> None:
        """Show the gravest case, so that the screens have something to say."""
        cases = [case for case in m.open_cases(self._bridge.view) if case.state is not CaseState.SHELVED]
        if cases:
            self._window.go(f"case/{cases[0].id}")
