"""The bus: one queue of commands, one writer. Step the table, append to the journal, commit, fold, then tell anyone.

Every command that waits is handled against one draft and committed in one transaction (group commit); each is refused
by itself. Knows no store and no lifecycle: handlers come as tables, the journal as a port. Where the station has joined
a plant, `merge` keeps what is only stored here apart, and what frees or hands over waits for the plant's log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.codec import encode
from app.domain.commands import Command
from app.domain.erp import Reference
from app.domain.errors import KnownError, OutrunError, RefusedError
from app.domain.events import Event
from app.domain.merging import CONFIRM_FIRST, strict, tip_of
from app.domain.operation import Operation, Outcome, Recorded, SharedOperation, chain_hash
from app.domain.people import SYSTEM, Person
from app.domain.permissions import allowed, off_their_lines
from app.domain.plant import Plant
from app.ports import Clock, Ids, Journal
from app.readmodel.fold import evolve
from app.readmodel.merge import UNSHARED, Merge, Verdict
from app.readmodel.model import Changes, Model, View
from app.services.context import Context, Draft, Handler

log = logging.getLogger("lineside.bus")

Blocking = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs a blocking call off the loop; tests run it in place."""

LARGEST_BATCH = 256
ANSWER_S = 6.0
"""What frees or hands over waits for the plant's log; this is how long its person does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a command came to: the operations that are on disk now, and their streams."""

    opids: tuple[str, ...]
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Waiting:
    command: Command
    actor: Person
    source_at: datetime | None
    answer: asyncio.Future[Stored]


@dataclass(slots=True)
class _Unit:
    """One command's events, not yet committed."""

    draft: Draft
    recorded: list[Recorded] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it may be shown only once the plant's log has taken it."""
        return any(type(rec.event) in CONFIRM_FIRST for rec in self.recorded)


