"""What differs between two plants, in an engineer's words: a change a line, with what follows from it. Pure.

Owns the comparison. What is compared, and how it is said, is the table of `difference_areas`. Comments, order of keys
and everything else that changes nothing at the line does not appear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain.plant import AllowedCommand, Plant, ReadBack
from app.plant.difference_areas import AREAS, Area
from app.plant.difference_words import Word, say

MOST_NAMED = 8
"""Members of a set that a line names."""


class Kind(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `area` and `id` name the thing ("tag", "L1.filler.speed"), `consequence` what follows, or ""."""

    area: str
    id: str
    kind: Kind
    subject: str
    detail: str
    consequence: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.detail}"


def difference(old: Plant, new: Plant) -> tuple[Change, ...]:
    """Every change from one plant to another, in the order of AREAS; empty where they are the same plant."""
    names = renamed_machines(old, new)
    said = tuple(_renaming(old, new, before, after) for before, after in names.items())
    old = with_names(old, names)
    return (*said, *(change for area in AREAS for change in _area(area, old, new)))


def _area(area: Area, old: Plant, new: Plant) -> Iterator[Change]:
    before, after = area.rows(old), area.rows(new)
    for key, row in before.items():
        if key not in after:
            note = area.removed(row)
            yield _change(area, key, Kind.REMOVED, area.name(old, row), "removed", note)
    for key, row in after.items():
        if key in before:
            yield from _row(area, key, old, before[key], new, row)
        else:
            detail = f"added{area.told(row)}"
            yield _change(area, key, Kind.ADDED, area.name(new, row), detail, area.added(row))
    shared = [key for key in before if key in after]
    order = [key for key in after if key in before]
    if area.ordered and shared != order:
        yield _change(area, "", Kind.CHANGED, area.title, f"the order is {', '.join(order)} now", area.ordered)


def _change(area: Area, key: str, kind: Kind, subject: str, detail: str, note: str = "") -> Change:
    return Change(area=area.id, id=key, kind=kind, subject=subject, detail=detail, consequence=note)


def _row(area: Area, key: str, old: Plant, before: Any, new: Plant, after: Any) -> Iterator[Change]:
    for name, word in area.words.items():
        was, now = getattr(before, name), getattr(after, name)
        if was == now:
            continue
        for detail, note in _said(word, was, now, after):
            yield _change(area, key, Kind.CHANGED, area.name(new, after), f"{area.within(after)}{detail}", note)
    if before != after and area.whole is not None and (said := area.whole(before, after)):
        yield _change(area, key, Kind.CHANGED, area.name(new, after), *said)


def _said(word: Word, was: Any, now: Any, row: Any) -> Iterator[tuple[str, str]]:
    """How one field moved: a line for a value, one for each key of a table, one for what came and what went."""
    if isinstance(was, Mapping) or isinstance(now, Mapping):
        yield from _tables(word, was or {}, now or {}, row)
    elif isinstance(was, AbstractSet):
        yield _members(word, was, now), word.note(was, now, row)
    elif is_dataclass(was) and is_dataclass(now):
        for part in fields(was):
            before, after = getattr(was, part.name), getattr(now, part.name)
            if before != after:
                inner = replace(word, text=f"{word.text} {part.name.replace('_', ' ')}")
                yield from _said(inner, before, after, row)
    else:
        yield word.form(word.text, word.say(was), word.say(now), word.unit(row)), word.note(was, now, row)


def _tables(word: Word, was: Mapping[Any, Any], now: Mapping[Any, Any], row: Any) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys((*was, *now)):
        before, after = was.get(key), now.get(key)
        if before != after or (key in was) != (key in now):
            text = f"{word.text} {key}".strip()
            yield word.form(text, word.say(before), word.say(after), ""), word.note(before, after, row, str(key))


def _members(word: Word, was: AbstractSet[Any], now: AbstractSet[Any]) -> str:
    parts = [
        f"{prefix} {_list(members, word)}"
        for prefix, members in (("also", now - was), ("no longer", was - now))
        if members
    ]
    return f"{word.text} {'; '.join(parts)}"


def _list(members: AbstractSet[Any], word: Word) -> str:
    said, more = sorted(word.say(member) for member in members), len(members) - MOST_NAMED
    return ", ".join(said[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


# --- machines under another id --------------------------------------------------------------------------------------


def renamed_machines(old: Plant, new: Plant) -> Mapping[str, str]:
    """Machines that are there under another id: the same controller and line, and the same addresses for their tags."""
    gone = [machine for machine in old.machines if machine not in new.machines]
    come = [machine for machine in new.machines if machine not in old.machines]
    marks = {_mark(new, machine): machine for machine in come}
    found = {machine: marks[_mark(old, machine)] for machine in gone if _mark(old, machine) in marks}
    return {before: after for before, after in found.items() if list(found.values()).count(after) == 1}


def _mark(plant: Plant, machine: str) -> tuple[object, ...]:
    row = plant.machines[machine]
    tags = sorted(say(tag.address) for tag in plant.tags_of(machine))
    return (row.controller, row.line, *tags) if tags else (machine,)


def _renaming(old: Plant, new: Plant, before: str, after: str) -> Change:
    return Change(
        area="machine",
        id=after,
        kind=Kind.RENAMED,
        subject=new.label(after),
        detail=f"its id was {before} and is {after} now",
        consequence=f"Its open cases and holds keep the name {before}: close them by hand. Its history begins anew.",
    )


def with_names(plant: Plant, names: Mapping[str, str]) -> Plant:
    """The plant with machines under other ids."""
    if not names:
        return plant

    def of(machine: str) -> str:
        return names.get(machine, machine)

    def of_all(machines: AbstractSet[str]) -> frozenset[str]:
        return frozenset(map(of, machines))

    return replace(
        plant,
        machines={of(key): replace(row, id=of(key)) for key, row in plant.machines.items()},
        lines={
            key: replace(row, machines=tuple(map(of, row.machines)), output=of(row.output), feed=of(row.feed))
            for key, row in plant.lines.items()
        },
        tags=tuple(
            replace(tag, id=of(tag.machine) + tag.id.removeprefix(tag.machine), machine=of(tag.machine))
            for tag in plant.tags
        ),
        rules=tuple(replace(row, machines=of_all(row.machines)) for row in plant.rules),
        routes=tuple(replace(row, machines=of_all(row.machines)) for row in plant.routes),
        commands={
            key: replace(row, machine=of(row.machine), read_back=_read_back(row, of))
            for key, row in plant.commands.items()
        },
    )


def _read_back(row: AllowedCommand, of: Callable[[str], str]) -> ReadBack | None:
    back = row.read_back
    return replace(back, tag=of(row.machine) + back.tag.removeprefix(row.machine)) if back and back.tag else back
