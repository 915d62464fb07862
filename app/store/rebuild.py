"""Folding a journal into a model at start. The log is the truth; what can't be read of it is set aside, not lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.codec import UnreadableError
from app.domain.errors import IllegalStepError
from app.domain.operation import Operation, SharedOperation
from app.ports import Journal, SharedCopy
from app.readmodel.merge import Merge
from app.readmodel.model import Model
from app.readmodel.recorded import recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """An operation that could not be folded, and why; it stays in the log."""

    seq: int
    reason: str


def rebuild(operations: Iterable[Operation]) -> tuple[Model, tuple[Quarantined, ...]]:
    """The model of a log, and what could not be read into it."""
    model, bad = Model(), []
    for op in operations:
        try:
            model.fold(recorded(op))
        except (UnreadableError, IllegalStepError, AttributeError, TypeError) as error:  # a row that is not there
            bad.append(Quarantined(seq=op.seq, reason=str(error)))
            model.seq = op.seq
    return model, tuple(bad)


def merged(journal: Journal, copy: SharedCopy, station: str) -> Merge:
    """The picture of a station that has joined a plant: its copy of the plant's log, and what only its journal has."""
    merge, answered = Merge(station), 0

    def downloaded() -> Iterator[SharedOperation]:
        nonlocal answered
        for row in copy.read_shared():
            if row.operation.workstation == station:
                answered = row.operation.seq
            yield row

    merge.load(downloaded(), lambda: journal.read(answered))
    return merge
