"""The memory twin of the plant's log: several stations of one process share a `MemoryPlant`. For tests and trying out.

The same promises as Postgres but the disk; and it can be told to misbehave as a network and a failover do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from app.codec import UnreadableError
from app.domain.chain import GENESIS
from app.domain.errors import SharedDownError, SharedRefusedError
from app.domain.events import EVENT_TYPES
from app.domain.operation import (
    Operation,
    Outcome,
    SharedHead,
    SharedOperation,
    chain_hash,
    place_hash,
)
from app.domain.people import Person
from app.domain.presence import Hint, Presence
from app.domain.status import SharedPlant, StationSeen
from app.event_codec import decode
from app.store.memory_plant import Judge, Refused, Register, Signed, Standing, stand, words

SCHEMA = "memory"
FEED_MOST = 5000


@dataclass(slots=True, kw_only=True)
class _Station:
    history_until: int = 0
    last_seq: int = 0
    last_hash: str = GENESIS
    seen_at: datetime | None = None


class MemoryPlant:
    """The log of a plant. `lost_answers`: so many appends are taken and not answered. `add_…` is for an admin."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.log: list[SharedOperation] = []
        self.register = Register()
        self.lost_answers = 0
        self._now = now
        self._passwords: dict[str, str] = {}
        self._stations: dict[str, _Station] = {}
        self._standing = Standing()
        self._by_opid: dict[str, SharedOperation] = {}
        self._timeline = 1
        self._changed: set[asyncio.Event] = set()
        self._ears: list[Callable[[Presence], None]] = []
        self.duty = ""
        self._signature = 0

    def add_person(self, person: Person, password: str) -> None:
        """Enter a person, or set them anew."""
        self.register.people[person.id] = person
        self._passwords[person.id] = password

    def remove_person(self, person_id: str) -> None:
        """Take nothing of theirs from now on."""
        self.register.people.pop(person_id, None)

    def add_station(self, name: str, history: int = 0) -> None:
        """Let a station join; `history` is the last number of what it did on its own before."""
        self._stations.setdefault(name, _Station(history_until=history))

    def lose_tail(self, count: int) -> None:
        """Fail over to a standby that never got the last `count` places: what stood after them is gone."""
        del self.log[len(self.log) - min(count, len(self.log)) :]
        self._timeline += 1
        self._rebuild()

    def observations(self, occurrence: str) -> list[str]:
        """The stations that saw a machine's event, in the order in which they told it."""
        return [station for key, station in self._standing.seen.values() if key == occurrence]

    def head(self, station: str) -> SharedHead:
        """How the log stands for a station."""
        last = self.log[-1] if self.log else None
        return SharedHead(
            system="memory",
            timeline=self._timeline,
            schema=SCHEMA,
            place=len(self.log),
            place_hash=last.place_hash if last else GENESIS,
            last_seq=self._station(station).last_seq,
            server_at=self._now(),
            history_until=self._station(station).history_until,
        )

    def seen(self, station: str) -> None:
        """A station was heard."""
        self._station(station).seen_at = self._now()

    def plant(self, station: str) -> SharedPlant:
        """The settings, and the stations beside the one that asks."""
        others = (self._seen(name) for name in sorted(self._stations) if name != station)
        return SharedPlant(
            second_person=frozenset(self.register.second_person), stations=tuple(others), asked_at=self._now()
        )

    def append(self, station: str, operations: Sequence[Operation]) -> int:
        """Take whole causes in order; nothing of the call where an operation is not of this station's chain."""
        me = self._station(station)
        fresh = list(self._fresh(station, operations, me))
        _check_chain(station, fresh, me)
        for _, cause in groupby(fresh, key=lambda op: op.cause):
            self._take(list(cause), me)
        if fresh:
            for event in self._changed:
                event.set()
        return me.last_seq

    def prove(self, person: str, password: str, station: str) -> None:
        """Check a password; note that it was shown at a station."""
        if person not in self._passwords or self._passwords[person] != password:
            raise SharedRefusedError(
                "The plant's log refuses while signing in: the password is wrong.", "Type it again."
            )
        if person not in self.register.people:
            raise SharedRefusedError(f"{person} is not among the people of the plant's log.", "Ask IT to add it.")
        self._station(station)
        self.register.proofs[person, station] = self._now()

    def sign(self, signed: Signed) -> str:
        """Keep a signature; its id."""
        if not self.register.may(signed.person, signed.kind):
            name = self.register.name(signed.person)
            raise SharedRefusedError(
                f"{name}'s role does not allow it: {words(signed.kind)}.", "Ask somebody whose role allows it."
            )
        self._signature += 1
        self._standing.signatures[f"signature-{self._signature}"] = signed
        return f"signature-{self._signature}"

    def listen(self, event: asyncio.Event, told: Callable[[Presence], None]) -> None:
        """Set an event after every append, and tell who looks at what."""
        self._changed.add(event)
        self._ears.append(told)

    def tell(self, presence: Presence) -> None:
        """Every station hears it."""
        for told in self._ears:
            told(presence)

    def now(self) -> datetime:
        """The server's clock."""
        return self._now()

    def _seen(self, name: str) -> StationSeen:
        known = self._stations[name]
        shared_at = [row.server_at for row in self.log if row.operation.workstation == name]
        last_at = shared_at[-1] if shared_at else None
        return StationSeen(name=name, heard_at=known.seen_at, shared=known.last_seq, shared_at=last_at)

    def _station(self, name: str) -> _Station:
        if name not in self._stations:
            raise SharedRefusedError(f"The plant's log knows no station {name}.", "Ask IT to add it.")
        return self._stations[name]

    def _fresh(self, station: str, operations: Iterable[Operation], me: _Station) -> Iterable[Operation]:
        """What was not taken before; what was must be the same."""
        known = {row.operation.seq: row.operation.hash for row in self.log if row.operation.workstation == station}
        for op in operations:
            if op.seq > me.last_seq:
                yield op
            elif known[op.seq] != op.hash:
                raise SharedRefusedError(
                    f"The plant's log has another operation {op.seq} of {station}: this is not the journal it knows.",
                    "Give this station another name, or put its journal back.",
                )

    def _take(self, cause: Sequence[Operation], me: _Station) -> None:
        """One cause: all of it, or none."""
        draft, judge = self._standing.draft(), Judge(self.register, self._by_opid, self._now())
        before, doubled = len(self.log), set[str]()
        try:
            self._refused_before(cause[0])
            for op in cause:
                if op.stream in doubled:  # the cause says what the log has already
                    outcome, version = Outcome.DUPLICATE, 0
                else:
                    outcome, version = judge.take(op, draft, history=op.seq <= me.history_until)
                if outcome is Outcome.DUPLICATE:
                    doubled.add(op.stream)
                self._write(op, outcome, "", version)
        except Refused as refusal:
            for row in self.log[before:]:
                del self._by_opid[row.operation.opid]
            del self.log[before:]
            for op in cause:
                self._write(op, Outcome.REFUSED, str(refusal), 0)
        else:
            self._standing.keep(draft)
        me.last_seq, me.last_hash = cause[-1].seq, cause[-1].hash

    def _refused_before(self, op: Operation) -> None:
        """An earlier part of the cause was refused: the rest is with it."""
        first = self._by_opid.get(op.cause)
        if first is not None and first.outcome is Outcome.REFUSED:
            raise Refused(first.reason)

    def _write(self, op: Operation, outcome: Outcome, reason: str, version: int) -> None:
        place = len(self.log) + 1
        before = self.log[-1].place_hash if self.log else GENESIS
        row = SharedOperation(
            operation=op,
            place=place,
            outcome=outcome,
            reason=reason,
            version=version,
            server_at=self._now(),
            place_hash="",
        )
        row = replace(row, place_hash=place_hash(before, row))
        self.log.append(row)
        self._by_opid[op.opid] = row

    def _rebuild(self) -> None:
        """What stands, from the log alone."""
        self._by_opid = {row.operation.opid: row for row in self.log}
        signatures = self._standing.signatures
        self._standing = Standing(signatures={key: _unused(value, self._by_opid) for key, value in signatures.items()})
        for me in self._stations.values():
            me.last_seq, me.last_hash = 0, GENESIS
        for row in self.log:
            self._stand_again(row)

    def _stand_again(self, row: SharedOperation) -> None:
        op, standing = row.operation, self._standing
        me = self._stations[op.workstation]
        me.last_seq, me.last_hash = op.seq, op.hash
        if row.outcome is Outcome.REFUSED:
            return
        said = json.loads(op.payload)
        key = said.get("occurrence")
        if key:
            standing.seen[op.opid] = (key, op.workstation)
            first = standing.occurrences.setdefault(key, (op.stream, op.cause))
            if row.outcome is Outcome.DUPLICATE and first[0] != op.stream and op.stream not in standing.versions:
                standing.merged.setdefault(op.stream, (first[0], op.cause))
        if row.outcome is Outcome.APPLIED:
            stand(op, said, standing)


