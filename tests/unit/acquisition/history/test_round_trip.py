"""What was spooled is what is read: random batches, random flushes, restarts in between, against plain numpy."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import US, micros
from app.domain.reading import Quality
from tests.unit.acquisition.history.rig import MEMORY, Spools, batch, everything, picture, tags

TAGS = tags(3)
NUMBERS = st.one_of(st.floats(allow_nan=True, width=64), st.floats(width=32), st.integers(-200, 70_000).map(float))
SAMPLE = st.tuples(
    st.integers(0, 2),
    st.integers(0, 900_000).map(lambda ms: ms / 1000),
    NUMBERS,
    st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.NO_DATA]),
)
BATCHES = st.lists(st.tuples(st.lists(SAMPLE, min_size=1, max_size=25), st.booleans()), max_size=6)
RUNS = st.lists(BATCHES, min_size=1, max_size=3)
RUN_S = 1_000.0

Sample = tuple[int, float, float, int]
Runs = list[list[tuple[list[Sample], bool]]]


def spooled(folder: Path, runs: Runs, seal_rows: int) -> list[Sample]:
    """Spool the runs one after another; the samples in the order that they came."""
    came: list[Sample] = []
    new_spool = Spools()
    for number, batches in enumerate(runs):
        spool = new_spool(folder, TAGS, seal_rows=seal_rows)
        begin_s = number * RUN_S
        spool.flush(begin_s)
        for samples, flushes in batches:
            moved = [(place, begin_s + at, value, quality) for place, at, value, quality in samples]
            spool.take(batch(*map(list, zip(*moved, strict=True))))
            came += moved
            if flushes:
                spool.flush(begin_s + 950)
        spool.flush(begin_s + 950)
        new_spool.end()
    return came


@settings(max_examples=100, deadline=None)
@given(RUNS, st.sampled_from([7, 60, 300, 5_000]))
def test_every_sample_comes_back_bit_by_bit_in_order_of_time(runs: Runs, seal_rows: int) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        came = spooled(Path(name), runs, seal_rows)
        for tag in TAGS:
            mine = [sample for sample in came if sample[0] == tag.index]
            at_us = micros(np.array([at for _, at, _, _ in mine]))
            order = np.argsort(at_us, kind="stable")
            times, values, qualities = everything(Path(name), tag.id)
            np.testing.assert_array_equal(times, at_us[order] / US)
            np.testing.assert_array_equal(values, np.array([value for _, _, value, _ in mine])[order])
            assert qualities.tolist() == [mine[place][3] for place in order]


@settings(max_examples=100, deadline=None)
@given(RUNS, st.sampled_from([7, 60, 5_000]), st.floats(-100, 3_000), st.floats(0.001, 3_000), st.integers(1, 50))
def test_a_picture_has_exactly_the_extremes_of_every_column(
    runs: Runs, seal_rows: int, from_s: float, span_s: float, columns: int
) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        spooled(Path(name), runs, seal_rows)
        reader = HistoryReader(Path(name))
        for tag in TAGS:
            rows = reader.read(tag.id, -1e12, 1e12)
            _, low, high = reader.drawn(tag.id, from_s, from_s + span_s, columns)
            known_until = reader.known_until
            assert known_until is not None
            expected = picture(*rows, (from_s, from_s + span_s), columns, known_until)
            np.testing.assert_array_equal((low, high), expected)
