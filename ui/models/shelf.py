"""What a list shows of one kind of aggregates: placed anew only where something moved, and a piece at a time. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from app.readmodel.model import Aggregate
from ui.mirror import Mirror
from ui.models.order import Order, Rank
from ui.pace import Slice

Row = TypeVar("Row", bound=Aggregate)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Generic[Item]):
    """A row on the shelf: the groups that it is in (they are counted), and what is shown of it."""

    groups: frozenset[str]
    item: Item


class Shelf(Generic[Row, Item]):
    """`look`, then `work` until it is `settled`; `items` are those that are wanted, in order.

    `place` puts a row on the shelf; None: it is none for this list. `ranked` says where it stands among those that are
    wanted, None: it is not. What both say may only change with the row, unless `place_anew`, `take_anew` or `again` is
    called.
    """

    def __init__(
        self,
        kind: str,
        place: Callable[[Row], Place[Item] | None],
        ranked: Callable[[Row, Place[Item]], Rank | None],
    ) -> None:
        self._kind, self._place, self._ranked = kind, place, ranked
        self._moves = 0
        self._todo: dict[str, None] = {}
        self._rows: dict[str, Row | None] = {}
        """What stands under each key; None: it is to be placed anew."""
        self._places: dict[str, Place[Item]] = {}
        self._order: Order[Item] = Order()
        self._filling: Order[Item] | None = None
        self.counts: Counter[str] = Counter()

    @property
    def settled(self) -> bool:
        """Whether everything stands where it belongs."""
        return not self._todo and self._filling is None

    def look(self, mirror: Mirror) -> None:
        """Note what moved."""
        moves = mirror.moves(self._kind)
        if moves == self._moves:
            return
        moved = mirror.moved(self._kind, self._moves)
        self._moves = moves
        self._todo.update(dict.fromkeys(self._everything(mirror) if moved is None else moved))

    def _everything(self, mirror: Mirror) -> Iterable[str]:
        """What somebody must still act on comes first; last what may be gone."""
        for rows in (mirror.live(self._kind), mirror.every(self._kind)):
            yield from (row.id for row in rows)
        yield from self._rows

    def place_anew(self) -> None:
        """Somebody else looks: every row may stand elsewhere."""
        self._todo.update(dict.fromkeys(self._rows))
        self._rows = dict.fromkeys(self._rows)

    def take_anew(self) -> None:
        """Others are wanted. Until all are found, `items` are those that were."""
        self._filling = Order()
        self._todo.update(dict.fromkeys(self._rows))

    def again(self, *keys: str) -> None:
        """Whether these are wanted may have changed."""
        self._todo.update(dict.fromkeys(keys))

    def work(self, mirror: Mirror, piece: Slice) -> bool:
        """Place what moved until the piece of work is over; whether there was anything to do."""
        worked = bool(self._todo) or self._filling is not None
        while self._todo and not piece.over():
            key = next(iter(self._todo))
            del self._todo[key]
            self._set(key, cast("Row | None", mirror.get(f"{self._kind}/{key}")))
        if not self._todo and self._filling is not None:
            self._order, self._filling = self._filling, None
        return worked

    def _set(self, key: str, row: Row | None) -> None:
        order = self._order if self._filling is None else self._filling
        known = self._places.get(key)
        if row is None or row is not self._rows.get(key):
            known = self._exchange(key, row, known)
        rank = None if row is None or known is None else self._ranked(row, known)
        if rank is None or known is None:
            order.drop(key)
        else:
            order.put(key, rank, known.item)

    def _exchange(self, key: str, row: Row | None, old: Place[Item] | None) -> Place[Item] | None:
        """Another row under a key: where it stands now."""
        new = None if row is None else self._place(row)
        for group in old.groups if old is not None else ():
            self.counts[group] -= 1
        for group in new.groups if new is not None else ():
            self.counts[group] += 1
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row
        if new is None:
            self._places.pop(key, None)
        else:
            self._places[key] = new
        return new

    def items(self) -> list[Item]:
        """What is wanted, in order."""
        return self._order.items()
