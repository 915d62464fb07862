"""Whatever stations do, in whatever order, cut off or not: all come to show the same, and nothing stored is lost."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import commands as c
from app.domain import events as e
from app.domain.lifecycles import ProposalState
from app.domain.operation import Outcome
from app.readmodel import model as m
from app.store.memory_shared import MemoryPlant
from app.store.verify import verify
from tests.plants import NOON, PEOPLE, FakeClock
from tests.unit.services.floor import finding
from tests.unit.sync.plantwide import Station, settle

NAMES = ("a", "b", "c")
UNITS = (e.HeldUnits(lot="4480-A", product="W-050", first=1, last=9, quantity=Decimal(9)),)


def first(rows: Any, place: int) -> Any:
    """One of the rows, if there are any."""
    rows = list(rows)
    return rows[place % len(rows)] if rows else None


def acts(station: Station, what: int, place: int) -> Iterator[tuple[c.Command, str]]:
    """Something that can be done at a station now."""
    case, hold = first(m.open_cases(station.model), place), first(m.open_holds(station.model), place)
    if what == 0:
        yield c.RecordFinding(finding=finding("breakdown", ("L1.filler", "L2.filler")[place % 2], at=NOON)), ""
    elif what == 1:
        yield c.ReportException(what="1", text=f"{station.name} {place}", machine="L1.filler"), "silva"
    elif what == 2:
        yield c.PlaceHold(units=UNITS, reason_code="seal", reason=f"{station.name} {place}"), "okafor"
    elif what == 3 and case:
        yield c.AcknowledgeCase(case_id=case.id), "okafor"
    elif what == 4 and case:
        yield c.AddNote(case_id=case.id, text=f"{station.name} {place}"), "silva"
    elif what == 5 and case:
        yield c.OwnCase(case_id=case.id), ("okafor", "lindqvist")[place % 2]
    elif what == 6 and case:
        yield c.ResolveCase(case_id=case.id, cause="belt", fix="new belt"), "okafor"
    elif what == 7 and hold:
        yield c.ReviewHold(hold_id=hold.id), "brandt"
    elif what == 8 and hold:
        yield c.ProposeAssignment(
            subject=e.Subject.ORDER, subject_id="WO-1", to_line="L2", reason="faster"
        ), "okafor"  # fmt: skip
    else:
        yield from loops(station, what, place)


def loops(station: Station, what: int, place: int) -> Iterator[tuple[c.Command, str]]:
    """The same of the loops back to planning."""
    row, now = first(m.open_proposals(station.model), place), station.clock.now()
    if what == 9:
        run = e.Run(from_at=now - timedelta(seconds=5), to_at=now, units=30.0 + place, running_s=4.5)
        yield c.RecordRuns(machine="L1.filler", line="L1", order="WO-1", runs=(run,)), ""
    elif what == 10:
        was = (Decimal(420), Decimal(400))[place % 2]
        change = e.Change(kind=e.ProposalKind.RATE, line="L1", machine="L1.filler", product="W-050", was=was,
                          becomes=Decimal(388), unit="1/min", in_erp=True)  # fmt: skip
        found = e.Evidence(n=8, middle=388, low=385, high=391, spread=2, confidence=0.992, standard=float(was),
                           unit="1/min", from_at=NOON, to_at=now)  # fmt: skip
        yield c.ProposeChange(change=change, evidence=found), ""
    elif what == 11 and row:
        yield c.AcceptProposal(proposal_id=row.id), "novak"
    elif what == 12 and row:
        yield c.DeclineProposal(proposal_id=row.id, reason=f"{station.name} {place}"), "novak"


STEP = st.one_of(
    st.tuples(st.just("act"), st.integers(0, 2), st.integers(0, 12), st.integers(0, 3)),
    st.tuples(st.just("act"), st.integers(0, 2), st.integers(0, 12), st.integers(0, 3)),
    st.tuples(st.just("exchange"), st.integers(0, 2), st.just(0), st.just(0)),
    st.tuples(st.just("cable"), st.integers(0, 2), st.just(0), st.just(0)),
    st.tuples(st.just("cut"), st.integers(0, 2), st.integers(1, 8), st.just(0)),
    st.tuples(st.just("kill"), st.integers(0, 2), st.just(0), st.just(0)),
    st.tuples(st.just("lose"), st.just(0), st.integers(1, 6), st.just(0)),
    st.tuples(st.just("silence"), st.just(0), st.just(0), st.just(0)),
)


async def turn(plant: MemoryPlant, station: Station, kind: str, what: int, which: int) -> None:
    if kind == "act":
        for command, person in acts(station, what, which):
            await station.act(command, person)
    elif kind == "exchange":
        await station.exchange_once()
    elif kind == "cable":
        station.log.reachable = not station.log.reachable
    elif kind == "cut":
        station.cut_in = what
    elif kind == "kill":
        station.start()
    elif kind == "lose":
        plant.lose_tail(what)
    else:
        plant.lost_answers = 1


async def played(steps: list[tuple[str, int, int, int]]) -> tuple[MemoryPlant, list[Station]]:
    clock = FakeClock()
    plant = MemoryPlant(clock.now)
    for person in PEOPLE.values():
        plant.add_person(person, "x")
    for name in NAMES:
        plant.add_station(name)
    stations = [Station(name, plant, clock) for name in NAMES]
    for station in stations:
        for person in PEOPLE:
            plant.prove(person, "x", station.name)
    for kind, place, what, which in steps:
        clock.move(1)
        station = stations[place]
        await turn(plant, station, kind, what, which)
    plant.lost_answers = 0
    await settle(stations)
    return plant, stations


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, min_size=1, max_size=40))
def test_every_station_comes_to_show_the_same_and_nothing_is_lost(steps: list[tuple[str, int, int, int]]) -> None:
    plant, stations = asyncio.run(played(steps))
    digest = stations[0].digest()
    assert all(station.digest() == digest for station in stations[1:])
    for station in stations:
        own = [row.operation for row in plant.log if row.operation.workstation == station.name]
        assert own == list(station.journal.read())
        assert verify(own).ok
        assert station.merge.waiting == 0
    opened = [
        row.operation for row in plant.log if row.outcome is Outcome.APPLIED and row.operation.kind == "CaseOpened"
    ]
    assert len(opened) == len({op.stream for op in opened}) == len(m.all_cases(stations[0].model))
    placed = [row for row in plant.log if row.operation.kind == "HoldPlaced"]
    assert len(m.open_holds(stations[0].model)) == len(placed)
    assert_loops(stations[0])
    for hold in m.all_holds(stations[0].model):
        assert hold.placed_by == "okafor"


def assert_loops(station: Station) -> None:
    """No run counts twice, and of one subject one proposal is open at most; each is posted at most once."""
    for record in m.run_records(station.model):
        assert all(a.to_at <= b.from_at for a, b in pairwise(record.runs))
    assert len(m.open_proposals(station.model)) <= 1
    causes = [row.cause for row in m.all_postings(station.model) if row.cause.startswith("proposal/")]
    assert len(causes) == len(set(causes))


def test_two_stations_apart_propose_one_and_the_same() -> None:
    """As after a failover: both have the duty for a moment, and neither hears the other.

    What came first into the plant's log stands, with what was decided on it; the other proposal does not.
    """

    async def scene() -> None:
        _, stations = await played([("cable", 0, 0, 0), ("act", 0, 10, 0), ("act", 1, 10, 1), ("act", 0, 11, 0)])
        (row,) = m.all_proposals(stations[1].model)
        assert (row.state, row.change.was) == (ProposalState.ACCEPTED, Decimal(420))
        assert len({len(m.all_proposals(station.model)) for station in stations}) == 1

    asyncio.run(scene())


def test_a_station_that_restarts_shows_what_it_showed() -> None:
    async def scene() -> None:
        steps = [("act", 0, what, 1) for what in (0, 1, 2, 3, 4, 5)]
        _, (station, *_) = await played([*steps, ("exchange", 0, 0, 0), *steps, ("cable", 0, 0, 0), *steps])
        shown = station.digest()
        station.start()
        assert station.digest() == shown

    asyncio.run(scene())


def test_what_frees_is_shown_only_once_the_log_has_it() -> None:
    async def scene() -> None:
        _, (station, other, _) = await played([("act", 0, 2, 0), ("exchange", 0, 0, 0)])
        hold = m.open_holds(station.model)[0]
        await station.act(c.ReviewHold(hold_id=hold.id), "brandt")
        await settle([station, other])
        assert m.held(other.model) == {"4480-A"}

    asyncio.run(scene())


@pytest.mark.parametrize("lost", [0, 1])
@pytest.mark.parametrize("cut_in", range(1, 8))
def test_a_session_may_end_between_any_two_steps(cut_in: int, lost: int) -> None:
    """Between keeping what came down and showing it; between dropping what was lost and showing that."""

    async def scene() -> None:
        plant, (station, other, _) = await played([("act", 0, 2, 0), ("exchange", 0, 0, 0), ("act", 0, 2, 1)])
        plant.lose_tail(lost)
        await other.act(c.PlaceHold(units=UNITS, reason_code="seal", reason="b"), "okafor")
        await other.exchange_once()
        station.cut_in = cut_in
        await station.exchange_once()
        await settle([station, other])
        assert station.digest() == other.digest()
        assert len(m.all_holds(station.model)) == 3

    asyncio.run(scene())
