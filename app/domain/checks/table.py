"""CHECKS: one row for each thing of a station that is looked at. The doctor, the health page and the manual read it.

Owns what is looked at and in which group it stands. Must not know how a fact is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.checks import links, machine
from app.domain.checks.check import Check
from app.domain.checks.facts import Facts
from app.domain.checks.links import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A thing that is looked at; `looks` is for the manual. `judge` yields one check for each of several."""

    id: str
    group: str
    looks: str
    judge: Callable[[Facts], Iterator[Found]]


GROUPS: tuple[tuple[str, str], ...] = (
    ("controllers", "Controllers"),
    ("station", "This station"),
    ("shared", "Plant's log"),
    ("erp", "ERP"),
    ("clocks", "Clocks"),
    ("versions", "Versions"),
)
"""Id and title, in the order of the page."""

CHECKS: tuple[Row, ...] = (
    Row(id="controller.link", group="controllers", judge=links.links, looks="each controller answers"),
    Row(id="controller.security", group="controllers", judge=links.security, looks="links that can be secured are"),
    Row(id="controller.data", group="controllers", judge=links.data, looks="a link that is up brings something: 60 s"),
    Row(id="controller.units", group="controllers", judge=links.units, looks="every device behind a gateway answers"),
    Row(id="parts", group="station", judge=machine.running, looks="acquisition and history run (running program)"),
    Row(id="journal", group="station", judge=machine.journal, looks="it takes operations; the newest 1,000 are whole"),
    Row(id="journal.wal", group="station", judge=machine.write_ahead, looks="its write-ahead file: 64 MB"),
    Row(id="disk", group="station", judge=machine.disk, looks="room: 2 GB warns, 200 MB is bad; days left: 30, 7"),
    Row(id="fittings", group="station", judge=machine.fittings, looks="fonts, keyring, the file of secrets"),
    Row(id="crashes", group="station", judge=machine.crashes, looks="starts without an end in the last week"),
    Row(id="shared.link", group="shared", judge=links.shared_link, looks="it can be reached"),
    Row(id="shared.schema", group="shared", judge=links.shared_schema, looks="schema and timeline"),
    Row(id="shared.place", group="shared", judge=links.shared_place, looks="what is stored here is there: 30 s"),
    Row(id="shared.standby", group="shared", judge=links.shared_standby, looks="the standby follows, where seen"),
    Row(id="shared.rights", group="shared", judge=links.shared_rights, looks="station and people may do their work"),
    Row(id="erp.link", group="erp", judge=links.erp_link, looks="it answers; how old its data is: 10 min"),
    Row(id="erp.backlog", group="erp", judge=links.erp_backlog, looks="postings that wait: 10 min; that need somebody"),
    Row(id="clock.station", group="clocks", judge=links.station_clock,
        looks="this station against the plant's log: 2 s; 60 s, and nothing can be signed"),
    Row(id="clock.controllers", group="clocks", judge=links.controller_clocks,
        looks="controllers against this station: 2 s warns, 60 s is bad"),
    Row(id="versions", group="versions", judge=machine.versions, looks="Lineside, Qt, Python, formats, plant file"),
    Row(id="versions.plant", group="versions", judge=machine.plant_file, looks="the published plant file runs here"),
)  # fmt: skip


def judged(facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order of the table."""
    return tuple(
        Check(id=row.id, group=row.group, state=state, title=title, said=said, next=todo, about=about)
        for row in CHECKS
        for state, title, said, todo, about in row.judge(facts)
    )
