"""Recorded bursts: what is read, what is refused, and what is reconstructed inside a burst."""

import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from drivers.simulated.replay import (
    COLUMNS,
    Burst,
    RecordedAlarm,
    between,
    known_codes,
    read_bursts,
    reconstruct,
    week,
)
from drivers.simulated.replay_server import changes
from tests.needs import need_shared

HALF_AN_HOUR = timedelta(minutes=30)
HEADER = ",".join(COLUMNS)
ROW = "3,2019-02-21 10:16:18.130,2019-02-21 10:20:06.760,228.63,5,2,139,98,139"


def burst_file(folder: Path, *rows: str) -> Path:
    path = folder / "bursts.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    return path


def assert_faithful(burst: Burst, alarms: list[RecordedAlarm]) -> None:
    """Everything that the row says holds for the reconstructed alarms."""
    counts = Counter(alarm.code for alarm in alarms)
    assert len(alarms) == burst.alarms
    assert len(counts) == burst.distinct
    assert (alarms[0].code, alarms[-1].code) == (burst.first, burst.last)
    assert counts[burst.dominant] == max(counts.values())
    assert alarms[0].at == burst.start_at
    assert alarms[-1].at == (burst.end_at if burst.alarms > 1 else burst.start_at)
    moments = [alarm.at for alarm in alarms]
    assert moments == sorted(moments)
    assert all(alarm.at <= alarm.returns_at <= burst.end_at for alarm in alarms)
    mean = (burst.end_at - burst.start_at) / max(1, burst.alarms - 1)
    silences = (later - earlier for earlier, later in pairwise(moments))
    assert max(silences, default=timedelta()) < max(HALF_AN_HOUR, mean + timedelta(milliseconds=2))


def test_every_burst_of_the_real_file_is_reconstructed_faithfully() -> None:
    bursts = read_bursts(need_shared() / "data" / "alpi" / "bursts_2019-02_2020-01.csv.gz")
    codes = known_codes(bursts)
    total = 0
    for burst in bursts:
        alarms = reconstruct(burst, codes[burst.machine])
        assert_faithful(burst, alarms)
        total += len(alarms)
    assert (len(bursts), total) == (25_712, 308_683)


@st.composite
def bursts(draw: st.DrawFn) -> Burst:
    code = st.sampled_from([str(number) for number in range(8)])
    start_at = datetime(2019, 2, 21, 10, tzinfo=UTC)
    burst = Burst(
        row=draw(st.integers(2, 10_000)),
        machine=draw(st.integers(0, 20)),
        start_at=start_at,
        end_at=start_at + timedelta(milliseconds=draw(st.integers(0, 10_000_000))),
        alarms=draw(st.integers(1, 60)),
        distinct=draw(st.integers(1, 15)),
        first=draw(code),
        last=draw(code),
        dominant=draw(code),
    )
    named = {burst.first, burst.last, burst.dominant}
    twice = burst.first == burst.last and burst.alarms > 1
    least = len(named) + (1 if twice else 0) + (1 if twice and burst.dominant != burst.first else 0)
    assume(len(named) <= burst.distinct <= burst.alarms)
    assume(least + burst.distinct - len(named) <= burst.alarms)
    return burst


@given(burst=bursts(), codes=st.lists(st.sampled_from("abcdef"), max_size=6, unique=True))
def test_any_consistent_burst_is_reconstructed_faithfully(burst: Burst, codes: list[str]) -> None:
    assert_faithful(burst, reconstruct(burst, codes))


@given(burst=bursts())
def test_the_same_row_gives_the_same_alarms(burst: Burst) -> None:
    assert reconstruct(burst, ["a", "b"]) == reconstruct(burst, ["a", "b"])


@given(burst=bursts())
def test_an_alarm_returns_before_its_code_comes_again(burst: Burst) -> None:
    active: set[str] = set()
    for change in changes(reconstruct(burst, [])):
        assert (change.alarm.code in active) is not change.active
        active ^= {change.alarm.code}
    assert not active


def test_a_plain_file_and_a_gzipped_one_read_the_same(tmp_path: Path) -> None:
    plain = burst_file(tmp_path, ROW)
    packed = tmp_path / "bursts.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_bursts(plain) == read_bursts(packed)
    assert read_bursts(plain)[0].start_at == datetime(2019, 2, 21, 10, 16, 18, 130_000, tzinfo=UTC)


def test_a_week_holds_the_bursts_that_start_in_it(tmp_path: Path) -> None:
    later = ROW.replace("02-21", "02-28")
    path = burst_file(tmp_path, later, ROW)
    assert [burst.row for burst in read_bursts(path)] == [3, 2]
    assert [burst.row for burst in week(path, datetime(2019, 2, 21, tzinfo=UTC))] == [3]
    start_at = datetime(2019, 2, 28, tzinfo=UTC)
    assert [burst.row for burst in between(read_bursts(path), start_at, start_at + timedelta(1))] == [2]


def test_every_faulty_row_is_named_at_once(tmp_path: Path) -> None:
    path = burst_file(
        tmp_path,
        ROW,
        "x,2019-02-21 10:16:18,2019-02-21 10:20:06,228,5,1,139,139,139",
        "3,yesterday,2019-02-21 10:20:06,228,5,1,139,139,139",
        "3,2019-02-21 10:16:18,2019-02-21 10:10:06,228,5,1,139,139,139",
        "3,2019-02-21 10:16:18,2019-02-21 10:20:06,228,2,3,139,139,139",
        "3,2019-02-21 10:16:18,2019-02-21 10:20:06,228,5,1,139,98,139",
        "3,2019-02-21 10:16:18,2019-02-21 10:20:06,228,0,0,,139,139",
        "3,2019-02-21",
    )
    with pytest.raises(KnownError) as raised:
        read_bursts(path)
    for row in range(3, 10):
        assert f"row {row}:" in raised.value.message
    assert "row 2:" not in raised.value.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the columns"),
        (b"machine_id,start_time\n1,2\n", "lacks the columns end_time"),
        (HEADER.encode() + b"\n", "holds no bursts"),
        (b"\xff\xfe\x00", "Cannot read"),
        (b"\x1f\x8b\x08broken", "Cannot read"),
        (HEADER.encode() + b'\n"3,1\n', "Mend the quotes"),
    ],
)
def test_a_file_that_is_no_burst_file_is_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bursts.csv"
    path.write_bytes(content)
    with pytest.raises(KnownError, match=said):
        read_bursts(path)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="Cannot read"):
        read_bursts(tmp_path / "nowhere.csv")
