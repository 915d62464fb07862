"""The arithmetic of strips."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ui.views.trends.numbers import at_instant, cut, runs, steady_range, thinned, tick_instants, tick_step_s

SECONDS = np.arange(0.0, 100.0)


def test_a_hole_in_the_samples_is_a_gap_and_not_a_line() -> None:
    values = SECONDS.copy()
    values[40:50] = np.nan
    found = runs(SECONDS, values, 500)
    assert [(float(t[0]), float(t[-1])) for t, _ in found] == [(0, 39), (50, 99)]


def test_a_single_missing_sample_is_a_gap_too() -> None:
    values = SECONDS.copy()
    values[40] = np.nan
    assert len(runs(SECONDS, values, 500)) == 2


def test_a_silence_without_samples_is_a_gap() -> None:
    times = np.concatenate([SECONDS[:40], SECONDS[60:]])
    assert len(runs(times, times, 500)) == 2


def test_nothing_known_is_nothing_drawn() -> None:
    assert runs(SECONDS, np.full(100, np.nan), 500) == []
    assert runs(np.empty(0), np.empty(0), 500) == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=400), st.integers(1, 50))
def test_thinning_never_loses_a_peak(samples: list[float], columns: int) -> None:
    values = np.array(samples)
    times = np.arange(values.size, dtype=np.float64)
    _, shown = thinned(times, values, max(1e-9, (times[-1] - times[0]) / columns))
    assert shown.min() == values.min()
    assert shown.max() == values.max()
    assert shown.size <= max(values.size, 2 * (columns + 1))


@given(
    st.lists(st.floats(-1e9, 1e9) | st.just(math.nan), max_size=50),
    st.none() | st.floats(-1e6, 1e6),
    st.none() | st.floats(-1e6, 1e6),
)
def test_a_range_holds_every_value_and_the_band(samples: list[float], low: float | None, high: float | None) -> None:
    values = np.array(samples, dtype=np.float64)
    bottom, top = steady_range(values, low, high, None)
    assert bottom < top
    for value in (*values[np.isfinite(values)], *(x for x in (low, high) if x is not None)):
        assert bottom <= value <= top


def test_a_range_stays_while_it_fits_and_shrinks_when_it_is_far_too_wide() -> None:
    first = steady_range(np.array([10.0, 20.0]), None, None, None)
    assert steady_range(np.array([11.0, 19.0]), None, None, first) == first
    assert steady_range(np.array([14.0, 15.0]), None, None, first) != first
    assert steady_range(np.array([10.0, 200.0]), None, None, first)[1] >= 200


def test_ticks_are_round_and_not_too_many() -> None:
    assert tick_step_s(600, 8) == 120
    assert tick_step_s(60, 8) == 10
    assert tick_instants(1003, 1060, 20) == [1020, 1040, 1060]
    assert tick_instants(10, 15, 60) == []


def test_the_value_at_an_instant_is_the_newest_before_it_unless_too_old() -> None:
    assert at_instant(SECONDS, SECONDS * 2, 10.5) == 20
    assert math.isnan(at_instant(SECONDS, SECONDS, -1))
    assert math.isnan(at_instant(SECONDS, SECONDS, 99 + 6))


def test_a_window_takes_one_sample_more_on_either_side() -> None:
    times, _ = cut(SECONDS, SECONDS, 10.5, 20.5)
    assert (times[0], times[-1]) == (10, 21)
