"""The guided start: what is chosen, what was found for it, whether one can start. No Qt, no waiting.

Findings of an earlier choice are dropped when they come. Knows neither drivers nor stores: they are behind `Looks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.readiness import Finding, Grade, worst
from ui.choice import Choice, Kind, Remembered
from ui.text import t

PLANT = "plant"
"""The finding that everything else hangs on."""
Told = Callable[[Finding], None]
Joined = Callable[[str, str, bool], None]
"""Hears what was said of joining: what went well, what did not (one is ""), and whether a plant file came with it."""


class Looks(Protocol):
    """What looks around and joins, beside the screen; everything is told on the UI thread."""

    def demo(self, told: Told) -> None: ...
    def plant(self, path: Path, told: Told) -> None: ...
    def join(self, url: str, station: str, password: str, told: Joined) -> None: ...
    def cancel(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StartButton:
    """What the button says and whether it may be pressed; `sure`: nothing is missing."""

    text: str
    enabled: bool
    sure: bool = False


class GuideView(Protocol):
    """What the presenter sets."""

    def show_kind(self, kind: Kind) -> None: ...
    def show_path(self, path: str) -> None: ...
    def show_findings(self, findings: Sequence[Finding]) -> None: ...
    def show_start(self, button: StartButton) -> None: ...
    def show_joining(self, said: str, busy: bool) -> None: ...
    def show_said(self, said: str) -> None: ...


class GuidePresenter:
    """Keeps the choice and its findings. `start` is called once, with what is to be opened."""

    def __init__(self, view: GuideView, looks: Looks, known: Remembered, start: Callable[[Choice], None]) -> None:
        self._view, self._looks, self._start = view, looks, start
        self._kind = Kind.DEMO
        self._plant: Path | None = known.recent[0] if known.recent else None
        self.found: dict[str, Finding] = {}
        """What was found so far, in the order in which it was looked at."""
        self._generation = 0
        self._joining = self._hurried = self._complete = self._ended = False

    def begin(self, kind: Kind, plant: Path | None = None) -> None:
        """The first page; `plant` is a file that is looked at."""
        self._plant = plant or self._plant
        self._view.show_path(str(self._plant or ""))
        self.choose(kind)

    # --- choosing ---------------------------------------------------------------------------------------------------

    def choose(self, kind: Kind) -> None:
        """Show a page and look at what it needs."""
        self._kind = kind
        self._view.show_kind(kind)
        self.look()

    def set_path(self, text: str) -> None:
        """Another plant file; "" for none."""
        self._plant = Path(text.strip()).expanduser() if text.strip() else None
        self._view.show_path(text.strip())
        self.look()

    def look(self) -> None:
        """Look again at everything that the choice needs."""
        self._generation += 1
        self.found, self._hurried = {}, False
        self._view.show_said("")
        self._looks.cancel()
        told = self._teller(self._generation)
        if self._kind is Kind.DEMO:
            self._looks.demo(told)
        elif self._kind is Kind.PLANT and self._plant is not None:
            self.found = {PLANT: Finding(id=PLANT, name=t("Plant file"))}
            self._looks.plant(self._plant, told)
        self._show()

    def _teller(self, generation: int) -> Told:
        def told(finding: Finding) -> None:
            if generation == self._generation:
                self.found[finding.id] = finding
                self._show()

        return told

    # --- starting ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self._view.show_findings(tuple(self.found.values()))
        self._view.show_start(self.button)
        if self._hurried and worst(self.found.values()) is Grade.NEEDED:
            self._refuse()
        elif self._hurried:
            self.start()

    def _refuse(self) -> None:
        self._hurried = False
        self._view.show_said(t("First mend what is marked red."))

    @property
    def button(self) -> StartButton:
        """What can be started now."""
        grade = worst(self.found.values())
        looked = any(finding.grade is not Grade.LOOKING for finding in self.found.values())
        if self._kind is Kind.JOIN:
            return StartButton(text=t("Start"), enabled=self._complete, sure=self._complete)
        if grade is Grade.NEEDED or (self._kind is Kind.PLANT and not looked):
            return StartButton(text=t("Start"), enabled=False)
        if grade is Grade.LOOKING:
            return StartButton(text=t("Start without waiting"), enabled=True)
        if grade is Grade.MISSING:
            return StartButton(text=t("Start anyway"), enabled=True)
        return StartButton(text=t("Start the demo") if self._kind is Kind.DEMO else t("Start"), enabled=True, sure=True)

    def start(self) -> None:
        """Open what was chosen; while its plant file is still read, as soon as that is well."""
        if not self.button.enabled:
            self._wait()
            return
        self.end()
        self._start(Choice(kind=self._kind, plant=self._plant if self._kind is Kind.PLANT else None))

    def end(self) -> None:
        """Nothing is shown any more, whatever comes late."""
        self._generation += 1
        self._hurried, self._ended = False, True
        self._looks.cancel()

    def _wait(self) -> None:
        if worst(self.found.values()) is Grade.NEEDED:
            self._refuse()
        elif self._kind is Kind.PLANT and self.found:
            self._hurried = True
            self._view.show_said(t("It starts as soon as the file is read…"))
        elif self._kind is Kind.PLANT:
            self._view.show_said(t("First choose a plant file."))

    # --- joining ----------------------------------------------------------------------------------------------------

    def join(self, url: str, station: str, password: str) -> None:
        """Ask the plant's log to take this station; once at a time."""
        if self._joining:
            return
        if not url.strip() or not password:
            self._view.show_joining(t("The address and the station's password are needed; plant IT has both."), False)
            return
        self._joining = True
        self._view.show_joining(t("Asking the plant's log…"), True)
        self._looks.join(url.strip(), station.strip(), password, self._joined)

    def _joined(self, well: str, bad: str, complete: bool) -> None:
        if self._ended:
            return
        self._joining, self._complete = False, complete
        if well and not complete:
            self.choose(Kind.PLANT)
        self._show()
        self._view.show_joining(bad or well, False)