class Bus:
    """The core's one door for commands: `run()` is its task, `send` waits until the effect is on disk."""

    def __init__(
        self,
        *,
        plant: Plant,
        model: Model,
        journal: Journal,
        clock: Clock,
        ids: Ids,
        station: str,
        commands: Mapping[type[Command], Handler],
        reactions: Mapping[type[Event], Sequence[Handler]],
        blocking: Blocking,
        merge: Merge | None = None,
        unreachable: Callable[[], str] = lambda: "",
    ) -> None:
        """`merge` (its model is `model`) where the station has joined a plant; `unreachable` then says why its log

        can't be reached now, or nothing.
        """
        self.plant = plant
        self.model = model
        self._merge = merge
        self._unreachable = unreachable
        self._asked: dict[str, tuple[_Waiting, Sequence[Recorded]]] = {}
        self._turn = asyncio.Lock()
        self.reference = Reference()
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._station = station
        self._commands = commands
        self._reactions = reactions
        self._blocking = blocking
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._listeners: list[Callable[[Changes], None]] = []

    def subscribe(self, listener: Callable[[Changes], None]) -> None:
        """Call `listener` on this loop after every commit."""
        self._listeners.append(listener)

    async def send(self, command: Command, actor: Person = SYSTEM, source_at: datetime | None = None) -> Stored:
        """Handle a command. Returns when its events are on disk; raises KnownError when it was refused.

        `source_at` is when it happened at its source (default: now).
        """
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(command, actor, source_at, answer))
        return await answer

    async def run(self) -> None:
        """Serve the queue until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < LARGEST_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            async with self._turn:
                await self._serve(batch)

    async def absorb(self, batch: Sequence[SharedOperation]) -> None:
        """Take in what the plant's log has next, and answer who waited for it."""
        if self._merge is None:
            raise RuntimeError("this station has joined no plant")
        async with self._turn:
            taken = self._merge.take(batch)
        self._publish(taken.changes)
        for verdict in taken.verdicts:
            self._judged(verdict)

    async def reload(self, make: Callable[[], Awaitable[Merge]]) -> None:
        """Begin anew from another merge: the plant's log lost a part of what was downloaded. Nothing is stored between

        the moment that the merge is made of and the moment that it is the picture.
        """
        async with self._turn:
            merge = await make()
            before = {f"{kind}/{row.id}" for kind in self.model.kinds() for row in self.model.every(kind)}
            seq, self._merge, self.model = self.model.seq, merge, merge.model
            self.model.seq = max(seq, merge.model.seq) + 1
            rows = {f"{kind}/{row.id}": row for kind in self.model.kinds() for row in self.model.every(kind)}
            changes = Changes(rows=rows, seq=self.model.seq, gone=frozenset(before - rows.keys()))
        self._publish(changes)

    def _judged(self, verdict: Verdict) -> None:
        """Answer whoever waits for the plant's log; the first operation of a command speaks for all of them."""
        waiting, records = self._asked.pop(verdict.cause, (None, ()))
        if waiting is None or waiting.answer.done():
            return
        if verdict.outcome is Outcome.APPLIED:
            waiting.answer.set_result(_stored(records))
        else:
            waiting.answer.set_exception(OutrunError(verdict.reason, "Look at what stands now."))

    async def _serve(self, batch: Sequence[_Waiting]) -> None:
        """Handle every command of a batch, commit once, fold, answer."""
        draft, seq = Draft(self.model), self._journal.head()[0]
        done: list[tuple[_Waiting, _Unit]] = []
        operations: list[Operation] = []
        for waiting in batch:
            try:
                unit = self._handle(waiting, draft, seq)
                sealed = self._seal(unit.recorded, operations[-1].hash if operations else self._journal.head()[1])
            except Exception as error:  # noqa: BLE001 - the edge of the loop
                _refuse(waiting, error)
                continue
            if not self._asks_first(unit):
                unit.draft.merge_into(draft)
            seq += len(sealed)
            operations += sealed
            done.append((waiting, unit))
        try:
            if operations:
                await self._blocking(lambda: self._journal.append(operations))
        except Exception as error:  # noqa: BLE001 - the edge of the loop
            for waiting, _ in done:
                _refuse(waiting, error)
            return
        self._absorb(draft, len(operations))
        self._keep(done)
        self._tell(draft, done)

    def _asks_first(self, unit: _Unit) -> bool:
        return self._merge is not None and unit.waits

    def _keep(self, done: Sequence[tuple[_Waiting, _Unit]]) -> None:
        """Until the plant's log has answered, what was stored is only ours."""
        if self._merge is None:
            return
        for waiting, unit in done:
            self._merge.keep(unit.recorded, shown=not unit.waits)
            if unit.waits:
                self._asked[unit.recorded[0].opid] = (waiting, unit.recorded)
                asyncio.get_running_loop().call_later(ANSWER_S, _unanswered, waiting)

    def _handle(self, waiting: _Waiting, draft: Draft, seq: int) -> _Unit:
        """The events of one command and of what reacts to them, drafted. Raises KnownError and leaves no trace."""
        unit = _Unit(Draft(draft))
        context = self._context(waiting.actor, unit.draft)
        handler = self._commands[type(waiting.command)]
        if waiting.actor is not SYSTEM and not allowed(type(waiting.command), waiting.actor.roles):
            raise RefusedError(f"{waiting.actor.name} may not do this.", "Ask somebody whose role allows it.")
        self._apply(handler(waiting.command, context), unit, waiting, context.now, seq)
        position = 0
        while position < len(unit.recorded):
            event = unit.recorded[position].event
            for reaction in self._reactions.get(type(event), ()):
                self._apply(reaction(event, context), unit, waiting, context.now, seq)
            position += 1
        for rec in unit.recorded:
            _check_line(waiting.actor, rec, unit.draft)
        if self._asks_first(unit) and (reason := self._unreachable()):
            raise RefusedError(f"This needs the plant's shared store: {reason}", "It can be done once that is back.")
        return unit

    def _context(self, actor: Person, draft: Draft) -> Context:
        return Context(
            plant=self.plant,
            view=draft,
            reference=self.reference,
            now=self._clock.now(),
            actor=actor,
            station=self._station,
            new_id=self._ids.new,
        )

    def _apply(self, events: Iterable[Event], unit: _Unit, waiting: _Waiting, now: datetime, seq: int) -> None:
        """Draft each event as it is yielded, so that its handler goes on in a world that has it."""
        for event in events:
            row, opid = unit.draft.get(event.stream), self._ids.new()
            recorded = Recorded(
                event=event,
                opid=opid,
                seq=seq + len(unit.recorded) + 1 + (UNSHARED if self._merge else 0),
                person=waiting.actor.id,
                at=now,
                source_at=waiting.source_at or now,
                version=(row.version if row else 0) + 1,
                cause=unit.recorded[0].opid if unit.recorded else opid,
                base_opid=unit.draft.tip(event.strand) if strict(type(event)) else "",
            )
            new = evolve(row, recorded)
            if new is not None:
                unit.draft.rows[event.stream] = new
            occurrence = getattr(event, "occurrence", "")
            if occurrence:
                unit.draft.occurrences.setdefault(occurrence, event.stream.partition("/")[2])
            strand = tip_of(event)
            if strand is not None:
                unit.draft.tips[strand] = opid
            unit.recorded.append(recorded)

    def _seal(self, records: Sequence[Recorded], prev: str) -> list[Operation]:
        """Chain one command's events onto the operation with the hash `prev`; raises for what can't be written."""
        sealed: list[Operation] = []
        for rec in records:
            op = seal(rec, self._station, self._clock.monotonic_ns(), prev)
            sealed.append(op)
            prev = op.hash
        return sealed

    def _absorb(self, draft: Draft, count: int) -> None:
        for stream, row in draft.rows.items():
            self.model.put(stream, row)
        self.model.note_occurrences(draft.occurrences)
        for strand, opid in draft.tips.items():
            self.model.note_tip(strand, opid)
        self.model.seq += count

    def _tell(self, draft: Draft, done: Sequence[tuple[_Waiting, _Unit]]) -> None:
        if any(unit.recorded for _, unit in done):
            self._publish(self._changes(draft, done))
        for waiting, unit in done:
            if not waiting.answer.done() and not self._asks_first(unit):
                waiting.answer.set_result(_stored(unit.recorded))

    def _changes(self, draft: Draft, done: Sequence[tuple[_Waiting, _Unit]]) -> Changes:
        """What a commit changed; where there is a plant's log, all of it is only stored here yet."""
        rows = dict(draft.rows)
        if self._merge is None:
            return Changes(rows=rows, seq=self.model.seq)
        for stream in {rec.event.stream for _, unit in done if unit.waits for rec in unit.recorded}:
            standing = self.model.get(stream)
            if standing is not None:
                rows[stream] = standing
        return Changes(rows=rows, seq=self.model.seq, unshared=frozenset(rows))

    def _publish(self, changes: Changes) -> None:
        """Tell every listener; one that fails is our bug and takes nobody's answer away."""
        for listener in self._listeners:
            try:
                listener(changes)
            except Exception:
                log.exception("a listener failed")


