"""What the line says waits for the disk, in order, and nothing of it vanishes."""

import asyncio

import pytest

from app.bootstrap import inbox as module
from app.bootstrap.inbox import Inbox
from app.domain import commands as c
from app.readmodel import model as m
from app.store.memory import MemoryJournal
from tests.plants import NOON, FakeClock, small_plant
from tests.unit.services.floor import finding, new_bus


async def until(condition: object) -> None:
    async with asyncio.timeout(20):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_journal_that_refuses_makes_findings_wait_and_they_come_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.02)
    journal, told = MemoryJournal(), list[str]()
    bus = new_bus(small_plant(), journal, FakeClock())
    inbox = Inbox(bus, told.append)
    tasks = [asyncio.create_task(bus.run()), asyncio.create_task(inbox.run())]
    journal.full = True
    machines = ["L1.filler", "L1.labeller", "L1.packer", "L2.filler"]
    for machine in machines:
        inbox.put(c.RecordFinding(finding=finding("breakdown", machine, at=NOON)))
    await until(lambda: len(told) >= 8)
    assert m.all_cases(bus.model) == []
    assert all("no space" in reason for reason in told)
    journal.full = False
    await until(lambda: len(m.all_cases(bus.model)) == len(machines))
    assert [case.machine for case in m.all_cases(bus.model)] == machines
    assert told[-1] == ""
    assert len(inbox) == 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_refused_command_is_not_tried_again() -> None:
    bus = new_bus(small_plant(), MemoryJournal(), FakeClock())
    inbox = Inbox(bus, lambda reason: None)
    tasks = [asyncio.create_task(bus.run()), asyncio.create_task(inbox.run())]
    inbox.put(c.CloseCase(case_id="none"))
    inbox.put(c.RecordFinding(finding=finding("breakdown", "L1.filler", at=NOON)))
    await until(lambda: len(m.all_cases(bus.model)) == 1)
    assert len(inbox) == 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
