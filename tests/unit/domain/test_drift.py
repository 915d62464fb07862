"""When a difference is evidence: the estimate, its interval, and worked examples by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drift import CONFIDENCE, LEAST, drifted, estimate, gap, met, quartile, share_of

RATES = st.lists(st.floats(1, 1000), min_size=1, max_size=14)


def test_the_middle_is_the_median_of_all_pairs_by_hand() -> None:
    """1, 2, 6: the six Walsh averages are 1, 1.5, 2, 3.5, 4, 6, their median 2.75."""
    found = estimate([6.0, 1.0, 2.0])
    assert (found.n, found.middle, found.low, found.high) == (3, 2.75, 1.0, 6.0)
    assert found.confidence == 0.75


@pytest.mark.parametrize(
    ("n", "asked", "place", "reached"),
    [(6, 0.95, 1, 0.969), (7, 0.95, 3, 0.953), (8, 0.95, 4, 0.961), (10, 0.95, 9, 0.951), (8, 0.99, 1, 0.992)],
)
def test_the_interval_is_that_of_the_published_tables(n: int, asked: float, place: int, reached: float) -> None:
    """Hollander and Wolfe, table A.4: the interval of n measurements begins at their `place`-th Walsh average."""
    values = [float(value * value) for value in range(1, n + 1)]
    averages = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    found = estimate(values, asked)
    assert (found.low, found.high) == (averages[place - 1], averages[-place])
    assert found.confidence == pytest.approx(reached, abs=0.0006)


def test_evidence_begins_with_the_fewest_that_can_be_so_sure() -> None:
    assert estimate([1.0] * (LEAST - 1)).confidence < CONFIDENCE
    assert estimate([1.0] * LEAST).confidence >= CONFIDENCE


def test_a_filler_at_388_that_is_planned_with_420_is_evidence() -> None:
    runs = [388.0, 390.0, 386.5, 391.0, 387.0, 389.0, 385.0, 388.5]
    found = estimate(runs)
    assert found.middle == pytest.approx(388.125, abs=0.2)
    assert drifted(found, 420.0)
    assert not drifted(found, 388.0)
    assert gap(found.middle, 420.0) == pytest.approx(-0.076, abs=0.001)


def test_one_jam_among_the_runs_moves_nothing() -> None:
    steady = [420.0 + place % 3 for place in range(11)]
    assert estimate([*steady, 12.0]).middle == pytest.approx(estimate(steady).middle, abs=0.6)
    assert not drifted(estimate([*steady, 12.0]), 420.0)


def test_noise_about_the_standard_is_none() -> None:
    assert not drifted(estimate([400.0, 440.0] * 10), 420.0)


def test_a_certain_drift_that_nobody_minds_is_none() -> None:
    runs = [410.0 + place / 100 for place in range(20)]
    assert estimate(runs).high < 420
    assert not drifted(estimate(runs), 420.0)


def test_too_few_runs_are_never_evidence() -> None:
    assert not drifted(estimate([100.0] * (LEAST - 1)), 420.0)


def test_a_met_standard_is_near_or_within_the_interval() -> None:
    assert met(estimate([388.0] * 8), 390.0)
    assert met(estimate([300.0, 500.0] * 4), 390.0)
    assert not met(estimate([388.0] * 8), 420.0)


@given(RATES)
def test_the_middle_lies_within_its_interval_and_that_within_the_measurements(values: list[float]) -> None:
    found = estimate(values)
    assert min(values) <= found.low <= found.middle <= found.high <= max(values)
    assert 0 <= found.confidence < 1
    assert found.spread >= 0


@given(RATES, st.floats(-500, 500), st.floats(0.1, 10))
def test_it_moves_and_stretches_with_what_is_measured(values: list[float], shift: float, scale: float) -> None:
    found, moved = estimate(values), estimate([value * scale + shift for value in values])
    for name in ("middle", "low", "high"):
        assert getattr(moved, name) == pytest.approx(getattr(found, name) * scale + shift, rel=1e-6, abs=1e-6)


@given(RATES, st.randoms(use_true_random=False))
def test_the_order_of_the_measurements_says_nothing(values: list[float], chance: object) -> None:
    mixed = list(values)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert estimate(mixed) == estimate(values)


@given(RATES)
def test_what_runs_as_planned_is_never_a_drift(values: list[float]) -> None:
    found = estimate(values)
    assert not drifted(found, found.middle)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_what_is_no_measurement_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        estimate(values)


def test_a_share_has_wilsons_interval_by_hand() -> None:
    """10 of 100 at z = 2.5758: centre (0.1 + 0.03317) / 1.06635 = 0.12489, half width 0.07886."""
    found = share_of(10, 100)
    assert (found.middle, found.n) == (0.1, 100)
    assert (found.low, found.high) == (pytest.approx(0.04603, abs=1e-5), pytest.approx(0.20375, abs=1e-5))


@given(st.integers(1, 10_000), st.data())
def test_a_share_stays_a_share(total: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, total))
    found = share_of(bad, total)
    assert 0 <= found.low <= found.middle <= found.high <= 1


@pytest.mark.parametrize(("bad", "total"), [(0, 0), (2, 1), (-1, 5)])
def test_no_units_have_no_share(bad: int, total: int) -> None:
    with pytest.raises(ValueError, match="units"):
        share_of(bad, total)


def test_quartiles_lie_between_two_measurements() -> None:
    assert [quartile([1.0, 2.0, 3.0, 4.0], q) for q in (0, 0.25, 0.5, 1)] == [1.0, 1.75, 2.5, 4.0]
