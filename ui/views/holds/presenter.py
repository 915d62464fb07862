"""The holds view's mind: the list and the hold that is open; the panel that places one is the placer's. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from app.domain.hold import Hold
from app.readmodel.interlocks import asked_by
from app.readmodel.model import all_holds, hold, open_holds
from ui.actions import BY_ID
from ui.desk import Desk
from ui.marks import Marks, marks_of
from ui.sharing import holds_doubt, lonely_holds
from ui.shell import Shell, id_of, kind_of
from ui.tag import Tag
from ui.text import Formats, t
from ui.views.holds import listing
from ui.views.holds.detail import detail_of
from ui.views.holds.placer import Placer, PlacerView
from ui.views.holds.rows import FilterChip, HoldDetail, HoldItem, Key

HOLD_KEYS = ("hold.review", "hold.dispose", "hold.release")
INTERLOCK_KEY = "hold.interlock"
"""Only where a machine of the plant has one."""


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
        self._items: dict[str, tuple[Hold, dict[str, int], tuple[Tag, ...], HoldItem]] = {}
        self._marks = Marks()
        self.placer = Placer(view, desk, shell, self._placed)
        self._list_seen: object = None
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
        binding = [h for h in open_holds(self._desk.view) if kind == "lot" and rest in h.lots]
        if kind == "hold":
            self._show_hold(rest)
        elif binding:
            self._show_hold(binding[-1].id)
        else:
            self.placer.start(ref)

    def _show_hold(self, hold_id: str) -> None:
        found = hold(self._desk.view, hold_id)
        if found is None:
            return
        self.placer.cancel()
        self._hold_id, self._words = hold_id, ""
        if not self._filter.takes(found):
            self._filter = listing.BY_ID["released" if found.closed else "open"]
        self._view.set_search("")
        self.refresh()

    def _placed(self, hold_id: str) -> None:
        """A hold was just placed: show it as soon as it is there."""
        self._hold_id = hold_id or self._hold_id
        self._filter = listing.BY_ID["open"]
        self.refresh()

    # --- the list ---------------------------------------------------------------------------------------------------

    def choose_filter(self, filter_id: str) -> None:
        """Another filter; the hold that is open stays open."""
        self._filter = listing.BY_ID.get(filter_id, self._filter)
        self.refresh()

    def search(self, words: str) -> None:
        """Only holds that say all these words."""
        self._words = words.strip()
        self.refresh()

    def pick(self, ref: str) -> None:
        """A row of the list was selected."""
        if kind_of(ref) == "hold":
            self._hold_id = id_of(ref)
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

    def _refresh_list(self) -> None:
        every = all_holds(self._desk.view)
        if (self._filter.id, self._words, self._hold_id, self._marks, every) == self._list_seen:
            return
        counts, plant = listing.per_lot(every), self._desk.plant
        rows = [
            h
            for h in every
            if h.id == self._hold_id or (self._filter.takes(h) and listing.searched(h, self._words, plant))
        ]
        rows = listing.listed(rows, self._filter)
        if not self._hold_id and rows:
            self._hold_id = rows[0].id
        self._list_seen = (self._filter.id, self._words, self._hold_id, self._marks, every)
        self._view.set_filters(self._chips(every))
        self._view.set_holds([self._item(h, counts) for h in rows], f"hold/{self._hold_id}")

    def _item(self, row: Hold, counts: Mapping[str, int]) -> HoldItem:
        shared = {lot: counts.get(lot, 0) for lot in row.lots}
        known, tags = self._items.get(row.id), self._marks.of(f"hold/{row.id}")
        if known is not None and known[0] is row and known[1:3] == (shared, tags):
            return known[3]
        item = HoldItem(f"hold/{row.id}", partial(listing.row_of, row, shared, self._desk.plant, self._formats, tags))
        self._items[row.id] = (row, shared, tags, item)
        return item

    def _chips(self, every: Sequence[Hold]) -> tuple[FilterChip, ...]:
        return tuple(
            FilterChip(id=f.id, text=t(f.text), count=sum(1 for h in every if f.takes(h)), chosen=f is self._filter)
            for f in listing.FILTERS
        )

    def _refresh_detail(self) -> None:
        found = hold(self._desk.view, self._hold_id) if self._hold_id else None
        view, person = self._desk.view, self._desk.person
        seen = (
            found,
            person,
            list(view.live("hold")),
            list(view.every("posting")),
            list(view.live("order")),
            asked_by(view, self._hold_id),
            self._marks,
            holds_doubt(self._desk, self._formats),
            [alone.id for alone in lonely_holds(self._desk)],
        )
        if seen == self._detail_seen:
            return
        self._detail_seen = seen
        detail = None if found is None else detail_of(found, self._desk, self._formats, self._keys)
        self._view.set_detail(detail)

    def _keys(self, ref: str) -> tuple[Key, ...]:
        guarded = any(machine.hold_command for machine in self._desk.plant.machines.values())
        rows = (BY_ID[action] for action in (*HOLD_KEYS, *((INTERLOCK_KEY,) if guarded else ())))
        return tuple(Key(action=r.id, cap=r.key, text=t(r.text), enabled=r.applies(self._desk, ref)) for r in rows)
