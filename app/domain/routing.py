"""Which functions get a part of a case, and who of them is asked: rules × line × shift calendar. Pure.

Nothing is ever unowned: a function with nobody on shift, or a kind without a rule, goes to the shift lead, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.events import Why
from app.domain.people import Function, Person, Role
from app.domain.plant import Plant, Route
from app.domain.shifts import on_shift, shift_at

NO_RULE_S = 120.0
"""The clock of an offer that no rule made."""

LADDER_TOP = 2
"""Escalations after which the shift lead has it without being asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A task to be offered: to whom, for how long, and why them."""

    function: Function
    people: tuple[str, ...]
    accept_within_s: float
    primary: bool
    why: Why


def accountable(plant: Plant, line: str | None, at: datetime) -> str:
    """Who answers for a line when nobody has accepted: the shift lead on shift, of this line if there is one."""
    present = on_shift(plant, at)
    pools = (
        [p for p in present if Role.SHIFT_LEAD in p.roles and p.works_on(line)],
        [p for p in present if Role.SHIFT_LEAD in p.roles],
        [p for p in plant.people.values() if Role.SHIFT_LEAD in p.roles],
        list(plant.people.values()),
    )
    return next((pool[0].id for pool in pools if pool), "")


def asked(plant: Plant, function: Function, line: str | None, at: datetime, skill: str = "") -> tuple[Person, ...]:
    """The people on shift who have a function and work on the line, those with the machine's skill first."""
    able = [p for p in on_shift(plant, at) if function in p.functions and p.works_on(line)]
    return tuple(sorted(able, key=lambda person: skill not in person.skills))


def matches(route: Route, kind: str, line: str | None, machine: str | None) -> bool:
    """Whether a route is for such a case; an empty set in the route means any."""
    return (
        (not route.kinds or kind in route.kinds)
        and (not route.lines or line is None or line in route.lines)
        and (not route.machines or machine is None or machine in route.machines)
    )


def route(plant: Plant, kind: str, line: str | None, machine: str | None, at: datetime) -> tuple[Offer, ...]:
    """The offers of a new case: one per function, exactly one of them primary."""
    chosen: dict[Function, Route] = {}
    for rule in plant.routes:
        if matches(rule, kind, line, machine):
            chosen.setdefault(rule.function, rule)
    if not chosen:
        return (_without_rule(plant, line, at),)
    first = next((rule for rule in chosen.values() if rule.primary), next(iter(chosen.values())))
    return tuple(offer(plant, rule, line, machine, at, primary=rule is first) for rule in chosen.values())


def offer(plant: Plant, rule: Route, line: str | None, machine: str | None, at: datetime, *, primary: bool) -> Offer:
    """The offer that one route makes now, to its function's people or, with nobody there, to the shift lead."""
    found = plant.machine(machine)
    skill = found.skill if found else ""
    people = tuple(p.id for p in asked(plant, rule.function, line, at, skill))
    fallback = "" if people else f"nobody of {rule.function.text} on shift"
    return Offer(
        function=rule.function,
        people=people or (accountable(plant, line, at),),
        accept_within_s=rule.accept_within_s,
        primary=primary,
        why=Why(route=rule.id, version=rule.version, shift=_shift_name(plant, at), fallback=fallback),
    )


def _without_rule(plant: Plant, line: str | None, at: datetime) -> Offer:
    why = Why(route="", version=0, shift=_shift_name(plant, at), fallback="no rule for this kind")
    return Offer(
        function=Function.PRODUCTION,
        people=(accountable(plant, line, at),),
        accept_within_s=NO_RULE_S,
        primary=True,
        why=why,
    )


def _shift_name(plant: Plant, at: datetime) -> str:
    span = shift_at(plant.shifts, plant.zone, at)
    return span.shift.name if span else "no shift"


def widened(people: Sequence[str], plant: Plant, function: Function, line: str | None, at: datetime) -> tuple[str, ...]:
    """The next rung of the ladder: everybody of the function on shift, and the shift lead."""
    everybody = [p.id for p in on_shift(plant, at) if function in p.functions]
    return tuple(dict.fromkeys((*people, *everybody, accountable(plant, line, at))))
