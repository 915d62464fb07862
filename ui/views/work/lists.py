"""The lists under the lanes: assignments on their way, and postings with the ERP's words; and the posting lag. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from app.domain.events import Subject
from app.domain.lifecycles import AssignmentState
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.text import safe
from app.domain.work import Assignment
from app.readmodel.kpi import KPIS, lag_trend, posting_lag_s
from ui.text import DASH, Formats, amount, duration, hms, t
from ui.views.work.rows import LagRow, ListRow
from ui.views.work.truth import STATE_WORDS, document

KIND_WORDS: Mapping[str, str] = {
    "confirm_production": "production",
    "consume_material": "consumption",
    "set_lot_status": "lot status",
    "record_downtime": "downtime",
    "move_order": "order move",
}
"""What a posting is called, by its name in the journal."""

LAG = KPIS["posting_lag_p95"]
TREND_STEPS = 24
"""Into so many parts the time of a lag's trend is divided."""
RECENT = 20
"""How many confirmed postings stay in the list under those that are out."""
MOST_OUT, MOST_SEEN, MORE = 100, 500, "more"
"""How many that are out are shown, among how many of the newest a confirmed one is looked for; the others' row."""


def assignment_rows(
    plant: Plant, assignments: Iterable[Assignment], at: datetime, formats: Formats
) -> tuple[ListRow, ...]:
    """Assignments that hold or are on their way, those that wait for an answer first."""
    rows = sorted(assignments, key=lambda a: (a.state not in _WAITING, a.proposed_at))
    return tuple(_assignment_row(plant, a, at, formats) for a in rows)


_WAITING = (AssignmentState.PROPOSED, AssignmentState.OFFERED)


def _assignment_row(plant: Plant, row: Assignment, at: datetime, formats: Formats) -> ListRow:
    state, detail, priority = assignment_state(plant, row, at, formats)
    return ListRow(
        key=f"assignment/{row.id}",
        priority=priority,
        cells=(
            (subject_name(plant, row), safe(row.reason, 120)),
            (t("{a} → {b}", a=line_name(plant, row.from_line), b=line_name(plant, row.to_line)), ""),
            (state, detail),
        ),
    )


def assignment_state(plant: Plant, row: Assignment, at: datetime, formats: Formats) -> tuple[str, str, int]:
    """(state in words, who and what clock, priority) of an assignment."""
    proposer = person_name(plant, row.proposed_by)
    if row.state is AssignmentState.OFFERED:
        who = ", ".join(person_name(plant, p) for p in row.people)
        left = (row.accept_by - at).total_seconds() if row.accept_by else math.inf
        if left < 0:
            return t("offered, no answer"), t("{who} · over by {clock}", who=who, clock=hms(-left)), 3
        return t("offered"), t("{who} · {clock} left", who=who, clock=hms(left)), 0
    if row.state is AssignmentState.PROPOSED and row.refusals:
        return t("declined"), safe(row.refusals[-1], 120), 3
    if row.state is AssignmentState.PROPOSED:
        return t("proposed"), t("by {who} at {at}", who=proposer, at=formats.minute(row.proposed_at)), 0
    who = person_name(plant, row.accepted_by)
    return t(row.state.value), t("by {who} at {at}", who=who, at=formats.minute(row.accepted_at)), 0


def posting_rows(plant: Plant, postings: Sequence[Posting], at: datetime, formats: Formats) -> tuple[ListRow, ...]:
    """Postings that are out, those that a person must move first; then the last confirmed ones.

    A day without an ERP leaves thousands: the first are shown, the others counted.
    """
    out = sorted((p for p in postings if not p.closed), key=lambda p: (not p.stuck, p.seq))
    done = [p for p in islice(reversed(postings), MOST_SEEN) if p.closed][:RECENT]
    shown = [_posting_row(p, at, formats) for p in out[:MOST_OUT]]
    if len(out) > MOST_OUT:
        shown.append(_more_row(len(out) - MOST_OUT))
    return (*shown, *(_posting_row(p, at, formats) for p in done))


def _more_row(count: int) -> ListRow:
    """How many more wait than are shown."""
    said = t("{n} more wait", n=amount(count))
    return ListRow(key=MORE, priority=0, cells=((said, ""), ("", ""), (t("in their order"), ""), ("", "")))


def _posting_row(row: Posting, at: datetime, formats: Formats) -> ListRow:
    word, priority = STATE_WORDS[row.state]
    lag = row.lag_s
    age = duration(lag) if lag is not None else hms((at - row.occurred_at).total_seconds())
    tries = t("try {n}", n=row.attempts) if row.attempts > 1 and not row.closed else ""
    retry = t("again at {at}", at=formats.clock(row.retry_at)) if row.retry_at and not row.closed else ""
    return ListRow(
        key=f"posting/{row.id}",
        priority=priority,
        cells=(
            (safe(row.subject, 80), t(KIND_WORDS.get(row.command_kind, row.command_kind))),
            (t(word), " · ".join(x for x in (tries, retry) if x)),
            (document(row) or safe(row.words, 200) or DASH, formats.clock(row.occurred_at)),
            (age, ""),
        ),
    )


def lag_rows(postings: Sequence[Posting], since: datetime, at: datetime) -> tuple[LagRow, ...]:
    """Each kind's posting lag, as it was over this time: p50 and p95, and how it went."""
    by_kind: dict[str, list[Posting]] = {kind: [] for kind in KIND_WORDS}
    for posting in postings:
        if posting.confirmed_at is not None and posting.confirmed_at >= since:
            by_kind.setdefault(posting.command_kind, []).append(posting)
    rows = []
    for kind, mine in by_kind.items():
        p50, p95 = posting_lag_s(mine, 0.5), posting_lag_s(mine, 0.95)
        if p50 is None or p95 is None:
            continue
        text = t("{kind} {p50} / {p95} ({n})", kind=t(KIND_WORDS.get(kind, kind)), p50=duration(p50),
                 p95=duration(p95), n=len(mine))  # fmt: skip
        trend = tuple(lag_trend(mine, since, at, TREND_STEPS, 0.95))
        rows.append(LagRow(text=text, trend=trend, bad=not LAG.met(p95)))
    return tuple(rows)


def subject_name(plant: Plant, row: Assignment) -> str:
    """Who or what moves."""
    return person_name(plant, row.subject_id) if row.subject is Subject.PERSON else safe(row.subject_id, 40)


def person_name(plant: Plant, person_id: str) -> str:
    """ "J. Weiss"; the id for somebody the plant file does not know."""
    person = plant.people.get(person_id)
    return safe(person.short if person else person_id, 60) or DASH


def line_name(plant: Plant, line: str) -> str:
    """A line as people say it; a dash for none."""
    found = plant.lines.get(line)
    return safe(found.name if found else line, 60) or DASH
