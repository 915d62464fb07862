"""From a detector's finding to a case: one machine event, one case (I2); what follows from a known cause joins it."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import events as e
from app.domain.case import ExceptionCase
from app.domain.commands import CompleteCapsule, RecordFinding, RecordGap
from app.domain.finding import Finding, Phase, case_id_of
from app.domain.kinds import EXCEPTION_KINDS, ExceptionKind
from app.domain.routing import accountable
from app.domain.shifts import on_shift
from app.domain.text import safe
from app.readmodel import model as m
from app.services.context import Context

CONSEQUENCES = frozenset({"starved", "blocked"})
"""Kinds that another machine's fault explains."""

STOPS = frozenset({"breakdown", "unplanned_stop"})

CAUSES = STOPS | {"material_low"}


def record_finding(command: RecordFinding, ctx: Context) -> Iterator[e.Event]:
    """Open a case, join one, or note that the condition went away."""
    finding = command.finding
    if finding.phase is Phase.CLEARED:
        yield from _cleared(finding, ctx)
        return
    if ctx.view.occurrence(finding.occurrence) is not None:
        return
    home = _home(finding, ctx)
    if home is not None:
        yield from _joined(home, finding, ctx)
    elif finding.phase is Phase.RAISED:
        yield _opened(finding, ctx)


def _home(finding: Finding, ctx: Context) -> ExceptionCase | None:
    """The open case that an occurrence belongs to: the same trouble, or the one that causes it."""
    cases = m.open_cases(ctx.view)
    same = (case for case in cases if _same_trouble(case, finding))
    return next(same, None) or _own_fault(finding, cases) or _cause(finding, cases, ctx)


def _same_trouble(case: ExceptionCase, finding: Finding) -> bool:
    """Whether the case is of the same kind at the same place, and not of an episode that is over."""
    same = case.kind == finding.kind and case.machine == finding.machine and case.controller == finding.controller
    return same and not (EXCEPTION_KINDS[finding.kind].episodes and case.cleared_at is not None)


def _own_fault(finding: Finding, cases: list[ExceptionCase]) -> ExceptionCase | None:
    """The same machine's stop that a burst of its alarms comes with, or the breakdown that it stands still after."""
    if finding.kind == "alarm_burst":
        stops = (c for c in cases if c.kind in STOPS and c.machine == finding.machine and c.cleared_at is None)
        return next(stops, None)
    if finding.kind == "unplanned_stop":
        return next((c for c in cases if c.kind == "breakdown" and c.machine == finding.machine), None)
    return None


def _cause(finding: Finding, cases: list[ExceptionCase], ctx: Context) -> ExceptionCase | None:
    """The nearest faulty machine of the line in the direction that starves or blocks this one."""
    victim = ctx.plant.machine(finding.machine)
    if finding.kind not in CONSEQUENCES or victim is None:
        return None
    upstream = finding.kind == "starved"
    found = []
    for case in cases:
        suspect = ctx.plant.machine(case.machine)
        if case.kind not in CAUSES or suspect is None or suspect.line != victim.line:
            continue
        distance = victim.position - suspect.position
        if (distance > 0) is upstream and distance != 0 and case.cleared_at is None:
            found.append((abs(distance), case))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _joined(case: ExceptionCase, finding: Finding, ctx: Context) -> Iterator[e.Event]:
    yield e.MemberAdded(
        case_id=case.id,
        occurrence=finding.occurrence,
        kind=finding.kind,
        text=member_text(finding, ctx),
        happened_at=finding.source_at,
        machine=finding.machine,
    )
    if case.cleared_at is not None and case.kind == finding.kind:
        yield e.ConditionReturned(case_id=case.id, happened_at=finding.source_at)


def _opened(finding: Finding, ctx: Context) -> e.CaseOpened:
    kind = EXCEPTION_KINDS[finding.kind]
    capsule = finding.capsule
    return e.CaseOpened(
        case_id=case_id_of(finding.occurrence),
        kind=kind.id,
        priority=_priority(finding, kind, ctx),
        title=title(finding, ctx),
        occurrence=finding.occurrence,
        happened_at=finding.source_at,
        first_out=safe(finding.first_out),
        machine=finding.machine,
        line=finding.line,
        controller=finding.controller,
        order=capsule.order if capsule else "",
        lot=capsule.lot if capsule else "",
        rule=finding.rule,
        rule_version=finding.rule_version,
        values=finding.values,
        capsule=capsule,
        people=tuple(p.id for p in on_shift(ctx.plant, ctx.now) if finding.line in p.lines),
        accountable=accountable(ctx.plant, finding.line, ctx.now),
        replayed=finding.replayed,
    )


def _priority(finding: Finding, kind: ExceptionKind, ctx: Context) -> int:
    rule = next((r for r in ctx.plant.rules if r.id == finding.rule), None)
    return rule.priority if rule and rule.priority else kind.priority


def title(finding: Finding, ctx: Context) -> str:
    """The kind's title filled with the finding's values, in the words of the floor."""
    return _filled(EXCEPTION_KINDS[finding.kind].title, finding, ctx)


def member_text(finding: Finding, ctx: Context) -> str:
    """What a further occurrence is called in the case that it joins."""
    kind = EXCEPTION_KINDS[finding.kind]
    return _filled(kind.member or kind.title, finding, ctx)


def _filled(template: str, finding: Finding, ctx: Context) -> str:
    values = {key: safe(str(value)) for key, value in finding.values.items()}
    values["machine"] = ctx.plant.label(finding.machine) or finding.line or ""
    found = ctx.plant.controllers.get(finding.controller or "")
    values["controller"] = found.name if found else finding.controller or ""
    return template.format_map(_Gaps(values))


class _Gaps(dict[str, str]):
    """A value that the detector did not give shows as an ellipsis, not as an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def _cleared(finding: Finding, ctx: Context) -> Iterator[e.Event]:
    for case in m.open_cases(ctx.view):
        if _same_trouble(case, finding) and case.cleared_at is None:
            yield e.ConditionCleared(case_id=case.id, happened_at=finding.source_at)


def complete_capsule(command: CompleteCapsule, ctx: Context) -> Iterator[e.Event]:
    """The 30 s after the event join the frozen context of the case that it opened."""
    case_id = ctx.view.occurrence(command.occurrence)
    case = m.case(ctx.view, case_id) if case_id else None
    if case is not None and case.occurrence == command.occurrence and not case.closed:
        yield e.CapsuleCompleted(case_id=case.id, capsule=command.capsule)


def record_gap(command: RecordGap, ctx: Context) -> Iterator[e.Event]:
    """What could not be seen is said (I2)."""
    yield e.GapRecorded(
        station=ctx.station,
        controller=command.controller,
        from_at=command.from_at,
        to_at=command.to_at,
        reason=safe(command.reason),
    )
