"""Keeps the queue of what matters now: rows anew where something moved, clocks by the view. No Qt, no asyncio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.case import ExceptionCase
from ui.actions import BY_ID
from ui.decisions import Undecided, open_for
from ui.desk import Desk
from ui.marks import Marks, marks_of
from ui.models.lazy import LazyRow, nothing
from ui.models.shelf import Place, Shelf
from ui.pace import News, Slice
from ui.shell import Shell, kind_of
from ui.text import Formats, t
from ui.views.queue.rows import Around, QueueItem, QueueRow, decision, rank, row, wanted

SHOWN = (
    "case.acknowledge", "case.own", "case.reassign", "case.hold", "case.shelve", "case.trend", "case.note",
)  # fmt: skip
"""The actions whose keys stand below the queue."""

DECIDING = ("refusal.open", "refusal.again", "refusal.settle")
"""Those that stand there while a step that was not taken is selected."""

BESIDE = ("hold", "refusal")
"""Kinds beside the cases that stand in the queue, or mark what does."""

QUEUED = "queued"
IN_QUEUE = frozenset({QUEUED})

Hint = tuple[str, str, bool]
"""(key, text, whether it can be done to the selected case now)."""


class QueueView(Protocol):
    """What the presenter needs of the widget."""

    def set_rows(self, rows: Sequence[QueueItem], undecided: int, cases: int) -> None: ...
    def set_now(self, now: datetime) -> None: ...
    def set_hints(self, hints: Sequence[Hint]) -> None: ...
    def select(self, key: str) -> None: ...


class QueuePresenter:
    """Which cases are in the queue, and what their keys do."""

    def __init__(self, view: QueueView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._shelf: Shelf[ExceptionCase, QueueItem] = Shelf("case", self._place, lambda case, _: rank(case))
        self._news, self._marks = News(), Marks()
        self._seen: object = None
        self._hinted: object = None
        self._selected = ""

    @property
    def selected(self) -> str:
        """The selected case, or step that was not taken."""
        return self._selected

    def refresh(self) -> None:
        """Rows when something changed, clocks always."""
        self._marks = marks_of(self._desk)
        self._show_rows()
        self._view.set_now(self._desk.now())
        self._hint(self._seen)

    def follow(self) -> None:
        """Between two refreshes: what is left to be placed in the queue."""
        if not self._shelf.settled:
            self._show_rows()

    def _show_rows(self) -> None:
        """The queue as far as it is placed; of a part of it the view is told only now and then."""
        desk, shelf, mirror = self._desk, self._shelf, self._desk.view
        shelf.look(mirror)
        placed = shelf.work(mirror, Slice())
        seen = (desk.person, self._marks, *map(mirror.moves, BESIDE))
        if not self._news.due(placed or seen != self._seen, shelf.settled):
            return
        self._seen = seen
        acts = [self._act(act) for act in open_for(desk)]
        found = [*acts, *shelf.items()]
        self._view.set_rows(found, len(acts), shelf.counts[QUEUED])
        if found and not self._selected and shelf.settled:
            self._view.select(found[0].key)

    def _act(self, act: Undecided) -> QueueItem:
        plant, view = self._desk.plant, self._desk.view
        return LazyRow(act.ref, act, nothing, lambda act, _: decision(plant.people, act, view, self._formats))

    def _place(self, case: ExceptionCase) -> Place[QueueItem] | None:
        if not wanted(case):
            return None
        return Place(groups=IN_QUEUE, item=LazyRow(f"case/{case.id}", case, self._around, self._row))

    def _around(self, case: ExceptionCase) -> Around:
        mirror = self._desk.view
        own = any(not hold.closed for hold in mirror.holds_of(case.id).values())
        return Around(on_hold=own or bool(mirror.holds_on(case.lot)), tags=self._marks.of(f"case/{case.id}"))

    def _row(self, case: ExceptionCase, around: Around) -> QueueRow:
        return row(self._desk.plant.people, case, around, self._formats)

    def _hint(self, seen: object) -> None:
        """The keys below, anew when the selection, the cases or the person changed."""
        known = (self._selected, seen, self._desk.view.moves("case"))
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
