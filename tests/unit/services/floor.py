"""A shop floor for tests: a real bus with every handler over the journal's memory twin, driven step by step."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.bus import Bus, Stored
from app.domain.case import ExceptionCase, Task
from app.domain.commands import Command, DisposeHold, RecordFinding, ReleaseHold
from app.domain.errors import KnownError
from app.domain.events import Signature
from app.domain.finding import Capsule, Finding, Phase
from app.domain.people import SYSTEM, Person
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.ports import Journal
from app.readmodel import model as m
from app.readmodel.model import Changes
from app.services.clocks import due
from app.services.tables import COMMAND_HANDLERS, EVENT_HANDLERS
from app.store.memory import MemoryJournal
from app.store.rebuild import rebuild
from tests.plants import NOON, CountingIds, FakeClock, small_plant, small_reference


async def in_place(call: Callable[[], None]) -> None:
    """A blocking call, run where it is."""
    call()


def new_bus(plant: Plant, journal: Journal, clock: FakeClock, **parts: Any) -> Bus:
    """A bus over a journal, with the model that the journal folds to."""
    options = {
        "plant": plant,
        "model": rebuild(journal.read())[0],
        "journal": journal,
        "clock": clock,
        "ids": CountingIds(),
        "station": "desk-1",
        "commands": COMMAND_HANDLERS,
        "reactions": EVENT_HANDLERS,
        "blocking": in_place,
    }
    return Bus(**{**options, **parts})


class Floor:
    """The bus, its clock and its journal. `send` is done when it is stored."""

    def __init__(self, plant: Plant, loop: asyncio.AbstractEventLoop) -> None:
        self.plant = plant
        self.clock = FakeClock()
        self.journal = MemoryJournal()
        self.bus = new_bus(plant, self.journal, self.clock)
        self.bus.reference = small_reference()
        self.told: list[Changes] = []
        self.bus.subscribe(self.told.append)
        self._loop = loop

    def send(self, command: Command, person: str = "") -> Stored:
        actor = self.plant.people[person] if person else SYSTEM
        if isinstance(command, DisposeHold | ReleaseHold) and command.signature is None:
            command = replace(command, signature=signed_by(actor))
        return self._loop.run_until_complete(self.bus.send(command, actor))

    def refused(self, command: Command, person: str = "") -> KnownError:
        """The refusal of a command, which must change nothing."""
        head, told = self.journal.head(), len(self.told)
        try:
            self.send(command, person)
        except KnownError as error:
            assert self.journal.head() == head
            assert len(self.told) == told
            return error
        raise AssertionError(f"{command} was not refused")

    def tick(self, seconds: float = 0.0) -> None:
        """Time passes, and what is due then happens."""
        self.clock.move(seconds)
        for command in list(due(self.bus.model, self.plant, self.clock.now())):
            self.send(command)

    def opened(self, kind: str = "breakdown", machine: str | None = "L1.filler", **parts: Any) -> ExceptionCase:
        """The case that a new finding opens."""
        before = {case.id for case in self.cases}
        self.send(RecordFinding(finding=finding(kind, machine, at=self.clock.now(), **parts)))
        return next(case for case in self.cases if case.id not in before)

    @property
    def cases(self) -> list[ExceptionCase]:
        return m.all_cases(self.bus.model)

    @property
    def postings(self) -> list[Posting]:
        return m.all_postings(self.bus.model)

    def case(self, case_id: str) -> ExceptionCase:
        found = m.case(self.bus.model, case_id)
        assert found is not None
        return found

    def primary(self, case_id: str) -> Task:
        found = self.case(case_id).primary
        assert found is not None
        return found


_numbers = iter(range(1, 10**9))


def finding(kind: str, machine: str | None, *, at: datetime, phase: Phase = Phase.RAISED, **parts: Any) -> Finding:
    """A finding as a detector would make it, with an occurrence of its own unless one is given."""
    made = Finding(
        kind=kind,
        phase=phase,
        occurrence=f"occurrence-{next(_numbers)}",
        rule=f"r-{kind}",
        rule_version=1,
        source_at=at,
        received_at=at,
        machine=machine,
        line=machine.partition(".")[0] if machine else None,
        first_out="Torque limit",
        capsule=Capsule(at=at, order="WO-1", lot="4480-A") if phase is Phase.RAISED else None,
    )
    return replace(made, **parts)


@contextmanager
def floor(plant: Plant | None = None) -> Iterator[Floor]:
    """A running floor of the small plant."""
    loop = asyncio.new_event_loop()
    made = Floor(plant or small_plant(), loop)
    task = loop.create_task(made.bus.run())
    try:
        yield made
    finally:
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()


def signed_by(person: Person) -> Signature:
    """A signature of a person, as a station on its own takes it."""
    return Signature(person=person.id, name=person.name, meaning="I stand for it", signed_at=NOON, shown="0" * 64)
