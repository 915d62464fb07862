"""The figures of a run as JSON: the contract of `--report`. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.case import ExceptionCase
from app.domain.errors import KnownError
from app.domain.lifecycles import AssignmentState, HandoverState, TaskState
from app.domain.status import StationStatus
from app.readmodel import kpi
from app.readmodel import model as m
from app.readmodel.model import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run knows beside its state."""

    platform: str
    errors: Sequence[str]
    samples: Mapping[str, int]
    journal_ops: int
    rss_mb: Mapping[str, float]
    extra: Mapping[str, object]


def report(view: View, status: StationStatus, run: Run) -> dict[str, Any]:
    """The report of a run so far."""
    cases = m.all_cases(view)
    postings = m.all_postings(view)
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
        "exception_on_journal_s": _quantiles(_opening_s(cases)),
        "tasks_offered": len(tasks),
        "tasks_accepted": sum(1 for t in tasks if t.state in (TaskState.ACCEPTED, TaskState.DONE)),
        "holds_placed": len(m.all_holds(view)),
        "holds_closed": sum(1 for h in m.all_holds(view) if h.closed),
        "reassignments": sum(1 for c in cases for entry in c.timeline if entry.what == "TaskOfferedAgain"),
        "moves_accepted": sum(1 for a in assignments if _accepted(a)),
        "handovers_closed": sum(1 for h in m.all_handovers(view) if h.state is HandoverState.CLOSED),
        "postings": {"confirmed": confirmed, "parked": stuck, "pending": len(postings) - confirmed - stuck},
        "posting_lag_s": {"p50": kpi.posting_lag_s(postings, 0.5), "p95": kpi.posting_lag_s(postings, 0.95)},
        "rss_mb": dict(run.rss_mb),
        "journal_ops": run.journal_ops,
    }


def _accepted(row: Any) -> bool:
    return row.state in (AssignmentState.ACCEPTED, AssignmentState.ACTIVE, AssignmentState.FINISHED)


def _opening_s(cases: Iterable[ExceptionCase]) -> list[float]:
    """From the controller's time of the event to the case in the journal; replayed and merged ones don't count."""
    return [(c.opened_at - c.happened_at).total_seconds() for c in cases if c.machine and not c.replayed]


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
