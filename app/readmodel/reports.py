"""What reports read in SQL: a table for each kind of aggregate, a row for each column, and how its value comes about.

The one place that knows these columns: tables, manual and projected rows come from it. Pure; knows no SQL but types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from app.codec import encode
from app.domain.lifecycles import (
    AssignmentState,
    CaseState,
    HandoverState,
    HoldState,
    PostingState,
    ProposalState,
    TaskState,
)

FOLD = 1
"""Count it up when what a column means changes, or the fold: then every row is written anew."""

Value = Callable[[Any], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its SQL type, what it says, and where it comes from."""

    name: str
    type: str
    comment: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A table: a row for each aggregate of `kind`, or for each of its parts (`parent` is then the table of these)."""

    name: str
    kind: str
    comment: str
    columns: tuple[Column, ...]
    parts: Callable[[Any], Iterable[Any]] = lambda row: (row,)
    keys: tuple[str, ...] = ("id",)
    parent: str | None = None

    @property
    def parent_key(self) -> str | None:
        """The column with the parent's id."""
        return self.keys[0] if self.parent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An aggregate of the plant's log as it stands, and the last place that changed it."""

    stream: str
    place: int
    row: Any


def _text(name: str, comment: str, value: Value | None = None) -> Column:
    return Column(name=name, type="text", comment=comment, value=value or attrgetter(name))


def _at(name: str, comment: str, value: Value | None = None) -> Column:
    return Column(name=name, type="timestamptz", comment=comment, value=value or attrgetter(name))


def _number(name: str, kind: str, comment: str, value: Value | None = None) -> Column:
    return Column(name=name, type=kind, comment=comment, value=value or attrgetter(name))


def _flag(name: str, comment: str, value: Value | None = None) -> Column:
    return Column(name=name, type="boolean", comment=comment, value=value or attrgetter(name))


def _state(states: type[StrEnum], value: Value | None = None) -> Column:
    return _text("state", ", ".join(states), value)


def _list(name: str, comment: str, value: Value | None = None) -> Column:
    return Column(name=name, type="text[]", comment=comment, value=value or attrgetter(name))


BODY = Column(name="body", type="jsonb", comment="The whole of it, as Lineside has it", value=lambda row: row)
VERSION = _number("version", "bigint", "Its steps so far")
PLACE = Column(name="place", type="bigint", comment="The last place of the log that changed it", value=lambda row: None)
ID = _text("id", "What it is called in the log")


def _of_part(name: str) -> Value:
    return lambda pair: getattr(pair[1], name)


