"""The spool over runs, plants, clocks and a disk that fails."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.acquisition.history import growing
from app.acquisition.history.folder import listing, sizes
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.spool import MB, Spool
from app.domain.plant import Signal
from app.domain.reading import Quality
from tests.unit.acquisition.history.rig import DAY, Spools, batch, everything, tag, tags

SPEED = "L1.filler.t0"
OTHER = "L1.filler.t1"


@pytest.fixture
def new_spool() -> Iterator[Spools]:
    """Makes spools whose files are let go of at the end."""
    spools = Spools()
    yield spools
    spools.end()


def spool_run(new_spool: Spools, folder: Path, begin_s: float, seconds: int = 10, most_mb: float = 50.0) -> Spool:
    """A run of one sample a second of two tags, flushed each second, killed at the end."""
    spool = new_spool(folder, tags(2), most_mb)
    for second in range(seconds):
        at_s = begin_s + second
        spool.take(batch([0, 1], [at_s, at_s], [float(second), -float(second)]))
        spool.flush(at_s + 0.5)
    return spool


def breaks_of(folder: Path, tag_id: str) -> list[float]:
    """When the tag's line breaks."""
    times, values, qualities = HistoryReader(folder).read(tag_id, 0, 1e12)
    assert np.isnan(values[qualities == Quality.LOST]).all()
    return [round(at_s - DAY, 6) for at_s in times[qualities == Quality.LOST]]


def test_only_numbers_that_are_marked_for_history_are_kept(tmp_path: Path, new_spool: Spools) -> None:
    kept = [tag(0), tag(1, history=False), tag(2, signal=Signal.LOT), tag(3)]
    spool = new_spool(tmp_path, kept)
    spool.take(batch([0, 1, 2, 3], [DAY] * 4, [1.0, 2.0, float("nan"), 4.0]))
    spool.flush(DAY)
    spool.close()
    assert spool.ids == ("L1.filler.t0", "L1.filler.t3")
    reader = HistoryReader(tmp_path)
    assert [reader.span(f"L1.filler.t{number}") is not None for number in range(4)] == [True, False, False, True]


def test_a_tag_that_never_was_has_no_history(tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path / "nowhere")
    assert reader.span(SPEED) is None
    assert reader.newest([SPEED]) == {}
    assert reader.known_until is None
    assert reader.evicted_until is None
    assert len(reader.read(SPEED, 0, 1e12)[0]) == 0
    _, low, high = reader.drawn(SPEED, DAY, DAY + 60, 3)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_a_picture_without_a_width_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="width"):
        HistoryReader(tmp_path).drawn(SPEED, DAY, DAY, 100)


def test_the_line_breaks_where_a_run_was_last_heard(tmp_path: Path, new_spool: Spools) -> None:
    spool_run(new_spool, tmp_path, DAY)
    spool_run(new_spool, tmp_path, DAY + 100)
    assert breaks_of(tmp_path, SPEED) == [9.5]
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY, DAY + 110, 11)
    assert np.isnan(low).tolist() == [False] + [True] * 9 + [False]


def test_many_restarts_without_samples_break_a_line_once(tmp_path: Path, new_spool: Spools) -> None:
    spool_run(new_spool, tmp_path, DAY)
    for number in range(5):
        new_spool(tmp_path, tags(2)).flush(DAY + 50 + number)
    assert breaks_of(tmp_path, SPEED) == [9.5]


def test_a_run_goes_on_in_the_log_of_the_one_before(tmp_path: Path, new_spool: Spools) -> None:
    for number in range(5):
        spool_run(new_spool, tmp_path, DAY + 100 * number)
    assert len(listing(tmp_path).logs) == 1
    assert not listing(tmp_path).segments


def test_a_lost_controller_breaks_its_lines_and_no_others(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0], DAY + 12)
    spool.lost([0], DAY + 13)
    spool.flush(DAY + 20)
    assert breaks_of(tmp_path, SPEED) == [12.0]
    assert breaks_of(tmp_path, OTHER) == []
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY + 10, DAY + 30, 20)
    assert low[:3].tolist() == [9.0, 9.0, pytest.approx(float("nan"), nan_ok=True)]
    _, other, _ = HistoryReader(tmp_path).drawn(OTHER, DAY + 10, DAY + 30, 20)
    assert np.isfinite(other).tolist() == [True] * 11 + [False] * 9, "held until the spool was last written"


