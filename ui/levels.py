"""The levels of ISA-101 and the way between them: plant, line, machine, diagnostics. No Qt."""

from __future__ import annotations

from app.domain.plant import Plant
from ui.crumb import HOME, Crumb
from ui.shell import id_of, kind_of


def path(plant: Plant, view_id: str, view_title: str, ref: str) -> tuple[Crumb, ...]:
    """The way from the plant to what is shown: `ref` is what the view has selected, "" for nothing.

    Views of things that have no place on the line stand directly under the plant.
    """
    crumbs = [Crumb(text=plant.name, ref=HOME)]
    if view_id == HOME:
        return tuple(crumbs)
    line, machine = place(plant, ref)
    if view_id in PLACED:
        if line:
            crumbs.append(Crumb(text=plant.lines[line].name, ref=f"line/{line}"))
        if machine and view_id != "line":
            crumbs.append(Crumb(text=plant.machines[machine].name, ref=f"machine/{machine}"))
    if view_id not in ("line", "machine") or len(crumbs) == 1:
        crumbs.append(Crumb(text=view_title, ref=view_id))
    return tuple(crumbs)


PLACED = frozenset({"line", "machine", "trends"})
"""Views that stand at a place of the line; trends are the diagnostics below a machine."""


def place(plant: Plant, ref: str) -> tuple[str, str]:
    """(line, machine) of a ref; "" where it has none."""
    kind, name = kind_of(ref), id_of(ref)
    if kind == "machine" and name in plant.machines:
        return plant.machines[name].line, name
    return (name, "") if kind == "line" and name in plant.lines else ("", "")


def up(crumbs: tuple[Crumb, ...]) -> str:
    """One level higher; the overview is the top."""
    return crumbs[-2].ref if len(crumbs) > 1 else HOME
