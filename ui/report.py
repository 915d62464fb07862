"""The figures of a run as JSON: the contract of `--report`. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.case import ExceptionCase
from app.domain.errors import KnownError
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.lifecycles import AssignmentState, HandoverState, TaskState
from app.domain.plant import Plant
from app.domain.status import StationStatus
from app.readmodel import kpi
from app.readmodel import model as m
from app.readmodel.model import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run knows beside its state."""

    platform: str
    plant: Plant
    errors: Sequence[str]
    samples: Mapping[str, int]
    journal_ops: int
    rss_mb: Mapping[str, float]
    extra: Mapping[str, object]


def report(view: View, status: StationStatus, run: Run) -> dict[str, Any]:
    """The report of a run so far."""
    cases = m.all_cases(view)
    postings, proposals = m.all_postings(view), m.all_proposals(view)
    tasks = [task for case in cases for task in case.tasks]
    assignments = list(view.every("assignment"))
    stuck = sum(1 for p in postings if p.stuck)
    confirmed = sum(1 for p in postings if p.closed)
    return {
        "platform": run.platform,
        **run.extra,
        "errors": list(run.errors),
        "controllers": [
            {"name": c.id, "protocol": c.protocol, "state": c.health.value, "samples": run.samples.get(c.id, 0)}
            for c in status.controllers.values()
        ],
        "exceptions_opened": len(cases),
        "exceptions_by_kind": _count(case.kind for case in cases),
        "exceptions_resolved": sum(1 for case in cases if case.resolved),
        "exception_on_journal_s": since_source(run.plant, cases, {case.id: case.opened_at for case in cases}),
        "tasks_offered": len(tasks),
        "tasks_accepted": sum(1 for t in tasks if t.state in (TaskState.ACCEPTED, TaskState.DONE)),
        "holds_placed": len(m.all_holds(view)),
        "holds_closed": sum(1 for h in m.all_holds(view) if h.closed),
        "reassignments": sum(1 for c in cases for entry in c.timeline if entry.what == "TaskOfferedAgain"),
        "moves_accepted": sum(1 for a in assignments if _accepted(a)),
        "handovers_closed": sum(1 for h in m.all_handovers(view) if h.state is HandoverState.CLOSED),
        "postings": {"confirmed": confirmed, "parked": stuck, "pending": len(postings) - confirmed - stuck},
        "proposals": {
            "made": len(proposals),
            "changed": sum(1 for row in proposals if row.changed_at is not None),
            "days_to_change_p50": kpi.days_to_change(proposals),
        },
        "posting_lag_s": {"p50": kpi.posting_lag_s(postings, 0.5), "p95": kpi.posting_lag_s(postings, 0.95)},
        "rss_mb": dict(run.rss_mb),
        "journal_ops": run.journal_ops,
    }


def _accepted(row: Any) -> bool:
    return row.state in (AssignmentState.ACCEPTED, AssignmentState.ACTIVE, AssignmentState.FINISHED)


def since_source(plant: Plant, cases: Iterable[ExceptionCase], at: Mapping[str, datetime]) -> dict[str, float | None]:
    """From the moment when a case's rule holds, by the controller's time, to `at`; s, as quantiles.

    That moment is the source time of the event and the delay that the rule asks for. Cases without a rule (people's
    reports, the ERP's refusals) and replayed ones have no such moment and don't count.
    """
    counted = [case for case in cases if case.rule and not case.replayed and case.id in at]
    return _quantiles([(at[c.id] - c.happened_at).total_seconds() - _delay_s(plant, c) for c in counted])


def _delay_s(plant: Plant, case: ExceptionCase) -> float:
    """How long the case's rule asks its condition to last."""
    rule = next((rule for rule in plant.rules if rule.id == case.rule), None)
    default = next((p.default for p in EXCEPTION_KINDS[case.kind].parameters if p.name == "delay_s"), 0.0)
    return rule.parameters.get("delay_s", default) if rule is not None else default


def _quantiles(values: Sequence[float]) -> dict[str, float | None]:
    return {"p50": kpi.quantile(values, 0.5), "p95": kpi.quantile(values, 0.95)}


def _count(kinds: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def write_report(path: Path, figures: Mapping[str, object]) -> None:
    """Write the figures; raises KnownError where the file can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise KnownError(
            f"The report {path} can't be written: {error.strerror}.", "Name another with --report."
        ) from error
