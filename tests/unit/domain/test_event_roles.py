"""Who may be the author of which event: every event has a row, and the rows agree with what the program does."""

import pytest

from app.domain import events as e
from app.domain.events import EVENT_TYPES
from app.domain.people import Role
from app.domain.permissions import EVENT_ROLES, PEOPLES_OWN, SIGNED, WORKERS

QUALITY = {Role.QUALITY_LEAD}


def test_every_event_has_a_row_and_every_row_an_event() -> None:
    assert set(EVENT_ROLES) == set(EVENT_TYPES.values())


@pytest.mark.parametrize("event", PEOPLES_OWN, ids=lambda cls: cls.__name__)
def test_what_only_a_person_decides_is_somebodys(event: type[e.Event]) -> None:
    assert EVENT_ROLES[event]


@pytest.mark.parametrize("event", EVENT_ROLES, ids=lambda cls: cls.__name__)
def test_a_viewer_and_an_administrator_are_the_author_of_nothing_on_the_floor(event: type[e.Event]) -> None:
    expected = {e.SignedIn: {Role.VIEWER, Role.ADMIN}, e.SignedOut: {Role.VIEWER, Role.ADMIN}}
    expected[e.ControlRequested] = {Role.ADMIN}
    assert EVENT_ROLES[event] - WORKERS == expected.get(event, set())


@pytest.mark.parametrize("event", [e.HoldReviewStarted, e.HoldDispositioned, e.HoldReleased])
def test_what_ends_a_hold_is_the_quality_leads_alone_and_never_the_programs(event: type[e.Event]) -> None:
    assert EVENT_ROLES[event] == QUALITY
    assert event in PEOPLES_OWN


def test_what_is_signed_is_a_persons_own() -> None:
    assert SIGNED <= PEOPLES_OWN


def test_who_may_place_a_hold_may_be_the_author_of_its_posting() -> None:
    assert EVENT_ROLES[e.HoldPlaced] <= EVENT_ROLES[e.PostingQueued]
