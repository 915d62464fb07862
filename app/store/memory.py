"""The journal's memory twin: the same promises but the disk. For tests and for looking at a log."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.erp import Reference
from app.domain.errors import StoreError
from app.domain.operation import GENESIS, Operation


class MemoryJournal:
    """Operations in a list. `full` makes the next append refuse, as a full disk does."""

    def __init__(self, operations: Sequence[Operation] = ()) -> None:
        self._operations = list(operations)
        self._reference = Reference()
        self.full = False

    def append(self, operations: Sequence[Operation]) -> None:
        """Keep all or nothing."""
        if self.full:
            raise StoreError("The journal refuses: no space left.", "Check the disk's space and rights.")
        self._operations.extend(operations)

    def read(self, after_seq: int = 0, most: int | None = None) -> Sequence[Operation]:
        """The operations after a sequence number."""
        return self._operations[after_seq : None if most is None else after_seq + most]

    def head(self) -> tuple[int, str]:
        """Last sequence number and hash."""
        return (self._operations[-1].seq, self._operations[-1].hash) if self._operations else (0, GENESIS)

    def save(self, value: Reference) -> None:
        """Keep the ERP's reference data."""
        self._reference = value

    def load(self) -> Reference:
        """The reference data last kept."""
        return self._reference

    def close(self) -> None:
        """Nothing to give up."""
