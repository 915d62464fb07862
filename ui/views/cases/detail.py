"""One case, whole, as the view shows it: head, frozen moment, parts, dangers, memory, members, timeline. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain.case import ExceptionCase, Task
from app.domain.events import Why
from app.domain.hold import Hold
from app.domain.lifecycle import words
from app.domain.lifecycles import AlarmState, CaseState, TaskState
from app.domain.posting import Posting
from app.domain.similar import guidance, key_person, likest, same_trouble
from app.domain.suspect import last_good
from app.domain.text import safe
from app.readmodel.model import all_cases, checks
from ui.containment import default_window, evidence
from ui.desk import Desk
from ui.marks import marks_of
from ui.sharing import here_words, step_here, stored_here
from ui.text import DASH, Formats, amount, duration, hms, t
from ui.views.cases.queue import doing, name, what
from ui.views.cases.rows import Chip, Detail, Fact, Head, Key, Line, Moment, TaskRow
from ui.views.cases.wording import line_of, runs, who

BEFORE_S, AFTER_S = 120, 30
"""What the capsule freezes around the event."""

SHARE_NAMED_FROM = 4
"""From this many similar cases on, the share that one person closed is said."""

Keys = Callable[[str, Sequence[str]], tuple[Key, ...]]
"""Keys of actions for a ref, as ui.actions enables them."""

CASE_KEYS = (
    "case.acknowledge", "case.own", "case.promise", "case.reassign", "case.hold", "case.shelve", "case.unshelve",
    "case.resolve", "case.close", "case.reopen", "case.trend", "case.why",
)  # fmt: skip
SOMETIMES = frozenset({"case.unshelve", "case.close", "case.reopen"})
"""Shown only while they are possible; the others keep their place."""

TASK_KEYS = ("case.own", "case.decline", "case.promise", "case.reassign", "case.finish")


def detail_of(case: ExceptionCase, desk: Desk, formats: Formats, keys: Keys) -> Detail:
    """Everything about a case as plain rows. Costs a pass over all cases and checks: call it when something changed."""
    ref = f"case/{case.id}"
    holds = tuple(desk.view.holds_of(case.id).values())
    alike = same_trouble(case, all_cases(desk.view))
    return Detail(
        ref=ref,
        head=head(case, desk, formats, keys(ref, CASE_KEYS)),
        moment=moment(case, desk, formats),
        tasks=tuple(task_row(case, task, desk, formats, keys) for task in case.tasks),
        impacts=impacts(case, formats),
        past=fixed(case, alike, desk, formats),
        guidance=advice(alike),
        members=members(case, desk, formats),
        members_title=members_title(case),
        timeline=timeline(case, holds, desk, formats),
        postings=postings(case, holds, desk, formats),
    )


WAITING_THERE = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED})
SEEN_THERE = frozenset({AlarmState.ACKNOWLEDGED})

# --- head -----------------------------------------------------------------------------------------------------------


def head(case: ExceptionCase, desk: Desk, formats: Formats, keys: tuple[Key, ...]) -> Head:
    """Priority, title, first-out, clock, owners and why."""
    ended = case.resolved_at
    return Head(
        priority=case.priority,
        title=safe(case.title, 120),
        first_out=safe(case.first_out, 160),
        state=words(case.state),
        running_since=None if ended else case.opened_at,
        clock=hms((ended - case.opened_at).total_seconds()) if ended else "",
        chips=chips(case, desk, formats),
        why=why(case, desk),
        keys=tuple(key for key in keys if key.enabled or key.action not in SOMETIMES),
        marks=(*marks(case, formats), *there(case, desk)),
        held=bool(desk.view.holds_on(case.lot)),
    )


def marks(case: ExceptionCase, formats: Formats) -> tuple[str, ...]:
    """What must not be overlooked about the case itself."""
    rows = []
    if case.replayed:
        rows.append(t("replayed"))
    if case.cleared_at is not None and not case.resolved:
        rows.append(t("well again since {at}, not yet resolved", at=formats.clock(case.cleared_at)))
    if case.state is CaseState.SHELVED:
        until, reason = formats.minute(case.shelved_until), safe(case.shelf_reason, 80)
        rows.append(t("shelved until {until}: {reason}", until=until, reason=reason))
    if case.resolved:
        rows.append(t("{state}: {cause}", state=words(case.state), cause=safe(case.cause, 80) or DASH))
    return tuple(rows)


def there(case: ExceptionCase, desk: Desk) -> tuple[str, ...]:
    """How the machine's alarms stand at its controller: who has the case here is another matter."""
    rows = [row for row in desk.alarms if row.machine == case.machine and row.state in WAITING_THERE | SEEN_THERE]
    if case.machine is None or case.resolved or not rows:
        return ()
    waiting = sum(1 for row in rows if row.state in WAITING_THERE)
    said = t("{count} not acknowledged", count=waiting) if waiting else t("all acknowledged")
    return (t("alarms at the controller: {count}, {said}", count=len(rows), said=said),)


