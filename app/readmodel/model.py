"""What the log means now: every stream's aggregate, and the few indices that decisions need. One pure fold.

The same `Model` serves the core, the screens' mirror and tests. Aggregates are frozen, so they may be shared freely.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Protocol, cast

from app.domain.case import ExceptionCase
from app.domain.control import Control
from app.domain.handover import Handover
from app.domain.hold import Hold, held_lots
from app.domain.lifecycles import CaseState
from app.domain.merging import tip_of
from app.domain.operation import Recorded
from app.domain.posting import Posting
from app.domain.proposal import Proposal
from app.domain.refusal import StepRefused
from app.domain.runs import RunRecord
from app.domain.work import Assignment, OrderProgress, QualityCheck
from app.readmodel.fold import evolve


class Aggregate(Protocol):
    """What every aggregate can say of itself."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def closed(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one commit changed: aggregates by stream, as they now stand, up to sequence `seq`.

    `gone`: streams that another workstation was first with, or whose only steps were refused. `unshared`: those of
    `rows` with steps that are only stored here yet; always empty at a station that has joined no plant.
    """

    rows: Mapping[str, Aggregate]
    seq: int
    gone: frozenset[str] = frozenset()
    unshared: frozenset[str] = frozenset()


class View(Protocol):
    """Read access to aggregates by kind ("case", "hold", …); the model and a unit of work both have it."""

    def get(self, stream: str) -> Aggregate | None: ...
    def live(self, kind: str) -> Iterator[Aggregate]: ...
    def every(self, kind: str) -> Iterator[Aggregate]: ...
    def occurrence(self, key: str) -> str | None: ...
    def tip(self, strand: str) -> str: ...


class Model:
    """All aggregates by stream; `live` ones apart, because closed cases only grow."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, dict[str, Aggregate]] = defaultdict(dict)
        self._live: defaultdict[str, dict[str, Aggregate]] = defaultdict(dict)
        self._occurrences: dict[str, str] = {}
        self._tips: dict[str, str] = {}
        self.seq = 0

    def get(self, stream: str) -> Aggregate | None:
        """The aggregate of a stream "kind/id"."""
        kind, _, key = stream.partition("/")
        rows = self._rows.get(kind)
        return None if rows is None else rows.get(key)

    def live(self, kind: str) -> Iterator[Aggregate]:
        """The aggregates of a kind that somebody must still act on, oldest first."""
        return iter(tuple(self._live.get(kind, {}).values()))

    def every(self, kind: str) -> Iterator[Aggregate]:
        """All aggregates of a kind, oldest first."""
        return iter(tuple(self._rows.get(kind, {}).values()))

    def kinds(self) -> tuple[str, ...]:
        """The kinds of aggregates that there are."""
        return tuple(self._rows)

    def occurrence(self, key: str) -> str | None:
        """The case that an occurrence key opened or joined."""
        return self._occurrences.get(key)

    def fold(self, recorded: Recorded) -> tuple[str, Aggregate | None]:
        """Take in one recorded event; returns the stream and its new aggregate (None for events that keep none)."""
        event = recorded.event
        stream = event.stream
        new = evolve(self.get(stream), recorded)
        if new is not None:
            self.put(stream, new)
        if occurrence := getattr(event, "occurrence", ""):
            self.note_occurrences({occurrence: stream.partition("/")[2]})
        if (strand := tip_of(event)) is not None:
            self.note_tip(strand, recorded.opid)
        self.seq = max(self.seq, recorded.seq)
        return stream, new

    def tip(self, strand: str) -> str:
        """The opid of the last strict operation of a strand; empty for none."""
        return self._tips.get(strand, "")

    def note_tip(self, strand: str, opid: str) -> None:
        """Set a strand's tip; an empty opid takes it away."""
        if opid:
            self._tips[strand] = opid
        else:
            self._tips.pop(strand, None)

    def copy(self) -> Model:
        """A model of its own with the same (frozen) aggregates."""
        other = Model()
        other._rows.update((kind, dict(rows)) for kind, rows in self._rows.items())
        other._live.update((kind, dict(rows)) for kind, rows in self._live.items())
        other._occurrences, other._tips, other.seq = dict(self._occurrences), dict(self._tips), self.seq
        return other

    def remove(self, stream: str) -> None:
        """Take an aggregate out that does not stand."""
        kind, _, key = stream.partition("/")
        self._rows.get(kind, {}).pop(key, None)
        self._live.get(kind, {}).pop(key, None)

    def put(self, stream: str, row: Aggregate) -> None:
        """Set a stream's aggregate (the mirror applies `Changes` with it)."""
        kind, _, key = stream.partition("/")
        self._rows[kind][key] = row
        if row.closed:
            self._live[kind].pop(key, None)
        else:
            self._live[kind][key] = row

    def note_occurrences(self, cases: Mapping[str, str]) -> None:
        """Remember which case each occurrence key belongs to; the first one stays."""
        for occurrence, case_id in cases.items():
            self._occurrences.setdefault(occurrence, case_id)

    def set_occurrence(self, key: str, case_id: str | None) -> None:
        """Say which case an occurrence key belongs to after all; None: to none."""
        if case_id is None:
            self._occurrences.pop(key, None)
        else:
            self._occurrences[key] = case_id


def case(view: View, case_id: str) -> ExceptionCase | None:
    """A case by id."""
    return cast("ExceptionCase | None", view.get(f"case/{case_id}"))


