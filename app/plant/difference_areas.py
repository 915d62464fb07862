"""What is compared of two plants, and in which words: an area a row, a field a row. Pure.

Owns the words and what follows from a change. A field of the plant that has no row here is found by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain.people import Person
from app.domain.plant import (
    AllowedCommand,
    Controller,
    ErpLink,
    ExceptionRule,
    HistoryBounds,
    Line,
    Machine,
    Plant,
    Route,
    Shift,
    Tag,
)
from app.plant.difference_words import Word, always, hidden, instead, say, switched
from app.plant.fields import DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A sort of things. `silent` fields say nothing by themselves. `ordered`: what another order means; "" for nothing.

    `whole` may say something of a row that changed at all: a detail and what follows.
    """

    id: str
    title: str
    row: type[Any]
    rows: Callable[[Plant], Mapping[str, Any]]
    name: Callable[[Plant, Any], str]
    words: Mapping[str, Word]
    silent: frozenset[str] = frozenset({"id"})
    within: Callable[[Any], str] = lambda row: ""
    told: Callable[[Any], str] = lambda row: ""
    added: Callable[[Any], str] = lambda row: ""
    removed: Callable[[Any], str] = lambda row: ""
    whole: Callable[[Any, Any], tuple[str, str] | None] | None = None
    ordered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the plant says of itself."""

    id: str
    name: str
    zone: str
    demo: bool
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A code with its text."""

    id: str
    text: str


def _site(plant: Plant) -> Mapping[str, Site]:
    row = Site(id=plant.id, name=plant.name, zone=plant.zone, demo=plant.demo, replayed=plant.replayed)
    return {"": row}


def _texts(rows: Mapping[str, str]) -> Mapping[str, Text]:
    return {key: Text(id=key, text=text) for key, text in rows.items()}


def _by_id(rows: Any) -> Mapping[str, Any]:
    return {row.id: row for row in rows}


def _in_unit(row: Any) -> str:
    return str(row.unit)


def _days(days: AbstractSet[int]) -> str:
    return ", ".join(DAYS[day] for day in sorted(days))


def _setting(was: object, now: object, row: Controller, key: str) -> str:
    if key in ("security", "mode") and now == "none":
        return "What comes from it is no longer signed: anybody in between can change it."
    return "Its connection is made anew: a short gap."


def _version(was: int, now: int, row: ExceptionRule) -> str:
    return (
        "Its occurrence keys are new: what stands now opens a second case. Cases keep the version they were raised by."
    )


def _unraised(was: Any, now: Any) -> tuple[str, str] | None:
    """A rule or route that changed under the same version."""
    if was.version != now.version:
        return None
    return (
        f"its version is still {now.version}",
        "Raise it, so that cases tell by which one they came.",
    )


def _no_key(row: Person) -> str:
    return f"Close the login in the shared store too: lineside db person remove {row.id}"


def _login(row: Person) -> str:
    return f"Needs a login where the plant has a shared store: lineside db person add {row.id}"


def _roles(was: object, now: object, row: Person) -> str:
    return f"The shared store judges by its own roles and lines: set them there too, lineside db person add {row.id}"


NEW_KEYS = "Every occurrence key is new: all that stands opens a second case."
GAP = "A gap until it answers as the new one; alarms that stand there open new cases."
HISTORY = "What was kept before is not converted: its trend has a step."
CASES_STAY = "Its open cases and holds stay until somebody closes them; its history is kept."