def test_a_kept_link_mends_its_lines_with_what_was_fetched_and_no_others(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0, 1], DAY + 10)
    spool.flush(DAY + 12)
    spool.take(batch(0, [DAY + 14], [50.0], received_s=DAY + 20))
    spool.found([0], kept=True)
    spool.flush(DAY + 30)
    _, low, high = HistoryReader(tmp_path).drawn(SPEED, DAY + 9, DAY + 29, 20)
    assert low.tolist() == [9.0] * 5 + [50.0] * 15
    assert high.tolist() == low.tolist()
    _, other, _ = HistoryReader(tmp_path).drawn(OTHER, DAY + 9, DAY + 29, 20)
    assert np.isfinite(other).tolist() == [True] + [False] * 19


def test_a_value_that_did_not_change_over_a_kept_cut_holds_through_it(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0], DAY + 10)
    spool.found([0], kept=True)
    spool.flush(DAY + 30)
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY + 9, DAY + 29, 20)
    assert low.tolist() == [9.0] * 20


def test_a_cut_that_was_kept_mends_no_earlier_one_that_was_not(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0], DAY + 10)
    spool.found([0], kept=False)
    spool.take(batch(0, [DAY + 20], [1.0]))
    spool.lost([0], DAY + 21)
    spool.found([0], kept=True)
    spool.flush(DAY + 30)
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY + 9, DAY + 29, 20)
    assert np.isfinite(low).tolist() == [True] + [False] * 10 + [True] * 9


def test_a_kept_cut_mends_nothing_of_an_earlier_run(tmp_path: Path, new_spool: Spools) -> None:
    spool_run(new_spool, tmp_path, DAY)
    spool = new_spool(tmp_path, tags(2))
    spool.flush(DAY + 50)
    spool.found([0], kept=True)
    spool.flush(DAY + 60)
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY + 20, DAY + 60, 4)
    assert np.isnan(low).all()


def test_an_unchanged_value_told_again_after_a_loss_is_known_from_then_on(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0], DAY + 12)
    spool.take(batch(0, [DAY + 9], [9.0], received_s=DAY + 20))
    spool.flush(DAY + 30)
    times, values, _ = HistoryReader(tmp_path).read(SPEED, DAY + 9, DAY + 100)
    assert (times - DAY).tolist() == [9, 9, 12, 20]
    assert values[[0, 1, 3]].tolist() == [9, 9, 9]
    _, low, _ = HistoryReader(tmp_path).drawn(SPEED, DAY + 10, DAY + 30, 4)
    assert np.isfinite(low).tolist() == [False, False, True, True]


def test_samples_fetched_after_a_loss_keep_their_own_times(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.lost([0], DAY + 12)
    spool.take(batch(0, DAY + np.arange(11.0, 20.0), np.arange(11.0, 20.0), received_s=DAY + 25))
    spool.flush(DAY + 30)
    times, values, _ = everything(tmp_path, SPEED)
    np.testing.assert_array_equal(times - DAY, [*range(10), *range(11, 20)])
    np.testing.assert_array_equal(values, times - DAY)


def test_a_clock_that_steps_back_loses_no_sample(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    for second in range(10):
        spool.take(batch(0, [DAY - 3600 + second], [100.0 + second]))
        spool.flush(DAY - 3600 + second)
    times, values, _ = everything(tmp_path, SPEED)
    assert len(times) == 20
    assert (np.diff(times) > 0).all()
    assert values[:10].tolist() == [100.0 + second for second in range(10)]


def test_late_samples_find_their_place_across_segments(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), seal_rows=100)
    order = np.random.default_rng(7).permutation(1_000)
    for part in np.split(order, 20):
        spool.take(batch(0, (DAY + part).tolist(), part.astype(float).tolist()))
        spool.flush(DAY + 1_000)
    assert len(listing(tmp_path).segments) > 5
    times, values, _ = everything(tmp_path, SPEED)
    np.testing.assert_array_equal(times - DAY, np.arange(1_000))
    np.testing.assert_array_equal(values, np.arange(1_000))
    _, low, high = HistoryReader(tmp_path).drawn(SPEED, DAY, DAY + 1_000, 10)
    assert low.tolist() == list(range(0, 1_000, 100))
    assert high.tolist() == list(range(99, 1_000, 100))


def test_a_time_that_is_no_time_becomes_the_received_one(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1))
    spool.take(batch(0, [float("nan"), float("inf"), 1e300], [1.0, 2.0, 3.0], received_s=DAY))
    spool.flush(DAY)
    assert (everything(tmp_path, SPEED)[0] - DAY).tolist() == [0, 0]
    assert len(HistoryReader(tmp_path).read(SPEED, DAY, 2e12)[0]) == 3


