"""What the plant's log promises to every station, in Postgres and in its memory twin."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC
from itertools import pairwise

import pytest

from app.domain import events as e
from app.domain.chain import GENESIS
from app.domain.errors import SharedDownError, SharedRefusedError
from app.domain.operation import Operation, Outcome, SharedOperation, place_hash
from app.ports import SharedLog
from tests.contract.rigs.postgres import password_of
from tests.contract.shared_logs import Desk, World, hold, note, opened, reassigned, task, worlds
from tests.plants import NOON

MakeLog = Callable[..., Awaitable[SharedLog]]
A, B = "desk-1", "desk-2"
SHOWN = "ab" * 32


@pytest.fixture(name="world", params=["postgres", "memory"])
def _world(request: pytest.FixtureRequest) -> Iterator[World]:
    with worlds(request.param) as made:
        yield made


@pytest.fixture(name="log_of")
async def _log_of(world: World) -> AsyncIterator[MakeLog]:
    """Makes the log of a station that joins now, with everybody signed in there who is named; closed at the end."""
    made: list[SharedLog] = []

    async def make(station: str, *people: str, history: int = 0) -> SharedLog:
        world.join(station, history)
        log = world.log(station)
        made.append(log)
        for person in people:
            await log.prove(person, password_of(person))
        return log

    yield make
    for log in made:
        await log.aclose()


async def told(log: SharedLog, op: Operation) -> SharedOperation:
    """What the log made of an operation."""
    return next(row for row in await log.feed(0, 5000) if row.operation.opid == op.opid)


async def outcomes(log: SharedLog) -> list[str]:
    return [row.outcome.value for row in await log.feed(0, 5000)]


# --- order, gaps, sending again -------------------------------------------------------------------------------------


async def test_an_empty_log_stands_at_the_genesis(log_of: MakeLog) -> None:
    head = await (await log_of(A)).status()
    assert (head.place, head.place_hash, head.last_seq) == (0, GENESIS, 0)
    assert head.server_at.tzinfo is not None


async def test_what_was_sent_comes_down_as_it_was_in_the_order_of_commits(log_of: MakeLog) -> None:
    log, other = await log_of(A), await log_of(B)
    desk = Desk(A)
    desk.step(opened("1"))
    desk.step(note_by_program := e.ConditionCleared(case_id="1", happened_at=NOON))
    assert await log.append(desk.operations) == 2
    rows = await other.feed(0, 10)
    assert [row.operation.opid for row in rows] == [op.opid for op in desk.operations]
    assert [row.place for row in rows] == [1, 2]
    assert [row.version for row in rows] == [1, 2]
    assert all(row.server_at.utcoffset() == UTC.utcoffset(None) for row in rows)
    sent = desk.operations[1]
    came = rows[1].operation
    assert (came.payload, came.hash, came.source_at, came.strand) == (
        sent.payload, sent.hash, sent.source_at, note_by_program.strand,
    )  # fmt: skip


async def test_places_are_chained_and_the_head_is_the_last(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    for number in range(5):
        desk.step(opened(str(number)))
    await log.append(desk.operations)
    before = GENESIS
    for row in await log.feed(0, 10):
        assert row.place_hash == place_hash(before, row)
        before = row.place_hash
    head = await log.status()
    assert (head.place, head.place_hash, head.last_seq) == (5, before, 5)


async def test_a_feed_goes_on_after_a_place_and_ends_where_it_is_told(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    for number in range(6):
        desk.step(opened(str(number)))
    await log.append(desk.operations)
    assert [row.place for row in await log.feed(2, 3)] == [3, 4, 5]
    assert list(await log.feed(6, 3)) == []


async def test_sending_the_same_again_changes_nothing(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    desk.step(opened("1"))
    assert await log.append(desk.operations) == 1
    desk.step(opened("2"))
    assert await log.append(desk.operations) == 2
    assert await log.append(desk.operations) == 2
    assert await outcomes(log) == ["applied", "applied"]


async def test_a_gap_is_refused_with_the_number_that_is_next_and_nothing_is_stored(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    for number in range(3):
        desk.step(opened(str(number)))
    with pytest.raises(SharedDownError, match="number 1"):
        await log.append(desk.operations[1:])
    assert (await log.status()).place == 0


async def test_another_journal_under_the_same_name_is_refused(log_of: MakeLog) -> None:
    log = await log_of(A)
    first, second = Desk(A), Desk(A)
    first.step(opened("1"))
    second.step(opened("2"))
    await log.append(first.operations)
    with pytest.raises(SharedRefusedError, match="not the journal"):
        await log.append(second.operations)


@pytest.mark.parametrize(
    "forged",
    [{"payload": "{}"}, {"person": "brandt"}, {"workstation": B}, {"prev_hash": "1" * 64}, {"base_opid": "x"}],
    ids=lambda value: next(iter(value)),
)
async def test_an_operation_that_was_changed_after_it_was_sealed_stores_nothing(
    log_of: MakeLog, forged: dict[str, object]
) -> None:
    log = await log_of(A)
    desk = Desk(A)
    desk.step(opened("1"))
    desk.step(opened("2"))
    desk.spoil(**forged)
    with pytest.raises(SharedRefusedError, match="continue the chain"):
        await log.append(desk.operations)
    assert (await log.status()).place == 0


async def test_a_controllers_text_may_hold_a_nul(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    desk.step(opened("1", occurrence="o\0\\u0000ä漢"))
    await log.append(desk.operations)
    assert (await log.feed(0, 1))[0].operation.payload == desk.operations[0].payload


# --- who may --------------------------------------------------------------------------------------------------------


async def test_a_person_who_did_not_sign_in_here_is_not_taken_as_an_author(log_of: MakeLog) -> None:
    await log_of(B, "silva")
    log = await log_of(A)
    desk = Desk(A)
    op = desk.step(hold("1"), "silva")
    await log.append(desk.operations)
    row = await told(log, op)
    assert row.outcome is Outcome.REFUSED
    assert "Rui Silva has not signed in" in row.reason


async def test_the_wrong_password_proves_nothing(log_of: MakeLog) -> None:
    log = await log_of(A)
    for password in ("wrong", password_of("kaya")):
        with pytest.raises(SharedRefusedError, match="password"):
            await log.prove("silva", password)


@pytest.mark.parametrize(
    ("person", "event", "word"),
    [
        ("silva", hold("1"), ""),
        ("weiss", hold("1"), "role"),
        ("kaya", hold("1", line="L1"), ""),
        ("kaya", e.TaskDeclined(case_id="1", task_id="1", by="kaya", reason="busy"), ""),
        ("kaya", hold("1", line="L2"), ""),
        ("okafor", hold("1", line="L2"), ""),
        ("silva", e.HoldReviewStarted(hold_id="1"), "role"),
        ("okafor", e.HoldReleased(hold_id="1", seen_version=1), "role"),
        ("lineside", e.HoldReviewStarted(hold_id="1"), "a person decides"),
        ("lineside", hold("1"), "a person decides"),
        ("lineside", opened("1"), ""),
        ("silva", e.PostingConfirmed(key="k"), "role"),
    ],
)
async def test_an_operation_is_taken_only_from_a_role_and_a_line_that_allow_it(
    log_of: MakeLog, person: str, event: e.Event, word: str
) -> None:
    log = await log_of(A, "silva", "weiss", "kaya", "okafor")
    desk = Desk(A)
    op = desk.step(event, person)
    await log.append(desk.operations)
    row = await told(log, op)
    assert row.outcome is (Outcome.REFUSED if word else Outcome.APPLIED)
    assert word in row.reason


async def test_the_line_of_a_case_binds_what_is_done_to_it_later(log_of: MakeLog) -> None:
    log = await log_of(A, "silva", "kaya")
    desk = Desk(A)
    case = desk.step(opened("1", line="L1"))
    other = desk.step(e.CaseAcknowledged(case_id="1"), "kaya", base=case.opid)
    mine = desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    await log.append(desk.operations)
    assert "does not work on L1" in (await told(log, other)).reason
    assert (await told(log, mine)).outcome is Outcome.APPLIED


async def test_somebody_whom_the_log_does_not_know_is_refused(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    op = desk.step(hold("1"), "mallory")
    await log.append(desk.operations)
    assert "mallory is not among the people" in (await told(log, op)).reason


async def test_what_a_station_did_before_it_joined_needs_no_proof(log_of: MakeLog) -> None:
    log = await log_of(A, history=2)
    desk = Desk(A)
    placed = desk.step(hold("1"), "gone-since")
    desk.step(e.HoldReleased(hold_id="1", seen_version=1), "gone-since", base=placed.opid)
    desk.step(hold("2"), "gone-since")
    await log.append(desk.operations)
    assert await outcomes(log) == ["applied", "applied", "refused"]


async def test_a_station_that_did_not_join_is_refused(world: World, log_of: MakeLog) -> None:
    await log_of(A)
    stranger = world.log("nobody")
    with pytest.raises(SharedRefusedError):
        await stranger.append([Desk("nobody").step(opened("1"))])
    await stranger.aclose()


# --- signatures -----------------------------------------------------------------------------------------------------


async def signed(log: SharedLog, person: str, event: e.Event, meaning: str = "I release it") -> e.Signature:
    """An electronic signature as it goes into an event."""
    made = await log.sign(person, password_of(person), type(event).__name__, event.stream, meaning, SHOWN)
    return e.Signature(person=person, name=person, meaning=meaning, signed_at=NOON, shown=SHOWN, id=made)


def release(hold_id: str = "1", **more: e.Signature) -> e.HoldReleased:
    return e.HoldReleased(hold_id=hold_id, seen_version=1, **more)  # type: ignore[arg-type]


async def test_a_release_needs_a_signature_and_uses_it_up(log_of: MakeLog) -> None:
    log = await log_of(A, "brandt", "silva")
    desk = Desk(A)
    placed = desk.step(hold("1"), "silva")
    bare = desk.step(release(), "brandt", base=placed.opid)
    mark = await signed(log, "brandt", release())
    good = desk.step(release(signature=mark), "brandt", base=placed.opid)
    again = desk.step(release(signature=mark), "brandt", base=good.opid)
    await log.append(desk.operations)
    assert await outcomes(log) == ["applied", "refused", "applied", "refused"]
    for op in (bare, again):
        assert "signature of Ana Brandt" in (await told(log, op)).reason


async def test_a_signature_stands_for_what_it_was_given_for(log_of: MakeLog) -> None:
    log, other = await log_of(A, "brandt"), await log_of(B, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1"), "brandt")
    desk.step(hold("2"), "brandt")
    for wrong in (
        await signed(log, "brandt", release("2")),
        await signed(other, "brandt", release()),
        await signed(log, "brandt", e.HoldDispositioned(hold_id="1", disposition=e.Disposition.SCRAP)),
    ):
        desk.step(release(signature=wrong), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert await outcomes(log) == ["applied", "applied", "refused", "refused", "refused"]


async def test_what_was_meant_and_shown_is_what_was_signed(log_of: MakeLog) -> None:
    log = await log_of(A, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1"), "brandt")
    mark = await signed(log, "brandt", release())
    changed = e.Signature(person="brandt", name="brandt", meaning="I looked", signed_at=NOON, shown=SHOWN, id=mark.id)
    desk.step(release(signature=changed), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert await outcomes(log) == ["applied", "refused"]


async def test_a_refused_release_leaves_its_signature_unused(log_of: MakeLog) -> None:
    log = await log_of(A, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1"), "brandt")
    mark = await signed(log, "brandt", release())
    desk.step(release(signature=mark), "brandt", base="something else")
    desk.step(release(signature=mark), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert await outcomes(log) == ["applied", "refused", "applied"]


async def test_who_may_not_release_gets_no_signature(log_of: MakeLog) -> None:
    log = await log_of(A)
    with pytest.raises(SharedRefusedError, match="role"):
        await signed(log, "silva", release())
    with pytest.raises(SharedRefusedError, match="password"):
        await log.sign("brandt", "wrong", "HoldReleased", "hold/1", "I release it", SHOWN)


async def test_where_the_plant_wants_two_one_signature_is_not_enough(world: World, log_of: MakeLog) -> None:
    world.want_second_person("HoldReleased")
    log = await log_of(A, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1"), "brandt")
    one = await signed(log, "brandt", release())
    two = await signed(log, "brandt", release())
    alone = desk.step(release(signature=one), "brandt", base=placed.opid)
    twice = desk.step(release(signature=one, second=two), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert "second person" in (await told(log, alone)).reason
    assert "can't be the second person" in (await told(log, twice)).reason


async def test_where_the_plant_wants_two_the_signatures_of_two_are_enough(world: World, log_of: MakeLog) -> None:
    world.want_second_person("HoldReleased")
    log = await log_of(A, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1"), "brandt")
    one, two = await signed(log, "brandt", release()), await signed(log, "moreau", release(), "I looked at it too")
    op = desk.step(release(signature=one, second=two), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert (await told(log, op)).outcome is Outcome.APPLIED


async def test_the_second_person_too_is_bound_by_their_lines(world: World, log_of: MakeLog) -> None:
    world.bind("moreau", "L2")
    log = await log_of(A, "brandt")
    desk = Desk(A)
    placed = desk.step(hold("1", line="L1"), "brandt")
    one, two = await signed(log, "brandt", release()), await signed(log, "moreau", release(), "I looked at it too")
    op = desk.step(release(signature=one, second=two), "brandt", base=placed.opid)
    await log.append(desk.operations)
    assert "does not work on L1" in (await told(log, op)).reason


async def test_a_station_knows_which_steps_want_a_second_person(world: World, log_of: MakeLog) -> None:
    log = await log_of(A)
    assert (await log.plant()).second_person == frozenset()
    world.want_second_person("HoldReleased")
    assert (await log.plant()).second_person == {"HoldReleased"}


# --- stations of the plant ------------------------------------------------------------------------------------------


async def test_a_station_knows_when_the_others_were_heard_and_how_far_they_had_shared(log_of: MakeLog) -> None:
    one, two = await log_of(A), await log_of(B)
    (other,) = (await one.plant()).stations
    assert (other.name, other.heard_at, other.shared, other.shared_at) == (B, None, 0, None)
    desk = Desk(B)
    desk.step(opened("1"))
    desk.step(opened("2"))
    await two.append(desk.operations)
    await two.duty()
    plant = await one.plant()
    (other,) = plant.stations
    assert (other.name, other.shared) == (B, 2)
    assert other.shared_at is not None
    assert other.heard_at is not None
    assert plant.asked_at is not None
    assert other.shared_at <= other.heard_at <= plant.asked_at


# --- collisions -----------------------------------------------------------------------------------------------------


async def test_the_second_of_two_strict_steps_is_told_who_was_first_and_what_stands(log_of: MakeLog) -> None:
    one, two = await log_of(A, "silva"), await log_of(B, "okafor")
    desk, other = Desk(A), Desk(B)
    case = desk.step(opened("1"))
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    await one.append(desk.operations)
    late = other.step(e.CaseAcknowledged(case_id="1"), "okafor", base=case.opid)
    await two.append(other.operations)
    row = await told(one, late)
    assert row.outcome is Outcome.REFUSED
    assert row.version == 0
    assert "Rui Silva at desk-1" in row.reason
    assert "case acknowledged" in row.reason


async def test_steps_on_two_strands_of_a_case_both_stand(log_of: MakeLog) -> None:
    one, two = await log_of(A, "silva"), await log_of(B, "weiss")
    desk, other = Desk(A), Desk(B)
    case, offered = desk.cause((opened("1"), task("1")))
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    await one.append(desk.operations)
    other.step(e.TaskAccepted(case_id="1", task_id="t1", by="weiss"), "weiss", base=offered.opid)
    await two.append(other.operations)
    rows = await one.feed(0, 10)
    assert {row.outcome for row in rows} == {Outcome.APPLIED}
    assert [row.version for row in rows] == [1, 2, 3, 4]


async def test_what_is_only_added_always_stands_and_moves_no_tip(log_of: MakeLog) -> None:
    one, two = await log_of(A, "silva"), await log_of(B, "weiss")
    desk, other = Desk(A), Desk(B)
    case = desk.step(opened("1"))
    await one.append(desk.operations)
    other.step(note("1"), "weiss", base="whatever")
    await two.append(other.operations)
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    await one.append(desk.operations)
    assert await outcomes(one) == ["applied"] * 3


async def test_the_steps_of_a_command_stand_or_fall_together(log_of: MakeLog) -> None:
    one, two = await log_of(A, "silva"), await log_of(B, "okafor")
    desk, other = Desk(A), Desk(B)
    case, offered = desk.cause((opened("1"), task("1")))
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    await one.append(desk.operations)
    other.step(note("1", "before"), "okafor")
    other.cause((reassigned("1", "hoff"), e.CaseAcknowledged(case_id="1")), "okafor", bases=(offered.opid, case.opid))
    other.step(note("1", "after"), "okafor")
    await two.append(other.operations)
    rows = [row for row in await one.feed(0, 10) if row.operation.workstation == B]
    assert [row.outcome.value for row in rows] == ["applied", "refused", "refused", "applied"]
    assert rows[1].reason == rows[2].reason
    assert [row.version for row in rows] == [4, 0, 0, 5]
    retry = other.step(reassigned("1", "hoff"), "okafor", base=offered.opid)
    await two.append(other.operations)
    assert (await told(one, retry)).outcome is Outcome.APPLIED


async def test_what_is_built_on_a_refused_step_falls_with_it(log_of: MakeLog) -> None:
    log = await log_of(A, "silva")
    desk = Desk(A)
    bad = desk.step(opened("1"), base="never there")
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=bad.opid)
    await log.append(desk.operations)
    assert await outcomes(log) == ["refused", "refused"]
    assert "did not take what this step was built on" in (await log.feed(1, 1))[0].reason


async def test_a_command_that_was_cut_in_two_is_refused_as_a_whole_from_where_it_was(log_of: MakeLog) -> None:
    log = await log_of(A)
    desk = Desk(A)
    desk.cause((opened("1"), task("1")), bases=("never there", ""))
    await log.append(desk.operations[:1])
    await log.append(desk.operations)
    assert await outcomes(log) == ["refused", "refused"]


async def test_of_twenty_reassignments_at_once_one_wins_and_nineteen_are_told_who(log_of: MakeLog) -> None:
    names = [f"desk-{number}" for number in range(1, 21)]
    logs = {name: await log_of(name, "okafor") for name in names}
    desks = {name: Desk(name) for name in names}
    offered = desks[A].cause((opened("1"), task("1")))[1]
    await logs[A].append(desks[A].operations)
    for desk in desks.values():
        desk.step(reassigned("1", "hoff"), "okafor", base=offered.opid)
    await asyncio.gather(*(logs[name].append(desks[name].operations) for name in names))
    rows = (await logs[A].feed(2, 100))[-20:]
    winners = [row for row in rows if row.outcome is Outcome.APPLIED]
    assert len(winners) == 1
    words = f"Mary Okafor at {winners[0].operation.workstation}"
    assert all(words in row.reason for row in rows if row is not winners[0])


# --- one machine event, one case ------------------------------------------------------------------------------------


async def test_a_machine_event_that_fifty_stations_saw_opens_one_case_and_keeps_fifty_observations(
    world: World, log_of: MakeLog
) -> None:
    names = [f"desk-{number}" for number in range(1, 51)]
    logs = {name: await log_of(name) for name in names}
    desks = {name: Desk(name) for name in names}
    for name, desk in desks.items():
        desk.cause((opened(f"of-{name}", "occ/1"), task(f"of-{name}")))
    await asyncio.gather(*(logs[name].append(desks[name].operations) for name in names))
    rows = await logs[A].feed(0, 200)
    applied = [row for row in rows if row.outcome is Outcome.APPLIED]
    assert [row.operation.kind for row in applied] == ["CaseOpened", "TaskOffered"]
    assert len({row.operation.stream for row in applied}) == 1
    assert sum(row.outcome is Outcome.DUPLICATE for row in rows) == 98
    assert sorted(world.observations("occ/1")) == sorted(names)


async def test_a_persons_step_on_a_case_that_was_another_one_is_refused_and_the_programs_is_quiet(
    log_of: MakeLog,
) -> None:
    one, two = await log_of(A), await log_of(B, "silva")
    desk, other = Desk(A), Desk(B)
    desk.step(opened("1", "occ/1"))
    await one.append(desk.operations)
    twin = other.step(opened("2", "occ/1"))
    other.step(e.ConditionCleared(case_id="2", happened_at=NOON))
    mine = other.step(e.CaseAcknowledged(case_id="2"), "silva", base=twin.opid)
    await two.append(other.operations)
    assert (await outcomes(one))[1:] == ["duplicate", "duplicate", "refused"]
    assert "Lineside at desk-1" in (await told(one, mine)).reason


async def test_a_further_observation_of_a_cases_own_member_is_a_duplicate(log_of: MakeLog) -> None:
    one, two = await log_of(A), await log_of(B)
    desk, other = Desk(A), Desk(B)
    desk.step(opened("1", "occ/1"))
    member = e.MemberAdded(case_id="1", occurrence="occ/2", kind="starved", text="starved", happened_at=NOON)
    desk.step(member)
    await one.append(desk.operations)
    other.step(member)
    await two.append(other.operations)
    assert await outcomes(one) == ["applied", "applied", "duplicate"]


# --- under load, and who is told ------------------------------------------------------------------------------------


async def test_a_reader_misses_nothing_of_eight_stations_that_write_at_once(log_of: MakeLog) -> None:
    names = [f"desk-{number}" for number in range(1, 9)]
    logs = {name: await log_of(name) for name in names}
    reader = await log_of("wall")
    each = 30

    async def write(name: str) -> None:
        desk = Desk(name)
        for number in range(each):
            desk.step(opened(f"{name}-{number}"))
            await logs[name].append(desk.operations[-1:])

    async def read() -> list[SharedOperation]:
        found: list[SharedOperation] = []
        while len(found) < each * len(names):
            batch = await reader.feed(found[-1].place if found else 0, 7)
            found += batch
            if not batch:
                await reader.hint(0.2)
        return found

    rows, *_ = await asyncio.gather(read(), *(write(name) for name in names))
    assert all(after.place == before.place + 1 for before, after in pairwise(rows))
    assert len({row.operation.opid for row in rows}) == each * len(names)


async def test_a_listener_is_told_that_somebody_appended(log_of: MakeLog) -> None:
    one, two = await log_of(A), await log_of(B)
    await two.hint(0.01)
    await two.hint(0.01)
    heard = asyncio.ensure_future(two.hint(60))
    desk = Desk(A)
    desk.step(opened("1"))
    await one.append(desk.operations)
    await asyncio.wait_for(heard, 30)


async def test_one_of_all_stations_has_the_duties_until_it_goes(log_of: MakeLog) -> None:
    one, two = await log_of(A), await log_of(B)
    assert await one.duty()
    assert not await two.duty()
    assert await one.duty()
    await one.aclose()
    async with asyncio.timeout(30):
        while not await two.duty():  # noqa: ASYNC110 - the server's state
            await asyncio.sleep(0.02)
