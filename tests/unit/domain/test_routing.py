"""Routing: exactly one primary part, never unowned, every fallback said."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.kinds import EXCEPTION_KINDS
from app.domain.people import Function, Role
from app.domain.plant import Plant, Route
from app.domain.routing import accountable, asked, matches, route, widened
from tests.plants import NIGHT, NOON, PEOPLE, ROUTES, SHIFTS, small_plant
from tests.plants import route as rule

PLANT = small_plant()
PLACES = (("L1", "L1.filler"), ("L2", "L2.packer"), ("L1", None), (None, None))


@pytest.mark.parametrize(("kind", "place"), list(product(EXCEPTION_KINDS, PLACES)))
def test_every_case_has_exactly_one_primary_part_and_people_for_each(
    kind: str, place: tuple[str | None, str | None]
) -> None:
    for at in (NOON, NIGHT):
        offers = route(PLANT, kind, *place, at)
        assert sum(offer.primary for offer in offers) == 1
        assert all(offer.people and set(offer.people) <= set(PEOPLE) for offer in offers)
        assert len({offer.function for offer in offers}) == len(offers)


routes = st.lists(
    st.builds(
        lambda function, kinds, primary: rule(function, *kinds, primary=primary),
        st.sampled_from(Function),
        st.lists(st.sampled_from(sorted(EXCEPTION_KINDS)), max_size=3),
        st.booleans(),
    ),
    max_size=6,
)


@given(routes, st.sampled_from(sorted(EXCEPTION_KINDS)), st.integers(0, 7 * 24 * 60), st.booleans())
def test_nothing_is_ever_unowned(rows: list[Route], kind: str, minutes: int, staffed: bool) -> None:
    plant = small_plant(routes=tuple(rows), shifts=SHIFTS if staffed else ())
    at = NOON + timedelta(minutes=minutes)
    offers = route(plant, kind, "L1", "L1.filler", at)
    assert sum(offer.primary for offer in offers) == 1
    assert all(offer.people and set(offer.people) <= set(PEOPLE) for offer in offers)
    assert accountable(plant, "L1", at) in PEOPLE


def test_a_function_with_nobody_on_shift_falls_to_the_lead_and_says_so() -> None:
    offer = route(PLANT, "material_low", "L1", "L1.filler", NIGHT)[0]
    assert offer.people == ("lindqvist",)
    assert offer.why.fallback == "nobody of Materials on shift"


def test_the_first_rule_of_a_function_counts() -> None:
    plant = small_plant(routes=(rule(Function.QUALITY, within_s=7, primary=True), *ROUTES))
    offers = {offer.function: offer for offer in route(plant, "reject_drift", "L1", "L1.filler", NOON)}
    assert offers[Function.QUALITY].accept_within_s == 7


@pytest.mark.parametrize(
    ("limits", "matching"),
    [
        ({}, True),
        ({"kinds": frozenset({"breakdown"})}, True),
        ({"kinds": frozenset({"starved"})}, False),
        ({"lines": frozenset({"L1"})}, True),
        ({"lines": frozenset({"L2"})}, False),
        ({"machines": frozenset({"L1.filler"})}, True),
        ({"machines": frozenset({"L1.packer"})}, False),
    ],
)
def test_a_route_is_for_what_it_names(limits: dict[str, frozenset[str]], matching: bool) -> None:
    row = Route(id="r", version=1, function=Function.IT, **limits)
    assert matches(row, "breakdown", "L1", "L1.filler") is matching


def test_who_has_the_machines_skill_is_asked_first() -> None:
    hoff = PEOPLE["hoff"]
    skilled = type(hoff)(
        id="hoff", name=hoff.name, roles=hoff.roles, functions=hoff.functions, skills=frozenset({"mechanics"})
    )
    plant = small_plant(people={**PEOPLE, "hoff": skilled})
    assert [p.id for p in asked(plant, Function.MAINTENANCE, "L1", NOON, "mechanics")] == ["hoff", "weiss"]


def test_people_of_another_line_are_not_asked() -> None:
    assert [p.id for p in asked(PLANT, Function.PRODUCTION, "L1", NOON)] == ["okafor", "silva"]


@pytest.mark.parametrize("at", [NOON, NIGHT])
def test_the_next_rung_keeps_who_was_asked_and_adds_the_lead(at: datetime) -> None:
    people = widened(("hoff",), PLANT, Function.MAINTENANCE, "L1", at)
    assert people[0] == "hoff"
    assert any(Role.SHIFT_LEAD in PEOPLE[p].roles for p in people)
    assert len(set(people)) == len(people)


def test_the_lead_of_the_line_answers_before_another_lead() -> None:
    lead = PEOPLE["lindqvist"]
    of_l2 = type(lead)(id="lindqvist", name=lead.name, roles=lead.roles, lines=frozenset({"L2"}))
    everybody = (type(SHIFTS[0])(
        id="all", name="All", start=SHIFTS[0].start, end=SHIFTS[0].end, days=SHIFTS[0].days,
        people=("lindqvist", "okafor"),
    ),)  # fmt: skip
    plant: Plant = small_plant(people={**PEOPLE, "lindqvist": of_l2}, shifts=everybody)
    assert accountable(plant, "L1", NOON) == "okafor"
    assert accountable(plant, "L2", NOON) == "lindqvist"
