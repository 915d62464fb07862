"""The bus: one commit for all that wait, in order; a refusal hurts nobody else; told is only what is on disk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.bus import LARGEST_BATCH, Bus, Stored
from app.domain import commands as c
from app.domain.errors import KnownError, StoreError
from app.readmodel import model as m
from app.readmodel.model import Changes
from app.store.memory import MemoryJournal
from app.store.verify import verify
from tests.plants import NOON, FakeClock, small_plant
from tests.unit.services.floor import finding, new_bus

PLANT = small_plant()
SILVA = PLANT.people["silva"]


class CountedJournal(MemoryJournal):
    """Remembers how much each append brought."""

    def __init__(self) -> None:
        super().__init__()
        self.appends: list[int] = []

    def append(self, operations: Any) -> None:
        super().append(operations)
        self.appends.append(len(operations))


@asynccontextmanager
async def running(journal: MemoryJournal | None = None, **parts: Any) -> AsyncIterator[Bus]:
    bus = new_bus(PLANT, journal or MemoryJournal(), FakeClock(), **parts)
    task = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def report(text: str = "Smoke") -> c.ReportException:
    return c.ReportException(what="1", text=text, machine="L1.filler")


async def test_everything_that_waits_is_one_commit_in_order() -> None:
    journal = CountedJournal()
    async with running(journal) as bus:
        answers = await asyncio.gather(*(bus.send(report(f"n {n}"), SILVA) for n in range(50)))
    assert len(journal.appends) == 1
    assert [case.first_out for case in m.all_cases(bus.model)] == [f"n {n}" for n in range(50)]
    assert [op.opid for op in journal.read()] == [opid for answer in answers for opid in answer.opids]
    assert verify(journal.read()).ok


async def test_a_commit_is_never_endless() -> None:
    journal = CountedJournal()
    async with running(journal) as bus:
        note = c.SignIn(person_id="silva")
        await asyncio.gather(*(bus.send(note, SILVA) for _ in range(LARGEST_BATCH * 2 + 1)))
    assert journal.appends == [LARGEST_BATCH, LARGEST_BATCH, 1]


async def test_a_refused_command_hurts_nobody_else_in_its_batch() -> None:
    async with running() as bus:
        sent = [report("first"), report("  "), c.AcknowledgeCase(case_id="none"), report("last")]
        answers = await asyncio.gather(*(bus.send(command, SILVA) for command in sent), return_exceptions=True)
    assert [isinstance(answer, Stored) for answer in answers] == [True, False, False, True]
    assert [case.first_out for case in m.all_cases(bus.model)] == ["first", "last"]
    assert [op.seq for op in bus._journal.read()] == list(range(1, len(bus._journal.read()) + 1))


async def test_a_command_sees_what_the_one_before_it_in_the_batch_did() -> None:
    said = finding("breakdown", "L1.filler", at=NOON)
    async with running() as bus:
        first, second = await asyncio.gather(*(bus.send(c.RecordFinding(finding=said)) for _ in range(2)))
    assert first.opids
    assert second.opids == ()
    assert len(m.all_cases(bus.model)) == 1


@pytest.mark.expects_error_log
async def test_a_fault_of_ours_in_one_handler_hurts_nobody_else() -> None:
    async with running() as bus:
        broken = finding("no such kind", "L1.filler", at=NOON)
        answers = await asyncio.gather(
            bus.send(report("before"), SILVA),
            bus.send(c.RecordFinding(finding=broken)),
            bus.send(report("after"), SILVA),
            return_exceptions=True,
        )
    assert [isinstance(answer, Stored) for answer in answers] == [True, False, True]


@pytest.mark.expects_error_log
async def test_what_can_not_be_written_is_refused_alone() -> None:
    async with running() as bus:
        unwritable = c.RecordGap(controller="\ud800", from_at=NOON, to_at=NOON, reason="")
        answers = await asyncio.gather(
            bus.send(report("before"), SILVA), bus.send(unwritable), bus.send(report("after"), SILVA),
            return_exceptions=True,
        )  # fmt: skip
        assert [isinstance(answer, Stored) for answer in answers] == [True, False, True]
        await bus.send(report("later"), SILVA)
    assert verify(bus._journal.read()).ok
    assert len(m.all_cases(bus.model)) == 3


async def test_a_full_journal_tells_nobody_folds_nothing_and_works_again_after() -> None:
    journal, told = MemoryJournal(), list[Changes]()
    async with running(journal) as bus:
        bus.subscribe(told.append)
        await bus.send(report("kept"), SILVA)
        head, seen = journal.head(), len(told)
        journal.full = True
        answers = await asyncio.gather(*(bus.send(report(), SILVA) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(answer, StoreError) for answer in answers)
        assert journal.head() == head
        assert len(told) == seen
        assert len(m.all_cases(bus.model)) == 1
        journal.full = False
        await bus.send(report("after"), SILVA)
    assert [case.first_out for case in m.all_cases(bus.model)] == ["kept", "after"]
    assert [op.seq for op in journal.read()] == list(range(1, len(journal.read()) + 1))
    assert verify(journal.read()).ok


class Gate:
    """A disk that takes its time: an append ends only when it is let through."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def __call__(self, call: Callable[[], None]) -> None:
        self.reached.set()
        await self.open.wait()
        call()