def test_removed_and_added_tags_keep_their_own_history(tmp_path: Path, new_spool: Spools) -> None:
    before = (tag(0, "gone"), tag(1, "stays"))
    after = (tag(0, "stays"), tag(1, "new"))
    for run, (kept, at_s) in enumerate([(before, DAY), (after, DAY + 100), (before, DAY + 200)]):
        spool = new_spool(tmp_path, kept)
        spool.take(batch([0, 1], [at_s, at_s], [10.0 + run, 20.0 + run]))
        spool.flush(at_s)
    assert everything(tmp_path, "gone")[1].tolist() == [10, 12]
    assert everything(tmp_path, "stays")[1].tolist() == [20, 11, 22]
    assert everything(tmp_path, "new")[1].tolist() == [21]


def test_the_bound_holds_at_every_moment_and_what_went_is_said(tmp_path: Path, new_spool: Spools) -> None:
    spool, most = new_spool(tmp_path, tags(4), most_mb=0.4), 0.4 * MB
    said = []
    for second in range(600):
        spool.take(
            batch(np.arange(100) % 4, DAY + second + np.arange(100) / 100, np.random.default_rng(second).random(100))
        )
        spool.flush(DAY + second + 1)
        assert sizes(tmp_path) <= most
        said.append(HistoryReader(tmp_path).evicted_until)
    assert said[0] is None
    known = [until for until in said if until is not None]
    assert known == sorted(known)
    assert spool.state.evicted_until_s == known[-1]
    times, _, _ = everything(tmp_path, SPEED)
    assert known[-1] - 1 <= times[0] <= known[-1], "the oldest that is left follows what went"
    assert len(times) > 3_000, "most of the room is used"


def test_what_the_spool_holds_is_told_with_since_when(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), seal_rows=100)
    assert (spool.state.size, spool.state.begins_s) == (0, None)
    for minute in range(20):
        spool.take(batch(0, DAY + 60 * minute + np.arange(60.0), np.arange(60.0)))
        spool.flush(DAY + 60 * minute + 60)
    assert (spool.state.size, spool.state.most) == (sizes(tmp_path), 50 * MB)
    assert spool.state.begins_s == pytest.approx(DAY, abs=60)
    again = new_spool(tmp_path, tags(1))
    again.flush(DAY + 5000)
    assert again.state.begins_s == DAY


def test_with_a_bound_in_days_nothing_older_is_kept(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), most_days=2.0)
    for hour in range(24 * 7):
        at_s = DAY + 3600 * hour
        spool.take(batch(0, [at_s], [float(hour)]))
        spool.flush(at_s)
    times, _, _ = everything(tmp_path, SPEED)
    kept_h = (at_s - float(times[0])) / 3600
    assert 48 <= kept_h <= 48 + 2 * 6 + 1, "two days, and the part of a segment that is not older yet"
    assert spool.state.evicted_until_s is not None
    assert spool.state.begins_s == spool.state.evicted_until_s


def test_a_bound_made_smaller_holds_from_the_next_start(tmp_path: Path, new_spool: Spools) -> None:
    for most_mb in (5.0, 0.4):
        spool = new_spool(tmp_path, tags(1), most_mb)
        spool.take(batch(0, DAY + np.arange(60_000.0), np.random.default_rng(1).random(60_000)))
        spool.flush(DAY)
    assert 0.2 * MB < sizes(tmp_path) <= 0.4 * MB


def test_the_newest_row_of_a_tag_is_found_wherever_it_lies(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(4), seal_rows=100)
    spool.take(batch(0, [DAY], [1.0]))
    spool.flush(DAY)
    spool.take(batch(1, DAY + np.arange(100.0), np.arange(100.0)))
    spool.flush(DAY + 100)
    spool.take(batch([2, 2], [DAY + 200, DAY + 150], [2.0, 3.0], [Quality.BAD, Quality.GOOD]))
    spool.flush(DAY + 200)
    found = HistoryReader(tmp_path).newest([tag.id for tag in tags(4)])
    assert found[SPEED] == (DAY, 1.0)
    assert found[OTHER] == (DAY + 99, 99.0)
    assert found["L1.filler.t2"][0] == DAY + 200
    assert np.isnan(found["L1.filler.t2"][1])
    assert len(found) == 3


def test_a_torn_head_is_given_up(tmp_path: Path, new_spool: Spools) -> None:
    tmp_path.joinpath("00000007.log").write_bytes(b"LSH1\x40")
    spool = new_spool(tmp_path, tags(1))
    spool.take(batch(0, [DAY], [1.0]))
    spool.flush(DAY)
    assert spool.state.ok
    assert list(listing(tmp_path).logs) == [8]