def chips(case: ExceptionCase, desk: Desk, formats: Formats) -> tuple[Chip, ...]:
    """Everybody's part; until somebody accepts, the one who answers for it (I5)."""
    tags = marks_of(desk).of(f"case/{case.id}")
    parts = (
        *(Chip(text=tag.words, offered=tag.dashed) for tag in tags),
        *(chip(task, desk, formats) for task in case.tasks if task.state is not TaskState.WITHDRAWN),
    )
    if case.accepted or case.resolved or not case.accountable:
        return parts
    return (Chip(text=t("{who} answers for it", who=name(desk.plant, case.accountable))), *parts)


def chip(task: Task, desk: Desk, formats: Formats) -> Chip:
    """A function's part in a few words."""
    function, plant = task.function.text, desk.plant
    if task.state is TaskState.OFFERED:
        return Chip(text=t("{function} · offered", function=function), offered=True, deadline=task.accept_by)
    if task.state in (TaskState.ACCEPTED, TaskState.DONE):
        owner = name(plant, task.owner)
        return Chip(
            text=t("{owner}, {function} · {doing}", owner=owner, function=function, doing=doing(task, formats)),
            bad=task.promise_broken,
        )
    return Chip(text=t("{function} · {state}", function=function, state=words(task.state)), offered=True, bad=True)


def why(case: ExceptionCase, desk: Desk) -> str:
    """Why this case is whose: the rule that raised it, the route, the calendar and the fallback used."""
    parts = [t("rule {rule} v{version}", rule=safe(case.rule, 60), version=case.rule_version)] if case.rule else []
    mine = next((task for task in case.tasks if _is_for(task, desk)), None)
    task = mine or case.primary
    if task is not None:
        parts += why_parts(task.why)
    label = t("why me") if mine is not None else t("why")
    said = " · ".join(parts) or t("{who} answers for it", who=name(desk.plant, case.accountable))
    return f"{label}: {said}"


def _is_for(task: Task, desk: Desk) -> bool:
    person = desk.person
    return person is not None and task.active and (person.id == task.owner or person.id in task.people)


def why_parts(reason: Why) -> list[str]:
    """The route, the shift calendar's row and the fallback, each in words."""
    rows = [t("route {route} v{version}", route=safe(reason.route, 60), version=reason.version)]
    if reason.shift:
        rows.append(t("{shift} calendar", shift=safe(reason.shift, 40).lower()))
    if reason.fallback:
        rows.append(t("fallback: {fallback}", fallback=safe(reason.fallback, 80)))
    return rows


# --- the frozen moment ----------------------------------------------------------------------------------------------


def moment(case: ExceptionCase, desk: Desk, formats: Formats) -> Moment:
    """The capsule's traces and what stood at that moment."""
    capsule, at = case.capsule, case.happened_at
    start, end = at - timedelta(seconds=BEFORE_S), at + timedelta(seconds=AFTER_S)
    frozen = t("frozen {start} – {end}", start=formats.clock(start), end=formats.clock(end))
    traces = capsule.traces if capsule else ()
    title = f"{t('At the moment it happened')} · {frozen if traces else t('nothing was frozen with it')}"
    mark = f"{what(case, desk.plant).lower()} {formats.clock(at)}.{at.microsecond // 1000:03d}"
    return Moment(title=title, traces=traces, mark=mark, facts=facts(case, desk, formats))


