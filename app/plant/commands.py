"""From command rows to what may be asked of each machine: placeholders filled in, register offsets, tags read back.

Owns how a command's row becomes addresses. Must not know protocols: an address is a flat table of values here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.plant.address import ExpandedTag, Expansion, fill, shifted
from app.plant.draft import Draft
from app.plant.faults import At
from app.plant.fields import Scalar
from app.plant.schema import CommandRow, MachineRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedCommand:
    """A command of one machine. `unknown`: placeholders that nobody knows, each with the place of its address.

    `read_tag` is the tag that is read back, if the row names one that the machine has; `read_address` where to read.
    """

    at: At
    row: CommandRow
    machine: MachineRow
    address: Mapping[str, Scalar]
    read_address: Mapping[str, Scalar]
    read_tag: ExpandedTag | None
    unknown: Sequence[tuple[At, str]]


def expand_commands(draft: Draft, expansion: Expansion) -> tuple[ExpandedCommand, ...]:
    """The commands whose machine is sound, in the order of the file."""
    machines = {row.id: row for row in draft.file.machine}
    numbers = _numbers(draft.file.machine)
    return tuple(
        _expanded(draft, expansion, at, row, machines[row.machine], numbers[row.machine])
        for at, row in draft.each("command", draft.file.command)
        if row.machine in machines
    )


def _numbers(machines: Sequence[MachineRow]) -> dict[str, int]:
    """Machine → its number in its line, from 1."""
    counted: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for row in machines:
        counted[row.line] = numbers[row.id] = counted.get(row.line, 0) + 1
    return numbers


def _expanded(
    draft: Draft, expansion: Expansion, at: At, row: CommandRow, machine: MachineRow, number: int
) -> ExpandedCommand:
    prefixes = draft.file.namespaces
    words = {**prefixes, "root": fill(machine.root, prefixes)[0], "n": str(number)}
    address, unknown = _filled(row.address, words, machine.base)
    places = [((*at, "address"), name) for name in unknown]
    read_tag: ExpandedTag | None = None
    read_address: Mapping[str, Scalar] = {}
    if row.read_back is not None:
        read_tag = _tag(expansion, machine.id, row.read_back.tag)
        read_address, unknown = _filled(row.read_back.address, words, machine.base)
        places += [((*at, "read_back", "address"), name) for name in unknown]
    return ExpandedCommand(
        at=at,
        row=row,
        machine=machine,
        address=address,
        read_address=read_tag.address if read_tag else read_address,
        read_tag=read_tag,
        unknown=places,
    )


def _filled(address: Mapping[str, Scalar], words: Mapping[str, str], base: int) -> tuple[dict[str, Scalar], list[str]]:
    filled: dict[str, Scalar] = {}
    unknown: list[str] = []
    for key, value in address.items():
        filled[key], names = fill(value, words) if isinstance(value, str) else (value, [])
        unknown += names
    return dict(shifted(filled, base)), unknown


def _tag(expansion: Expansion, machine: str, name: str | None) -> ExpandedTag | None:
    wanted = f"{machine}.{name}"
    return next((tag for tag in expansion.tags if name and tag.id == wanted), None)
