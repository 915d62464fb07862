"""The manual's page of what is looked at and what is measured, made from CHECKS and METRICS. Pure.

Owns the words around the two tables. Must not hold a fact that they have.
"""

from __future__ import annotations

from app.domain.checks.table import CHECKS, GROUPS
from app.readmodel.metrics import METRICS

HEAD = """# What is looked at, what is measured

This page is made from the tables of the program. How they are used: [operations](operations.md).

## Checks

`lineside doctor` and Health (`Ctrl+H`) judge the same rows. A row that has nothing to say of a station is left out.

| where | check | what it looks at |
|---|---|---|
"""

MEASURED = """
## Metrics

At `http://127.0.0.1:PORT/metrics` with `--metrics PORT` or the setting `metrics_port`; off by default. `lineside_up`
is 1 while the core answers; a row without a figure is left out.

| name | kind | labels | what it is |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    titles = dict(GROUPS)
    checks = "".join(f"| {titles[row.group]} | `{row.id}` | {row.looks} |\n" for row in CHECKS)
    metrics = "".join(
        f"| `{row.name}` | {row.kind} | {', '.join(f'`{label}`' for label in row.labels)} | {row.help} |\n"
        for row in METRICS
    )
    return HEAD + checks + MEASURED + metrics
