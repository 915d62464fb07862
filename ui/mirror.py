"""The screens' copy of the core's state, which also knows what moved since somebody looked and what belongs to what.

A list asks for what moved and places that anew; it never goes through everything because one row changed. No Qt.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

from app.domain.hold import Hold
from app.domain.posting import Posting
from app.readmodel.model import Aggregate, Model

KEPT = 4096
"""So many moves of a kind are remembered; who has not looked for longer looks at everything."""
NONE: Mapping[str, Any] = MappingProxyType({})


def lots_of(hold: Hold | None) -> tuple[str, ...]:
    """The lots that it binds now."""
    return () if hold is None or hold.closed else hold.lots


def machine_of(hold: Hold | None) -> tuple[str, ...]:
    """The machine that it marks now."""
    return () if hold is None or hold.closed or hold.machine is None else (hold.machine,)


def case_of(hold: Hold | None) -> tuple[str, ...]:
    """The case that it was placed for."""
    return () if hold is None or not hold.case_id else (hold.case_id,)


def cause_of(posting: Posting | None) -> tuple[str, ...]:
    """The stream that it came of."""
    return () if posting is None else (posting.cause,)


BELONGS: Mapping[str, Mapping[str, Callable[[Any], Sequence[str]]]] = MappingProxyType(
    {"hold": {"lot": lots_of, "machine": machine_of, "case": case_of}, "posting": {"cause": cause_of}}
)
"""By kind of aggregate: what else it is found by, and which of them an aggregate belongs to."""


class Trail:
    """Which aggregates of a kind moved, the latest last."""

    def __init__(self) -> None:
        self.moves = 0
        self._ids: deque[str] = deque(maxlen=KEPT)

    def note(self, key: str) -> None:
        """This one moved."""
        self.moves += 1
        self._ids.append(key)

    def since(self, moves: int) -> list[str] | None:
        """What moved after so many moves, each once; None where that is not known any more."""
        missed = self.moves - moves
        if missed > len(self._ids):
            return None
        return list(dict.fromkeys(islice(self._ids, len(self._ids) - missed, None)))


class Mirror(Model):
    """A `Model` that is read by lists."""

    def __init__(self) -> None:
        super().__init__()
        self._trails: dict[str, Trail] = {}
        self._found: dict[str, dict[str, dict[str, Aggregate]]] = {}
        self._reasons: dict[str, Counter[str]] = {}
        self._units = Decimal(0)

    def put(self, stream: str, row: Aggregate) -> None:
        """Set a stream's aggregate."""
        self._exchange(stream, row)
        super().put(stream, row)

    def remove(self, stream: str) -> None:
        """Take an aggregate out."""
        self._exchange(stream, None)
        super().remove(stream)

    def _exchange(self, stream: str, new: Aggregate | None) -> None:
        """Note that a stream moves, before it does."""
        kind, _, key = stream.partition("/")
        trail = self._trails.get(kind)
        if trail is None:
            trail = self._trails[kind] = Trail()
        trail.note(key)
        if kind in BELONGS:
            old = self.get(stream)
            for name, belongs in BELONGS[kind].items():
                self._sort(self._found.setdefault(name, {}), belongs(old), belongs(new), key, new)
            if kind == "hold":
                self._count(cast("Hold | None", old), -1)
                self._count(cast("Hold | None", new), 1)

    @staticmethod
    def _sort(
        found: dict[str, dict[str, Aggregate]],
        before: Sequence[str],
        after: Sequence[str],
        key: str,
        row: Aggregate | None,
    ) -> None:
        """A row belongs to others than before."""
        for group in before:
            if group not in after:
                rows = found[group]
                del rows[key]
                if not rows:
                    del found[group]
        for group in after:
            rows = found.get(group) or found.setdefault(group, {})
            rows[key] = cast("Aggregate", row)

    def _count(self, hold: Hold | None, by: int) -> None:
        """How often each lot is held for each reason, and how many units are."""
        if hold is not None and not hold.closed:
            self._units += by * hold.quantity
            for lot in hold.lots:
                counts = self._reasons.setdefault(lot, Counter())
                counts[hold.reason_code] += by
                if not counts[hold.reason_code]:
                    del counts[hold.reason_code]
                if not counts:
                    del self._reasons[lot]

    # --- what moved -------------------------------------------------------------------------------------------------

    def moves(self, kind: str) -> int:
        """How often something of a kind moved: it differs whenever any of it does."""
        trail = self._trails.get(kind)
        return trail.moves if trail is not None else 0

    def moved(self, kind: str, since: int) -> Sequence[str] | None:
        """The ids of what moved after so many moves of its kind, gone ones too.

        None where that is not known any more: then everything may have.
        """
        trail = self._trails.get(kind)
        return trail.since(since) if trail is not None else ()

    # --- what belongs to what ---------------------------------------------------------------------------------------

    def holds_on(self, lot: str) -> Mapping[str, Hold]:
        """The open holds that name a lot, by id; the oldest known first."""
        return cast("Mapping[str, Hold]", self._found.get("lot", NONE).get(lot, NONE))

    def holds_at(self, machine: str) -> Mapping[str, Hold]:
        """The open holds that were placed at a machine, by id."""
        return cast("Mapping[str, Hold]", self._found.get("machine", NONE).get(machine, NONE))

    def held(self) -> AbstractSet[str]:
        """The lots that any open hold names, as it stands whenever it is asked (I3)."""
        return self._found.get("lot", NONE).keys()

    def held_machines(self) -> AbstractSet[str]:
        """The machines that any open hold was placed at, as it stands whenever it is asked."""
        return self._found.get("machine", NONE).keys()

    def units_held(self) -> Decimal:
        """Units in all open holds together, as each of them counts them."""
        return self._units

    def reasons_on(self, lot: str) -> dict[str, int]:
        """How often a lot is held for each reason's code."""
        return dict(self._reasons.get(lot, NONE))

    def holds_of(self, case_id: str) -> Mapping[str, Hold]:
        """Every hold that was placed for a case, by id."""
        return cast("Mapping[str, Hold]", self._found.get("case", NONE).get(case_id, NONE))

    def postings_of(self, cause: str) -> Mapping[str, Posting]:
        """The postings that came of a stream "kind/id", by id."""
        return cast("Mapping[str, Posting]", self._found.get("cause", NONE).get(cause, NONE))