AREAS: tuple[Area, ...] = (
    Area(
        id="site",
        title="Site",
        row=Site,
        rows=_site,
        name=lambda plant, row: row.name,
        silent=frozenset(),
        words={
            "id": Word(text="id", note=always(NEW_KEYS)),
            "name": Word(text="name"),
            "zone": Word(text="time zone", note=always("Shifts and days begin at other instants.")),
            "demo": Word(text="a demo plant", form=switched, note=always("In a demo nobody needs a password.")),
            "replayed": Word(text="replayed from a recording", form=switched),
        },
    ),
    Area(
        id="line",
        title="Lines",
        row=Line,
        rows=lambda plant: plant.lines,
        name=lambda plant, row: row.name,
        silent=frozenset({"id", "machines"}),
        ordered="Screens show them so.",
        words={
            "name": Word(text="name"),
            "area": Word(text="area"),
            "output": Word(text="its output is that of", note=always("Its counts go on from the other machine.")),
            "feed": Word(text="lots begin at"),
            "skills": Word(text="needs"),
        },
    ),
    Area(
        id="controller",
        title="Controllers",
        row=Controller,
        rows=lambda plant: plant.controllers,
        name=lambda plant, row: row.name,
        removed=always("What its machines show is unknown from then on."),
        words={
            "name": Word(text="name"),
            "protocol": Word(text="protocol", note=always(GAP)),
            "identity": Word(text="identity", note=always(GAP)),
            "settings": Word(text="", note=_setting),
            "period_ms": Word(text="period", unit=always("ms")),
            "timeout_ms": Word(text="time-out", unit=always("ms")),
            "alarm_acts": Word(text="its alarms may be acknowledged from here", form=switched),
        },
    ),
    Area(
        id="machine",
        title="Machines",
        row=Machine,
        rows=lambda plant: plant.machines,
        name=lambda plant, row: plant.label(row.id),
        removed=always(CASES_STAY),
        words={
            "name": Word(text="name"),
            "line": Word(text="line", note=always("Its open cases stay with the line they were opened for.")),
            "controller": Word(text="controller", note=always("A gap until the other controller sends.")),
            "position": Word(text="place in its line", say=lambda value: say(value + 1)),
            "nominal_rate": Word(
                text="nominal speed",
                unit=lambda row: f"{row.unit}/min",
                note=always("Rate loss and performance count against it from then on."),
            ),
            "unit": Word(text="makes"),
            "bundle": Word(text="units of the line in one of its own", note=always("Counts before are not converted.")),
            "kind": Word(text="kind"),
            "skill": Word(text="skill for its maintenance"),
            "hold_command": Word(text="interlock of a hold"),
            "release_command": Word(text="interlock of a release"),
        },
    ),
    Area(
        id="tag",
        title="Tags",
        row=Tag,
        rows=lambda plant: _by_id(plant.tags),
        name=lambda plant, row: plant.label(row.machine),
        silent=frozenset({"id", "index", "machine", "controller"}),
        within=lambda row: f"{row.name} ",
        told=lambda row: f": {row.name}, {say(row.signal)}",
        words={
            "name": Word(text="name"),
            "signal": Word(text="means", note=always("Rules that read it look at something else now.")),
            "unit": Word(text="unit", note=always(HISTORY)),
            "low": Word(text="low limit", unit=_in_unit),
            "high": Word(text="high limit", unit=_in_unit),
            "scale": Word(text="scale", note=always(HISTORY)),
            "offset": Word(text="offset", note=always(HISTORY)),
            "decimals": Word(text="decimals"),
            "history": Word(text="kept in the history", form=switched),
            "address": Word(text="address:"),
            "state_map": Word(text="state"),
        },
    ),
    Area(
        id="command",
        title="What may be asked of controllers",
        row=AllowedCommand,
        rows=lambda plant: plant.commands,
        name=lambda plant, row: f"{plant.label(row.machine)}, “{row.name}”",
        told=lambda row: f": for {say(row.roles)}, in {say(row.states)}",
        added=always("People may write to this controller from then on."),
        silent=frozenset({"id", "controller"}),
        words={
            "name": Word(text="name"),
            "machine": Word(text="machine"),
            "address": Word(text="address:"),
            "roles": Word(text="for", note=always("Who may write to the controller changes.")),
            "states": Word(text="in the states"),
            "value": Word(text="value", unit=_in_unit),
            "low": Word(text="least value", unit=_in_unit),
            "high": Word(text="greatest value", unit=_in_unit),
            "unit": Word(text="unit"),
            "decimals": Word(text="decimals"),
            "scale": Word(text="scale", note=always("The same choice sends another raw value.")),
            "min_interval_s": Word(text="time between two", unit=always("s")),
            "read_back": Word(text="read back"),
        },
    ),
    Area(
        id="rule",
        title="Exception rules",
        row=ExceptionRule,
        rows=lambda plant: _by_id(plant.rules),
        name=lambda plant, row: f"Rule {row.id}",
        told=lambda row: f": {say(row.kind)} at {say(row.machines)}",
        removed=always("Nothing new is raised by it; its open cases stay."),
        whole=_unraised,
        words={
            "version": Word(text="version", note=_version),
            "kind": Word(text="raises"),
            "machines": Word(text="holds"),
            "parameters": Word(text=""),
            "priority": Word(text="priority"),
        },
    ),
    Area(
        id="route",
        title="Routes",
        row=Route,
        rows=lambda plant: _by_id(plant.routes),
        name=lambda plant, row: f"Route {row.id}",
        told=lambda row: f": to {row.function.text}",
        removed=always("Tasks that are offered already stay."),
        ordered="The first primary one that fits gives the owner.",
        whole=_unraised,
        words={
            "version": Word(text="version"),
            "function": Word(
                text="to", form=instead, note=always("Tasks that are offered already stay where they are.")
            ),
            "kinds": Word(text="kinds"),
            "lines": Word(text="lines"),
            "machines": Word(text="machines"),
            "accept_within_s": Word(text="time to accept", unit=always("s")),
            "primary": Word(text="gives the owner", form=switched),
        },
    ),
    Area(
        id="shift",
        title="Shifts",
        row=Shift,
        rows=lambda plant: _by_id(plant.shifts),
        name=lambda plant, row: f"Shift {row.name}",
        told=lambda row: f": {say(row.start)} to {say(row.end)}, {_days(row.days)}",
        words={
            "name": Word(text="name"),
            "start": Word(text="begins", note=always("The handover falls due at the new time.")),
            "end": Word(text="ends", note=always("The handover falls due at the new time.")),
            "days": Word(text="days", say=lambda day: DAYS[day]),
            "people": Word(text="people"),
        },
    ),
    Area(
        id="person",
        title="People",
        row=Person,
        rows=lambda plant: plant.people,
        name=lambda plant, row: row.name,
        told=lambda row: f": {say(row.roles)}",
        added=_login,
        removed=_no_key,
        words={
            "name": Word(text="name"),
            "roles": Word(text="is", note=_roles),
            "functions": Word(text="gets tasks of"),
            "skills": Word(text="can"),
            "lines": Word(text="works on", note=_roles),
            "password_hash": Word(text="password", form=hidden),
        },
    ),
    Area(
        id="erp",
        title="ERP",
        row=ErpLink,
        rows=lambda plant: {"": plant.erp},
        name=lambda plant, row: "ERP",
        silent=frozenset({"lacks"}),
        words={
            "adapter": Word(text="adapter", note=always("Postings that wait go to the new one.")),
            "settings": Word(text="", note=always("The connection is made anew; postings wait meanwhile.")),
        },
    ),
    Area(
        id="history",
        title="History",
        row=HistoryBounds,
        rows=lambda plant: {"": plant.history},
        name=lambda plant, row: "History",
        silent=frozenset(),
        words={
            "most_mb": Word(text="disk space", unit=always("MB"), note=always("What has no room goes, oldest first.")),
            "most_days": Word(text="kept for", unit=always("days"), note=always("What is older goes.")),
            "shared": Word(text="sent on to the shared store", form=switched),
        },
    ),
    Area(
        id="reason",
        title="Stop reasons",
        row=Text,
        rows=lambda plant: _texts(plant.reasons),
        name=lambda plant, row: f"Stop reason {row.id}",
        told=lambda row: f": {row.text}",
        words={"text": Word(text="text")},
    ),
    Area(
        id="hold_reason",
        title="Hold reasons",
        row=Text,
        rows=lambda plant: _texts(plant.hold_reasons),
        name=lambda plant, row: f"Hold reason {row.id}",
        told=lambda row: f": {row.text}",
        removed=always("Holds placed for it keep its text."),
        words={"text": Word(text="text")},
    ),
)
"""Everything that is compared, in the order in which it is told."""

TITLES: Mapping[str, str] = MappingProxyType({area.id: area.title for area in AREAS})
