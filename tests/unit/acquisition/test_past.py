"""Live values and history in one picture: over a real spool's files, read on a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.acquisition.board import Board, BoardReader, BoardWriter
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import Floats
from app.acquisition.past import Ask, Past, Picture
from app.acquisition.values import LiveValues
from app.domain.reading import Quality
from tests.unit.acquisition.history.rig import DAY, Spools, batch, tags

KEPT, PLAIN = 0, 1
"""Board indices: one tag with a history, one without."""
TAG = "L1.filler.t0"
SOON_S = 20.0


class Station:
    """A spool as the acquisition writes it, and the screens' values beside it, by one clock that the test moves."""

    def __init__(self, folder: Path, new_spool: Spools) -> None:
        self.folder, self._new_spool = folder, new_spool
        self.now_s = DAY
        self._runs = 0
        self.restart()

    def restart(self) -> None:
        """Both processes begin again, with an empty board, over the same folder."""
        self._runs += 1
        board = Board(self.folder / f"board-{self._runs}.mem", 2, 1, create=True)
        self._writer = BoardWriter(board, ("C-L1",))
        self.spool = self._new_spool(self.folder / "history", tags(1))
        self._board = board
        self.reads_with(HistoryReader)

    def reads_with(self, reader: Callable[[Path], HistoryReader]) -> None:
        """New values for the screens, which read history so."""
        past = Past(self.folder / "history", reader)
        self.values = LiveValues(BoardReader(self._board, np.zeros(2, np.int32)), 2, past, {KEPT: TAG})

    def runs(self, seconds: int, value: float, *, flushed: bool = True) -> None:
        """Both tags have this value for so long."""
        for _ in range(seconds):
            both = batch([KEPT, PLAIN], [self.now_s] * 2, [value, value])
            self._writer.write(both)
            self.values.sample(self.now_s + 0.1)
            if flushed:
                self.spool.take(batch([KEPT], [self.now_s], [value]))
                self.spool.flush(self.now_s + 0.5)
            self.now_s += 1

    def picture(self, index: int, back_s: float, columns: int) -> tuple[list[float], list[float]]:
        """(low, high) of the last seconds, once all is read."""
        window = self.now_s - back_s, self.now_s
        self.values.drawn(index, *window, columns)
        until(lambda: not self.values.arriving)
        edges, low, high = self.values.drawn(index, *window, columns)
        assert edges.tolist() == pytest.approx((window[0] + np.arange(columns) * back_s / columns).tolist())
        return low.tolist(), high.tolist()