def test_an_unreadable_segment_is_left_out_said_once_and_evicted_in_its_turn(
    tmp_path: Path, new_spool: Spools, caplog: pytest.LogCaptureFixture
) -> None:
    spool = new_spool(tmp_path, tags(1), seal_rows=100)
    for part in range(5):
        spool.take(batch(0, DAY + 100.0 * part + np.arange(100), np.full(100, float(part))))
        spool.flush(DAY + 100 * part)
    second = list(listing(tmp_path).segments.values())[1]
    second.write_bytes(second.read_bytes()[:-7])
    reader = HistoryReader(tmp_path)
    with caplog.at_level(logging.WARNING):
        found = [set(reader.read(SPEED, DAY, DAY + 1_000)[1].tolist()) for _ in range(3)]
    assert found == [{0.0, 2.0, 3.0, 4.0}] * 3
    assert len(caplog.records) == 1
    assert reader.damaged == 1


def test_a_rotten_chunk_is_no_value(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), seal_rows=1_000)
    spool.take(batch(0, DAY + np.arange(1_000.0), np.random.default_rng(1).random(1_000)))
    spool.flush(DAY)
    (segment,) = listing(tmp_path).segments.values()
    data = bytearray(segment.read_bytes())
    data[300 * 12] ^= 1
    segment.write_bytes(data)
    reader = HistoryReader(tmp_path)
    assert len(reader.read(SPEED, DAY, DAY + 1_000)[0]) == 1_000 - 256
    assert reader.damaged == 1


# --- a disk that fails ----------------------------------------------------------------------------------------------


def test_a_failing_disk_is_said_once_and_nothing_is_lost_when_it_recovers(
    tmp_path: Path, new_spool: Spools, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails, really = [False], growing.to_disk

    def to_disk(handle: int) -> None:
        if fails[0]:
            raise OSError(5, os.strerror(5))
        really(handle)

    monkeypatch.setattr(growing, "to_disk", to_disk)
    spool = new_spool(tmp_path, tags(1))
    with caplog.at_level(logging.WARNING):
        for second in range(30):
            fails[0] = 10 <= second < 20
            spool.take(batch(0, [DAY + second], [float(second)]))
            spool.flush(DAY + second)
            assert spool.state.ok is not fails[0]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert everything(tmp_path, SPEED)[1].tolist() == [float(second) for second in range(30)]


def test_a_folder_that_cannot_be_made_stops_nothing_and_memory_stays_bounded(tmp_path: Path, new_spool: Spools) -> None:
    blocked = tmp_path / "history"
    blocked.write_text("in the way")
    spool = new_spool(blocked, tags(1), 50, most_waiting=100)
    for second in range(300):
        spool.take(batch(0, [DAY + second], [float(second)]))
        if second % 10 == 9:
            spool.flush(DAY + second)
    assert not spool.state.ok
    assert "can't be written" in spool.state.reason
    assert spool.state.since_s == DAY + 9
    assert spool.state.dropped == 200
    blocked.unlink()
    spool.flush(DAY + 300)
    assert spool.state.ok
    assert spool.state.dropped == 200
    assert everything(blocked, SPEED)[1].tolist() == [float(second) for second in range(200, 300)]


def test_dropped_samples_break_the_line(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), 50, most_waiting=100)
    spool.take(batch(0, [DAY], [1.0]))
    spool.flush(DAY)
    for second in range(200):
        spool.take(batch(0, [DAY + 10 + second], [2.0]))
    spool.flush(DAY + 300)
    assert breaks_of(tmp_path, SPEED) == [0.0]
    assert spool.state.dropped == 100


def test_room_is_left_to_the_journal(tmp_path: Path, new_spool: Spools) -> None:
    spool = new_spool(tmp_path, tags(1), 50, keep_free_mb=1e12)
    spool.take(batch(0, [DAY], [1.0]))
    spool.flush(DAY)
    assert not spool.state.ok
    assert sizes(tmp_path) < 1_000


def test_closing_twice_and_going_on_is_no_fault(tmp_path: Path, new_spool: Spools) -> None:
    spool = spool_run(new_spool, tmp_path, DAY)
    spool.close()
    spool.close()
    spool.take(batch(0, [DAY + 50], [50.0]))
    spool.flush(DAY + 50)
    assert everything(tmp_path, SPEED)[1].tolist() == [*range(10), 50.0]
