"""The health page as values: what is wrong row by row, worst groups first; what is well in one line a group. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.checks.check import ORDER, Check, State, worst, worst_first
from app.domain.checks.table import GROUPS
from app.domain.text import safe
from ui.text import t

PRIORITY = {State.BAD: 2, State.WARNING: 3, State.UNKNOWN: 0, State.OK: 0}
"""How loud; what is well is grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """A line of the page. `lines` are what more there is to read of it."""

    key: str
    group: str
    title: str
    said: str
    next: str = ""
    priority: int = 0
    soft: bool = False
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page; `summary` in one line, `priority` of its worst."""

    summary: str
    priority: int
    rows: tuple[HealthRow, ...]


def page_of(checks: Sequence[Check]) -> Page:
    """The page of these checks."""
    groups = [(id_, title, worst_first(c for c in checks if c.group == id_)) for id_, title in GROUPS]
    ordered = sorted(groups, key=lambda group: ORDER[worst(group[2])])
    rows = tuple(row for id_, title, found in ordered for row in _rows(id_, t(title), found))
    return Page(summary=summary(checks), priority=PRIORITY[worst(checks)], rows=rows)


def summary(checks: Sequence[Check]) -> str:
    """ "2 bad, 1 warning, 31 well"."""
    counts = {state: sum(1 for check in checks if check.state is state) for state in State}
    words = (
        (counts[State.BAD], t("{count} bad", count=counts[State.BAD])),
        (counts[State.WARNING], t("{count} to look at", count=counts[State.WARNING])),
        (counts[State.UNKNOWN], t("{count} not known yet", count=counts[State.UNKNOWN])),
        (counts[State.OK], t("{count} well", count=counts[State.OK])),
    )
    return ", ".join(said for count, said in words if count)


def _rows(group: str, title: str, checks: Sequence[Check]) -> list[HealthRow]:
    """What is not well by itself, the rest together."""
    rows = [_row(title, check) for check in checks if check.state is not State.OK]
    well = [check for check in checks if check.state is State.OK]
    if well:
        count = t("{count} checks are well", count=len(well)) if len(well) > 1 else safe(well[0].said)
        lines = tuple(f"{safe(check.title, 60)}: {safe(check.said)}" for check in well)
        about = t("All is well") if not rows else t("The rest")
        rows.append(HealthRow(key=f"well/{group}", group=title, title=about, said=count, soft=True, lines=lines))
    return rows


def _row(group: str, check: Check) -> HealthRow:
    return HealthRow(
        key=f"{check.id}/{check.about}/{check.title}",
        group=group,
        title=safe(check.title, 60),
        said=safe(check.said),
        next=safe(check.next),
        priority=PRIORITY[check.state],
        soft=check.state is State.UNKNOWN,
    )
