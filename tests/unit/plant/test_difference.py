"""What changes from one plant to another is said in an engineer's words, with what follows from it."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.plant import Plant
from app.plant.check import load
from app.plant.difference import Change, Kind, difference
from app.plant.difference_areas import AREAS, GAP, Area
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.unit.plant.small import SMALL, plant_of

DEMO = load(resource("plants/demo.toml"), ADDRESS_CHECKS)
RATE = "Rate loss and performance count against it from then on."


def changed(old: str, new: str, text: str = SMALL) -> list[Change]:
    """What becomes of the small file when one piece of its text is another."""
    assert old in text, old
    return list(difference(plant_of(text), plant_of(text.replace(old, new))))


def said(old: str, new: str) -> list[str]:
    return [f"{change} | {change.consequence}" for change in changed(old, new)]


def test_a_plant_does_not_differ_from_itself() -> None:
    for plant in (DEMO, plant_of(SMALL)):
        assert difference(plant, plant) == ()


def test_what_changes_nothing_is_not_said() -> None:
    assert changed("[[area]]", "# a remark\n\n[[area]]") == []
    assert changed('name = "Area"', 'name = "Hall"') == []


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("high = 90", "high = 85", ["L1 L1.infeed: Speed high limit 90 → 85 bottles/min | ",
                                    "L1 Filler: Speed high limit 90 → 85 bottles/min | "]),
        ('url = "opc.tcp://127.0.0.1:4840"', 'url = "opc.tcp://plc-1:4840"',
         ["C1: url opc.tcp://127.0.0.1:4840 → opc.tcp://plc-1:4840 | Its connection is made anew: a short gap."]),
        ('identity = "urn:small:server"', 'identity = "urn:new:server"',
         [f"C1: identity urn:small:server → urn:new:server | {GAP}"]),
        ("nominal_rate = 100", "nominal_rate = 120",
         [f"L1 L1.infeed: nominal speed 100 → 120 bottles/min | {RATE}"]),
    ],
)  # fmt: skip
def test_a_change_is_a_line_that_an_engineer_reads(old: str, new: str, lines: list[str]) -> None:
    assert said(old, new) == lines


def test_security_that_is_switched_off_is_named_with_what_it_means() -> None:
    (change,) = changed("settings = { url", 'settings = { security = "none", url')
    assert str(change) == "C1: security – → none"
    assert "no longer signed" in change.consequence


def test_a_machine_under_another_id_is_one_change_that_says_what_keeps_the_old_name() -> None:
    (change,) = changed('"L1.filler"', '"L1.fill"')[:1]
    assert (change.kind, change.id) == (Kind.RENAMED, "L1.fill")
    assert "open cases and holds keep the name L1.filler" in change.consequence
    rest = changed('"L1.filler"', '"L1.fill"')[1:]
    assert {row.area for row in rest} <= {"controller"}, "its source setting, nothing of its tags"


def test_a_rule_that_changes_under_its_old_version_is_named() -> None:
    plant = DEMO
    rule = plant.rules[0]
    quiet = replace(plant, rules=(replace(rule, priority=4), *plant.rules[1:]))
    assert [str(change) for change in difference(plant, quiet)][
        -1
    ] == f"Rule {rule.id}: its version is still {rule.version}"
    raised = replace(plant, rules=(replace(rule, version=rule.version + 1), *plant.rules[1:]))
    (change,) = difference(plant, raised)
    assert "occurrence keys are new" in change.consequence


def test_a_password_is_never_said() -> None:
    person = next(iter(DEMO.people.values()))
    other = replace(DEMO, people={**DEMO.people, person.id: replace(person, password_hash="$argon2id$geheim")})
    (change,) = difference(DEMO, other)
    assert str(change) == f"{person.name}: another password"


def test_what_comes_and_goes_is_said_with_what_it_is() -> None:
    route = DEMO.routes[0]
    without = replace(DEMO, routes=DEMO.routes[1:])
    assert [str(change) for change in difference(DEMO, without)] == [f"Route {route.id}: removed"]
    assert str(difference(without, DEMO)[0]) == f"Route {route.id}: added: to {route.function.text}"


def test_another_order_of_routes_is_said_because_it_means_something() -> None:
    turned = replace(DEMO, routes=(DEMO.routes[1], DEMO.routes[0], *DEMO.routes[2:]))
    (change,) = difference(DEMO, turned)
    assert change.subject == "Routes"
    assert "the owner" in change.consequence


# --- nothing is forgotten -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.id)
def test_every_field_of_an_area_is_compared_or_silent_on_purpose(area: Area) -> None:
    assert {part.name for part in dataclasses.fields(area.row)} == {*area.words, *area.silent}


def test_every_part_of_a_plant_has_an_area() -> None:
    covered = {"id", "name", "zone", "demo", "replayed"}
    parts = {part.name for part in dataclasses.fields(Plant)} - covered
    for name in parts:
        value = getattr(DEMO, name)
        assert any(_same_rows(area, value) for area in AREAS), name


def _same_rows(area: Area, value: Any) -> bool:
    rows = list(area.rows(DEMO).values())
    held = list(value.values()) if isinstance(value, dict) or hasattr(value, "values") else value
    held = list(held) if isinstance(held, tuple | list) else [held]
    return rows == held or [getattr(row, "text", None) for row in rows] == held


def another(value: Any, name: str) -> Any:
    """Another value of the same sort."""
    swaps: list[tuple[type | tuple[type, ...], Callable[[Any], Any]]] = [
        (bool, lambda old: not old),
        (Enum, lambda old: next(member for member in type(old) if member is not old)),
        ((int, float), lambda old: old + 1),
        (str, lambda old: f"{old}x"),
        (time, lambda old: time((old.hour + 1) % 24, old.minute)),
        (tuple, lambda old: (*old, "x")),
    ]
    for kind, swap in swaps:
        if isinstance(value, kind):
            return swap(value)
    if isinstance(value, frozenset):
        return value - {next(iter(value))} if value else {"days": frozenset({0})}.get(name, frozenset({"x"}))
    if hasattr(value, "items"):
        return {**value, "x": "y"}
    return {"address": {"x": 1}, "priority": 9}.get(name, 9.0)


FIELDS = [(area, name) for area in AREAS for name in area.words if area.id not in ("site", "reason", "hold_reason")]
HOME = {
    "line": "lines", "controller": "controllers", "machine": "machines", "tag": "tags", "command": "commands",
    "rule": "rules", "route": "routes", "shift": "shifts", "person": "people", "erp": "erp", "history": "history",
}  # fmt: skip


def with_row(area: Area, before: Any, after: Any) -> Plant:
    """The demo's plant with one row exchanged."""
    held = getattr(DEMO, HOME[area.id])
    if isinstance(held, tuple):
        return replace(DEMO, **{HOME[area.id]: tuple(after if row == before else row for row in held)})
    if hasattr(held, "items"):
        return replace(DEMO, **{HOME[area.id]: {key: after if row == before else row for key, row in held.items()}})
    return replace(DEMO, **{HOME[area.id]: after})


@settings(max_examples=60)
@given(st.data())
def test_each_single_change_is_seen_and_named_for_its_row(data: st.DataObject) -> None:
    area, name = data.draw(st.sampled_from(FIELDS))
    key, row = data.draw(st.sampled_from(sorted(area.rows(DEMO).items(), key=lambda pair: pair[0])))
    found = difference(DEMO, with_row(area, row, replace(row, **{name: another(getattr(row, name), name)})))
    assert any((change.area, change.id, change.kind) == (area.id, key, Kind.CHANGED) for change in found), (
        area.id,
        name,
    )
    assert {change.area for change in found} == {area.id}


@given(
    st.sampled_from(["lines", "controllers", "machines", "commands", "people", "reasons", "hold_reasons"]), st.data()
)
def test_what_is_gone_is_seen_and_its_return_too(name: str, data: st.DataObject) -> None:
    held = getattr(DEMO, name)
    key = data.draw(st.sampled_from(sorted(held)))
    without = replace(DEMO, **{name: {k: v for k, v in held.items() if k != key}})
    assert [change.kind for change in difference(DEMO, without) if change.id == key] == [Kind.REMOVED]
    assert [change.kind for change in difference(without, DEMO) if change.id == key] == [Kind.ADDED]
