"""Folding a journal into a model at start. The log is the truth; what can't be read of it is set aside, not lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.codec import UnreadableError
from app.domain.errors import IllegalStepError
from app.domain.operation import Operation
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