def _check_line(actor: Person, rec: Recorded, view: View) -> None:
    """Refuse what is not the actor's to do: where the event or its stream is of a line that they don't work on."""
    row = view.get(rec.event.stream)
    line = getattr(rec.event, "line", None) or getattr(row, "line", None)
    if off_their_lines(actor, rec.event, line):
        raise RefusedError(f"{actor.name} does not work on {line}.", "Ask somebody of that line.")


def _stored(records: Sequence[Recorded]) -> Stored:
    streams = tuple(dict.fromkeys(r.event.stream for r in records))
    return Stored(opids=tuple(r.opid for r in records), streams=streams)


def _unanswered(waiting: _Waiting) -> None:
    """It is on disk here, and nobody knows yet what the plant's log makes of it."""
    error = KnownError(
        "It is stored here, but the plant's log has not answered yet.", "It counts, and is shown, once it has."
    )
    if not waiting.answer.done():
        waiting.answer.set_exception(error)


def _refuse(waiting: _Waiting, error: Exception) -> None:
    """Answer with the error; what is not of the world is our bug and is logged with its trace."""
    if not isinstance(error, KnownError):
        log.error("a handler of %s failed", type(waiting.command).__name__, exc_info=error)
    if not waiting.answer.done():
        waiting.answer.set_exception(error)


def seal(rec: Recorded, station: str, monotonic_ns: int, prev: str) -> Operation:
    """The operation of a recorded event, chained to the one before by `prev`."""
    fields: dict[str, Any] = {
        "opid": rec.opid,
        "workstation": station,
        "seq": rec.seq % UNSHARED,
        "person": rec.person,
        "kind": type(rec.event).__name__,
        "stream": rec.event.stream,
        "base_version": rec.version - 1,
        "strand": rec.event.strand,
        "base_opid": rec.base_opid,
        "payload": encode(rec.event),
        "cause": rec.cause,
        "source_at": rec.source_at,
        "recorded_at": rec.at,
        "monotonic_ns": monotonic_ns,
        "prev_hash": prev,
    }
    unsealed = Operation(**fields, hash="")
    return Operation(**fields, hash=chain_hash(unsealed))
