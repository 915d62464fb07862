"""What of the sheet is painted when: pieces of a bounded cost, nothing twice, nothing forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from ui.views.overview.pieces import COST, MOST_PIECES, PIECE, RATE, TILE, Part, Pieces

SIDE, WIDE = 10, 100
ALL = QRect(0, 0, WIDE * SIDE, SIDE)


def place(part: Part) -> QRect:
    """Parts stand side by side."""
    return QRect(part[2] * SIDE, 0, SIDE, SIDE)


def rates(*places: int) -> list[Part]:
    return [(0, RATE, at) for at in places]


def asked(pieces: Pieces, sight: QRect = ALL) -> QRegion:
    region = QRegion()
    for rect in pieces.ask(sight, place):
        region = region.united(rect)
    return region


def test_few_parts_are_one_piece() -> None:
    pieces = Pieces()
    pieces.mark(rates(1, 2, 5))
    assert sorted(pieces.take(asked(pieces), place)) == rates(1, 2, 5)
    assert pieces.settled


def test_many_rates_come_in_pieces_in_their_order() -> None:
    pieces = Pieces()
    pieces.mark(rates(*range(2 * PIECE + 1)))
    taken = []
    while pieces.more:
        taken.append(pieces.take(asked(pieces), place))
    assert [len(one) for one in taken] == [PIECE, PIECE, 1]
    assert [part for one in taken for part in one] == rates(*range(2 * PIECE + 1))


def test_a_whole_tile_is_a_piece() -> None:
    pieces = Pieces()
    pieces.mark([(0, TILE, 0), (0, TILE, 1)])
    assert pieces.take(asked(pieces), place) == [(0, TILE, 0)]
    assert pieces.more


def test_very_much_comes_in_larger_pieces() -> None:
    pieces = Pieces()
    pieces.mark([(0, TILE, at) for at in range(WIDE)])
    count = 0
    while pieces.more:
        pieces.take(asked(pieces), place)
        count += 1
    assert count <= MOST_PIECES < WIDE * COST[TILE] / PIECE


def test_what_is_marked_again_while_it_waits_is_painted_once() -> None:
    pieces = Pieces()
    pieces.mark(rates(1))
    pieces.mark(rates(1))
    assert pieces.take(asked(pieces), place) == rates(1)
    assert not pieces.more


def test_what_is_exposed_is_painted_though_it_was_not_asked_for() -> None:
    pieces = Pieces()
    pieces.mark(rates(*range(PIECE + 2)))
    asked(pieces)
    assert sorted(pieces.take(QRegion(ALL), place)) == rates(*range(PIECE + 2))


def test_what_is_out_of_sight_costs_nothing_and_comes_with_the_scroll() -> None:
    pieces = Pieces()
    near, far = QRect(0, 0, 5 * SIDE, SIDE), QRect(40 * SIDE, 0, 5 * SIDE, SIDE)
    pieces.mark(rates(*range(WIDE)))
    assert sorted(pieces.take(asked(pieces, near), place)) == rates(*range(5))
    assert pieces.settled
    assert pieces.take(QRegion(near), place) == []
    assert pieces.take(QRegion(far), place) == rates(*range(40, 45))


def test_what_was_out_of_sight_is_asked_for_when_the_sight_has_moved() -> None:
    pieces = Pieces()
    pieces.mark(rates(7, 50))
    assert pieces.take(asked(pieces, QRect(0, 0, 10 * SIDE, SIDE)), place) == rates(7)
    pieces.mark(rates(60))
    assert sorted(pieces.take(asked(pieces, QRect(40 * SIDE, 0, 30 * SIDE, SIDE)), place)) == rates(50, 60)


class Screen:
    """A model of the widget: its rows, its picture, what of it is on the screen, and what Qt has yet to paint."""

    def __init__(self) -> None:
        self.pieces, self.sight, self.dirty = Pieces(), ALL, QRegion()
        self.rows, self.picture, self.screen = [0] * WIDE, [0] * WIDE, [0] * WIDE

    def mark(self, first: int, last: int) -> None:
        for at in range(first, last + 1):
            self.rows[at] += 1
        self.pieces.mark(rates(*range(first, last + 1)))

    def ask(self) -> None:
        self.dirty = self.dirty.united(asked(self.pieces, self.sight).intersected(self.sight))

    def scroll(self, first: int, last: int) -> None:
        self.sight = between(first, last)
        self.dirty = self.dirty.united(self.sight)

    def expose(self, first: int, last: int) -> None:
        self.dirty = self.dirty.united(between(first, last).intersected(self.sight))

    def paint(self) -> None:
        region, self.dirty = self.dirty.intersected(self.sight), QRegion()
        for _, _, at in self.pieces.take(region, place):
            self.picture[at] = self.rows[at]
        for at in self.seen(region):
            self.screen[at] = self.picture[at]

    def seen(self, region: QRegion) -> list[int]:
        return [at for at in range(WIDE) if region.intersects(place((0, RATE, at)))]


def between(first: int, last: int) -> QRect:
    return QRect(first * SIDE, 0, (last - first + 1) * SIDE, SIDE)


STRETCH = st.lists(st.integers(0, WIDE - 1), min_size=2, max_size=2).map(sorted)


@given(st.lists(st.tuples(st.sampled_from(["mark", "ask", "scroll", "expose", "paint"]), STRETCH), max_size=60))
def test_whatever_happens_what_is_in_sight_is_true_in_the_end(steps: list[tuple[str, list[int]]]) -> None:
    screen = Screen()
    for step, stretch in steps:
        getattr(screen, step)(*([] if step in ("ask", "paint") else stretch))
    screen.paint()
    while screen.pieces.more:
        screen.ask()
        screen.paint()
    seen = screen.seen(QRegion(screen.sight))
    assert [screen.screen[at] for at in seen] == [screen.rows[at] for at in seen]
