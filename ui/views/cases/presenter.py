"""The cases view's mind: which cases are queued, which one is open, what a person does about it. No Qt, no asyncio.

Rebuilds the queue and the open case only when what they show has changed; clocks are the view's, driven by `set_now`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from app.domain.case import ExceptionCase
from app.domain.commands import AddNote
from app.domain.lifecycles import CaseState
from app.domain.people import Person
from app.readmodel.model import all_cases, case, held, open_cases
from ui.actions import BY_ID
from ui.desk import Answer, Desk
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, t
from ui.views.cases import queue
from ui.views.cases.detail import detail_of
from ui.views.cases.rows import Detail, FilterChip, Key, QueueItem


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
        self._items: dict[str, tuple[ExceptionCase, bool, QueueItem]] = {}
        self._queue_seen: object = None
        self._detail_seen: object = None
        self._second = -1
        self._noting = False

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
        self._refresh_queue()
        self._refresh_detail()

    def show(self, ref: str) -> None:
        """Open a case, by its own ref or a task's; a filter that does not take it gives way to one that does."""
        kind, case_id = kind_of(ref), id_of(ref).partition("/")[0]
        found = case(self._desk.view, case_id) if kind in ("case", "task") else None
        if found is None:
            return
        if not (self._filter.past == found.resolved and self._filter.takes(found, self._desk.person)):
            self._filter = queue.BY_ID[filter_for(found)]
        self._words = ""
        self._case_id = found.id
        self._task_ref = ref if kind == "task" and found.task(ref.rpartition("/")[2]) else ""
        self._view.set_search("")
        self.refresh()

    # --- from the view ----------------------------------------------------------------------------------------------

    def choose_filter(self, filter_id: str) -> None:
        """Another filter; the case that is open stays open."""
        self._filter = queue.BY_ID.get(filter_id, self._filter)
        self.refresh()

    def search(self, words: str) -> None:
        """Only cases that say all these words."""
        self._words = words.strip()
        self.refresh()

    def pick(self, ref: str) -> None:
        """A row of the queue was selected."""
        if kind_of(ref) == "case" and id_of(ref) != self._case_id:
            self._case_id, self._task_ref = id_of(ref), ""
            self.refresh()

    def pick_task(self, ref: str) -> None:
        """A function's part has the keyboard; "" gives it back to the case."""
        self._task_ref = ref

    def act(self, action: str, ref: str = "") -> None:
        """A button of an action was pressed."""
        self._shell.act(action, ref or self.selected)

    def open_lot(self) -> None:
        """Show the lot's holds."""
        found = case(self._desk.view, self._case_id)
        if found is not None and found.lot:
            self._shell.go(f"holds:lot/{found.lot}")

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

    def _refresh_queue(self) -> None:
        if self._queue_token() == self._queue_seen:
            return
        every, lots = open_cases(self._desk.view), held(self._desk.view)
        past = all_cases(self._desk.view)
        shown = self._shown(every, past)
        if not self._case_id and shown:
            self._case_id = shown[0].id
        self._queue_seen = self._queue_token()
        self._view.set_filters(self._chips(every, len(past) - len(every)))
        self._view.set_queue([self._item(row, row.lot in lots) for row in shown], f"case/{self._case_id}")

    def _queue_token(self) -> tuple[object, ...]:
        """What the queue shows; frozen cases are compared by identity, so that ten thousand cost next to nothing."""
        cases, lots = list(self._desk.view.every("case")), held(self._desk.view)
        return self._filter.id, self._words, self._person_id(), self._case_id, lots, cases

    def _shown(self, every: Sequence[ExceptionCase], past: Sequence[ExceptionCase]) -> list[ExceptionCase]:
        """The filter's cases. The open one keeps its place until another is picked: nothing moves under the hand."""
        person, plant = self._desk.person, self._desk.plant
        source = [c for c in past if c.resolved] if self._filter.past else every
        rows = [
            c
            for c in source
            if c.id == self._case_id or (self._filter.takes(c, person) and queue.searched(c, self._words, plant))
        ]
        chosen = case(self._desk.view, self._case_id)
        if chosen is not None and chosen.id not in {c.id for c in rows}:
            rows.append(chosen)
        return queue.queued(rows, self._filter)

    def _item(self, row: ExceptionCase, on_hold: bool) -> QueueItem:
        known = self._items.get(row.id)
        if known is not None and known[0] is row and known[1] is on_hold:
            return known[2]
        held_lots = frozenset({row.lot}) if on_hold else frozenset()
        item = QueueItem(f"case/{row.id}", partial(queue.row_of, row, self._desk.plant, self._formats, held_lots))
        self._items[row.id] = (row, on_hold, item)
        return item

    def _chips(self, every: Sequence[ExceptionCase], past: int) -> tuple[FilterChip, ...]:
        person = self._desk.person
        return tuple(
            FilterChip(
                id=row.id,
                text=t(row.text),
                count=past if row.past else sum(1 for c in every if row.takes(c, person)),
                chosen=row is self._filter,
            )
            for row in queue.FILTERS
        )

    # --- the open case ----------------------------------------------------------------------------------------------

    def _refresh_detail(self) -> None:
        found = case(self._desk.view, self._case_id) if self._case_id else None
        seen = (found, self._person_id(), list(self._desk.view.every("hold")), list(self._desk.view.every("posting")))
        if seen == self._detail_seen:
            return
        self._detail_seen = seen
        self._view.set_detail(None if found is None else detail_of(found, self._desk, self._formats, self._keys))

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
