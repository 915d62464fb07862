"""The times from a controller's event to the journal and the screen, as reports give them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.case import ExceptionCase
from app.domain.events import CaseOpened
from app.domain.plant import ExceptionRule
from app.readmodel.model import all_cases
from tests.ui.desk import FakeDesk
from tests.ui.plant import make_plant
from ui.report import since_source

HAPPENED_AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
PLANT = replace(
    make_plant(),
    rules=(
        ExceptionRule(id="stop", version=1, kind="unplanned_stop", machines=frozenset(), parameters={"delay_s": 2.0}),
        ExceptionRule(id="starved", version=1, kind="starved", machines=frozenset()),
        ExceptionRule(id="drift", version=1, kind="reject_drift", machines=frozenset()),
    ),
)


def case(kind: str, rule: str, *, replayed: bool = False) -> ExceptionCase:
    """A case that happened at HAPPENED_AT."""
    desk = FakeDesk(PLANT)
    desk.record(
        CaseOpened(
            case_id=f"{kind} {rule}",
            kind=kind,
            priority=2,
            title=kind,
            occurrence=kind,
            happened_at=HAPPENED_AT,
            machine="L1.filler",
            rule=rule,
            replayed=replayed,
        )
    )
    return all_cases(desk.view)[0]


@pytest.mark.parametrize(
    ("kind", "rule", "delay_s"),
    [("unplanned_stop", "stop", 2.0), ("starved", "starved", 60.0), ("reject_drift", "drift", 0)],
)
def test_the_delay_that_a_rule_asks_for_does_not_count(kind: str, rule: str, delay_s: float) -> None:
    one = case(kind, rule)
    at = {one.id: HAPPENED_AT + timedelta(seconds=delay_s + 0.25)}
    assert since_source(PLANT, [one], at) == {"p50": pytest.approx(0.25), "p95": pytest.approx(0.25)}


def test_what_no_controller_said_and_what_was_not_seen_does_not_count() -> None:
    cases = [case("operator_report", ""), case("unplanned_stop", "stop", replayed=True), case("starved", "starved")]
    at = {one.id: HAPPENED_AT for one in cases[:2]}
    assert since_source(PLANT, cases, at) == {"p50": None, "p95": None}