def facts(case: ExceptionCase, desk: Desk, formats: Formats) -> tuple[Fact, ...]:
    """Mode, order, lot, last good check, made since, people on the line."""
    capsule = case.capsule
    mode = " ".join(x for x in (capsule.mode, capsule.state) if x) if capsule else ""
    good, since = checked(case, desk, formats)
    people = ", ".join(name(desk.plant, p) for p in case.people) or DASH
    return (
        Fact(name=t("mode"), value=safe(mode, 40) or DASH),
        Fact(name=t("order"), value=safe(case.order, 40) or DASH),
        Fact(name=t("lot"), value=safe(case.lot, 40) or DASH, held=bool(desk.view.holds_on(case.lot))),
        Fact(name=t("last good check"), value=good),
        Fact(name=t("made since"), value=since),
        Fact(name=t("on line"), value=people),
    )


def checked(case: ExceptionCase, desk: Desk, formats: Formats) -> tuple[str, str]:
    """(last good check, units made since then until the event) in words."""
    machine = desk.plant.machines.get(case.machine or "")
    if machine is None:
        return DASH, DASH
    good = last_good(checks(desk.view), machine.id, case.happened_at)
    if good is None:
        return t("none recorded"), DASH
    known = evidence(desk, machine, good.at, case, near=(good.at, case.happened_at))
    said = f"{formats.minute(good.at)} {safe(good.characteristic, 40)} {good.value} {safe(good.unit, 10)}".strip()
    made = known.within(default_window(case, known))
    if not made.quantity:
        return said, DASH
    return said, amount(made.quantity) if made.exact else t("up to {units}", units=amount(made.quantity))


# --- parts, dangers, memory -----------------------------------------------------------------------------------------


def task_row(case: ExceptionCase, task: Task, desk: Desk, formats: Formats, keys: Keys) -> TaskRow:
    """A function's part with what can be done about it now."""
    ref = f"task/{case.id}/{task.id}"
    offered = task.state is TaskState.OFFERED
    people = ", ".join(name(desk.plant, p) for p in task.people) if offered else name(desk.plant, task.owner)
    accepted = task.state in (TaskState.ACCEPTED, TaskState.DONE)
    state = doing(task, formats) if accepted else words(task.state)
    if task.level:
        state = t("{state} · escalated {level}×", state=state, level=task.level)
    if task.refusals and not accepted:
        refused = ", ".join(name(desk.plant, p) for p in task.refusals)
        state = t("{state} · declined by {people}", state=state, people=refused)
    return TaskRow(
        key=ref,
        function=task.function.text,
        who=people,
        state=state,
        deadline=task.accept_by if offered else None,
        bad=task.promise_broken or task.state is TaskState.TIMED_OUT,
        keys=keys(ref, TASK_KEYS),
    )


def impacts(case: ExceptionCase, formats: Formats) -> tuple[Line, ...]:
    """What the case endangers, the soonest first."""
    return tuple(
        Line(
            when=formats.minute(i.at),
            text=" ".join(safe(x, 60) for x in (i.customer, i.subject) if x),
            detail=safe(i.text, 160),
        )
        for i in sorted(case.impacts, key=lambda i: i.at)
    )


def fixed(case: ExceptionCase, alike: Iterable[ExceptionCase], desk: Desk, formats: Formats) -> tuple[Line, ...]:
    """The last similar cases: what it was, what fixed it, how long it took, who did it."""
    rows = []
    for old in likest(case, alike):
        took = duration((old.resolved_at - old.opened_at).total_seconds()) if old.resolved_at else DASH
        cure = " · ".join(x for x in (safe(old.cause, 80), safe(old.fix, 120)) if x) or t("nothing noted")
        said = f"{cure}, {took} · {name(desk.plant, old.resolved_by)}"
        rows.append(Line(when=formats.day(old.opened_at), text=safe(old.first_out or old.title, 80), detail=said))
    return tuple(rows)