async def test_nobody_is_told_before_it_is_on_disk() -> None:
    gate, told = Gate(), list[Changes]()
    async with running(blocking=gate) as bus:
        bus.subscribe(told.append)
        sending = asyncio.create_task(bus.send(report(), SILVA))
        await gate.reached.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not sending.done()
        assert told == []
        assert m.all_cases(bus.model) == []
        gate.open.set()
        await sending
    assert len(told) == 1
    assert told[0].seq == bus.model.seq


async def test_what_comes_while_the_disk_writes_waits_for_the_next_commit() -> None:
    gate, journal = Gate(), CountedJournal()
    async with running(journal, blocking=gate) as bus:
        first = asyncio.create_task(bus.send(c.SignIn(person_id="silva"), SILVA))
        await gate.reached.wait()
        rest = [asyncio.create_task(bus.send(c.SignOut(person_id="silva"), SILVA)) for _ in range(3)]
        gate.open.set()
        await asyncio.gather(first, *rest)
    assert journal.appends == [1, 3]


async def test_a_sender_that_gave_up_disturbs_nobody() -> None:
    gate = Gate()
    async with running(blocking=gate) as bus:
        gone = asyncio.create_task(bus.send(report("gone"), SILVA))
        stays = asyncio.create_task(bus.send(report("stays"), SILVA))
        await gate.reached.wait()
        gone.cancel()
        gate.open.set()
        assert (await stays).opids
        with pytest.raises(asyncio.CancelledError):
            await gone
        await bus.send(report("later"), SILVA)
    assert [case.first_out for case in m.all_cases(bus.model)] == ["gone", "stays", "later"]


@pytest.mark.expects_error_log
async def test_a_listener_that_fails_takes_nobodys_answer_away() -> None:
    def fails(changes: Changes) -> None:
        raise RuntimeError("a screen is broken")

    told: list[Changes] = []
    async with running() as bus:
        bus.subscribe(fails)
        bus.subscribe(told.append)
        assert (await bus.send(report(), SILVA)).opids
    assert len(told) == 1


async def test_a_refusal_says_what_to_do() -> None:
    async with running() as bus:
        with pytest.raises(KnownError) as refusal:
            await bus.send(c.CloseCase(case_id="none"), SILVA)
    assert refusal.value.todo


async def test_all_operations_of_a_command_share_their_cause_and_name_its_person() -> None:
    async with running() as bus:
        stored = await bus.send(report(), SILVA)
    operations = bus._journal.read()
    assert {op.cause for op in operations} == {stored.opids[0]}
    assert {op.person for op in operations} == {"silva"}
    assert [op.base_version for op in operations if op.stream.startswith("case/")] == list(range(len(operations)))
    assert {op.source_at for op in operations} == {NOON}