REPORTS: tuple[Report, ...] = (
    Report(
        name="exception_case",
        kind="case",
        comment="An exception on the floor, from the finding that opened it to its closing.",
        columns=(
            ID,
            _text("kind", "Kind of exception, as in the plant file's rules"),
            _number("priority", "integer", "1 is the most urgent"),
            _state(CaseState),
            _text("title", "What it says on the screens"),
            _text("first_out", "What came first"),
            _text("line", "Line; null for none"),
            _text("machine", "Machine; null for none"),
            _text("controller", "Controller; null for none"),
            _text("order_number", "Work order that ran", attrgetter("order")),
            _text("lot", "Lot that ran"),
            _text("rule", "Rule that raised it"),
            _at("happened_at", "When it happened at its source"),
            _at("opened_at", "When it was opened here"),
            _text("owner", "Who owns it: who accepted it, else the accountable shift lead"),
            _text("accountable", "The accountable shift lead"),
            _at("owned_at", "When somebody accepted it; null: nobody did"),
            _text("acknowledged_by", "Who acknowledged it; empty: nobody"),
            _at("acknowledged_at", "When"),
            _at("cleared_at", "When the condition went away"),
            _at("shelved_until", "Shelved until; null: it is not"),
            _text("cause", "Cause that was noted at its resolution"),
            _text("fix", "Fix that was noted"),
            _text("resolved_by", "Who resolved it; empty: nobody"),
            _at("resolved_at", "When"),
            _at("closed_at", "When it was closed"),
            _number("occurrences", "integer", "Events it stands for", attrgetter("first_occurrences")),
            _text("caused_by", "Case that it follows from; empty: none"),
            _flag("replayed", "It comes from recorded alarms, not from the floor"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="task",
        kind="case",
        parent="exception_case",
        keys=("case_id", "id"),
        comment="A function's part of an exception: offered, accepted, done.",
        parts=lambda case: ((case, task) for task in case.tasks),
        columns=(
            _text("case_id", "The exception", lambda pair: pair[0].id),
            _text("id", "The task", _of_part("id")),
            _text("function", "Function that it is for", _of_part("function")),
            _state(TaskState, _of_part("state")),
            _flag("is_primary", "Who accepts it owns the exception", _of_part("primary")),
            _number("level", "integer", "How far up the ladder it has gone", _of_part("level")),
            _text("owner", "Who accepted it; empty: nobody yet", _of_part("owner")),
            _list("people", "Those it is on offer to", _of_part("people")),
            _at("offered_at", "When it was offered last", _of_part("offered_at")),
            _at("accept_by", "Until when it had to be accepted", _of_part("accept_by")),
            _at("accepted_at", "When it was accepted", _of_part("accepted_at")),
            _at("promised_at", "When it was promised to be done", _of_part("promised_at")),
            _flag("promise_broken", "The promise was not kept", _of_part("promise_broken")),
            Column(name="body", type="jsonb", comment="The whole of it", value=lambda pair: pair[1]), PLACE,
        ),
    ),
    Report(
        name="hold",
        kind="hold",
        comment="A quality hold. A lot is free only when no hold that is not closed names it.",
        columns=(
            ID,
            _state(HoldState),
            _text("reason_code", "Reason, as in the plant file"),
            _text("reason", "Reason in words"),
            _text("case_id", "Exception it was placed from; empty: none"),
            _text("line", "Line; null for none"),
            _text("machine", "Machine; null for none"),
            _number("quantity", "numeric", "Units held in all lots"),
            _at("from_at", "Made from"),
            _at("to_at", "Made until"),
            _text("placed_by", "Who placed it"),
            _at("placed_at", "When"),
            _text("disposition", "What becomes of the units; null: not decided"),
            _text("disposition_by", "Who decided"),
            _text("released_by", "Who released it"),
            _at("released_at", "When"),
            _flag("binds", "It still binds its units", lambda hold: not hold.closed),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="held_lot",
        kind="hold",
        parent="hold",
        keys=("hold_id", "n"),
        comment="A lot, or a range of its units, under a hold.",
        parts=lambda hold: ((hold, n, units) for n, units in enumerate(hold.units, 1)),
        columns=(
            _text("hold_id", "The hold", lambda part: part[0].id),
            _number("n", "integer", "Its number within the hold", lambda part: part[1]),
            _text("lot", "Lot", lambda part: part[2].lot),
            _text("product", "Product", lambda part: part[2].product),
            _number("quantity", "numeric", "Units", lambda part: part[2].quantity),
            _number("first_serial", "bigint", "First unit; null: the whole lot", lambda part: part[2].first),
            _number("last_serial", "bigint", "Last unit; null: the whole lot", lambda part: part[2].last),
            _flag("binds", "The hold still binds them", lambda part: not part[0].closed),
            PLACE,
        ),
    ),
    Report(
        name="quality_check",
        kind="check",
        comment="A sample check at a machine.",
        columns=(
            ID,
            _text("machine", "Machine"),
            _text("lot", "Lot"),
            _text("characteristic", "What was checked"),
            _number("value", "numeric", "What was found"),
            _text("unit", "Its unit"),
            _flag("passed", "It was within its limits"),
            _number("serial", "bigint", "Unit that was checked; null: not known"),
            _text("checked_by", "Who checked", attrgetter("by")),
            _at("checked_at", "When", attrgetter("at")),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="order_progress",
        kind="order",
        comment="What the floor counted and Lineside confirmed of a work order.",
        columns=(
            ID,
            _text("line", "Line that works on it"),
            _text("machine", "Machine whose counter is read"),
            _number("counted_good", "numeric", "Good units that the floor counted"),
            _number("counted_scrap", "numeric", "Scrap that the floor counted"),
            _number("confirmed_good", "numeric", "Good units confirmed to the ERP"),
            _number("confirmed_scrap", "numeric", "Scrap confirmed to the ERP"),
            _at("counted_at", "Until when it is counted"),
            _at("confirmed_at", "Last confirmation"),
            _flag("final", "The final confirmation is done"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="assignment",
        kind="assignment",
        comment="A work order or a person on its way to a line, or there.",
        columns=(
            ID,
            _state(AssignmentState),
            _text("subject", "order or person"),
            _text("subject_id", "Which one"),
            _text("from_line", "From this line"),
            _text("to_line", "To this line"),
            _text("reason", "Why"),
            _list("breaks", "What it breaks, as was shown before"),
            _text("case_id", "Exception it answers; empty: none"),
            _text("proposed_by", "Who proposed it"),
            _at("proposed_at", "When"),
            _at("accept_by", "Until when it had to be accepted"),
            _text("accepted_by", "Who accepted it; empty: nobody yet"),
            _at("accepted_at", "When"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="proposal",
        kind="proposal",
        comment="A change of a standard or of a batch status that there is evidence for, and what came of it.",
        columns=(
            ID,
            _state(ProposalState),
            _text("kind", "rate, replenishment or batch_status", attrgetter("change.kind")),
            _text("line", "Line; null for none"),
            _text("machine", "Machine; null for none", attrgetter("change.machine")),
            _text("product", "Product", attrgetter("change.product")),
            _text("material", "Material that is loaded; empty: none", attrgetter("change.material")),
            _text("lot", "Lot; empty: none", attrgetter("change.lot")),
            _number("was", "numeric", "The standard that it was held against", attrgetter("change.was")),
            _number("becomes", "numeric", "What it is to become", attrgetter("change.becomes")),
            _text("unit", "Unit of both", attrgetter("change.unit")),
            _text("status", "Batch status that it is to become; empty: none", attrgetter("change.status")),
            _number("measurements", "bigint", "How many measurements are the evidence", attrgetter("evidence.n")),
            _number("middle", "double precision", "Their Hodges-Lehmann estimate", attrgetter("evidence.middle")),
            _number("low", "double precision", "Where its interval begins", attrgetter("evidence.low")),
            _number("high", "double precision", "Where it ends", attrgetter("evidence.high")),
            _number("confidence", "double precision", "Of that interval, 0 to 1", attrgetter("evidence.confidence")),
            _at("proposed_at", "When there was evidence"),
            _text("decided_by", "Who decided; empty: nobody yet"),
            _at("decided_at", "When"),
            _text("reason", "Why it was declined or taken back"),
            _text("route", "erp or export; null: not accepted"),
            _at("changed_at", "When the ERP had it, or it lay in a file; null: not yet"),
            _number("days_to_change", "double precision", "Days from the evidence to the change"),
            _number("effect", "double precision", "What was measured after it; null: not yet, or a batch",
                    lambda row: row.effect.middle if row.effect else None),
            _flag("met", "What was measured after it is what is planned; null: not measured yet"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="handover",
        kind="handover",
        comment="A handover between two shifts.",
        columns=(
            ID,
            _state(HandoverState),
            _text("shift", "Outgoing shift"),
            _text("next_shift", "Incoming shift"),
            _at("shift_start", "When the outgoing shift began"),
            _at("drafted_at", "When it was drafted"),
            _text("signed_by", "Who signed for the outgoing shift; empty: nobody yet"),
            _at("signed_at", "When"),
            _at("closed_at", "When the last item was taken over"),
            _number("items", "integer", "Items", lambda handover: len(handover.items)),
            _number("open_items", "integer", "Items not taken over", lambda handover: len(handover.open_items)),
            _text("note", "Note of the outgoing lead"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="posting",
        kind="posting",
        comment="A confirmed outcome on its way to the ERP.",
        columns=(
            ID,
            _text("kind", "What is posted", attrgetter("command_kind")),
            _state(PostingState),
            _text("lane", "Order or lot whose postings go one after another"),
            _text("subject", "What it is about"),
            _at("occurred_at", "When it happened on the floor"),
            _at("queued_at", "When it was queued"),
            _at("confirmed_at", "When the ERP confirmed it; null: it has not"),
            _number("lag_s", "double precision", "Seconds from the floor to the ERP's confirmation"),
            _number("attempts", "integer", "How often it was tried"),
            _text("words", "What the ERP said last"),
            BODY, VERSION, PLACE,
        ),
    ),
    Report(
        name="refusal",
        kind="refusal",
        comment="A step that the plant's log did not take, and what was decided on it.",
        columns=(
            ID,
            _text("kind", "The step it would have been"),
            _text("stream", "What it was about"),
            _text("person", "Whose step"),
            _text("station", "Where"),
            _at("refused_at", "When it was done", attrgetter("at")),
            _text("reason", "Who was first, and what stood"),
            _text("settled_by", "Who decided; empty: nobody yet"),
            _text("note", "What was decided"),
            BODY, VERSION, PLACE,
        ),
    ),
)  # fmt: skip
"""The tables; one with a parent follows it."""

KINDS = frozenset(report.kind for report in REPORTS)


def report_format(reports: Sequence[Report] = REPORTS) -> str:
    """What tells these tables from those of another version of the program."""
    said = repr([(r.name, r.kind, r.keys, r.parent, [(c.name, c.type) for c in r.columns]) for r in reports])
    return f"{FOLD}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def rows_of(changes: Iterable[Change]) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The rows of each table that these aggregates have now."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for change in changes:
        kind = change.stream.partition("/")[0]
        for report in (each for each in REPORTS if each.kind == kind):
            for part in report.parts(change.row):
                row = {column.name: column.value(part) for column in report.columns}
                found.setdefault(report.name, []).append({**row, "place": change.place})
    return found


def written(changes: Iterable[Change]) -> str:
    """The same as JSON text. jsonb knows no NUL, which a controller's text may hold."""
    return encode(rows_of(changes)).replace("\\u0000", "\\u2400")
