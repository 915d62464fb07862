"""The cases view's mind: which cases are queued, which one is open, what a person does about it. No Qt, no asyncio.

Rebuilds the queue and the open case only when what they show has changed; clocks are the view's, driven by `set_now`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Protocol

from app.domain.case import ExceptionCase
from app.domain.commands import AddNote
from app.domain.lifecycles import CaseState
from app.domain.people import Person
from app.readmodel.model import all_cases, case, held
from ui.actions import BY_ID
from ui.desk import Answer, Desk
from ui.marks import Marks, marks_of
from ui.shell import Shell, id_of, kind_of
from ui.tag import Tag
from ui.text import Formats, t
from ui.views.cases import queue
from ui.views.cases.detail import detail_of, there
from ui.views.cases.rows import Detail, FilterChip, Key, QueueItem


class CasesView(Protocol):
    """What the presenter needs of the widget."""

    def set_filters(self, chips: Sequence[FilterChip]) -> None: ...
    def set_queue(self, items: Sequence[QueueItem], selected: str) -> None: ...
    def set_detail(self, detail: Detail | None) -> None: ...
    def set_search(self, words: str) -> None: ...
    def set_now(self, now: datetime) -> None: ...
    def set_noted(self, stored: bool) -> None: ...


@dataclass(slots=True, kw_only=True)
class Place:
    """A case with what the queue needs of it, kept while neither the case nor the person changed."""

    case: ExceptionCase
    person: Person | None
    held: bool
    tags: tuple[Tag, ...]
    filters: frozenset[str]
    rank: tuple[float, float]
    item: QueueItem


_rank = attrgetter("rank")


class CasesPresenter:
    """Holds the filter, the words searched for and the selection; everything else is read from the desk."""

    def __init__(self, view: CasesView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._filter, self._words = queue.FILTERS[0], ""
        self._case_id, self._task_ref = "", ""
        self._places: dict[str, Place] = {}
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
        self._words = ""
        if not self._takes(found):
            self._filter = queue.BY_ID[filter_for(found)]
        self._case_id = found.id
        self._task_ref = ref if kind == "task" and found.task(ref.rpartition("/")[2]) else ""
        self._queue_seen = None
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
        places = self._places_of_all()
        rows = self._shown(places)
        if not self._case_id and rows:
            self._case_id = rows[0].case.id
        self._queue_seen = self._queue_token()
        self._view.set_filters(self._chips(places))
        self._view.set_queue([row.item for row in rows], f"case/{self._case_id}")

    def _queue_token(self) -> tuple[object, ...]:
        """What the queue shows; frozen cases are compared by identity, so that ten thousand cost next to nothing."""
        cases, lots = list(self._desk.view.every("case")), held(self._desk.view)
        return self._filter.id, self._words, self._person_id(), self._guest(), lots, self._marks, cases

    def _guest(self) -> str:
        """The open case where the filter does not take it: it keeps its place until another is picked."""
        found = case(self._desk.view, self._case_id)
        return "" if found is None or self._takes(found) else found.id

    def _takes(self, found: ExceptionCase) -> bool:
        fits = found.resolved is self._filter.past and self._filter.takes(found, self._desk.person)
        return fits and queue.searched(found, self._words, self._desk.plant)

    def _places_of_all(self) -> list[Place]:
        """Every case's place, made anew only for cases that changed."""
        person, lots = self._desk.person, held(self._desk.view)
        places = []
        for row in all_cases(self._desk.view):
            known = self._places.get(row.id)
            on_hold, tags = row.lot in lots, self._marks.of(f"case/{row.id}")
            same = known is not None and known.case is row and known.person is person
            if known is None or not same or known.held is not on_hold or known.tags != tags:
                known = self._places[row.id] = self._place(row, on_hold, tags)
            places.append(known)
        return places

    def _place(self, row: ExceptionCase, on_hold: bool, tags: tuple[Tag, ...]) -> Place:
        person, lots = self._desk.person, frozenset({row.lot}) if on_hold else frozenset[str]()
        return Place(
            case=row,
            person=person,
            held=on_hold,
            tags=tags,
            filters=frozenset(f.id for f in queue.FILTERS if f.past is row.resolved and f.takes(row, person)),
            rank=queue.rank(row),
            item=QueueItem(f"case/{row.id}", partial(queue.row_of, row, self._desk.plant, self._formats, lots, tags)),
        )

    def _shown(self, places: Sequence[Place]) -> list[Place]:
        """The filter's cases in their order, and the open one, so that nothing moves under the hand."""
        wanted, words, plant, open_id = self._filter.id, self._words, self._desk.plant, self._case_id
        rows = [p for p in places if wanted in p.filters or p.case.id == open_id]
        if words:
            rows = [p for p in rows if p.case.id == open_id or queue.searched(p.case, words, plant)]
        return sorted(rows, key=_rank)

    def _chips(self, places: Sequence[Place]) -> tuple[FilterChip, ...]:
        counts = Counter(name for place in places for name in place.filters)
        return tuple(
            FilterChip(id=row.id, text=t(row.text), count=counts[row.id], chosen=row is self._filter)
            for row in queue.FILTERS
        )

    # --- the open case ----------------------------------------------------------------------------------------------

    def _refresh_detail(self) -> None:
        found = case(self._desk.view, self._case_id) if self._case_id else None
        told = there(found, self._desk) if found is not None else ()
        holds, postings = list(self._desk.view.every("hold")), list(self._desk.view.every("posting"))
        marks = (self._marks.of(f"case/{self._case_id}"), self._marks.here)
        seen = (found, self._person_id(), holds, postings, told, marks)
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
