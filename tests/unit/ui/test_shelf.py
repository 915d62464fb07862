"""A list that is kept by what moved is the list that computing it anew would give, whatever happened and when."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.mirror import KEPT, Mirror
from ui.models.order import Order
from ui.models.shelf import Place, Shelf
from ui.pace import LEAST, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A row with what a list may ask of it."""

    id: str
    version: int
    number: int
    group: str
    closed: bool = False


KEYS = [f"t{n}" for n in range(12)]
GROUPS = ("red", "blue", "none")
PUTS = st.tuples(st.just("put"), st.sampled_from(KEYS), st.integers(0, 4), st.sampled_from(GROUPS))
GONE = st.tuples(st.just("gone"), st.sampled_from(KEYS), st.just(0), st.just(""))
WANT = st.tuples(st.just("want"), st.just(""), st.just(0), st.sampled_from(("red", "blue")))
OPEN = st.tuples(st.just("open"), st.sampled_from(KEYS), st.just(0), st.just(""))
WORK = st.tuples(st.just("work"), st.just(""), st.just(0), st.just(""))
STEPS = st.lists(st.one_of(PUTS, PUTS, GONE, WANT, OPEN, WORK), max_size=60)


class Short(Slice):
    """A piece of work of three steps."""

    def __init__(self) -> None:
        super().__init__(0.0, least=3)


class Listed:
    """A list of one group's things, and the one that is open, by number; the smallest first."""

    def __init__(self) -> None:
        self.mirror, self.group, self.open = Mirror(), "red", ""
        self.shelf: Shelf[Thing, str] = Shelf("thing", self._place, self._ranked)

    def _place(self, row: Thing) -> Place[str] | None:
        return None if row.group == "none" else Place(groups=frozenset({row.group}), item=f"{row.id} {row.version}")

    def _ranked(self, row: Thing, place: Place[str]) -> tuple[float, ...] | None:
        return (float(row.number),) if self.group in place.groups or row.id == self.open else None

    def step(self, what: str, key: str, number: int, group: str) -> None:
        """Something happens."""
        if what == "put":
            self.mirror.seq += 1
            row = Thing(id=key, version=self.mirror.seq, number=number, group=group, closed=number == 4)
            self.mirror.put(f"thing/{key}", row)
        elif what == "gone":
            self.mirror.remove(f"thing/{key}")
        elif what == "want":
            self.group = group
            self.shelf.take_anew()
        elif what == "open":
            self.shelf.again(self.open, key)
            self.open = key
        else:
            self.shelf.look(self.mirror)
            self.shelf.work(self.mirror, Short())

    def settle(self) -> list[str]:
        """What is shown once everything stands."""
        self.shelf.look(self.mirror)
        while not self.shelf.settled:
            self.shelf.work(self.mirror, Short())
        return self.shelf.items()

    def anew(self) -> list[str]:
        """The same, computed from everything."""
        rows = [row for row in self.mirror.every("thing") if isinstance(row, Thing) and row.group != "none"]
        wanted = [row for row in rows if row.group == self.group or row.id == self.open]
        return [f"{row.id} {row.version}" for row in sorted(wanted, key=lambda row: (row.number, row.id))]


@given(STEPS)
def test_whatever_happens_the_list_is_the_one_that_computing_it_anew_gives(
    steps: list[tuple[str, str, int, str]],
) -> None:
    listed = Listed()
    for step in steps:
        listed.step(*step)
    assert listed.settle() == listed.anew()
    stand = [row for row in listed.mirror.every("thing") if isinstance(row, Thing)]
    for group in ("red", "blue"):
        assert listed.shelf.counts[group] == sum(row.group == group for row in stand)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.none() | st.integers(0, 3)), max_size=60))
def test_an_order_is_sorted_by_rank_and_then_key(steps: list[tuple[str, int | None]]) -> None:
    order: Order[str] = Order()
    stands: dict[str, int] = {}
    for key, rank in steps:
        if rank is None:
            order.drop(key)
            stands.pop(key, None)
        else:
            order.put(key, (float(rank),), f"{key} {rank}")
            stands[key] = rank
    assert order.items() == [f"{key} {rank}" for rank, key in sorted((rank, key) for key, rank in stands.items())]


def test_who_has_not_looked_for_long_looks_at_everything_once() -> None:
    listed = Listed()
    for number in range(KEPT + 10):
        listed.step("put", f"n{number}", number, "red")
    listed.step("gone", "n3", 0, "")
    assert listed.mirror.moved("thing", 0) is None
    assert listed.settle() == listed.anew()
    assert len(listed.shelf.items()) == KEPT + 9


def test_while_others_are_looked_for_the_list_stays_as_it_was() -> None:
    listed = Listed()
    for number in range(10):
        listed.step("put", f"n{number}", number, "red" if number % 2 else "blue")
    before = listed.settle()
    listed.step("want", "", 0, "blue")
    listed.step("work", "", 0, "")
    assert not listed.shelf.settled
    assert listed.shelf.items() == before
    assert listed.settle() == listed.anew() != before


@pytest.mark.parametrize("steps", [1, LEAST])
def test_a_piece_of_work_gets_something_done_and_then_ends(steps: int) -> None:
    piece = Slice(0.0, least=steps)
    taken = 0
    while not piece.over():
        taken += 1
    assert taken == steps
