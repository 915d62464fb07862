"""Checks of names: every id once, every reference to something that exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.kinds import EXCEPTION_KINDS
from app.plant.address import RESERVED
from app.plant.checks.facts import Facts
from app.plant.draft import Draft
from app.plant.faults import At, Misfit, did_you_mean
from app.plant.schema import Row, TagRow

NOUNS: Mapping[str, str] = {
    "area": "area",
    "line": "line",
    "controller": "controller",
    "machine_type": "machine type",
    "machine": "machine",
    "command": "command",
    "person": "person",
    "shift": "shift",
    "rule": "rule",
    "route": "route",
}
"""The tables whose rows have an id, and what one row is called."""
NEEDED = ("area", "line", "controller", "machine_type", "machine", "person", "shift", "route")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A key that names a row of another table, or several."""

    table: str
    key: str
    target: str


REFERENCES = (
    Reference(table="line", key="area", target="area"),
    Reference(table="line", key="output", target="machine"),
    Reference(table="line", key="feed", target="machine"),
    Reference(table="machine_type", key="extends", target="machine_type"),
    Reference(table="machine_type", key="state_map", target="state_map"),
    Reference(table="machine", key="line", target="line"),
    Reference(table="machine", key="type", target="machine_type"),
    Reference(table="machine", key="controller", target="controller"),
    Reference(table="machine", key="hold_command", target="command"),
    Reference(table="machine", key="release_command", target="command"),
    Reference(table="command", key="machine", target="machine"),
    Reference(table="person", key="lines", target="line"),
    Reference(table="shift", key="people", target="person"),
    Reference(table="route", key="lines", target="line"),
    Reference(table="route", key="machines", target="machine"),
)


def rows_of(draft: Draft, table: str) -> Iterator[tuple[At, Row]]:
    """The sound rows of a table with ids."""
    rows: Sequence[Row] = getattr(draft.file, table)
    return draft.each(table, rows)


def named(at: At, row: Row, key: str) -> Iterator[tuple[At, str]]:
    """The ids under a key: none, one or a list, each with its place."""
    value = getattr(row, key)
    if isinstance(value, str):
        yield (*at, key), value
    elif value is not None:
        yield from (((*at, key, index), name) for index, name in enumerate(value))


def nothing_needed_is_missing(facts: Facts) -> Iterator[Misfit]:
    """A plant has at least one of each."""
    for table in NEEDED:
        if not getattr(facts.draft.file, table) and table not in facts.draft.faulty:
            yield Misfit(at=(), message=f"the file has no [[{table}]].", todo=f"Add at least one {NOUNS[table]}.")


def every_id_is_there_once(facts: Facts) -> Iterator[Misfit]:
    """Two rows of a table never share an id; a machine has no line's id, since rules may name either."""
    for table, noun in NOUNS.items():
        seen: dict[str, At] = {}
        if table == "machine":
            seen |= {row.id: at for at, row in facts.draft.each("line", facts.draft.file.line)}
        for at, row in rows_of(facts.draft, table):
            name = str(getattr(row, "id", ""))
            if name in seen:
                message = f'the id "{name}" is taken already'
                yield Misfit(at=(*at, "id"), message=message, todo=f"Give this {noun} another.", first=seen[name])
            seen.setdefault(name, at)


def every_reference_leads_somewhere(facts: Facts) -> Iterator[Misfit]:
    """What a row names exists; the nearest name is proposed."""
    for reference in REFERENCES:
        noun = NOUNS.get(reference.target, reference.target)
        for at, row in rows_of(facts.draft, reference.table):
            for place, name in named(at, row, reference.key):
                if not facts.draft.knows(reference.target, name):
                    known = sorted(facts.draft.ids[reference.target])
                    yield Misfit(at=place, message=f'"{name}" is no {noun}.', todo=did_you_mean(name, known))


def rules_name_machines_or_lines(facts: Facts) -> Iterator[Misfit]:
    """A rule holds for machines, for lines or for all."""
    draft = facts.draft
    for at, row in draft.each("rule", draft.file.rule):
        for place, name in named(at, row, "machines"):
            if name != "*" and not draft.knows("machine", name) and not draft.knows("line", name):
                known = sorted(draft.ids["machine"] | draft.ids["line"])
                todo = did_you_mean(name, known, 'Use ids of machines or lines, or "*" for all.')
                yield Misfit(at=place, message=f'"{name}" is no machine and no line.', todo=todo)


def kinds_are_known(facts: Facts) -> Iterator[Misfit]:
    """Rules and routes name kinds of exception that the program has."""
    draft = facts.draft
    places = [*((at, row, "kind") for at, row in draft.each("rule", draft.file.rule))]
    found = [name for at, row, key in places for name in named(at, row, key)]
    found += [name for at, row in draft.each("route", draft.file.route) for name in named(at, row, "kinds")]
    for place, name in found:
        if name not in EXCEPTION_KINDS:
            todo = did_you_mean(name, list(EXCEPTION_KINDS))
            yield Misfit(at=place, message=f'"{name}" is no kind of exception.', todo=todo)


def no_type_extends_itself(facts: Facts) -> Iterator[Misfit]:
    """Inheritance of machine types ends."""
    rows = {row.id: row for row in facts.draft.file.machine_type}
    for at, row in facts.draft.each("machine_type", facts.draft.file.machine_type):
        met, step = {row.id}, row.extends
        while step is not None and step in rows and step not in met:
            met.add(step)
            step = rows[step].extends
        if step == row.id:
            yield Misfit(
                at=(*at, "extends"), message=f'"{row.id}" extends itself in the end.', todo="Break the circle."
            )


def tag_names_are_there_once(facts: Facts) -> Iterator[Misfit]:
    """Within one list of tags a name stands once; across lists it refines."""
    draft = facts.draft
    lists: list[tuple[At, Sequence[TagRow]]] = [
        *((at, row.tag) for at, row in draft.each("machine_type", draft.file.machine_type)),
        *((at, row.tag) for at, row in draft.each("machine", draft.file.machine)),
    ]
    for at, tags in lists:
        seen: dict[str, int] = {}
        for index, tag in enumerate(tags):
            if tag.name in seen:
                yield Misfit(
                    at=(*at, "tag", index, "name"),
                    message=f'a tag "{tag.name}" is there already',
                    todo="Rename or remove one of them.",
                    first=(*at, "tag", seen[tag.name]),
                )
            seen.setdefault(tag.name, index)


def prefixes_are_usable(facts: Facts) -> Iterator[Misfit]:
    """A namespace prefix does not hide a placeholder of ours and can stand in braces."""
    for prefix in facts.draft.file.namespaces:
        if prefix in RESERVED or not prefix.replace("_", "").replace("-", "").isalnum():
            yield Misfit(
                at=("namespaces", prefix),
                message=f'"{prefix}" can\'t be a prefix.',
                todo=f"Use letters, digits, _ and -, and none of {', '.join(RESERVED)}.",
            )
