"""The manual's page of the tables for reports, generated from the tables of columns and views.

Owns the text around them. Must not hold a fact that they have. `python -m app.readmodel.report_page` prints it; a test
compares it with the manual.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.readmodel.figures import FIGURES
from app.readmodel.reports import REPORTS, Report

INTRODUCTION = """# Tables for reports

Where a plant shares one log in Postgres, what stands in it is also there as plain tables in the schema `lineside`, for
SQL and for report tools. Give these a login of their own:

```sql
create role reports login password '…' in role lineside_reader;
```

It may read what is on this page and nothing else: no log, no people, no signatures.

- The workstation that has the plant's duties keeps the tables, by the same rules as the screens. They are usually a
  second or two behind the log. `lineside.report_state` says how far they are true and for how long they are behind;
  look there before a figure is believed.
- Where an update changes a column, `lineside db init` empties the tables, and they are filled from the whole log within
  a minute or so; until then `report_state.place` is 0. Columns are added, never taken away.
- Instants are `timestamptz`. Days are days in UTC. Ids are those of the plant file; a person is the person's id.
- `body` is the whole of the thing as JSON; what of it no column has may change with any version.
- Steps that are only stored at a workstation that can't reach the database are not here.
- What the ERP plans is the ERP's: planned dates are not in the log, so schedule adherence comes from joining
  `order_progress` with the ERP's orders there.

```sql
select * from lineside.report_state;
select day, kind, p50_s, p95_s from lineside.posting_lag order by day desc, kind;
select line, count(*) from lineside.exception_case where state <> 'closed' group by line;
select lot, quantity, h.reason from lineside.held_lot l join lineside.hold h on h.id = l.hold_id where l.binds;
select ts, value from lineside.history where tag = 'L1.filler.speed' and ts > now() - interval '1 day' order by ts;
```

This page is generated: `python -m app.readmodel.report_page`.
"""

SAMPLES = """## Samples

Where the plant file says `[history] shared = true` (see [the shared store](shared-store.md)).
A value holds until the next row, but never past one of quality 4.

| table or view | a row is |
|---|---|
"""

HISTORY = {
    "history": (
        "a sample: `tag` (its id), `controller`, `ts` (by the controller's clock), `value` (null: no number), "
        "`quality` (0 good, 1 uncertain, 2 bad, 3 no data, 4 from here on nothing is known)"
    ),
    "history_minute": (
        "a tag's minute: `low`, `high` and `count` of good and uncertain samples, `last` (null: not known at its end)"
    ),
    "history_gap": "what no workstation could send of a controller, from when to when, and why",
    "history_state": (
        "a controller: which workstation sends it, until when its samples are here, how many were left out because "
        "their time is impossible"
    ),
    "trend(tag, from, to, columns)": "a function: a tag's extremes and last values in so many columns of time",
}


def page() -> str:
    """The whole page in Markdown."""
    rows = [f"| `lineside.{name}` | {meaning} |\n" for name, meaning in HISTORY.items()]
    return "\n".join([INTRODUCTION, *_tables(), *_views(), "".join([SAMPLES, *rows])])


def _tables() -> Iterator[str]:
    for report in REPORTS:
        yield f"## lineside.{report.name}\n\n{report.comment}{_keys(report)}\n"
        yield "| column | type | meaning |"
        yield "|---|---|---|"
        for column in report.columns:
            yield f"| `{column.name}` | {column.type} | {column.comment} |"
        yield ""


def _keys(report: Report) -> str:
    if report.parent is None:
        return ""
    return f" One `lineside.{report.parent}` has several; `{report.parent_key}` is its `id`."


def _views() -> Iterator[str]:
    for figure in FIGURES:
        yield f"## lineside.{figure.name}\n\n{figure.comment}\n"
        yield "| column | meaning |"
        yield "|---|---|"
        for name, comment in figure.columns.items():
            yield f"| `{name}` | {comment} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
