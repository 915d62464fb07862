"""Steps that the plant's log did not take: for whom they wait, how they read, and how each is done anew. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.people import Role
from app.domain.refusal import StepRefused
from app.domain.text import safe
from app.readmodel import model
from app.readmodel.model import View, open_refusals
from ui.desk import Desk
from ui.shell import kind_of
from ui.text import t

LEADS = frozenset({Role.SHIFT_LEAD, Role.QUALITY_LEAD})
"""Who sees the refused steps of everybody: none stays without an owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """One act that was not taken: what the person set out to do, and with it all that would have come of it."""

    step: StepRefused
    all: tuple[StepRefused, ...]

    @property
    def ref(self) -> str:
        """As the shell takes it."""
        return f"refusal/{self.step.id}"


def open_for(desk: Desk) -> tuple[Undecided, ...]:
    """What waits for the person at the desk: own ones first; a lead, and a desk where nobody sits, sees all."""
    rows, person = acts(open_refusals(desk.view)), desk.person
    if person is None:
        return rows
    mine = [row for row in rows if row.step.person == person.id]
    others = [row for row in rows if row.step.person != person.id] if LEADS & person.roles else []
    return (*mine, *others)


def acts(rows: Iterable[StepRefused]) -> tuple[Undecided, ...]:
    """Steps of one command stand or fall together: they are one act, named by the step that has a name."""
    found: dict[tuple[object, ...], list[StepRefused]] = {}
    for row in rows:
        found.setdefault((row.station, row.person, row.at), []).append(row)
    return tuple(
        Undecided(step=next((row for row in group if row.kind in WORDS), group[0]), all=tuple(group))
        for group in found.values()
    )


def undecided(desk: Desk, ref: str) -> Undecided | None:
    """The act that a ref names, while nobody has decided on it."""
    key = ref.partition("/")[2] if kind_of(ref) == "refusal" else ""
    return next((act for act in acts(open_refusals(desk.view)) if any(row.id == key for row in act.all)), None)


NUMBERED = frozenset({"order", "posting"})
"""What people call by its number."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "CaseOpened": "Report",
        "CaseAcknowledged": "Acknowledge",
        "CaseShelved": "Shelve",
        "CaseUnshelved": "Take off the shelf",
        "NoteAdded": "Note",
        "CaseResolved": "Resolve",
        "CaseClosed": "Close",
        "CaseReopened": "Reopen",
        "TaskAccepted": "Own",
        "TaskDeclined": "Decline",
        "TaskOfferedAgain": "Reassign",
        "PromiseMade": "Promise",
        "TaskFinished": "Done with a part",
        "HoldPlaced": "Hold",
        "HoldReviewStarted": "Review a hold",
        "HoldDispositioned": "Disposition of a hold",
        "HoldReleased": "Release of a hold",
        "QualityCheckRecorded": "Quality check",
        "ProductionConfirmed": "Confirmation to the ERP",
        "AssignmentProposed": "Move",
        "AssignmentAccepted": "Accept a move",
        "AssignmentDeclined": "Decline a move",
        "AssignmentActivated": "Begin a move",
        "AssignmentFinished": "Finish a move",
        "AssignmentWithdrawn": "Withdraw a move",
        "ProposalAccepted": "Accept a proposal",
        "ProposalDeclined": "Decline a proposal",
        "HandoverDrafted": "Handover",
        "HandoverRedrafted": "Handover",
        "HandoverSigned": "Signature of the handover",
        "HandoverItemAccepted": "Accept a handover item",
        "PostingRetried": "Send again",
        "ControlRequested": "Command to a controller",
        "ControlSettled": "Word on a command",
        "SignedIn": "Sign in",
        "SignedOut": "Sign out",
    }
)
"""What a person set out to do, by the event it would have been."""


def step_words(row: StepRefused) -> str:
    """ "Release of a hold"."""
    said = WORDS.get(row.kind)
    return t(said) if said else row.kind


def about_words(row: StepRefused, view: View) -> str:
    """What the step was about, as people call it: the case's title, the lots of a hold, else its number."""
    kind, key = kind_of(row.stream), row.stream.partition("/")[2]
    case, hold = (model.case(view, key), None) if kind == "case" else (None, model.hold(view, key))
    if case is not None:
        return safe(case.title, 120)
    if kind == "hold":
        lots = hold.lots if hold is not None else _lots(payload(row))
        return ", ".join(safe(lot, 40) for lot in lots)
    return safe(key, 40) if kind in NUMBERED else ""


def _lots(body: Mapping[str, object]) -> tuple[str, ...]:
    units = body.get("units")
    rows = [row for row in units if isinstance(row, dict)] if isinstance(units, list) else []
    return tuple(dict.fromkeys(str(row.get("lot", "")) for row in rows))


AGAIN: Mapping[str, str] = MappingProxyType(
    {
        "CaseOpened": "report",
        "CaseAcknowledged": "case.acknowledge",
        "CaseShelved": "case.shelve",
        "CaseUnshelved": "case.unshelve",
        "NoteAdded": "case.note",
        "CaseResolved": "case.resolve",
        "CaseClosed": "case.close",
        "CaseReopened": "case.reopen",
        "TaskAccepted": "case.own",
        "TaskDeclined": "case.decline",
        "TaskOfferedAgain": "case.reassign",
        "PromiseMade": "case.promise",
        "TaskFinished": "case.finish",
        "HoldReviewStarted": "hold.review",
        "HoldDispositioned": "hold.dispose",
        "HoldReleased": "hold.release",
        "QualityCheckRecorded": "check.record",
        "ProductionConfirmed": "order.confirm",
        "AssignmentAccepted": "assignment.accept",
        "AssignmentDeclined": "assignment.decline",
        "AssignmentActivated": "assignment.activate",
        "AssignmentFinished": "assignment.finish",
        "AssignmentWithdrawn": "assignment.withdraw",
        "ProposalAccepted": "proposal.accept",
        "ProposalDeclined": "proposal.decline",
        "HandoverDrafted": "handover.draft",
        "HandoverRedrafted": "handover.draft",
        "HandoverSigned": "handover.sign",
        "HandoverItemAccepted": "item.accept",
        "PostingRetried": "posting.retry",
    }
)
"""The action by which a step is done anew; a step without a row is only opened."""


def target(row: StepRefused) -> str:
    """The ref that an action needs to do the step anew: the part of a case, the item of a handover, a machine."""
    body = payload(row)
    kind, key = kind_of(row.stream), row.stream.partition("/")[2]
    if kind == "case" and body.get("task_id"):
        return f"task/{key}/{body['task_id']}"
    if row.kind == "HandoverItemAccepted" and body.get("item_id"):
        return f"item/{key}/{body['item_id']}"
    if row.kind == "QualityCheckRecorded":
        return f"machine/{body.get('machine', '')}"
    return row.stream


def place_ref(row: StepRefused) -> str:
    """Where a refused hold is placed anew: at its case, machine or first lot; "" for other steps."""
    if row.kind != "HoldPlaced":
        return ""
    body = payload(row)
    units = body.get("units")
    first = units[0] if isinstance(units, list) and units and isinstance(units[0], dict) else {}
    for kind, key in (("case", body.get("case_id")), ("machine", body.get("machine")), ("lot", first.get("lot"))):
        if key:
            return f"holds:{kind}/{key}"
    return "holds:new"


def payload(row: StepRefused) -> Mapping[str, object]:
    """The step's own values; empty where they can't be read."""
    try:
        body = json.loads(row.payload)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
