"""The board: one file, two processes, never a torn value; and the screens' values on top of it."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from app.acquisition.board import Board, BoardReader, BoardWriter
from app.acquisition.values import KEPT, LiveValues, new_board
from app.domain.errors import KnownError
from app.domain.reading import NOTHING, Quality
from app.ports import Link, Samples
from tests.needs import ROOT
from tests.plants import small_plant

TAGS = 8
NOW = 1_790_000_000.0


def samples(values: dict[int, float], at: float = NOW, quality: Quality = Quality.GOOD) -> Samples:
    count = len(values)
    return Samples(
        tags=np.array(list(values), np.int32),
        values=np.array(list(values.values())),
        qualities=np.full(count, quality, np.uint8),
        source_s=np.full(count, at),
        received_s=at,
    )


@pytest.fixture(name="board")
def _board(tmp_path: Path) -> Board:
    return Board(tmp_path / "board.mem", TAGS, 2, create=True)


def reader_of(board: Board) -> BoardReader:
    return BoardReader(board, np.array([0] * 4 + [1] * 4, np.int32))


def writer_of(board: Board) -> BoardWriter:
    return BoardWriter(board, ("C-1", "C-2"))


def test_an_empty_board_has_no_values(board: Board) -> None:
    reading = reader_of(board).reading(3)
    assert (reading.quality, reading.stale(NOW)) == (Quality.NO_DATA, True)
    assert np.isnan(reader_of(board).numbers(NOW, 3.0)).all()


def test_what_was_written_is_read_with_its_quality_and_times(board: Board) -> None:
    writer_of(board).write(samples({1: 12.5}, quality=Quality.UNCERTAIN))
    reading = reader_of(board).reading(1)
    assert (reading.value, reading.quality) == (12.5, Quality.UNCERTAIN)
    assert (reading.source_s, reading.received_s) == (NOW, NOW)


def test_of_several_samples_of_a_tag_the_last_stays(board: Board) -> None:
    batch = samples({1: 1.0})
    batch = Samples(
        tags=np.array([1, 2, 1], np.int32), values=np.array([1.0, 2.0, 3.0]), qualities=np.zeros(3, np.uint8),
        source_s=batch.source_s.repeat(3), received_s=NOW,
    )  # fmt: skip
    writer_of(board).write(batch)
    assert reader_of(board).reading(1).value == 3.0


@pytest.mark.parametrize("tags", [[2, 3, 4], [4, 3, 2], [2, 4], [3], [7, 0], [6, 7], [3, 3, 3], [1, 2, 2]])
def test_neighbours_are_written_like_all_others(board: Board, tags: list[int]) -> None:
    writer, reader = writer_of(board), reader_of(board)
    before = reader.sequences()
    values = np.linspace(10.0, 11.0, len(tags))
    batch = Samples(
        tags=np.array(tags, np.int32), values=values, qualities=np.zeros(len(tags), np.uint8), source_s=values,
        received_s=NOW,
    )  # fmt: skip
    writer.write(batch)
    expected = dict(zip(tags, values.tolist(), strict=True))
    assert {tag: reader.reading(tag).value for tag in expected} == expected
    assert np.flatnonzero(reader.sequences() != before).tolist() == sorted(expected)


def test_an_unchanged_value_lives_as_long_as_its_controller_is_heard(board: Board) -> None:
    writer, reader = writer_of(board), reader_of(board)
    writer.write(samples({1: 5.0, 5: 6.0}))
    writer.alive("C-1", NOW + 60)
    assert not reader.reading(1).stale(NOW + 62)
    assert reader.reading(5).stale(NOW + 62)
    assert reader.numbers(NOW + 62, 3.0)[[1, 5]] == pytest.approx([5.0, np.nan], nan_ok=True)
    assert reader.reading(1).stale(NOW + 63.5)


def test_a_text_replaces_the_number_of_its_tag(board: Board) -> None:
    reader = reader_of(board)
    writer_of(board).write(samples({1: float("nan")}))
    reader.put_text(1, "4480-A")
    assert reader.reading(1).value == "4480-A"


def test_what_changed_has_another_sequence(board: Board) -> None:
    writer, reader = writer_of(board), reader_of(board)
    before = reader.sequences()
    writer.write(samples({1: 1.0, 4: 2.0}))
    assert np.flatnonzero(reader.sequences() != before).tolist() == [1, 4]


def test_links_and_sample_counts_are_shared(board: Board) -> None:
    writer = writer_of(board)
    writer.link("C-2", Link.LOST, NOW)
    writer.count("C-2", 2**32 + 7)
    assert board.controllers["link"].tolist() == [Link.CONNECTING, Link.LOST]
    assert reader_of(board).samples(1) == 7


def test_a_value_that_is_being_written_is_no_value(board: Board) -> None:
    writer_of(board).write(samples({1: 1.0}))
    board.rows["begin"][1] += 1
    board.rows["value"][1] = 99.0
    reader = reader_of(board)
    assert reader.reading(1) == NOTHING or reader.reading(1).quality is Quality.NO_DATA
    assert np.isnan(reader.numbers(NOW, 3.0)[1])


def test_what_a_dead_writer_was_writing_is_no_value_for_the_next_one(board: Board) -> None:
    writer_of(board).write(samples({1: 1.0, 2: 2.0}))
    board.rows["begin"][1] += 1
    board.rows["value"][1] = 99.0
    writer = writer_of(board)
    reader = reader_of(board)
    assert reader.reading(1).quality is Quality.NO_DATA
    assert reader.reading(2).value == 2.0
    writer.write(samples({1: 3.0}))
    assert reader.reading(1).value == 3.0


def consistent(reader: BoardReader, tag: int) -> bool:
    reading = reader.reading(tag)
    return reading.quality is Quality.NO_DATA or reading.value == reading.source_s == reading.received_s


def test_no_torn_value_is_read_beside_a_writing_thread(board: Board) -> None:
    reader, stop = reader_of(board), threading.Event()

    def write() -> None:
        writer, number = writer_of(board), 0
        while not stop.is_set():
            number += 1
            writer.write(samples(dict.fromkeys(range(TAGS), float(number)), at=float(number)))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert all(consistent(reader, n % TAGS) for n in range(4000))
    finally:
        stop.set()
        thread.join()


WRITER = """
import sys
from pathlib import Path
from app.acquisition.board import Board, BoardWriter
from tests.unit.acquisition.test_board import TAGS, samples
writer = BoardWriter(Board(Path(sys.argv[1]), TAGS, 2, create=False), ("C-1", "C-2"))
print("ready", flush=True)
number = 0
while True:
    number += 1
    writer.write(samples(dict.fromkeys(range(TAGS), float(number)), at=float(number)))