def open_cases(view: View) -> list[ExceptionCase]:
    """Cases that are neither resolved nor closed, the most urgent and then the oldest first."""
    rows = cast("Iterator[ExceptionCase]", view.live("case"))
    return sorted((c for c in rows if not c.resolved), key=lambda c: (c.priority, c.opened_at))


def resolved_cases(view: View) -> list[ExceptionCase]:
    """Cases resolved but not closed yet, oldest first."""
    return [c for c in cast("Iterator[ExceptionCase]", view.live("case")) if c.state is CaseState.RESOLVED]


def all_cases(view: View) -> list[ExceptionCase]:
    """Every case, oldest first."""
    return list(cast("Iterator[ExceptionCase]", view.every("case")))


def hold(view: View, hold_id: str) -> Hold | None:
    """A hold by id."""
    return cast("Hold | None", view.get(f"hold/{hold_id}"))


def open_holds(view: View) -> list[Hold]:
    """Holds that bind, oldest first."""
    return list(cast("Iterator[Hold]", view.live("hold")))


def all_holds(view: View) -> list[Hold]:
    """Every hold, oldest first."""
    return list(cast("Iterator[Hold]", view.every("hold")))


def held(view: View) -> frozenset[str]:
    """The lots that any open hold names (I3)."""
    return held_lots(open_holds(view))


def progress(view: View, order: str) -> OrderProgress | None:
    """What the floor counted and Lineside confirmed of an order."""
    return cast("OrderProgress | None", view.get(f"order/{order}"))


def all_progress(view: View) -> list[OrderProgress]:
    """Progress of every order that was ever counted."""
    return list(cast("Iterator[OrderProgress]", view.every("order")))


def last_count(view: View, machine: str) -> OrderProgress | None:
    """The order whose count has the latest total of a machine."""
    counted = [(row.counted_at, row.id, row) for row in all_progress(view) if row.machine == machine and row.counted_at]
    return max(counted)[-1] if counted else None


def last_counters(view: View) -> dict[str, float]:
    """Output machine → its total when it was last journaled, over all orders it ever worked on."""
    counted = [(row.counted_at, row.machine, row.counter) for row in all_progress(view) if row.counted_at]
    return {machine: counter for _, machine, counter in sorted(counted)}


def assignment(view: View, assignment_id: str) -> Assignment | None:
    """An assignment by id."""
    return cast("Assignment | None", view.get(f"assignment/{assignment_id}"))


def open_assignments(view: View) -> list[Assignment]:
    """Assignments that hold or are on their way, oldest first."""
    return list(cast("Iterator[Assignment]", view.live("assignment")))


def handover(view: View, handover_id: str) -> Handover | None:
    """A handover by id."""
    return cast("Handover | None", view.get(f"handover/{handover_id}"))


def all_handovers(view: View) -> list[Handover]:
    """Every handover, oldest first."""
    return list(cast("Iterator[Handover]", view.every("handover")))


def posting(view: View, key: str) -> Posting | None:
    """A posting by its key."""
    return cast("Posting | None", view.get(f"posting/{key}"))


def open_postings(view: View) -> list[Posting]:
    """Postings that the ERP has not confirmed, in queue order."""
    return sorted(cast("Iterator[Posting]", view.live("posting")), key=lambda p: p.seq)


def all_postings(view: View) -> list[Posting]:
    """Every posting, in queue order."""
    return sorted(cast("Iterator[Posting]", view.every("posting")), key=lambda p: p.seq)


def run_records(view: View) -> list[RunRecord]:
    """The runs of every machine with every product."""
    return list(cast("Iterator[RunRecord]", view.every("run")))


def run_record(view: View, machine: str, product: str) -> RunRecord | None:
    """The runs of a machine with a product."""
    return cast("RunRecord | None", view.get(f"run/{machine}/{product}"))


def proposal(view: View, proposal_id: str) -> Proposal | None:
    """A proposal by id."""
    return cast("Proposal | None", view.get(f"proposal/{proposal_id}"))


def open_proposals(view: View) -> list[Proposal]:
    """Proposals of which something must still come, oldest first."""
    return list(cast("Iterator[Proposal]", view.live("proposal")))


def all_proposals(view: View) -> list[Proposal]:
    """Every proposal, oldest first."""
    return list(cast("Iterator[Proposal]", view.every("proposal")))


def checks(view: View) -> list[QualityCheck]:
    """Every quality check, oldest first."""
    return list(cast("Iterator[QualityCheck]", view.every("check")))


def control(view: View, control_id: str) -> Control | None:
    """A request to a controller by id."""
    return cast("Control | None", view.get(f"control/{control_id}"))


def live_controls(view: View) -> list[Control]:
    """Requests whose outcome is not known yet, oldest first."""
    return list(cast("Iterator[Control]", view.live("control")))


def recent_controls(view: View, since: datetime) -> list[Control]:
    """Requests that were made after an instant or whose outcome is not known, the newest first."""
    rows = list(cast("Iterator[Control]", view.every("control")))
    fresh = list(takewhile(lambda row: row.requested_at >= since, reversed(rows)))
    return fresh + [row for row in reversed(live_controls(view)) if row.requested_at < since]


def all_controls(view: View) -> list[Control]:
    """Every request to a controller, oldest first."""
    return list(cast("Iterator[Control]", view.every("control")))


def open_refusals(view: View) -> list[StepRefused]:
    """Steps that the plant's log did not take and that nobody has decided on, oldest first."""
    return list(cast("Iterator[StepRefused]", view.live("refusal")))


def refusal(view: View, opid: str) -> StepRefused | None:
    """A refused step by its operation."""
    return cast("StepRefused | None", view.get(f"refusal/{opid}"))
