"""Product between machines: ranges of units with their lot and order, and the buffers they wait in.

Owns counting and identity of units. Must not know machines. Units move whole, first in, first out.
"""

from collections import deque
from dataclasses import dataclass, replace

from drivers.simulated.catalog import LOT_SIZE, WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Consecutive units of one lot and order: serial numbers `first` to `last`, both included."""

    order: str
    item: str
    lot: str
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class Buffer:
    """What lies between two machines; `capacity` and `count` are units of the upstream machine."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.count = 0
        self._waiting: deque[Units] = deque()

    @property
    def fill(self) -> float:
        """Share of the capacity in use, 0 to 1."""
        return self.count / self.capacity

    @property
    def space(self) -> int:
        return self.capacity - self.count

    def put(self, units: Units) -> None:
        """Add units at the end; the caller has looked at `space`."""
        self.count += units.count
        if self._waiting and _follows(self._waiting[-1], units):
            self._waiting[-1] = replace(self._waiting[-1], last=units.last)
        else:
            self._waiting.append(units)

    def take(self, count: int) -> list[Units]:
        """Remove the oldest `count` units (at most what is there), in order."""
        taken: list[Units] = []
        while count > 0 and self._waiting:
            head = self._waiting.popleft()
            if head.count > count:
                self._waiting.appendleft(replace(head, first=head.first + count))
                head = replace(head, last=head.first + count - 1)
            taken.append(head)
            count -= head.count
            self.count -= head.count
        return taken


def _follows(before: Units, after: Units) -> bool:
    return before.lot == after.lot and before.order == after.order and before.last + 1 == after.first


class OrderBook:
    """The work orders of a line as the filler fills them: running order, lot, serial numbers.

    A lot holds LOT_SIZE bottles; lots run A to Z and then to the next number. An order that is full gives way
    to the next; behind the last known order its number rises by 100, which no other line uses.
    """

    def __init__(self, orders: tuple[WorkOrder, ...]) -> None:
        self._queue = deque(orders[1:])
        self.quantities = {order.order: order.quantity for order in orders}
        self.running = orders[0]
        self.lot = orders[0].lot
        self.filled = 0
        self._in_lot = 0
        self._serial = 0

    def stamp(self, count: int) -> list[Units]:
        """Give `count` newly filled bottles their order, lot and serial numbers."""
        stamped: list[Units] = []
        while count > 0:
            part = min(count, LOT_SIZE - self._in_lot, self.running.quantity - self.filled)
            first = self._serial + 1
            self._serial += part
            stamped.append(
                Units(
                    order=self.running.order,
                    item=self.running.item,
                    lot=self.lot,
                    first=first,
                    last=self._serial,
                )
            )
            self._advance(part)
            count -= part
        return stamped

    def _advance(self, part: int) -> None:
        self._in_lot += part
        self.filled += part
        if self.filled >= self.running.quantity:
            self.running = self._queue.popleft() if self._queue else _following(self.running)
            self.quantities[self.running.order] = self.running.quantity
            self.filled = 0
            self._next_lot()
        elif self._in_lot >= LOT_SIZE:
            self._next_lot()

    def _next_lot(self) -> None:
        self._in_lot = 0
        self.lot = lot_after(self.lot)


def lot_after(lot: str) -> str:
    """The lot that follows: `4480-A` → `4480-B`, `4480-Z` → `4481-A`."""
    number, _, suffix = lot.partition("-")
    if suffix == "Z":
        return f"{int(number) + 1}-A"
    return f"{number}-{chr(ord(suffix) + 1)}"


def _following(order: WorkOrder) -> WorkOrder:
    prefix, _, number = order.order.partition("-")
    return replace(order, order=f"{prefix}-{int(number) + 100}", lot="")
