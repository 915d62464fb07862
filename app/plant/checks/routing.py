"""Checks of rules and routes: parameters within bounds, one rule for a machine, nothing ever unowned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.domain.kinds import EXCEPTION_KINDS
from app.plant.checks.facts import Facts
from app.plant.faults import At, Misfit, did_you_mean
from app.plant.schema import RouteRow
from app.plant.scope import covered

ORDERED: Mapping[str, tuple[str, str]] = {"rate_loss": ("below_percent", "clear_percent")}
"""Kinds in which one parameter must lie below another."""


def parameters_fit_their_kind(facts: Facts) -> Iterator[Misfit]:
    """A rule sets only what its kind has, within its bounds."""
    for at, rule in facts.draft.each("rule", facts.draft.file.rule):
        kind = EXCEPTION_KINDS.get(rule.kind)
        if kind is None:
            continue
        known = {row.name: row for row in kind.parameters}
        for name, value in rule.parameters.items():
            place = (*at, "parameters", name)
            row = known.get(name)
            if row is None:
                todo = did_you_mean(name, list(known), f"{kind.name} has no parameters." if not known else "")
                yield Misfit(at=place, message=f'{rule.kind} has no parameter "{name}".', todo=todo)
            elif not row.low <= value <= row.high:
                yield Misfit(
                    at=place,
                    message=f"is {value:g}, but must lie between {row.low:g} and {row.high:g} {row.unit}.",
                    todo=f"Change the number ({row.help}).",
                )
        yield from _order(at, rule.kind, {**{n: p.default for n, p in known.items()}, **rule.parameters})


def _order(at: At, kind: str, values: Mapping[str, float]) -> Iterator[Misfit]:
    if kind in ORDERED:
        lower, upper = ORDERED[kind]
        if values[lower] >= values[upper]:
            message = f"{lower} is {values[lower]:g} and {upper} is {values[upper]:g}: {lower} must be the smaller."
            yield Misfit(at=(*at, "parameters"), message=message, todo="Change one of them.")


def one_rule_holds_for_a_machine(facts: Facts) -> Iterator[Misfit]:
    """Of two rules that name a machine equally closely nobody would know which one holds."""
    seen: dict[tuple[str, str], tuple[At, str]] = {}
    for at, rule in facts.draft.each("rule", facts.draft.file.rule):
        for index, name in enumerate(dict.fromkeys(rule.machines)):
            other = seen.setdefault((rule.kind, name), (at, rule.id))
            if other[0] != at:
                what = "all machines" if name == "*" else name
                yield Misfit(
                    at=(*at, "machines", index) if "machines" in rule.model_fields_set else at,
                    message=f"{what} has a rule for {rule.kind} already, {other[1]}",
                    todo="Remove it from one of the two.",
                    first=other[0],
                )


def somebody_has_every_function(facts: Facts) -> Iterator[Misfit]:
    """A task is offered to people; there must be some."""
    people, lines = facts.draft.file.person, [row.id for row in facts.draft.file.line]
    for at, route in facts.draft.each("route", facts.draft.file.route):
        for line in route.lines or lines:
            able = [row for row in people if route.function in row.functions]
            if not any(not row.lines or line in row.lines for row in able):
                yield Misfit(
                    at=(*at, "function"),
                    message=f'nobody with the function "{route.function}" works on {line}.',
                    todo="Give the function to a [[person]] of that line.",
                )


def nothing_is_ever_unowned(facts: Facts) -> Iterator[Misfit]:
    """Every kind that may be raised has a primary route for every machine it may be raised for."""
    draft = facts.draft
    primary = [row for row in draft.file.route if row.primary]
    lines = {row.id: row.line for row in draft.file.machine}
    raised = {(kind, machine) for kind in _ruled(facts) for machine in covered(draft, kind)}
    raised |= {(kind.id, machine) for kind in EXCEPTION_KINDS.values() if not kind.detector for machine in lines}
    lost: dict[tuple[str, str], list[str]] = {}
    for kind, machine in sorted(raised):
        line = lines[machine]
        if not any(_matches(route, kind, line, machine) for route in primary):
            lost.setdefault((kind, line), []).append(machine)
    for (kind, line), machines in lost.items():
        whole = len(machines) == sum(1 for other in lines.values() if other == line)
        where = f"line {line}" if whole else f"{', '.join(machines[:3])}{', …' if len(machines) > 3 else ''}"
        yield Misfit(
            at=("route",),
            message=f"{kind} on {where} would have no owner: no route with primary = true matches.",
            todo="Add one, or a route with primary = true and without kinds and lines for all the rest.",
        )


def _ruled(facts: Facts) -> set[str]:
    return {rule.kind for rule in facts.draft.file.rule if rule.kind in EXCEPTION_KINDS}


def _matches(route: RouteRow, kind: str, line: str, machine: str) -> bool:
    return (
        (not route.kinds or kind in route.kinds)
        and (not route.lines or line in route.lines)
        and (not route.machines or machine in route.machines)
    )
