"""The holds view's mind: the list and the hold that is open; the panel that places one is the placer's. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.hold import Hold
from app.readmodel.model import hold
from ui.actions import BY_ID
from ui.desk import Desk
from ui.marks import Marks, marks_of
from ui.models.lazy import LazyRow
from ui.models.shelf import Place, Shelf
from ui.pace import News, Slice
from ui.sharing import holds_doubt, lonely_holds
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, t
from ui.views.holds import listing
from ui.views.holds.detail import detail_of
from ui.views.holds.placer import Placer, PlacerView
from ui.views.holds.rows import FilterChip, HoldDetail, HoldItem, HoldRow, Key

HOLD_KEYS = ("hold.review", "hold.dispose", "hold.release")
INTERLOCK_KEY = "hold.interlock"
"""Only where a machine of the plant has one."""


DETAILED = ("order", "control")
"""Kinds of which any may stand in what is said of a hold; of holds and postings it is known which do."""


class HoldsView(PlacerView, Protocol):
    """What the presenter needs of the widget."""

    def set_filters(self, chips: Sequence[FilterChip]) -> None: ...
    def set_holds(self, items: Sequence[HoldItem], selected: str) -> None: ...
    def set_detail(self, detail: HoldDetail | None) -> None: ...
    def set_search(self, words: str) -> None: ...
    def set_now(self, now: datetime) -> None: ...


class HoldsPresenter:
    """Holds the filter and the selection; everything else is read from the desk."""

    def __init__(self, view: HoldsView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._filter, self._words, self._hold_id = listing.FILTERS[0], "", ""
        self._shelf: Shelf[Hold, HoldItem] = Shelf("hold", self._place, self._ranked)
        self._marks = Marks()
        self.placer = Placer(view, desk, shell, self._placed)
        self._list_seen: object = None
        self._news = News()
        self._detail_seen: object = None
        self._second = -1

    @property
    def selected(self) -> str:
        """The open hold; nothing while one is being placed, so that no key acts behind the panel."""
        return f"hold/{self._hold_id}" if self._hold_id and not self.placer.open else ""

    def refresh(self) -> None:
        """Show what changed; once a second the clocks, and the panel's places."""
        now = self._desk.now()
        ticked = int(now.timestamp()) != self._second
        if ticked:
            self._second = int(now.timestamp())
            self._view.set_now(now)
        self._marks = marks_of(self._desk)
        self._refresh_list()
        self._refresh_detail()
        if ticked:
            self.placer.refresh()

    def show(self, ref: str) -> None:
        """A hold's ref opens it, a held lot's its newest hold; anything else starts a new hold there ("new": empty)."""
        kind, rest = kind_of(ref), id_of(ref)
        binding = self._desk.view.holds_on(rest) if kind == "lot" else {}
        if kind == "hold":
            self._show_hold(rest)
        elif binding:
            self._show_hold(list(binding)[-1])
        else:
            self.placer.start(ref)

    def _show_hold(self, hold_id: str) -> None:
        found = hold(self._desk.view, hold_id)
        if found is None:
            return
        self.placer.cancel()
        chosen = self._filter
        if not chosen.takes(found):
            chosen = listing.BY_ID["released" if found.closed else "open"]
        self._open(hold_id)
        self._want(chosen, "")
        self._view.set_search("")
        self.refresh()

    def _placed(self, hold_id: str) -> None:
        """A hold was just placed: show it as soon as it is there."""
        self._open(hold_id or self._hold_id)
        self._want(listing.BY_ID["open"], self._words)
        self.refresh()

    # --- the list ---------------------------------------------------------------------------------------------------

    def choose_filter(self, filter_id: str) -> None:
        """Another filter; the hold that is open stays open."""
        self._want(listing.BY_ID.get(filter_id, self._filter), self._words)
        self.refresh()

    def search(self, words: str) -> None:
        """Only holds that say all these words."""
        self._want(self._filter, words.strip())
        self.refresh()

    def _want(self, chosen: listing.Filter, words: str) -> None:
        if (chosen, words) != (self._filter, self._words):
            self._filter, self._words = chosen, words
            self._shelf.take_anew()

    def pick(self, ref: str) -> None:
        """A row of the list was selected."""
        if kind_of(ref) == "hold":
            self._open(id_of(ref))
            self.refresh()

    def act(self, action: str) -> None:
        """A button of an action was pressed."""
        self._shell.act(action, self.selected)

    def go(self, ref: str) -> None:
        """Show the case that a hold came from."""
        self._shell.go(ref)

    def new_hold(self) -> None:
        """Place a hold on its own."""
        self.placer.start("new")

    def follow(self) -> None:
        """Between two refreshes: what is left to be placed in the list."""
        if not self._shelf.settled:
            self._refresh_list()

    def _refresh_list(self) -> None:
        """The list as far as it is placed; of a part of it the view is told only now and then."""
        shelf, mirror = self._shelf, self._desk.view
        shelf.look(mirror)
        placed = shelf.work(mirror, Slice())
        said = (self._filter.id, self._words, self._hold_id, self._marks)
        if not self._news.due(placed or said != self._list_seen, shelf.settled):
            return
        items = shelf.items()
        if not self._hold_id and items and shelf.settled:
            self._hold_id = id_of(items[0].key)
        self._list_seen = (self._filter.id, self._words, self._hold_id, self._marks)
        self._view.set_filters(self._chips())
        self._view.set_holds(items, f"hold/{self._hold_id}" if self._hold_id else "")

    def _place(self, row: Hold) -> Place[HoldItem]:
        return Place(
            groups=listing.GROUPS[row.state],
            item=LazyRow(f"hold/{row.id}", row, self._around, self._row),
        )

    def _ranked(self, row: Hold, place: Place[HoldItem]) -> tuple[float, ...] | None:
        """The filter's holds that say the words, and the open one, so that it stays."""
        wanted = self._filter.id in place.groups and listing.searched(row, self._words, self._desk.plant)
        return listing.rank(row, self._filter) if wanted or row.id == self._hold_id else None

    def _around(self, row: Hold) -> listing.Around:
        mirror = self._desk.view
        bound = tuple(len(mirror.holds_on(lot)) for lot in row.lots)
        return listing.Around(bound=bound, tags=self._marks.of(f"hold/{row.id}"))

    def _row(self, row: Hold, around: listing.Around) -> HoldRow:
        return listing.row_of(row, around, self._desk.plant, self._formats)

    def _open(self, hold_id: str) -> None:
        """Another hold is open; it stands in the list whatever is looked for, the one before only where it fits."""
        if hold_id != self._hold_id:
            self._shelf.again(hold_id, self._hold_id)
            self._hold_id = hold_id

    def _chips(self) -> tuple[FilterChip, ...]:
        counts = self._shelf.counts
        return tuple(
            FilterChip(id=f.id, text=t(f.text), count=counts[f.id], chosen=f is self._filter) for f in listing.FILTERS
        )

    def _refresh_detail(self) -> None:
        """The open hold; anew only where something moved that it says."""
        mirror = self._desk.view
        found = hold(mirror, self._hold_id) if self._hold_id else None
        told = (holds_doubt(self._desk, self._formats), [alone.id for alone in lonely_holds(self._desk)])
        seen = (found, self._desk.person, self._marks, told, self._bound(found), *map(mirror.moves, DETAILED))
        if seen == self._detail_seen:
            return
        self._detail_seen = seen
        detail = None if found is None else detail_of(found, self._desk, self._formats, self._keys)
        self._view.set_detail(detail)

    def _bound(self, found: Hold | None) -> tuple[object, ...]:
        """Why its lots are on hold and how often, and how its postings stand."""
        if found is None:
            return ()
        mirror = self._desk.view
        postings = tuple(mirror.postings_of(f"hold/{found.id}").values())
        return (*map(mirror.reasons_on, found.lots), postings)

    def _keys(self, ref: str) -> tuple[Key, ...]:
        guarded = any(machine.hold_command for machine in self._desk.plant.machines.values())
        rows = (BY_ID[action] for action in (*HOLD_KEYS, *((INTERLOCK_KEY,) if guarded else ())))
        return tuple(Key(action=r.id, cap=r.key, text=t(r.text), enabled=r.applies(self._desk, ref)) for r in rows)
