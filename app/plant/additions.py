"""Tags added to a machine in the text of a plant file, its comments and order kept.

Owns edits by tomlkit. Must not know where the tags come from; the result is checked like any other file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array

from app.domain.errors import KnownError
from app.plant.fields import Scalar

TagRow = Mapping[str, Scalar | Mapping[str, Scalar]]


def with_tags(text: str, machine: str, rows: Sequence[TagRow]) -> str:
    """The file's text with tag rows added to a machine. Raises KnownError for an unknown machine."""
    file: Any = tomlkit.parse(text)
    found = next((row for row in file.get("machine", []) if str(row.get("id")) == machine), None)
    if found is None:
        raise KnownError(f'The plant file has no machine "{machine}".', "Check its id.")
    if "tag" not in found:
        found["tag"] = tomlkit.aot()
    for row in rows:
        _append(found["tag"], row)
    return tomlkit.dumps(file)


def _append(tags: AoT | Array, row: TagRow) -> None:
    """In the form that the machine's tags have: tables of their own, or inline ones."""
    table: Any = tomlkit.table() if isinstance(tags, AoT) else tomlkit.inline_table()
    for key, value in row.items():
        if isinstance(value, Mapping):
            inline = tomlkit.inline_table()
            inline.update(value)
            value = inline
        table[key] = value
    if isinstance(tags, AoT):
        table.add(tomlkit.nl())
    tags.append(table)