def advice(alike: Sequence[ExceptionCase]) -> str:
    """The fix that helped most often, and whether it all hangs on one person."""
    parts = []
    best = guidance(alike)
    if best is not None and best.times > 1:
        fix = safe(best.fix, 120)
        parts.append(t("First try: {fix}. It helped {times} of {of} times.", fix=fix, times=best.times, of=best.of))
    share = key_person(alike)
    if share is not None and share.of >= SHARE_NAMED_FROM and share.closed * 2 > share.of:
        parts.append(t("{closed} of {of} cases closed by one person.", closed=share.closed, of=share.of))
    return " ".join(parts)


def members_title(case: ExceptionCase) -> str:
    """ "First-out of 14 alarms"."""
    if not case.members:
        return ""
    title = t("{count} occurrences in one case", count=case.first_occurrences)
    return t("{title} · replayed", title=title) if case.replayed else title


def members(case: ExceptionCase, desk: Desk, formats: Formats) -> tuple[Line, ...]:
    """The first-out and then what was folded in, oldest first."""
    if not case.members:
        return ()
    first = Line(
        when=formats.clock(case.happened_at), text=safe(case.first_out or case.title, 120), detail=t("first-out")
    )
    rows = (
        Line(
            when=formats.clock(m.at),
            text=safe(m.text or m.kind, 120),
            detail=" ".join(x for x in (f"{m.count}×" if m.count > 1 else "", desk.plant.label(m.machine)) if x),
        )
        for m in case.members
    )
    return (first, *rows)


# --- what happened since --------------------------------------------------------------------------------------------


def timeline(case: ExceptionCase, holds: Iterable[Hold], desk: Desk, formats: Formats) -> tuple[Line, ...]:
    """The case's own history with the holds that were placed from it, oldest first."""
    here, stream = stored_here(desk), f"case/{case.id}"
    rows = [
        (run[0].at, here_line(line_of(run, desk.plant, formats), step_here(desk, here, stream, run[0].at)))
        for run in runs(sorted(case.timeline, key=lambda e: e.at))
    ]
    for hold in holds:
        units, lots = amount(hold.quantity), ", ".join(safe(lot, 40) for lot in hold.lots)
        by = who(hold.placed_by, desk.plant)
        said = t("{who} put {units} units of {lots} on hold", who=by, units=units, lots=lots)
        line = Line(when=formats.clock(hold.placed_at), text=said)
        rows.append((hold.placed_at, here_line(line, step_here(desk, here, f"hold/{hold.id}", hold.placed_at))))
        if hold.released_at is not None:
            said = t("{who} released {lots}", who=who(hold.released_by, desk.plant), lots=lots)
            rows.append((hold.released_at, Line(when=formats.clock(hold.released_at), text=said)))
    if case.members:
        count, at = case.first_occurrences - 1, max(m.at for m in case.members)
        folded = t("{count} more folded into this case by then", count=count)
        rows.append((at, Line(when=formats.clock(at), text=folded)))
    rows.sort(key=lambda row: row[0])
    return tuple(line for _, line in rows)


def here_line(line: Line, here: bool) -> Line:
    """A line of the timeline, marked while no other station knows of it."""
    return replace(line, detail=" · ".join(words for words in (line.detail, here_words()) if words)) if here else line


def postings(case: ExceptionCase, holds: Iterable[Hold], desk: Desk, formats: Formats) -> tuple[Line, ...]:
    """What went to the ERP on the case's behalf, with the lag or the ERP's own words."""
    return tuple(
        Line(
            when=formats.clock(p.occurred_at),
            text=f"{p.subject} · {words(p.state)}",
            detail=t("{lag} after the floor", lag=duration(p.lag_s)) if p.lag_s is not None else safe(p.words, 120),
            bad=p.stuck,
        )
        for p in postings_of(case, holds, desk)
    )


def postings_of(case: ExceptionCase, holds: Iterable[Hold], desk: Desk) -> tuple[Posting, ...]:
    """What was posted for a case and the holds that were placed from it, in queue order."""
    causes = (f"case/{case.id}", *(f"hold/{hold.id}" for hold in holds))
    found = (posting for cause in causes for posting in desk.view.postings_of(cause).values())
    return tuple(sorted(found, key=lambda posting: posting.seq))
