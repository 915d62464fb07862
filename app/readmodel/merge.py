"""Two logs into one picture: what the plant's log has applied, and on top of it what only this station has yet.

Pure. `Merge.model` is what screens and handlers see. A stream with steps of ours that are not shared is folded anew
from its shared state whenever the log says something of it; every other stream is the shared one itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.codec import UnreadableError
from app.domain.chain import GENESIS
from app.domain.errors import IllegalStepError
from app.domain.merging import CONFIRM_FIRST, tip_of
from app.domain.operation import Operation, Outcome, Recorded, SharedOperation
from app.domain.people import SYSTEM
from app.domain.value import changed
from app.readmodel.fold import evolve
from app.readmodel.model import Aggregate, Changes, Model
from app.readmodel.recorded import recorded
from app.readmodel.refusal_fold import refused
from app.readmodel.reports import Change

UNSHARED = 2**48
"""Added to the sequence of what is not shared yet: it comes after everything that is."""

_ASKED_FIRST = frozenset(kind.__name__ for kind in CONFIRM_FIRST)

UNFIT = (IllegalStepError, AttributeError, TypeError, KeyError)
"""What a fold raises for a step that does not fit what stands (an aggregate that is not there included)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the plant's log made of one of this station's operations."""

    opid: str
    cause: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a batch of the plant's log changed here, and its verdicts on operations of this station."""

    changes: Changes
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class _Own:
    """An operation of this station that the plant's log has not answered. `shown`: it is part of the picture."""

    recorded: Recorded
    shown: bool


