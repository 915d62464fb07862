"""What runs measure: rates, how long a load lasts, what a unit uses. Worked by hand."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.events import Run
from app.domain.runs import KEPT, following, load_minutes, rates, since, use_per_unit
from tests.plants import NOON


def run(minute: float, minutes: float = 5.0, units: float = 2000.0, used: float | None = None) -> Run:
    begin = NOON + timedelta(minutes=minute)
    end = begin + timedelta(minutes=minutes)
    return Run(from_at=begin, to_at=end, units=units, running_s=minutes * 60, used=used)


def test_a_rate_is_units_a_minute_of_running() -> None:
    (found,) = rates([run(0, units=1940.0)])
    assert (found.value, found.from_at, found.to_at) == (388.0, NOON, NOON + timedelta(minutes=5))


def test_a_load_lasts_as_long_as_its_use_says() -> None:
    """5 min use 12.5 %: all of it in 40 min."""
    assert [found.value for found in load_minutes([run(0, used=12.5), run(5, used=10.0)])] == [40.0, 50.0]


def test_runs_that_use_little_are_taken_together() -> None:
    """Three runs of 5 min use 0.2 % each: 0.6 % in 15 min, all of it in 2,500 min."""
    (found,) = load_minutes([run(0, used=0.2), run(5, used=0.2), run(10, used=0.2), run(15, used=0.1)])
    assert round(found.value, 6) == 2500.0
    assert found.to_at - found.from_at == timedelta(minutes=15)


def test_a_refill_begins_anew() -> None:
    assert load_minutes([run(0, used=0.4), run(5), run(10, used=0.4)]) == ()


def test_what_a_unit_uses_is_all_pieces_over_all_units() -> None:
    """12.5 % and 12.6 % of 16,000 pieces for 4,000 units: 4,016 pieces, 1.004 each. The refill does not count."""
    assert use_per_unit([run(0, used=12.5), run(5, used=12.6), run(10)], 16_000) == 1.004
    assert use_per_unit([run(0)], 16_000) is None


def test_a_run_that_began_before_the_change_is_not_after_it() -> None:
    rows = [run(0), run(5), run(10)]
    assert since(rows, NOON + timedelta(minutes=5)) == tuple(rows[1:])


RUNS = st.lists(st.integers(0, 200).map(lambda minute: run(float(minute))), max_size=12)


@given(st.lists(RUNS, max_size=6))
def test_however_runs_are_told_none_overlaps_another_and_twice_is_once(told: list[list[Run]]) -> None:
    kept: tuple[Run, ...] = ()
    for runs in told:
        kept = following(kept, runs)
        assert following(kept, runs) == kept
    assert all(a.to_at <= b.from_at for a, b in pairwise(kept))
    assert len(kept) <= KEPT
