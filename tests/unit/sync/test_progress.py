"""A station that is far behind says how far it is; one that keeps up says nothing of it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from app.domain import commands as c
from app.domain.operation import SharedOperation
from app.domain.status import SharedStatus
from app.store.memory import MemoryJournal
from app.store.memory_shared import MemoryPlant, MemorySharedLog
from app.sync import exchange as exchanging
from app.sync.exchange import Exchange
from app.sync.worker import Sync
from tests.plants import PEOPLE, FakeClock
from tests.unit.sync.plantwide import Station, settle

T = TypeVar("T")


async def in_place(call: Callable[[], T]) -> T:
    return call()


async def told_while_joining(notes: int) -> list[tuple[int, int]]:
    """What a new station says of its progress, (0, 0) where it says nothing, as a plant's log of notes comes in."""
    clock, told = FakeClock(), list[tuple[int, int]]()
    plant = MemoryPlant(clock.now)
    for person in PEOPLE.values():
        plant.add_person(person, "x")
    plant.add_station("a")
    plant.add_station("b")
    plant.prove("silva", "x", "a")
    writer = Station("a", plant, clock)
    await writer.act(c.ReportException(what="1", text="Smoke", machine="L1.filler"), "silva")
    case = next(iter(writer.model.every("case")))
    for number in range(notes):
        await writer.act(c.AddNote(case_id=case.id, text=str(number)), "silva")
    await settle([writer])
    journal, log = MemoryJournal(), MemorySharedLog(plant, "b")

    async def absorbed(batch: Sequence[SharedOperation]) -> None:
        sync.poke()

    async def reset() -> None:
        raise AssertionError("nothing was lost")

    exchange = Exchange(
        log=log, journal=journal, copy=journal.shared, on_disk=in_place, absorb=absorbed, reset=reset
    )  # fmt: skip

    def said(status: SharedStatus) -> None:
        told.append((status.place, status.end))

    sync = Sync(log=log, exchange=exchange, clock=clock, waiting=lambda: (0, None), told=said)
    await exchange.begin(await log.status())
    sync.poke()
    await exchange.down()
    sync.poke()
    return told


def test_a_station_that_is_far_behind_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanging, "DOWN", 10)
    monkeypatch.setattr("app.sync.worker.DOWN", 10)
    told = asyncio.run(told_while_joining(40))
    end = max(end for _, end in told)
    assert end > 40
    assert told[0] == (0, end)
    assert (10, end) in told
    assert told[-1] == (0, 0)


def test_one_that_keeps_up_says_nothing_of_it() -> None:
    assert all(said == (0, 0) for said in asyncio.run(told_while_joining(5)))
