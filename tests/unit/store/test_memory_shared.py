"""The memory twin misbehaves as it is told to: lost answers, a cut station, a failover that lost the tail."""

import pytest

from app.domain import events as e
from app.domain.errors import SharedDownError
from app.domain.operation import Outcome
from app.store.memory_shared import MemoryPlant, MemorySharedLog
from app.store.shared_chain import verify_shared
from tests.contract.rigs.postgres import password_of
from tests.contract.shared_logs import Desk, hold, opened
from tests.plants import NOON, PEOPLE

A, B = "desk-1", "desk-2"


@pytest.fixture(name="plant")
def _plant() -> MemoryPlant:
    plant = MemoryPlant()
    for person in PEOPLE.values():
        plant.add_person(person, password_of(person.id))
    for station in (A, B):
        plant.add_station(station)
    return plant


async def test_a_lost_answer_was_taken_all_the_same(plant: MemoryPlant) -> None:
    log, desk = MemorySharedLog(plant, A), Desk(A)
    desk.step(opened("1"))
    plant.lost_answers = 1
    with pytest.raises(SharedDownError):
        await log.append(desk.operations)
    assert await log.append(desk.operations) == 1
    assert len(plant.log) == 1


async def test_a_station_that_is_cut_off_reaches_nothing_and_the_others_do(plant: MemoryPlant) -> None:
    cut, other = MemorySharedLog(plant, A), MemorySharedLog(plant, B)
    cut.reachable = False
    with pytest.raises(SharedDownError):
        await cut.status()
    assert (await other.status()).place == 0


async def test_what_a_failover_lost_is_taken_again_as_it_was(plant: MemoryPlant) -> None:
    log, desk = MemorySharedLog(plant, A), Desk(A)
    await log.prove("silva", password_of("silva"))
    case = desk.step(opened("1", "occ/1"))
    desk.step(e.CaseAcknowledged(case_id="1"), "silva", base=case.opid)
    desk.step(hold("1"), "silva")
    await log.append(desk.operations)
    before = list(plant.log)
    plant.lose_tail(2)
    head = await log.status()
    assert (head.timeline, head.place, head.last_seq) == (2, 1, 1)
    assert await log.append(desk.operations) == 3
    assert [(row.place, row.operation.hash, row.outcome, row.version) for row in plant.log] == [
        (row.place, row.operation.hash, row.outcome, row.version) for row in before
    ]
    assert verify_shared(plant.log).ok


async def test_after_a_failover_a_signature_that_was_lost_with_its_operation_is_good_again(plant: MemoryPlant) -> None:
    log, desk = MemorySharedLog(plant, A), Desk(A)
    placed = desk.step(hold("1"), "brandt")
    release = e.HoldReleased(hold_id="1", seen_version=1)
    made = await log.sign("brandt", password_of("brandt"), "HoldReleased", release.stream, "I release it", "x")
    mark = e.Signature(person="brandt", name="Ana", meaning="I release it", signed_at=NOON, shown="x", id=made)
    desk.step(e.HoldReleased(hold_id="1", seen_version=1, signature=mark), "brandt", base=placed.opid)
    await log.append(desk.operations)
    plant.lose_tail(1)
    await log.append(desk.operations)
    assert [row.outcome for row in plant.log] == [Outcome.APPLIED] * 2


async def test_an_occurrence_that_a_failover_lost_belongs_to_whoever_comes_first_then(plant: MemoryPlant) -> None:
    one, two = MemorySharedLog(plant, A), MemorySharedLog(plant, B)
    desk, other = Desk(A), Desk(B)
    desk.step(opened("1", "occ/1"))
    other.step(opened("2", "occ/1"))
    await one.append(desk.operations)
    await two.append(other.operations)
    plant.lose_tail(2)
    await two.append(other.operations)
    await one.append(desk.operations)
    assert [(row.operation.workstation, row.outcome) for row in plant.log] == [
        (B, Outcome.APPLIED), (A, Outcome.DUPLICATE),
    ]  # fmt: skip
    assert plant.observations("occ/1") == [B, A]
