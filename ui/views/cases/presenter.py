"""The cases view's mind: which cases are queued, which one is open, what a person does about it. No Qt, no asyncio.

Rebuilds the queue and the open case only when what they show has changed; clocks are the view's, driven by `set_now`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.case import ExceptionCase
from app.domain.commands import AddNote
from app.domain.lifecycles import CaseState
from app.domain.people import Person
from app.readmodel.model import case
from ui.actions import BY_ID
from ui.desk import Answer, Desk
from ui.marks import Marks, marks_of
from ui.models.lazy import LazyRow
from ui.models.shelf import Place, Shelf
from ui.pace import News, Slice
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, t
from ui.views.cases import queue
from ui.views.cases.detail import detail_of, postings_of, there
from ui.views.cases.rows import Detail, FilterChip, Key, QueueItem, QueueRow


class CasesView(Protocol):
    """What the presenter needs of the widget."""

    def set_filters(self, chips: Sequence[FilterChip]) -> None: ...
    def set_queue(self, items: Sequence[QueueItem], selected: str) -> None: ...
    def set_detail(self, detail: Detail | None) -> None: ...
    def set_search(self, words: str) -> None: ...
    def set_now(self, now: datetime) -> None: ...
    def set_noted(self, stored: bool) -> None: ...


class CasesPresenter:
    """Holds the filter, the words searched for and the selection; everything else is read from the desk."""

    def __init__(self, view: CasesView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._filter, self._words = queue.FILTERS[0], ""
        self._case_id, self._task_ref = "", ""
        self._shelf: Shelf[ExceptionCase, QueueItem] = Shelf("case", self._place, self._ranked)
        self._news = News()
        self._placed_for: Person | None = desk.person
        self._queue_seen: object = None
        self._detail_seen: object = None
        self._second = -1
        self._noting = False
        self._marks = Marks()

    @property
    def selected(self) -> str:
        """The part of the case that has the keyboard, else the case."""
        return self._task_ref or (f"case/{self._case_id}" if self._case_id else "")

    def refresh(self) -> None:
        """Show what changed; without a change this only moves the clocks, once a second."""
        now = self._desk.now()
        if int(now.timestamp()) != self._second:
            self._second = int(now.timestamp())
            self._view.set_now(now)
        self._marks = marks_of(self._desk)
        self._refresh_queue()
        self._refresh_detail()

    def show(self, ref: str) -> None:
        """Open a case, by its own ref or a task's; a filter that does not take it gives way to one that does."""
        kind, case_id = kind_of(ref), id_of(ref).partition("/")[0]
        found = case(self._desk.view, case_id) if kind in ("case", "task") else None
        if found is None:
            return
        self._open(found.id)
        self._task_ref = ref if kind == "task" and found.task(ref.rpartition("/")[2]) else ""
        fits = found.resolved is self._filter.past and self._filter.takes(found, self._desk.person)
        self._want(self._filter if fits else queue.BY_ID[filter_for(found)], "")
        self._view.set_search("")
        self.refresh()

    # --- from the view ----------------------------------------------------------------------------------------------

    def choose_filter(self, filter_id: str) -> None:
        """Another filter; the case that is open stays open."""
        self._want(queue.BY_ID.get(filter_id, self._filter), self._words)
        self.refresh()

    def search(self, words: str) -> None:
        """Only cases that say all these words."""
        self._want(self._filter, words.strip())
        self.refresh()

    def _want(self, chosen: queue.Filter, words: str) -> None:
        if (chosen, words) != (self._filter, self._words):
            self._filter, self._words = chosen, words
            self._shelf.take_anew()

    def pick(self, ref: str) -> None:
        """A row of the queue was selected."""
        if kind_of(ref) == "case" and id_of(ref) != self._case_id:
            self._open(id_of(ref))
            self._task_ref = ""
            self.refresh()

    def pick_task(self, ref: str) -> None:
        """A function's part has the keyboard; "" gives it back to the case."""
        self._task_ref = ref

    def act(self, action: str, ref: str = "") -> None:
        """A button of an action was pressed."""
        self._shell.act(action, ref or self.selected)

    def note(self, text: str) -> None:
        """Add what somebody saw; Enter twice adds it once."""
        text = text.strip()
        if not text or not self._case_id or self._noting:
            return
        self._noting = True
        self._desk.send(AddNote(case_id=self._case_id, text=text), self._noted)

    def _noted(self, answer: Answer) -> None:
        self._noting = False
        self._view.set_noted(answer.ok)
        if not answer.ok:
            self._shell.say(f"{answer.message} {answer.todo}".strip(), bad=True)

    # --- queue ------------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Between two refreshes: what is left to be placed in the queue."""
        if not self._shelf.settled:
            self._refresh_queue()

    def _refresh_queue(self) -> None:
        """The queue as far as it is placed; of a part of it the view is told only now and then."""
        shelf, mirror = self._shelf, self._desk.view
        if self._desk.person is not self._placed_for:
            self._placed_for = self._desk.person
            shelf.place_anew()
        shelf.look(mirror)
        placed = shelf.work(mirror, Slice())
        if not self._news.due(placed or self._queue_token() != self._queue_seen, shelf.settled):
            return
        items = shelf.items()
        if not self._case_id and items and shelf.settled:
            self._case_id = id_of(items[0].key)
        self._queue_seen = self._queue_token()
        self._view.set_filters(self._chips())
        self._view.set_queue(items, f"case/{self._case_id}" if self._case_id else "")

    def _queue_token(self) -> tuple[object, ...]:
        """What the queue shows beside the cases; a hold may mark any of them."""
        mirror = self._desk.view
        return self._filter.id, self._words, self._case_id, self._person_id(), self._marks, mirror.moves("hold")

    def _place(self, row: ExceptionCase) -> Place[QueueItem]:
        person = self._desk.person
        return Place(
            groups=frozenset(f.id for f in queue.FILTERS if f.past is row.resolved and f.takes(row, person)),
            item=LazyRow(f"case/{row.id}", row, self._around, self._row),
        )

    def _ranked(self, row: ExceptionCase, place: Place[QueueItem]) -> tuple[float, ...] | None:
        """The filter's cases that say the words, and the open one, so that nothing moves under the hand."""
        wanted = self._filter.id in place.groups and queue.searched(row, self._words, self._desk.plant)
        return queue.rank(row) if wanted or row.id == self._case_id else None

    def _around(self, row: ExceptionCase) -> queue.Around:
        held = bool(self._desk.view.holds_on(row.lot))
        return queue.Around(held=held, tags=self._marks.of(f"case/{row.id}"))

    def _row(self, row: ExceptionCase, around: queue.Around) -> QueueRow:
        return queue.row_of(row, around, self._desk.plant, self._formats)

    def _open(self, case_id: str) -> None:
        """Another case is open; it stands in the queue whatever is looked for, the one before only where it fits."""
        if case_id != self._case_id:
            self._shelf.again(case_id, self._case_id)
            self._case_id = case_id

    def _chips(self) -> tuple[FilterChip, ...]:
        counts = self._shelf.counts
        return tuple(
            FilterChip(id=row.id, text=t(row.text), count=counts[row.id], chosen=row is self._filter)
            for row in queue.FILTERS
        )

    # --- the open case ----------------------------------------------------------------------------------------------

    def _refresh_detail(self) -> None:
        """The open case; anew only where something moved that it says."""
        found = case(self._desk.view, self._case_id) if self._case_id else None
        told = there(found, self._desk) if found is not None else ()
        marks = (self._marks.of(f"case/{self._case_id}"), self._marks.here)
        seen = (found, self._person_id(), self._belongings(found), told, marks)
        if seen == self._detail_seen:
            return
        self._detail_seen = seen
        self._view.set_detail(None if found is None else detail_of(found, self._desk, self._formats, self._keys))

    def _belongings(self, found: ExceptionCase | None) -> tuple[object, ...]:
        """Its holds, what was posted for it and them, and whether its lot is on hold."""
        if found is None:
            return ()
        mirror = self._desk.view
        holds = tuple(mirror.holds_of(found.id).values())
        return holds, postings_of(found, holds, self._desk), bool(mirror.holds_on(found.lot))

    def _keys(self, ref: str, actions: Sequence[str]) -> tuple[Key, ...]:
        rows = (BY_ID[action] for action in actions)
        return tuple(
            Key(action=row.id, cap=row.key, text=t(row.text), enabled=row.applies(self._desk, ref)) for row in rows
        )

    def _person_id(self) -> str:
        person: Person | None = self._desk.person
        return person.id if person is not None else ""


def filter_for(found: ExceptionCase) -> str:
    """The filter that surely takes a case."""
    if found.resolved:
        return "resolved"
    return "shelved" if found.state is CaseState.SHELVED else "open"