def _unused(signed: Signed, log: dict[str, SharedOperation]) -> Signed:
    if not signed.used_by or signed.used_by in log:
        return signed
    return Signed(
        person=signed.person,
        station=signed.station,
        kind=signed.kind,
        stream=signed.stream,
        meaning=signed.meaning,
        shown=signed.shown,
        signed_at=signed.signed_at,
    )


def _check_chain(station: str, operations: Sequence[Operation], me: _Station) -> None:
    seq, before = me.last_seq, me.last_hash
    for op in operations:
        if op.seq != seq + 1:
            raise SharedDownError(f"The next operation of this station is number {seq + 1}.")
        if op.workstation != station or op.prev_hash != before or chain_hash(op) != op.hash:
            raise SharedRefusedError(
                f"Operation {op.seq} does not continue the chain of {station}, or was changed.",
                "Run `lineside verify` at this station and tell IT.",
            )
        if op.kind not in EVENT_TYPES:
            raise SharedRefusedError(
                f'The plant\'s log knows no operation "{op.kind}": its schema is older than this program.',
                "Ask IT to run: lineside db init URL",
            )
        _check_payload(op)
        seq, before = op.seq, op.hash


def _check_payload(op: Operation) -> None:
    try:
        decode(op.kind, op.payload)
    except UnreadableError as error:
        raise SharedRefusedError(
            f"Operation {op.seq} has a payload or a time that is none.", "This is a fault of Lineside: tell IT."
        ) from error


