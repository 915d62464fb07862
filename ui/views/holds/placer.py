"""Placing a hold: from where it starts to the one command it ends in. No Qt, no asyncio.

A hold is placed once, however often Enter is struck; what the panel shows is what is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.case import ExceptionCase
from app.domain.events import HeldUnits
from app.domain.plant import Machine
from app.domain.suspect import Suspect, Window, last_good
from app.domain.work import OrderProgress
from app.readmodel.model import case, held, progress
from ui.containment import LOOK_BACK, Evidence, default_window, evidence
from ui.desk import Answer, Desk
from ui.interlocks import Offer, offers, on_placing
from ui.sharing import holds_doubt
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, amount, t
from ui.views.holds import draft as drafts
from ui.views.holds.draft import COARSE, FINE, Draft, KnownLot
from ui.views.holds.placing import panel_of
from ui.views.holds.rows import LotChoice, PlacePanel, Start

EVIDENCE_BACK = timedelta(hours=12)
"""How far back counts and checks are gathered for a window."""

ROOM, AFTER = 0.35, 0.05
"""The axis reaches these shares of the window beyond its ends, so that it can be widened."""

REASONS = {"underfill": "Underfill", "foreign_body": "Foreign body", "seal": "Seal", "label": "Label", "other": "Other"}
"""The reasons of a plant file that names none."""


class PlacerView(Protocol):
    """What placing needs of the widget."""

    def open_panel(self, start: Start) -> None: ...
    def set_panel(self, panel: PlacePanel) -> None: ...
    def close_panel(self) -> None: ...


class Placer:
    """The panel's state. `placed` is told the new hold's id, or "" where the answer did not name it."""

    def __init__(self, view: PlacerView, desk: Desk, shell: Shell, placed: Callable[[str], None]) -> None:
        self._view, self._desk, self._shell, self._told = view, desk, shell, placed
        self._formats = Formats(desk.plant.zone)
        self._draft: Draft | None = None
        self._known: Evidence | None = None
        self._lots: dict[str, KnownLot] = {}
        self._units: tuple[HeldUnits, ...] = ()
        self._offered: tuple[Offer, ...] = ()
        self._sending = False
        self._ready = False

    @property
    def open(self) -> bool:
        """Whether a hold is being placed."""
        return self._draft is not None

    @property
    def draft(self) -> Draft | None:
        """What is being placed."""
        return self._draft

    # --- starting ---------------------------------------------------------------------------------------------------

    def start(self, ref: str) -> None:
        """Open the panel for a case, machine, lot or order, or empty for "new"; other refs change nothing."""
        starters: dict[str, Callable[[str], None]] = {
            "case": self._from_case,
            "machine": self._from_machine,
            "lot": lambda lot: self._open(Draft(lot=lot)),
            "order": self._from_order,
            "new": lambda _: self._open(Draft()),
        }
        starter = starters.get(kind_of(ref))
        if starter is not None and not self._sending:
            starter(id_of(ref))

    def _from_case(self, case_id: str) -> None:
        found = case(self._desk.view, case_id)
        if found is None:
            return
        machine = self._desk.plant.machines.get(found.machine or "")
        if machine is None:
            self._open(Draft(case_id=found.id, line=found.line, lot=found.lot))
        else:
            self._by_window(machine, found.happened_at, found)

    def _from_machine(self, machine_id: str) -> None:
        machine = self._desk.plant.machines.get(machine_id)
        if machine is not None:
            self._by_window(machine, self._desk.now(), None)

    def _by_window(self, machine: Machine, event_at: datetime, found: ExceptionCase | None) -> None:
        known = evidence(self._desk, machine, event_at - EVIDENCE_BACK, found)
        if found is not None:
            window = default_window(found, known)
        else:
            good = last_good(known.checks, machine.id, event_at)
            window = Window(from_at=good.at if good else event_at - LOOK_BACK, to_at=event_at)
        long = window.to_at - window.from_at
        end = max(self._desk.now(), window.to_at + long * AFTER)
        span = Window(from_at=window.from_at - long * ROOM, to_at=min(end, window.to_at + long))
        case_id = found.id if found else ""
        self._open(Draft(case_id=case_id, machine=machine.id, line=machine.line, window=window, span=span), known)

    def _from_order(self, order: str) -> None:
        """The order's newest lot."""
        row: OrderProgress | None = progress(self._desk.view, order)
        if row is not None:
            self._open(Draft(lot=row.lots[-1].lot if row.lots else "", line=row.line))

    def _open(self, draft: Draft, known: Evidence | None = None) -> None:
        self._draft, self._known = draft, known
        self._lots = drafts.known_lots(self._desk)
        reasons = dict(self._desk.plant.hold_reasons) or REASONS
        choices = tuple(self._choice(lot) for lot in self._lots.values())
        by_window, texts = draft.window is not None, tuple((code, t(text)) for code, text in reasons.items())
        self._view.open_panel(Start(by_window=by_window, lot=draft.lot, reasons=texts, lots=choices))
        self.refresh()

    def _choice(self, lot: KnownLot) -> LotChoice:
        units = t("{count} units", count=amount(lot.quantity)) if lot.quantity else ""
        doubt = "" if lot.lot in held(self._desk.view) else holds_doubt(self._desk, self._formats)
        return LotChoice(lot=lot.lot, text=" · ".join(x for x in (lot.lot, lot.product, units, doubt) if x))

    # --- choosing ---------------------------------------------------------------------------------------------------

    def move(self, start: bool, to_at: datetime) -> None:
        """An end of the window was dragged."""
        if self._draft is not None:
            self._change(drafts.moved(self._draft, start=start, to_at=to_at))

    def nudge(self, start: bool, steps: int, coarse: bool) -> None:
        """An end of the window was moved by the keyboard."""
        if self._draft is not None and self._draft.window is not None:
            window = self._draft.window
            at = window.from_at if start else window.to_at
            self.move(start, at + (COARSE if coarse else FINE) * steps)

    def name_lot(self, lot: str) -> None:
        """The lot was typed or picked."""
        if self._draft is not None:
            self._change(replace(self._draft, lot=lot))

    def name_range(self, by_range: bool, first: str, last: str) -> None:
        """The whole lot, or units of it."""
        if self._draft is not None:
            self._change(replace(self._draft, by_range=by_range, first=first, last=last))

    def choose_reason(self, code: str) -> None:
        """A reason's chip."""
        if self._draft is not None:
            self._change(replace(self._draft, reason_code=code))

    def say_reason(self, reason: str) -> None:
        """The sentence."""
        if self._draft is not None:
            self._change(replace(self._draft, reason=reason))

    def choose_interlock(self, command_id: str, write: bool) -> None:
        """Whether an interlock is written with the hold."""
        if self._draft is not None:
            left = self._draft.left - {command_id} if write else self._draft.left | {command_id}
            self._change(replace(self._draft, left=left))

    def _change(self, draft: Draft) -> None:
        if draft != self._draft and not self._sending:
            self._draft = draft
            self.refresh()

    def refresh(self) -> None:
        """Show the panel as it now stands; does nothing while none is open."""
        if self._draft is None:
            return
        found = self._found()
        self._units = drafts.suspects(self._draft, found, self._lots)
        self._offered = offers(self._desk, on_placing(self._desk, self._units, self._draft.machine))
        panel = panel_of(
            self._draft,
            self._units,
            found,
            self._known,
            self._lots,
            self._desk,
            self._formats,
            self._offered,
            busy=self._sending,
        )
        self._ready = panel.ready
        self._view.set_panel(panel)

    def _found(self) -> Suspect | None:
        if self._draft is None or self._draft.window is None or self._known is None:
            return None
        return self._known.within(self._draft.window)

    # --- ending -----------------------------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Place it, once: further calls until the answer do nothing."""
        if self._draft is None or self._sending:
            return
        if not self._ready:
            lacking = drafts.missing(self._draft, self._units, self._lots)
            self._shell.say(lacking or t("Sign in first: a hold needs a person."), bad=True)
            return
        self._sending = True
        self.refresh()
        self._desk.send(drafts.command(self._draft, self._units, self._offered), self._answered)

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if not answer.ok:
            self._shell.say(f"{answer.message} {answer.todo}".strip(), bad=True)
            self.refresh()
            return
        self._shell.say(answer.message or t("On hold."))
        streams = (stream.partition("/") for stream in answer.streams)
        self.cancel()
        self._told(next((key for kind, _, key in streams if kind == "hold"), ""))

    def cancel(self) -> None:
        """Close the panel; nothing is held. A hold that is already sent is not called back."""
        if self._draft is not None:
            self._draft, self._known = None, None
            self._view.close_panel()
