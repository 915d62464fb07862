"""Reading a spool on from a place: everything once, in whatever steps, while it is written, sealed and evicted."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.acquisition.history.tail import Piece, Place, Tail
from tests.unit.acquisition.history.rig import DAY, MEMORY, Spools, batch, everything, tags

TAGS = tags(3)
Said = list[tuple[str, float]]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 80)),
        st.tuples(st.just("read"), st.integers(1, 100)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=25,
)


def rows_of(piece: Piece) -> Said:
    return [(piece.ids[p], v) for p, v in zip(piece.rows.places.tolist(), piece.rows.values.tolist(), strict=True)]


class Follower:
    """Reads on, and remembers what it was given."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.tail = folder, Tail(folder)
        self.place: Place | None = None
        self.given: Said = []
        self.lost = False

    def reads(self, most: int) -> bool:
        self.place = self.place or self.tail.first()
        piece = None if self.place is None else self.tail.read(self.place, most)
        if piece is None:
            return False
        self.given += rows_of(piece)
        self.lost = self.lost or piece.lost
        self.place = piece.end
        return True

    def restarts(self) -> None:
        self.tail.close()
        self.tail = Tail(self._folder)


@settings(max_examples=40, deadline=None)
@given(steps=steps)
def test_every_row_is_given_whatever_happens_between_and_once_without_a_restart(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        folder, new_spool = Path(name) / "history", Spools()
        spool, follower, written = new_spool(folder, TAGS, seal_rows=60), Follower(folder), 0
        for what, count in steps:
            if what == "write":
                numbers = np.arange(written, written + count).astype(np.float64)
                spool.take(batch([int(n) % len(TAGS) for n in numbers], DAY + numbers, numbers))
                written += count
                spool.flush(DAY + written)
            elif what == "read":
                follower.reads(count)
            else:
                follower.restarts()
        while follower.reads(50):
            pass
        follower.tail.close()
        new_spool.end()
        expected = {(tag.id, value) for tag in TAGS for value in everything(folder, tag.id)[1].tolist()}
        assert len(expected) == written
        assert set(follower.given) == expected
        assert not follower.lost
        if "restart" not in {what for what, _ in steps}:
            assert len(follower.given) == written


def test_what_was_evicted_before_it_was_read_is_said(tmp_path: Path) -> None:
    new_spool = Spools()
    spool, follower = new_spool(tmp_path / "h", TAGS, 0.02, seal_rows=100), Follower(tmp_path / "h")
    for n in range(60):
        numbers = np.arange(n * 50, n * 50 + 50).astype(np.float64)
        spool.take(batch(0, DAY + numbers, numbers))
        spool.flush(DAY + numbers[-1])
        if n == 2:
            assert follower.reads(10)
            follower.restarts()
    while follower.reads(1_000):
        pass
    assert follower.lost
    assert follower.tail.evicted_until_s is not None
    assert follower.given[-1] == (TAGS[0].id, 2_999.0)
    follower.tail.close()
    new_spool.end()


@pytest.mark.parametrize("at", [0, 40, 75, 119, 500])
def test_what_was_spooled_since_an_instant_begins_no_later(tmp_path: Path, at: int) -> None:
    new_spool = Spools()
    spool = new_spool(tmp_path / "h", TAGS, seal_rows=50)
    for n in range(120):
        spool.take(batch(0, [DAY + n], [float(n)]))
        spool.flush(DAY + n)
    follower = Follower(tmp_path / "h")
    follower.place = follower.tail.since(DAY + at)
    while follower.reads(30):
        pass
    assert {value for _, value in follower.given} >= set(range(at, 120))
    follower.tail.close()
    new_spool.end()


def test_a_folder_that_is_not_there_gives_nothing(tmp_path: Path) -> None:
    assert Tail(tmp_path / "none").first() is None
    assert Tail(tmp_path / "none").read(Place(file=3), 10) is None
