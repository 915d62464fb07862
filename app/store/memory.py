"""The journal's memory twin: the same promises but the disk. For tests and for looking at a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.chain import GENESIS
from app.domain.erp import Reference
from app.domain.errors import StoreError
from app.domain.operation import Operation, SharedOperation


class MemorySharedCopy:
    """The copy of the plant's log in a list."""

    def __init__(self) -> None:
        self._rows: list[SharedOperation] = []

    def read_shared(self, after: int = 0) -> Iterator[SharedOperation]:
        """What was downloaded after a place."""
        return iter(self._rows[after:])

    def take_shared(self, operations: Sequence[SharedOperation]) -> None:
        """Keep what follows the head."""
        self._rows.extend(operations)

    def forget_shared(self, after: int) -> None:
        """Drop what lies after a place."""
        del self._rows[after:]

    def shared_head(self) -> tuple[int, str]:
        """Last place and its hash."""
        return (self._rows[-1].place, self._rows[-1].place_hash) if self._rows else (0, GENESIS)

    def shared_hash(self, place: int) -> str | None:
        """The hash at a place."""
        return self._rows[place - 1].place_hash if 0 < place <= len(self._rows) else None


class MemoryJournal:
    """Operations in a list. `full` makes the next append refuse, as a full disk does."""

    def __init__(self, operations: Sequence[Operation] = ()) -> None:
        self._operations = list(operations)
        self._reference = Reference()
        self.shared = MemorySharedCopy()
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