class Merge:
    """`load` what was downloaded, then `keep` what this station stores and `take` what the plant's log says."""

    def __init__(self, station: str) -> None:
        self._station = station
        self._shared = Model()
        self._own: dict[str, _Own] = {}
        self._by_stream: dict[str, list[str]] = {}
        self.model = Model()
        self.place = 0
        self.place_hash = GENESIS
        self._changed: dict[str, int] = {}
        self.unreadable: list[tuple[int, str]] = []

    @property
    def waiting(self) -> int:
        """How many of this station's operations the plant's log has not answered."""
        return len(self._own)

    @property
    def oldest(self) -> Recorded | None:
        """The first of them."""
        return next((own.recorded for own in self._own.values()), None)

    def unshared(self) -> frozenset[str]:
        """The streams with steps that are only stored here."""
        return frozenset(self._by_stream)

    def changed(self, after: int) -> list[Change]:
        """What the plant's log has changed after a place, as it stands there now; the last changed first."""
        found = []
        for stream, place in reversed(self._changed.items()):
            if place <= after:
                break
            found.append(Change(stream=stream, place=place, row=self._shared.get(stream)))
        return found

    def load(self, downloaded: Iterable[SharedOperation], own: Callable[[], Sequence[Operation]]) -> None:
        """At the start: the copy of the plant's log, then what the journal has beyond it (asked for afterwards)."""
        for shared in downloaded:
            self._apply(shared)
            self.place, self.place_hash = shared.place, shared.place_hash
        self.model = self._shared.copy()
        waiting = own()
        hidden = {op.cause for op in waiting if op.kind in _ASKED_FIRST}
        for op in waiting:
            try:
                self.keep((recorded(op),), shown=op.cause not in hidden)
            except UnreadableError as error:
                self.unreadable.append((op.seq, str(error)))
        self._refold(self._by_stream)
        self.model.seq = self.place + len(self._own)

    def keep(self, records: Iterable[Recorded], *, shown: bool = True) -> None:
        """Note what this station stored; the picture has it already, or (`shown` False) not before it is applied."""
        for rec in records:
            seq = rec.seq if rec.seq > UNSHARED else rec.seq + UNSHARED
            self._own[rec.opid] = _Own(changed(rec, seq=seq), shown)
            self._by_stream.setdefault(rec.event.stream, []).append(rec.opid)

    def take(self, batch: Sequence[SharedOperation]) -> Taken:
        """Take in what the plant's log has next."""
        touched: dict[str, None] = {}
        verdicts = []
        for shared in batch:
            op = shared.operation
            touched[op.stream] = None
            for stream in self._apply(shared):
                touched[stream] = None
            if op.workstation == self._station:
                self._answered(op.opid)
                verdicts.append(Verdict(opid=op.opid, cause=op.cause, outcome=shared.outcome, reason=shared.reason))
            self.place, self.place_hash = shared.place, shared.place_hash
        self.model.seq += len(batch)
        return Taken(changes=self._refold(touched), verdicts=tuple(verdicts))

    def _apply(self, shared: SharedOperation) -> tuple[str, ...]:
        """Fold one operation into the shared state; the streams that this touches beside its own."""
        op, reason = shared.operation, shared.reason
        if shared.outcome is Outcome.APPLIED:
            try:
                self._fold(recorded(op, seq=shared.place, version=shared.version))
            except UnreadableError as error:
                self.unreadable.append((shared.place, str(error)))
                return ()
            except UNFIT as error:
                reason = str(error) if isinstance(error, IllegalStepError) else "It is about something that is gone."
            else:
                return ()
        if shared.outcome is Outcome.DUPLICATE or op.person == SYSTEM.id:
            return ()
        stream = f"refusal/{op.opid}"
        self._shared.put(stream, refused(op, reason))
        self._note_changed(stream, shared.place)
        return (stream,)

    def _note_changed(self, stream: str, place: int) -> None:
        self._changed.pop(stream, None)
        self._changed[stream] = place

    def _fold(self, rec: Recorded) -> None:
        """Into the shared state; its strand and occurrence stand in the picture too, ours come on top again."""
        stream, row = self._shared.fold(rec)
        if row is not None:
            self._note_changed(stream, rec.seq)
        if (strand := tip_of(rec.event)) is not None:
            self.model.note_tip(strand, rec.opid)
        if occurrence := getattr(rec.event, "occurrence", ""):
            self.model.set_occurrence(occurrence, self._shared.occurrence(occurrence))

    def _answered(self, opid: str) -> None:
        """The log knows this one now, applied or not: it no longer lies on top."""
        own = self._own.pop(opid, None)
        if own is None:
            return
        event = own.recorded.event
        left = self._by_stream[event.stream]
        left.remove(opid)
        if not left:
            del self._by_stream[event.stream]
        strand = tip_of(event)
        if strand is not None:
            self.model.note_tip(strand, self._shared.tip(strand))
        occurrence = getattr(event, "occurrence", "")
        if occurrence:
            self.model.set_occurrence(occurrence, self._shared.occurrence(occurrence))

    def _refold(self, streams: Iterable[str]) -> Changes:
        """Set streams in the picture as they now stand."""
        rows: dict[str, Aggregate] = {}
        gone = set()
        for stream in streams:
            row = self._with_own(stream)
            if row is not None:
                self.model.put(stream, row)
                rows[stream] = row
            elif self.model.get(stream) is not None:
                self.model.remove(stream)
                gone.add(stream)
        return Changes(rows=rows, seq=self.model.seq, gone=frozenset(gone), unshared=self.unshared() & rows.keys())

    def _with_own(self, stream: str) -> Aggregate | None:
        """A stream's shared state with what is only ours folded onto it; a step that does not fit is left out."""
        row = self._shared.get(stream)
        for own in map(self._own.__getitem__, self._by_stream.get(stream, ())):
            if not own.shown:
                continue
            rec = changed(own.recorded, version=(row.version if row else 0) + 1)
            try:
                row = evolve(row, rec) or row
            except UNFIT:
                continue
            if (strand := tip_of(rec.event)) is not None:
                self.model.note_tip(strand, rec.opid)
            if occurrence := getattr(rec.event, "occurrence", ""):
                self.model.note_occurrences({occurrence: stream.partition("/")[2]})
        return row