class MemorySharedLog:
    """The log as one station reaches it. `reachable` False: nothing gets through."""

    def __init__(self, plant: MemoryPlant, station: str) -> None:
        self._plant = plant
        self._station = station
        self._changed = asyncio.Event()
        self._presences: list[Presence] = []
        self.reachable = True
        plant.listen(self._changed, self.told)

    async def status(self) -> SharedHead:
        """How the log stands."""
        await self._pass()
        return self._plant.head(self._station)

    async def append(self, operations: Sequence[Operation]) -> int:
        """Send whole causes in order; returns the last sequence number that the log has of this station."""
        await self._pass()
        last = self._plant.append(self._station, operations)
        if self._plant.lost_answers:
            self._plant.lost_answers -= 1
            raise SharedDownError("The plant's log gave no answer while sending.")
        return last

    async def feed(self, after: int, most: int) -> Sequence[SharedOperation]:
        """What follows a place."""
        await self._pass()
        return self._plant.log[after : after + min(most, FEED_MOST)]

    async def attend(self, person: str, ref: str, editing: bool) -> None:
        """Tell the other stations what a person looks at here."""
        await self._pass()
        said = Presence(station=self._station, person=person, ref=ref, editing=editing, at=self._plant.now())
        self._plant.tell(said)

    def told(self, presence: Presence) -> None:
        """Hear of somebody."""
        self._presences.append(presence)
        self._changed.set()

    async def hint(self, timeout_s: float) -> Hint:
        """What is heard next, or nothing after the time-out."""
        await self._pass()
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return Hint()
        self._changed.clear()
        heard, self._presences = tuple(self._presences), []
        return Hint(place=None, presences=heard)

    async def prove(self, person: str, password: str) -> None:
        """Show at this station that the password is the person's own."""
        await self._pass()
        self._plant.prove(person, password, self._station)

    async def sign(self, person: str, password: str, kind: str, stream: str, meaning: str, shown: str) -> str:
        """The id of an electronic signature."""
        await self.prove(person, password)
        return self._plant.sign(
            Signed(
                person=person,
                station=self._station,
                kind=kind,
                stream=stream,
                meaning=meaning,
                shown=shown,
                signed_at=self._plant.now(),
            )
        )

    async def plant(self) -> SharedPlant:
        """The plant's settings, and its other stations."""
        await self._pass()
        return self._plant.plant(self._station)

    async def duty(self) -> bool:
        """Whether this station has the duties; the first that asks has them until it is closed."""
        await self._pass()
        self._plant.seen(self._station)
        self._plant.duty = self._plant.duty or self._station
        return self._plant.duty == self._station

    async def aclose(self) -> None:
        """Give the duties back."""
        if self._plant.duty == self._station:
            self._plant.duty = ""

    async def _pass(self) -> None:
        await asyncio.sleep(0)
        if not self.reachable:
            if self._plant.duty == self._station:
                self._plant.duty = ""
            raise SharedDownError("The plant's log can't be reached.")