"""


def test_no_torn_value_is_read_beside_a_writing_process_nor_after_it_was_killed(tmp_path: Path) -> None:
    board = Board(tmp_path / "board.mem", TAGS, 2, create=True)
    reader = reader_of(board)
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "board.mem")], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        assert all(consistent(reader, n % TAGS) for n in range(20_000))
        values = reader.numbers(float("-inf"), float("inf"))
        assert (np.isnan(values) | (values > 0)).all()
    finally:
        child.kill()
        child.communicate()
    writer_of(board)
    assert all(consistent(reader, tag) for tag in range(TAGS))


def test_a_board_of_another_size_or_none_is_a_known_error(tmp_path: Path) -> None:
    with pytest.raises(KnownError):
        Board(tmp_path / "none.mem", TAGS, 2, create=False)
    (tmp_path / "small.mem").write_bytes(b"x")
    with pytest.raises(KnownError):
        Board(tmp_path / "small.mem", TAGS, 2, create=False)


# --- the screens' values ----------------------------------------------------------------------------------------------


def test_a_second_without_a_value_is_a_gap_for_ever(board: Board) -> None:
    writer, live = writer_of(board), LiveValues(reader_of(board), TAGS)
    for second in range(10):
        if second not in (4, 5, 6, 7):
            writer.write(samples({1: float(second)}, at=NOW + second))
        live.sample(NOW + second)
    times, values = live.recent(1, 60)
    assert times.tolist() == [NOW + second for second in range(10)]
    assert np.isnan(values).tolist() == [False] * 7 + [True] + [False] * 2
    writer.write(samples({1: 7.0}, at=NOW + 10))
    assert np.isnan(live.recent(1, 60)[1][7])


def test_only_the_seconds_asked_for_are_given(board: Board) -> None:
    live = LiveValues(reader_of(board), TAGS)
    assert len(live.recent(0, 60)[0]) == 0
    for second in range(KEPT + 10):
        live.sample(NOW + second)
    times, _ = live.recent(0, 4)
    assert times.tolist() == [NOW + KEPT + 5 + n for n in range(5)]
    assert len(live.recent(0, 1e9)[0]) == KEPT


def test_a_plants_board_knows_every_tags_controller(tmp_path: Path) -> None:
    plant = small_plant()
    _, live = new_board(plant, tmp_path / "board.mem")
    writer = BoardWriter(
        Board(tmp_path / "board.mem", len(plant.tags), len(plant.controllers), create=False), tuple(plant.controllers)
    )
    writer.write(samples({tag.index: float(tag.index) for tag in plant.tags}))
    writer.alive("C-L2", NOW + 100)
    fresh = {tag.controller for tag in plant.tags if not live.reading(tag.index).stale(NOW + 100)}
    assert fresh == {"C-L2"}
