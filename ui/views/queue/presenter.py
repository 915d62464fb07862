"""Keeps the queue of what matters now: rows anew when the log moved on, clocks by the view. No Qt, no asyncio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ui.actions import BY_ID
from ui.decisions import open_for
from ui.desk import Desk
from ui.marks import marks_of
from ui.shell import Shell, kind_of
from ui.stamp import stamp
from ui.text import Formats, t
from ui.views.queue.rows import Queue, QueueRow, decision

SHOWN = (
    "case.acknowledge", "case.own", "case.reassign", "case.hold", "case.shelve", "case.trend", "case.note",
)  # fmt: skip
"""The actions whose keys stand below the queue."""

DECIDING = ("refusal.open", "refusal.again", "refusal.settle")
"""Those that stand there while a step that was not taken is selected."""

Hint = tuple[str, str, bool]
"""(key, text, whether it can be done to the selected case now)."""


class QueueView(Protocol):
    """What the presenter needs of the widget."""

    def set_rows(self, rows: Sequence[QueueRow]) -> None: ...
    def set_now(self, now: datetime) -> None: ...
    def set_hints(self, hints: Sequence[Hint]) -> None: ...
    def select(self, key: str) -> None: ...


class QueuePresenter:
    """Which cases are in the queue, and what their keys do."""

    def __init__(self, view: QueueView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._queue = Queue(self._formats)
        self._seen: object = None
        self._hinted: object = None
        self._selected = ""

    @property
    def selected(self) -> str:
        """The selected case, or step that was not taken."""
        return self._selected

    def refresh(self) -> None:
        """Rows when something changed, clocks always."""
        desk, view = self._desk, self._desk.view
        now, marks = stamp(view), marks_of(desk)
        seen = (now, marks, desk.person)
        if seen != self._seen or now < 0:
            self._seen = seen
            people = desk.plant.people
            acts = (decision(people, act, view, self._formats) for act in open_for(desk))
            found = (*acts, *self._queue.rows(desk.plant, view, marks))
            self._view.set_rows(found)
            if found and not self._selected:
                self._view.select(found[0].key)
        self._view.set_now(self._desk.now())
        self._hint(seen)

    def _hint(self, seen: object) -> None:
        """The keys below, anew when the selection, the cases or the person changed."""
        known = (self._selected, seen)
        if known == self._hinted:
            return
        self._hinted = known
        shown = DECIDING if kind_of(self._selected) == "refusal" else SHOWN
        rows = (BY_ID[action] for action in shown)
        hints = [(said(row.key), t(row.text), row.applies(self._desk, self._selected)) for row in rows]
        self._view.set_hints([*hints, ("?", t("all keys"), True)])

    def show(self, ref: str) -> None:
        """Select a case, or a step that was not taken."""
        if kind_of(ref) in ("case", "refusal"):
            self._view.select(ref)

    def pick(self, key: str) -> None:
        """A row was selected."""
        self._selected = key
        self._hint(self._seen)

    def open(self, key: str) -> None:
        """A row was opened."""
        if kind_of(key) == "refusal":
            self._shell.act("refusal.open", key)
        else:
            self._shell.go(key)


def said(key: str) -> str:
    """A key as it stands on the keyboard."""
    return key.replace("Return", "Enter")
