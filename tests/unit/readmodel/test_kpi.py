"""The figures with a target: each has a worked example that holds; and the course of the posting lag."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.lifecycles import PostingState
from app.domain.posting import Posting
from app.readmodel.kpi import KPIS, Kpi, lag_trend, quantile

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("row", KPIS.values(), ids=lambda row: row.id)
def test_every_figure_has_a_unit_a_target_and_an_example_that_holds(row: Kpi) -> None:
    assert row.unit
    assert row.how
    assert row.of(row.example) == row.gives
    assert row.of(()) is None
    assert row.met(row.target)
    assert not row.met(row.target + 1)


@pytest.mark.parametrize(
    ("values", "q", "found"), [((1, 2), 0.5, 1), ((1, 2, 3), 0.5, 2), (range(1, 101), 0.95, 95), ((7,), 0.95, 7)]
)
def test_a_quantile_is_the_nearest_rank_as_in_the_tables_for_reports(
    values: tuple[float, ...], q: float, found: float
) -> None:
    assert quantile(values, q) == found


def posted(minutes: float, lag_s: float) -> Posting:
    confirmed_at = AT + timedelta(minutes=minutes)
    return Posting(
        id="p", version=1, seq=1, state=PostingState.CONFIRMED, command_kind="move_order", command={}, lane="order/1",
        subject="", cause="", occurred_at=confirmed_at - timedelta(seconds=lag_s), queued_at=AT,
        confirmed_at=confirmed_at,
    )  # fmt: skip


def test_the_course_of_the_lag_has_gaps_where_nothing_was_posted() -> None:
    rows = [posted(1, 10), posted(2, 30), posted(25, 5), posted(30, 7), posted(31, 999), posted(-1, 999)]
    course = lag_trend(rows, AT, AT + timedelta(minutes=30), 3, 0.95)
    assert course[0] == 30
    assert math.isnan(course[1])
    assert course[2] == 7
