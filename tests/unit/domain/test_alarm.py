"""Part 9's independent states as the one ISA-18.2 state of an alarm."""

import itertools

import pytest

from app.domain.alarm import Told, standing
from app.domain.lifecycles import ALARM, AlarmState

S = AlarmState
FLAGS = ("active", "acknowledged", "shelved", "suppressed", "out_of_service", "retained")
EVERY = [Told(**dict(zip(FLAGS, flags, strict=True))) for flags in itertools.product((False, True), repeat=len(FLAGS))]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (Told(active=True, acknowledged=False), S.UNACKNOWLEDGED),
        (Told(active=True, acknowledged=True), S.ACKNOWLEDGED),
        (Told(active=False, acknowledged=False), S.RETURNED_UNACKNOWLEDGED),
        (Told(active=False, acknowledged=True), S.NORMAL),
        (Told(active=True, acknowledged=False, shelved=True), S.SHELVED),
        (Told(active=True, acknowledged=False, shelved=True, suppressed=True), S.SUPPRESSED_BY_DESIGN),
        (Told(active=True, acknowledged=False, suppressed=True, out_of_service=True), S.OUT_OF_SERVICE),
        (Told(active=False, acknowledged=False, retained=False), S.NORMAL),
        (Told(active=True, acknowledged=True, shelved=True, retained=False), S.SHELVED),
    ],
)
def test_what_hides_an_alarm_goes_before_what_it_hides(told: Told, state: AlarmState) -> None:
    assert standing(told) is state


def test_every_state_of_isa_18_2_is_told_by_some_controller_and_reached_in_the_table() -> None:
    assert {standing(told) for told in EVERY} == set(AlarmState) == ALARM.reachable()


@pytest.mark.parametrize("state", list(AlarmState))
def test_the_table_leads_from_every_state_to_every_other(state: AlarmState) -> None:
    """A controller may tell any state after any other; none of them is a dead end for a person."""
    reached, todo = {state}, [state]
    while todo:
        more = {ALARM.step(now, trigger) for now in todo for trigger in ALARM.triggers(now)} - reached
        reached |= more
        todo = list(more)
    assert reached == set(AlarmState)