class WatchedReader(HistoryReader):
    """Counts its pictures by their windows, then waits at `gate`."""

    windows: list[tuple[float, float]]
    gate: threading.Event

    def drawn(self, tag_id: str, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        self.windows.append((from_s, to_s))
        self.gate.wait(SOON_S)
        return super().drawn(tag_id, from_s, to_s, columns)


class FaultyReader(HistoryReader):
    """Has a fault of ours."""

    def drawn(self, tag_id: str, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        raise RuntimeError("a fault of ours")


def watched(station: Station) -> tuple[list[tuple[float, float]], threading.Event]:
    """The windows that are read from now on, and the gate that lets them be."""
    windows: list[tuple[float, float]] = []
    gate = threading.Event()

    def made(folder: Path) -> HistoryReader:
        reader = WatchedReader(folder)
        reader.windows, reader.gate = windows, gate
        return reader

    station.reads_with(made)
    return windows, gate


def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    """A station whose threads and files are let go of at the end."""
    spools = Spools()
    made = Station(tmp_path, spools)
    yield made
    made.values.close()
    spools.end()


def test_what_was_before_a_restart_is_drawn_with_what_is_live_and_the_hole_between(station: Station) -> None:
    station.runs(30, 5.0)
    station.values.close()
    station.now_s += 30
    station.restart()
    station.runs(30, 7.0)
    low, high = station.picture(KEPT, 90, 9)
    assert low[:3] == high[:3] == [5.0] * 3
    assert np.isnan(low[3:6]).all()
    assert low[6:] == high[6:] == [7.0] * 3


def test_seconds_that_are_not_on_disk_yet_are_drawn_from_the_values_at_hand(station: Station) -> None:
    station.runs(30, 5.0)
    station.runs(3, 9.0, flushed=False)
    low, high = station.picture(KEPT, 33, 33)
    assert low[:30] == [5.0] * 30
    assert high[-2:] == [9.0, 9.0]


def test_a_tag_without_history_has_the_values_at_hand_only(station: Station) -> None:
    station.runs(30, 5.0)
    assert station.picture(PLAIN, 30, 3) == ([5.0] * 3, [5.0] * 3)
    assert station.values.begins_s(PLAIN) == DAY + 0.1
    station.values.close()
    station.restart()
    assert np.isnan(station.picture(PLAIN, 30, 3)[0]).all()
    assert station.values.begins_s(PLAIN) is None


def test_samples_between_the_seconds_are_in_the_picture(station: Station) -> None:
    station.runs(10, 5.0)
    station.spool.take(batch([KEPT], [station.now_s - 0.6], [50.0]))
    station.spool.flush(station.now_s)
    assert max(station.picture(KEPT, 10, 2)[1]) == 50.0


def test_a_folder_that_appears_later_is_read_then(tmp_path: Path, station: Station) -> None:
    assert not (tmp_path / "history").exists()
    assert np.isnan(station.picture(KEPT, 60, 6)[0]).all()
    station.runs(20, 5.0)
    assert station.picture(KEPT, 20, 2)[0] == [5.0, 5.0]


def test_the_first_instant_of_a_tag_is_known_once_it_was_read(station: Station) -> None:
    station.runs(10, 5.0)
    station.values.close()
    station.now_s += 100
    station.restart()
    assert station.values.begins_s(KEPT) is None
    until(lambda: station.values.begins_s(KEPT) == DAY)
    assert not station.values.arriving


def test_a_damaged_history_is_nothing_known_and_the_live_values_stay(tmp_path: Path, station: Station) -> None:
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "00000001.seg").write_bytes(b"no history" * 50)
    station.runs(10, 5.0, flushed=False)
    assert station.picture(KEPT, 20, 2)[0][1] == 5.0


@pytest.mark.expects_error_log
def test_a_fault_of_the_reader_is_logged_and_only_the_values_at_hand_are_known(station: Station) -> None:
    station.runs(10, 5.0)
    station.reads_with(FaultyReader)
    station.runs(10, 6.0)
    low, _ = station.picture(KEPT, 20, 2)
    assert np.isnan(low[0])
    assert low[1] == 6.0


def test_asking_never_waits_for_the_disk_and_the_latest_window_wins(station: Station) -> None:
    windows, gate = watched(station)
    station.runs(10, 5.0)
    for number in range(50):
        station.values.drawn(KEPT, station.now_s - 100 - number, station.now_s, 10)
        assert station.values.arriving
    gate.set()
    until(lambda: not station.values.arriving)
    assert len(windows) <= 2
    assert windows[-1][0] == station.now_s - 149


def test_going_back_to_the_window_that_is_being_read_drops_the_other(station: Station) -> None:
    windows, gate = watched(station)
    station.runs(10, 5.0)
    first, other = (station.now_s - 100, station.now_s), (station.now_s - 200, station.now_s)
    station.values.drawn(KEPT, *first, 10)
    until(lambda: windows == [first])
    station.values.drawn(KEPT, *other, 10)
    station.values.drawn(KEPT, *first, 10)
    gate.set()
    until(lambda: not station.values.arriving)
    assert windows == [first]


def test_a_live_window_that_moves_on_is_not_read_again_each_second(station: Station) -> None:
    windows, gate = watched(station)
    gate.set()
    station.runs(30, 5.0)
    for second in range(60):
        station.runs(1, float(second))
        assert station.picture(KEPT, 200, 200)[0][-1] == second
    assert len(windows) <= 2


def test_a_picture_serves_windows_that_moved_by_whole_columns_within_it() -> None:
    ask = Ask(tag_id=TAG, from_s=1000.0, to_s=2000.0, columns=100)
    picture = Picture(ask=ask, low=np.arange(100.0), high=np.arange(100.0), until_s=2000.0)

    def moved(from_s: float, to_s: float, columns: int = 100) -> Ask:
        return Ask(tag_id=TAG, from_s=from_s, to_s=to_s, columns=columns)

    assert picture.serves(moved(1000, 2000), 1e9)
    assert picture.serves(moved(1050, 2050), 1900)
    assert not picture.serves(moved(1050, 2050), 2010)
    assert not picture.serves(moved(1070, 2070), 0)
    assert not picture.serves(moved(1055, 2055), 0)
    assert not picture.serves(moved(990, 1990), 0)
    assert not picture.serves(moved(1000, 2000, 50), 0)
    low, _ = picture.fitted(moved(1050, 2050))
    assert low[:95].tolist() == list(range(5, 100))
    assert np.isnan(low[95:]).all()


def test_a_silence_of_the_seconds_is_a_gap(station: Station) -> None:
    station.runs(20, 5.0, flushed=False)
    station.now_s += 20
    station.runs(20, 5.0, flushed=False)
    assert np.isnan(station.picture(PLAIN, 60, 12)[0]).tolist() == [False] * 4 + [True] * 4 + [False] * 4


def test_a_value_that_was_lost_is_a_gap_in_history_too(station: Station) -> None:
    station.runs(20, 5.0)
    station.spool.lost([KEPT], station.now_s)
    station.spool.flush(station.now_s)
    station.values.close()
    station.now_s += 20
    station.restart()
    station.runs(20, 5.0)
    assert np.isnan(station.picture(KEPT, 60, 6)[0]).tolist() == [False] * 2 + [True] * 2 + [False] * 2
    assert station.values.reading(KEPT).quality is Quality.GOOD


def test_a_picture_without_a_width_is_refused(station: Station) -> None:
    with pytest.raises(ValueError, match="width"):
        station.values.drawn(KEPT, DAY, DAY, 10)
