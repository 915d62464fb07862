"""From machine types to the tags of every machine: inheritance, placeholders in braces, register offsets.

Owns how a short machine row becomes its tags. Must not know protocols: an address is a flat table of values here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.plant.draft import Draft
from app.plant.faults import At, Misfit, did_you_mean
from app.plant.fields import Scalar
from app.plant.schema import MachineRow, MachineTypeRow, TagRow
from app.plant.standard_tags import standard_rows

OFFSET_KEY = "address"
"""The key of a tag's address to which a machine's `base` is added."""
BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
RESERVED = ("root", "n", "unit")
"""Placeholders of our own: no namespace may have such a prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A tag as its rows give it together. `places`: where each key was written last; `at`: the last row."""

    at: At
    values: Mapping[str, Any]
    places: Mapping[str, At]

    def get(self, key: str) -> Any:
        """The value of a key, or the schema's default."""
        if key in self.values:
            return self.values[key]
        return TagRow.model_fields[key].get_default(call_default_factory=True)

    def place(self, key: str) -> At:
        """Where a key is written, else the tag's row."""
        return self.places.get(key, self.at)


Specs = Mapping[str, Spec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A machine type with everything that it takes from those it extends."""

    id: str
    values: Mapping[str, Any]
    places: Mapping[str, At]
    tags: Specs

    def get(self, key: str) -> Any:
        """The value of a key, or the schema's default."""
        if key in self.values:
            return self.values[key]
        return MachineTypeRow.model_fields[key].get_default(call_default_factory=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedTag:
    """A tag of one machine, placeholders filled in."""

    machine: MachineRow
    machine_at: At
    model: Model
    spec: Spec
    unit: str
    address: Mapping[str, Scalar]

    @property
    def id(self) -> str:
        """`<machine>.<tag name>`."""
        return f"{self.machine.id}.{self.spec.get('name')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """All tags in the order of the file's machines, and the placeholders that nobody knows."""

    models: Mapping[str, Model]
    tags: Sequence[ExpandedTag]
    misfits: Sequence[Misfit] = field(default=())


def merge(inherited: Specs, rows: Sequence[tuple[At, TagRow]]) -> dict[str, Spec]:
    """The inherited tags, refined and added to by rows; order is that of the first mention."""
    merged = dict(inherited)
    for at, row in rows:
        given = {key: getattr(row, key) for key in row.model_fields_set}
        before = merged.get(row.name, Spec(at=at, values={}, places={}))
        places = {key: (*at, key) for key in given}
        merged[row.name] = Spec(at=at, values={**before.values, **given}, places={**before.places, **places})
    return merged


def refined(inherited: Specs, specs: Specs) -> dict[str, Spec]:
    """The inherited tags, with those of a closer source laid over them."""
    merged = dict(inherited)
    for name, spec in specs.items():
        before = merged.get(name, Spec(at=spec.at, values={}, places={}))
        merged[name] = Spec(
            at=spec.at, values={**before.values, **spec.values}, places={**before.places, **spec.places}
        )
    return merged


def models(draft: Draft) -> dict[str, Model]:
    """Every machine type that is sound all the way up; one that extends itself or an unknown one is left out."""
    rows = {row.id: (at, row) for at, row in draft.each("machine_type", draft.file.machine_type)}
    made: dict[str, Model] = {}
    for name in rows:
        chain = _chain(name, rows)
        if chain is not None and name not in made:
            made[name] = _model(name, chain)
    return made


def _chain(name: str, rows: Mapping[str, tuple[At, MachineTypeRow]]) -> list[tuple[At, MachineTypeRow]] | None:
    """The type and those it extends, the most general first; None when that ends nowhere."""
    chain: list[tuple[At, MachineTypeRow]] = []
    step: str | None = name
    while step is not None:
        if step not in rows or rows[step] in chain:
            return None
        chain.insert(0, rows[step])
        step = rows[step][1].extends
    return chain


def _model(name: str, chain: Sequence[tuple[At, MachineTypeRow]]) -> Model:
    values: dict[str, Any] = {}
    places: dict[str, At] = {}
    tags: dict[str, Spec] = {}
    for at, row in chain:
        given = row.model_fields_set - {"id", "extends", "tag"}
        values |= {key: getattr(row, key) for key in given}
        places |= {key: (*at, key) for key in given}
        tags = merge(tags, [((*at, "tag", index), tag) for index, tag in enumerate(row.tag)])
    return Model(id=name, values=values, places=places, tags=tags)


def expand(draft: Draft) -> Expansion:
    """The tags of every machine whose type is sound."""
    known = models(draft)
    tags: list[ExpandedTag] = []
    misfits: dict[tuple[At, str], Misfit] = {}
    place: dict[str, int] = {}
    for at, machine in draft.each("machine", draft.file.machine):
        place[machine.line] = place.get(machine.line, 0) + 1
        model = known.get(machine.type)
        if model is None:
            continue
        for found in _expanded(draft, at, machine, model, place[machine.line]):
            if isinstance(found, Misfit):
                misfits.setdefault((found.at, found.message), found)
            else:
                tags.append(found)
    return Expansion(models=known, tags=tags, misfits=tuple(misfits.values()))


def _expanded(draft: Draft, at: At, machine: MachineRow, model: Model, number: int) -> Iterator[ExpandedTag | Misfit]:
    prefixes = draft.file.namespaces
    root, unknown = fill(machine.root, prefixes)
    sure = "namespaces" not in draft.faulty
    yield from (_no_placeholder((*at, "root"), name, list(prefixes)) for name in unknown if sure)
    words = {**prefixes, "root": root, "n": str(number)}
    inherited = refined(merge({}, standard_rows(at, machine)), model.tags)
    specs = merge(inherited, [((*at, "tag", index), tag) for index, tag in enumerate(machine.tag)])
    for spec in specs.values():
        address: dict[str, Scalar] = {}
        for key, value in spec.get("address").items():
            address[key], unknown = fill(value, words) if isinstance(value, str) else (value, [])
            yield from (_no_placeholder(spec.place("address"), name, list(words)) for name in unknown if sure)
        unit, unknown = fill(spec.get("unit"), {"unit": model.get("unit")})
        yield from (_no_placeholder(spec.place("unit"), name, ["unit"]) for name in unknown)
        yield ExpandedTag(
            machine=machine,
            machine_at=at,
            model=model,
            spec=spec,
            unit=unit,
            address=shifted(address, machine.base),
        )


def fill(text: str, words: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with `{word}` replaced (`{{` and `}}` are braces), and the words that nobody knows."""
    unknown: list[str] = []

    def word(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        if name not in words:
            unknown.append(name)
            return found[0]
        return words[name]

    return (BRACES.sub(word, text), unknown) if "{" in text or "}" in text else (text, unknown)


def shifted(address: Mapping[str, Scalar], base: int) -> Mapping[str, Scalar]:
    """The address moved by a machine's base, where it has a number under `address`."""
    start = address.get(OFFSET_KEY)
    if not base or isinstance(start, bool) or not isinstance(start, int):
        return address
    return {**address, OFFSET_KEY: start + base}


def _no_placeholder(at: At, name: str, known: Sequence[str]) -> Misfit:
    todo = did_you_mean(name, [*known], f"Use {{{'}, {'.join(known)}}}, or add it to [namespaces].")
    return Misfit(at=at, message=f'nothing is known as "{{{name}}}".', todo=f"{todo} Braces themselves are {{{{ }}}}.")


def label_of(spec: Spec) -> str:
    """The tag's name on screens: its label, else made from its name."""
    return str(spec.get("label") or spec.get("name").replace("_", " ").capitalize())


__all__ = ["ExpandedTag", "Expansion", "Model", "Spec", "expand", "fill", "label_of"]
