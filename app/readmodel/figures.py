"""The figures that Lineside exists for, as views over the tables for reports. Quantiles are the nearest rank's.

The one place that knows these views; SQL as text, columns with what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.readmodel.kpi import OWNED_WITHIN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A view: what a row is, its columns and what they say, and the query."""

    name: str
    comment: str
    columns: Mapping[str, str]
    query: str


def _quantiles(value: str) -> str:
    return ", ".join(
        f"percentile_disc({q}) within group (order by {value}) as p{round(q * 100)}_s" for q in (0.5, 0.95)
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="report_state",
        comment="One row: how far the tables for reports are true.",
        columns={
            "place": "Everything up to this place of the log is in the tables",
            "log_place": "The last place of the log",
            "behind": "Places that are missing",
            "true_until": "When the last place in the tables was taken by the log; null: none is",
            "lag_s": "For how long the oldest missing place has been there, seconds; 0: none is missing",
            "projected_at": "When something was written last",
            "station": "By which station",
        },
        query="""select p.place, h.place as log_place, h.place - p.place as behind, there.server_at as true_until,
    coalesce(extract(epoch from clock_timestamp() - missing.server_at), 0)::double precision as lag_s,
    p.projected_at, p.station
from lineside.projection p cross join lineside.head h
left join lineside.operation there on there.place = p.place
left join lineside.operation missing on missing.place = p.place + 1""",
    ),
    Figure(
        name="posting_lag",
        comment="Posting lag by day of the confirmation (UTC) and kind: from the floor to the ERP's confirmation.",
        columns={
            "day": "Day (UTC)",
            "kind": "What was posted",
            "postings": "How many were confirmed",
            "p50_s": "Half of them took at most so many seconds",
            "p95_s": "95 of 100 took at most so many seconds",
        },
        query=f"""select (confirmed_at at time zone 'UTC')::date as day, kind, count(*) as postings,
    {_quantiles("lag_s")}
from lineside.posting where confirmed_at is not null group by 1, 2""",
    ),
    Figure(
        name="evidence_to_change",
        comment="Days from evidence to change by day of the change (UTC) and kind of proposal.",
        columns={
            "day": "Day (UTC)",
            "kind": "What was changed",
            "proposals": "How many were changed",
            "p50_days": "Half of them took at most so many days",
            "met": "Of how many the effect was measured and is what is planned",
        },
        query="""select (changed_at at time zone 'UTC')::date as day, kind, count(*) as proposals,
    percentile_disc(0.5) within group (order by days_to_change) as p50_days, count(*) filter (where met) as met
from lineside.proposal where changed_at is not null group by 1, 2""",
    ),
    Figure(
        name="exception_resolution",
        comment="Exception resolution time by day of the resolution (UTC), line and kind: from opening to resolving.",
        columns={
            "day": "Day (UTC)",
            "line": "Line; null for none",
            "kind": "Kind of exception",
            "cases": "How many were resolved",
            "p50_s": "Half of them took at most so many seconds",
            "p95_s": "95 of 100 took at most so many seconds",
        },
        query=f"""select (resolved_at at time zone 'UTC')::date as day, line, kind, count(*) as cases,
    {_quantiles("extract(epoch from resolved_at - opened_at)::double precision")}
from lineside.exception_case where resolved_at is not null and not replayed group by 1, 2, 3""",
    ),
    Figure(
        name="exception_ownership",
        comment=f"Exceptions by day of opening (UTC) and line: accepted by somebody within {OWNED_WITHIN_S:.0f} s.",
        columns={
            "day": "Day (UTC)",
            "line": "Line; null for none",
            "cases": "How many were opened, those left out that are younger than that and not accepted yet",
            "in_time": "How many were accepted in time",
            "share": "The one by the other, 0 to 1",
        },
        query=f"""select day, line, count(*) as cases, count(*) filter (where in_time) as in_time,
    round(count(*) filter (where in_time)::numeric / count(*), 4) as share
from (select (opened_at at time zone 'UTC')::date as day, line,
        coalesce(owned_at <= opened_at + interval '{OWNED_WITHIN_S:.0f} seconds', false) as in_time
    from lineside.exception_case where not replayed
        and (owned_at is not null or opened_at < now() - interval '{OWNED_WITHIN_S:.0f} seconds')) as judged
group by 1, 2""",
    ),
    Figure(
        name="key_person",
        comment="Who resolves a kind of trouble at a machine: one whom nobody else stands in for is a risk.",
        columns={
            "kind": "Kind of exception",
            "machine": "Machine; null for none",
            "cases": "How many were resolved",
            "people": "By how many people",
            "person": "Who resolved most of them",
            "resolved": "How many of them",
            "share": "The one by the other, 0 to 1",
        },
        query="""select kind, machine, sum(resolved)::bigint as cases, count(*) as people,
    (array_agg(resolved_by order by resolved desc, resolved_by))[1] as person, max(resolved) as resolved,
    round(max(resolved)::numeric / sum(resolved), 4) as share
from (select kind, machine, resolved_by, count(*) as resolved
    from lineside.exception_case where resolved_by <> '' and not replayed group by 1, 2, 3) as each
group by 1, 2""",
    ),
    Figure(
        name="key_person_share",
        comment="One row: how many exceptions are of a sort that only one person ever resolved (of two or more cases).",
        columns={
            "cases": "Exceptions resolved by people",
            "one_person_only": "Those of a kind at a machine that has two or more, all resolved by the same person",
            "share": "The one by the other, 0 to 1; null: none was resolved",
        },
        query="""select coalesce(sum(cases), 0)::bigint as cases,
    coalesce(sum(cases) filter (where people = 1 and cases > 1), 0)::bigint as one_person_only,
    round(coalesce(sum(cases) filter (where people = 1 and cases > 1), 0)::numeric / sum(cases), 4) as share
from lineside.key_person""",
    ),
)
"""In the order in which they are made: one may read another."""
