"""The machine tree to choose signals from: lines, machines, tags; or what a search finds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.domain.plant import Machine, Plant, Signal, Tag
from app.domain.text import safe
from ui.text import t
from ui.views.trends.rows import TreeRow

MOST = 200
"""Rows that a search lists at most; more letters find the rest."""

_DULL = frozenset({Signal.HEARTBEAT, Signal.NOMINAL_RATE, Signal.UNIT_SERIAL, Signal.STOP_REASON, Signal.MODE})
"""Signals that a machine's first picture leaves out."""
_FIRST = (Signal.RATE, Signal.PROCESS, Signal.STATE, Signal.BUFFER, Signal.MATERIAL, Signal.REJECTED)
"""What a machine's first picture shows, in this order."""


def tree_rows(plant: Plant, opened: Collection[str], chosen: Collection[str]) -> tuple[TreeRow, ...]:
    """The tree with its opened branches."""
    return tuple(_branches(plant, opened, chosen))


def _branches(plant: Plant, opened: Collection[str], chosen: Collection[str]) -> Iterator[TreeRow]:
    for line in plant.lines.values():
        ref = f"line/{line.id}"
        yield TreeRow(key=ref, depth=0, text=safe(line.name, 60), open=ref in opened)
        for machine in (plant.machines[m] for m in line.machines) if ref in opened else ():
            yield from _machine(plant, machine, opened, chosen)


def _machine(plant: Plant, machine: Machine, opened: Collection[str], chosen: Collection[str]) -> Iterator[TreeRow]:
    ref = f"machine/{machine.id}"
    tags = [tag for tag in plant.tags_of(machine.id) if not tag.is_text]
    shown = sum(1 for tag in tags if tag.id in chosen)
    detail = t("{n} shown", n=shown) if shown else ""
    yield TreeRow(key=ref, depth=1, text=safe(machine.name, 60), detail=detail, open=ref in opened)
    for tag in tags if ref in opened else ():
        yield TreeRow(key=f"tag/{tag.id}", depth=2, text=safe(tag.name, 80), detail=band_text(tag),
                      chosen=tag.id in chosen)  # fmt: skip


def found_rows(plant: Plant, words: str, chosen: Collection[str]) -> tuple[TreeRow, ...]:
    """Tags of which every written word is a part of line, machine or name; those whose name begins so come first."""
    parts = words.casefold().split()
    rows = [(tag, label(plant, tag)) for tag in plant.tags if not tag.is_text]
    hits = [(tag, text) for tag, text in rows if all(part in f"{text} {tag.id}".casefold() for part in parts)]
    hits.sort(key=lambda hit: not hit[0].name.casefold().startswith(parts[0] if parts else ""))
    return tuple(
        TreeRow(key=f"tag/{tag.id}", depth=0, text=text, detail=band_text(tag), chosen=tag.id in chosen)
        for tag, text in hits[:MOST]
    )


def label(plant: Plant, tag: Tag) -> str:
    """ "L2 Filler · Torque valve block 3"."""
    return safe(f"{plant.label(tag.machine)} · {tag.name}", 120)


def band_text(tag: Tag) -> str:
    """ "20 – 35 Nm": the normal band with its unit, or the unit alone."""
    return band_words(tag.low, tag.high, tag.unit) or safe(tag.unit, 60)


def band_words(low: float | None, high: float | None, unit: str) -> str:
    """ "20 – 35 Nm"; "" where there is no band."""
    edges = [f"{edge:g}" for edge in (low, high) if edge is not None]
    return safe(f"{' – '.join(edges)} {unit}".strip(), 60) if edges else ""


def first_tags(plant: Plant, machine: str, most: int) -> tuple[str, ...]:
    """The tags that a machine's first picture shows."""
    tags = [tag for tag in plant.tags_of(machine) if not tag.is_text and tag.signal not in _DULL]
    wanted: Sequence[Tag] = [tag for signal in _FIRST for tag in tags if tag.signal is signal]
    return tuple(tag.id for tag in wanted[:most])


def rates(plant: Plant, machines: Sequence[str], most: int) -> tuple[str, ...]:
    """The rates of these machines."""
    tags = (plant.tag(machine, Signal.RATE) for machine in machines)
    return tuple(tag.id for tag in tags if tag is not None)[:most]
