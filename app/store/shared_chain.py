"""Checking the plant's log as it came down: both chains whole, and the same as every station once saw it (I7). Pure.

Who administers the database can change a row, and can write both chains anew behind it; the heads that the stations
keep can't be written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.chain import GENESIS
from app.domain.operation import Operation, SharedOperation, chain_hash, place_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVerdict:
    """`count` places were read; `bad_place` names the first that is wrong and `reason` says how (None: all well)."""

    count: int
    head: str
    stations: int
    bad_place: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.bad_place is None


def verify_shared(operations: Iterable[SharedOperation], heads: Iterable[tuple[int, str]] = ()) -> SharedVerdict:
    """Walk the log from its first place. `heads` are places and hashes that a station kept; place 0 is every log's."""
    walk = _Walk(heads={place: chained for place, chained in heads if place > 0})
    for row in operations:
        reason = walk.fault(row)
        if reason:
            return walk.verdict(walk.place + 1, reason)
        walk.go(row)
    gone = max(walk.heads, default=0)
    if gone > walk.place:
        return walk.verdict(walk.place + 1, f"places {walk.place + 1}…{gone} are gone")
    return walk.verdict()


@dataclass(slots=True, kw_only=True)
class _Walk:
    heads: Mapping[int, str]
    place: int = 0
    hash: str = GENESIS
    stations: dict[str, tuple[int, str]] = field(default_factory=dict)

    def fault(self, row: SharedOperation) -> str:
        """What is wrong with the next place; empty where nothing is."""
        if row.place != self.place + 1:
            return f"place {self.place + 1} is missing"
        return self._own_fault(row.operation) or self._place_fault(row)

    def _own_fault(self, op: Operation) -> str:
        """Whether it is what its station wrote, after what that wrote before."""
        seq, before = self.stations.get(op.workstation, (0, GENESIS))
        if chain_hash(op) != op.hash:
            return f"operation {op.seq} of {op.workstation} was changed after it was written"
        if op.seq != seq + 1 or op.prev_hash != before:
            return f"operation {seq + 1} of {op.workstation} is missing or was exchanged"
        return ""

    def _place_fault(self, row: SharedOperation) -> str:
        """Whether it is what the log took, and what the stations saw at this place."""
        expected = place_hash(self.hash, row)
        if row.place_hash != expected:
            return "its outcome, reason, version or time, or the chain of the log, was changed"
        if self.heads.get(row.place, expected) != expected:
            return "the log was written anew up to here: it differs from what this station saw"
        return ""

    def go(self, row: SharedOperation) -> None:
        """Take a place as good."""
        self.place, self.hash = row.place, row.place_hash
        self.stations[row.operation.workstation] = (row.operation.seq, row.operation.hash)

    def verdict(self, bad_place: int | None = None, reason: str = "") -> SharedVerdict:
        """What was found so far."""
        return SharedVerdict(
            count=self.place, head=self.hash, stations=len(self.stations), bad_place=bad_place, reason=reason
        )
