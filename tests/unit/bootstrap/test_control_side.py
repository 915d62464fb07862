"""The core's side of the control lane: on record before it goes out, out once, and every end told (I9)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from app.acquisition.messages import Answered, DoWrite, Order
from app.bootstrap import control_side as module
from app.bootstrap.control_side import ControlSide
from app.bootstrap.inbox import Inbox
from app.domain.commands import RequestControl
from app.domain.control import Control, Outcome
from app.domain.errors import StoreError
from app.domain.lifecycles import ControlState
from app.domain.operation import Operation
from app.readmodel.model import Changes, all_controls
from app.store.memory import MemoryJournal
from tests.plants import FakeClock, small_plant
from tests.unit.services.floor import new_bus
from tests.unit.services.test_controls import RUNNING, SPEED, STOP

PLANT = small_plant(commands={row.id: row for row in (STOP, SPEED)})
ASK = RequestControl(command_id=STOP.id, seen_state=RUNNING)


class FailingJournal(MemoryJournal):
    """Refuses operations of a kind as long as it is told to."""

    refuses = ""

    def append(self, operations: Sequence[Operation]) -> None:
        if any(op.kind == self.refuses for op in operations):
            raise StoreError("The disk is full.")
        super().append(operations)


class Side:
    """A bus, its control side and an acquisition that keeps what it is ordered."""

    def __init__(self, journal: MemoryJournal, runs: bool) -> None:
        self.journal = journal
        self.bus = new_bus(PLANT, journal, FakeClock())
        self.inbox = Inbox(self.bus, lambda _: None)
        self.orders: list[tuple[Order, list[str]]] = []
        self.runs = runs
        self.side = ControlSide(
            plant=PLANT, bus=self.bus, clock=FakeClock(), station="desk-1", send=self.send, put=self.inbox.put
        )
        self.bus.subscribe(self.side.changed)

    def send(self, order: Order) -> bool:
        self.orders.append((order, [op.kind for op in self.journal.read()]))
        return self.runs

    async def ask(self) -> None:
        await self.bus.send(ASK, PLANT.people["okafor"])

    async def ended(self, *states: ControlState) -> Control:
        async with asyncio.timeout(10):
            while not self.rows or self.rows[-1].state not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.rows[-1]

    @property
    def rows(self) -> list[Control]:
        return all_controls(self.bus.model)


@asynccontextmanager
async def side(journal: MemoryJournal | None = None, runs: bool = True) -> AsyncIterator[Side]:
    """A running side."""
    made = Side(journal or MemoryJournal(), runs)
    tasks = [asyncio.create_task(work()) for work in (made.bus.run, made.inbox.run, made.side.run)]
    made.side.begin()
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answer(of: Side, outcome: Outcome, words: str = "") -> None:
    of.side.heard(Answered(control_id=of.rows[-1].id, outcome=outcome, words=words))


async def test_it_is_on_record_as_sent_before_it_goes_out_and_goes_out_once() -> None:
    async with side() as desk:
        await desk.ask()
        await desk.ended(ControlState.SENT)
        async with asyncio.timeout(10):
            while not desk.orders:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        ((order, journal),) = desk.orders
        assert journal == ["ControlRequested", "ControlSent"]
        assert isinstance(order, DoWrite)
        assert order.command == STOP.id
        answer(desk, Outcome.CONFIRMED)
        await desk.ended(ControlState.CONFIRMED)
        assert len(desk.orders) == 1


async def test_a_journal_that_refuses_keeps_it_from_going_out() -> None:
    journal = FailingJournal()
    journal.refuses = "ControlSent"
    async with side(journal) as desk:
        await desk.ask()
        row = await desk.ended(ControlState.FAILED)
    assert "Nothing was sent" in row.words
    assert desk.orders == []


async def test_without_an_acquisition_it_fails_at_once() -> None:
    async with side(runs=False) as desk:
        await desk.ask()
        assert "does not run" in (await desk.ended(ControlState.FAILED)).words


async def test_an_acquisition_that_ends_leaves_it_unknown_and_a_late_word_settles_it() -> None:
    async with side() as desk:
        await desk.ask()
        async with asyncio.timeout(10):
            while not desk.orders:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        desk.side.lost()
        await desk.ended(ControlState.UNKNOWN)
        answer(desk, Outcome.CONFIRMED)
        await desk.ended(ControlState.CONFIRMED)


async def test_silence_ends_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", -100.0)
    async with side() as desk:
        await desk.ask()
        assert "No word" in (await desk.ended(ControlState.UNKNOWN)).words


async def test_what_an_earlier_run_left_is_never_sent_again() -> None:
    journal = MemoryJournal()
    async with side(journal) as desk:
        await desk.ask()
        async with asyncio.timeout(10):
            while not desk.orders:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    async with side(journal) as again:
        assert "ended before" in (await again.ended(ControlState.UNKNOWN)).words
        await asyncio.sleep(0.1)
        assert again.orders == []


async def test_what_was_only_asked_for_in_an_earlier_run_has_failed() -> None:
    journal = MemoryJournal()
    bus = new_bus(PLANT, journal, FakeClock())
    task = asyncio.create_task(bus.run())
    await bus.send(ASK, PLANT.people["okafor"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with side(journal) as again:
        await again.ended(ControlState.FAILED)
        assert again.orders == []


async def test_the_request_of_another_station_is_its_own_to_send() -> None:
    async with side(runs=False) as desk:
        await desk.ask()
        row = await desk.ended(ControlState.FAILED)
        theirs = replace(row, id="theirs", station="desk-2", state=ControlState.REQUESTED)
        desk.side.changed(Changes(rows={"control/theirs": theirs}, seq=99))
        await asyncio.sleep(0.1)
        assert len(desk.orders) == 1
