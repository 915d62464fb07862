"""The plant's log in its two forms under one suite, and a desk that makes operations as a station does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from app.bus import seal
from app.domain import events as e
from app.domain.chain import GENESIS
from app.domain.operation import Operation, Recorded
from app.domain.people import SYSTEM, Function
from app.ports import SharedLog
from app.store.memory_shared import MemoryPlant, MemorySharedLog
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.plants import NOON, PEOPLE


class World(Protocol):
    """A plant's log that stations can join."""

    def join(self, station: str, history: int = 0) -> None: ...
    def log(self, station: str) -> SharedLog: ...
    def observations(self, occurrence: str) -> list[str]: ...
    def want_second_person(self, kind: str) -> None: ...
    def bind(self, person: str, line: str) -> None: ...


class PostgresWorld:
    """A database of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def join(self, station: str, history: int = 0) -> None:
        self.database.join(station, history)

    def log(self, station: str) -> SharedLog:
        return self.database.log(station)

    def observations(self, occurrence: str) -> list[str]:
        with self.database.as_superuser() as connection:
            rows = connection.execute("select station from lineside.occurrence_seen where key = %s", (occurrence,))
            return [str(row[0]) for row in rows.fetchall()]

    def want_second_person(self, kind: str) -> None:
        with self.database.as_superuser() as connection:
            connection.execute("select lineside.set_second_person(%s, true)", (kind,))

    def bind(self, person: str, line: str) -> None:
        with self.database.as_superuser() as connection:
            connection.execute("update lineside.person set lines = %s where person = %s", ([line], person))


class MemoryWorld:
    """A plant in memory."""

    def __init__(self) -> None:
        self.plant = MemoryPlant()
        for person in PEOPLE.values():
            self.plant.add_person(person, password_of(person.id))

    def join(self, station: str, history: int = 0) -> None:
        self.plant.add_station(station, history)

    def log(self, station: str) -> SharedLog:
        return MemorySharedLog(self.plant, station)

    def observations(self, occurrence: str) -> list[str]:
        return self.plant.observations(occurrence)

    def want_second_person(self, kind: str) -> None:
        self.plant.register.second_person.add(kind)

    def bind(self, person: str, line: str) -> None:
        people = self.plant.register.people
        people[person] = replace(people[person], lines=frozenset({line}))


@contextmanager
def worlds(kind: str) -> Iterator[World]:
    """The world of a name."""
    if kind == "memory":
        yield MemoryWorld()
        return
    with fresh_database() as database:
        yield PostgresWorld(database)


class Desk:
    """A station's chain of operations: `step` for one event, `cause` for several of one command."""

    def __init__(self, station: str) -> None:
        self.station = station
        self.operations: list[Operation] = []
        self._opid = 0

    def step(self, event: e.Event, person: str = SYSTEM.id, base: str = "") -> Operation:
        """One event as a command of its own; `base` is the opid of the strict operation it is built on."""
        return self.cause((event,), person, (base,))[0]

    def cause(
        self, events: tuple[e.Event, ...], person: str = SYSTEM.id, bases: tuple[str, ...] | None = None
    ) -> list[Operation]:
        """The events of one command; without `bases` each is built on the last one of its strand in here."""
        made: list[Operation] = []
        first = f"{self.station}-{self._opid + 1:06d}"
        tips: dict[str, str] = {}
        for place, event in enumerate(events):
            self._opid += 1
            opid = f"{self.station}-{self._opid:06d}"
            base = bases[place] if bases else tips.get(event.strand, "")
            tips[event.strand] = opid
            recorded = Recorded(
                event=event, opid=opid, seq=len(self.operations) + 1, person=person, at=NOON, source_at=NOON,
                version=1, base_opid=base, cause=first,
            )  # fmt: skip
            before = self.operations[-1].hash if self.operations else GENESIS
            op = seal(recorded, self.station, 1, before)
            self.operations.append(op)
            made.append(op)
        return made

    def spoil(self, **changed: object) -> None:
        """Change the last operation after it was sealed."""
        self.operations[-1] = replace(self.operations[-1], **changed)  # type: ignore[arg-type]


def opened(case_id: str, occurrence: str = "", line: str = "L1") -> e.CaseOpened:
    """A case as a detector opens it."""
    return e.CaseOpened(
        case_id=case_id, kind="breakdown", priority=2, title="Filler stands", occurrence=occurrence or f"occ/{case_id}",
        happened_at=NOON, line=line,
    )  # fmt: skip


def task(case_id: str, task_id: str = "t1") -> e.TaskOffered:
    """A task on offer."""
    return e.TaskOffered(
        case_id=case_id, task_id=task_id, function=Function.MAINTENANCE, people=("weiss",), accept_by=NOON,
        why=e.Why(route="r", version=1, shift="day"),
    )  # fmt: skip


def reassigned(case_id: str, to: str, task_id: str = "t1") -> e.TaskOfferedAgain:
    """A task offered to somebody else."""
    return e.TaskOfferedAgain(
        case_id=case_id, task_id=task_id, people=(to,), accept_by=NOON, level=0,
        why=e.Why(route="r", version=1, shift="day"), reason="busy",
    )  # fmt: skip


def hold(hold_id: str, line: str = "L1") -> e.HoldPlaced:
    """A hold on a lot."""
    return e.HoldPlaced(
        hold_id=hold_id, units=(e.HeldUnits(lot="LOT-1"),), reason_code="q", reason="leaking", line=line
    )


def note(case_id: str, text: str = "looked at it") -> e.NoteAdded:
    """Words on a case."""
    return e.NoteAdded(case_id=case_id, text=text)
