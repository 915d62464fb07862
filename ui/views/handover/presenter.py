"""The handover view's presenter: the running handover, or an older one, and what may be done to it. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.domain.handover import Handover
from app.domain.lifecycles import HANDOVER, HandoverTrigger
from app.readmodel import model
from ui.actions import BY_ID, applicable
from ui.desk import Desk
from ui.sharing import stored_here
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, t
from ui.views.handover.pages import empty_page, page_of, past_row
from ui.views.handover.rows import Key, Page, PastRow

TURN_S = 10
"""How long a wall that has more items than fit stays on one part of them."""
DRAFT = "handover.draft"


class HandoverView(Protocol):
    """What the presenter sets."""

    def show_page(self, page: Page, turn: int) -> None: ...
    def show_past(self, rows: Sequence[PastRow], current: str) -> None: ...
    def show_keys(self, keys: Sequence[Key]) -> None: ...
    def select(self, key: str) -> None: ...
    def show_wall(self, wall: bool) -> None: ...


class HandoverPresenter:
    """`selected` is an item of the page, else the handover itself."""

    def __init__(self, view: HandoverView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._chosen = ""
        self._item = ""
        self._wall = False
        self._open_before: frozenset[str] = frozenset()
        self._seen: object = None

    @property
    def selected(self) -> str:
        """The ref that keys act on."""
        row = self._row()
        return self._item or (f"handover/{row.id}" if row else "")

    def refresh(self) -> None:
        """Show what stands; costs nothing within a minute in which nothing changed."""
        rows = model.all_handovers(self._desk.view)
        now = self._desk.now()
        person = self._desk.person.id if self._desk.person else ""
        turn = int(now.timestamp()) // TURN_S
        seen = (
            tuple((h.id, h.version) for h in rows), now.replace(second=0, microsecond=0), person, self._chosen,
            self._item, turn if self._wall else 0, stored_here(self._desk),
        )  # fmt: skip
        if seen != self._seen:
            self._seen = seen
            self._show(rows, turn)

    def _show(self, rows: Sequence[Handover], turn: int) -> None:
        row = self._row()
        now, plant = self._desk.now(), self._desk.plant
        page = page_of(row, plant, now, self._formats) if row else empty_page(plant, now, self._formats)
        if page.ref in stored_here(self._desk):
            page = replace(page, state=f"{page.state} · {t('stored here, not shared yet')}")
        self._view.show_page(page, turn)
        self._view.show_past([past_row(h, self._formats) for h in reversed(rows)], page.ref)
        self._go_on(page)
        self._view.show_keys(self._keys(row))

    def _row(self) -> Handover | None:
        """The handover that is looked at: the chosen one, else the newest that is not closed."""
        if self._chosen:
            return model.handover(self._desk.view, self._chosen)
        rows = [h for h in model.all_handovers(self._desk.view) if not h.closed]
        return rows[-1] if rows else None

    def _go_on(self, page: Page) -> None:
        """When the selected item was just accepted, the next open one is selected."""
        keys = {item.key for item in page.items}
        still_open = [item.key for item in page.items if not item.accepted]
        if self._item not in keys:
            self._item = ""
        if self._item in self._open_before and self._item not in still_open and still_open:
            place = [item.key for item in page.items].index(self._item)
            later = [item.key for item in page.items[place:] if not item.accepted]
            self._item = (later or still_open)[0]
            self._view.select(self._item)
        self._open_before = frozenset(still_open)

    def _keys(self, row: Handover | None) -> list[Key]:
        draft = BY_ID[DRAFT]
        redraft = row is None or HANDOVER.may(row.state, HandoverTrigger.REDRAFT)
        rows = [r for r in applicable(self._desk, self.selected) if r.id != "open"]
        if redraft and draft.applies(self._desk, ""):
            rows.append(draft)
        found = [Key(action=r.id, key=r.key, text=t(r.text)) for r in rows]
        return [*found, Key(action="wall", key="W", text=t("workstation") if self._wall else t("wall"))]

    # --- acting -----------------------------------------------------------------------------------------------------

    def show(self, ref: str) -> None:
        """Look at a handover, or at one of its items; "wall" hangs it on the wall; unknown refs do nothing."""
        if ref == "wall":
            self.set_wall(True)
            return
        if kind_of(ref) not in ("handover", "item"):
            return
        handover_id = id_of(ref).partition("/")[0]
        if model.handover(self._desk.view, handover_id) is None:
            return
        self.choose(f"handover/{handover_id}")
        if kind_of(ref) == "item":
            self.select_item(ref)
            self._view.select(ref)

    def choose(self, ref: str) -> None:
        """Look at another handover; the newest open one again follows the running shift."""
        self._chosen = ""
        running = self._row()
        if running is None or f"handover/{running.id}" != ref:
            self._chosen = id_of(ref)
        self._item = ""
        self.refresh()

    def select_item(self, key: str) -> None:
        """The person selected an item."""
        self._item = key
        self.refresh()

    def open_item(self, key: str) -> None:
        """Show the thing that an item stands for."""
        row = self._row()
        item_id = id_of(key).partition("/")[2]
        item = next((i for i in row.items if i.item_id == item_id), None) if row else None
        if item is not None and item.ref:
            self._shell.go(item.ref)

    def act(self, action_id: str) -> None:
        """A key of the strip was pressed with the mouse."""
        if action_id == "wall":
            self.set_wall(not self._wall)
        else:
            self._shell.act(action_id, "" if action_id == DRAFT else self.selected)

    def set_wall(self, wall: bool) -> None:
        """W: hang it on the wall, or take it down."""
        self._wall = wall
        self._view.show_wall(wall)
        self.refresh()

    def toggle_wall(self) -> None:
        """From one to the other."""
        self.set_wall(not self._wall)
