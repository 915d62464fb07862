"""Changes to the text of a plant file that keep its comments and order: settings, the ERP, replayed machines.

Owns edits by tomlkit. Must not know what the settings mean; the result is checked like any other file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import AoT

from app.domain.errors import KnownError
from app.plant.fields import Scalar

Settings = Mapping[str, Scalar]


def with_settings(text: str, controllers: Mapping[str, Settings], erp: Settings | None = None) -> str:
    """The file's text with settings of controllers and of the ERP replaced or added; all else is as it was.

    `controllers`: id → settings, such as {"C-L1": {"url": "opc.tcp://…"}}. Raises KnownError for an unknown id.
    """
    file: Any = tomlkit.parse(text)
    rows = {str(row.get("id")): row for row in file.get("controller", [])}
    unknown = sorted(set(controllers) - set(rows))
    if unknown:
        raise KnownError(f"The plant file has no controller {', '.join(unknown)}.", "Check the ids.")
    for name, settings in controllers.items():
        _set(rows[name], settings)
    if erp:
        if "erp" not in file:
            file["erp"] = tomlkit.table()
        _set(file["erp"], erp)
    return tomlkit.dumps(file)


def with_machines(text: str, machines: Sequence[str]) -> str:
    """The file's text with its machines replaced by ones like its first, with these ids (replay of another file).

    The first machine's id is replaced wherever its row has it; its number ("Machine 0") becomes the new one's, the
    lines of the file share them in order, and every controller's `source.` settings name the new machines.
    """
    file: Any = tomlkit.parse(text)
    first = file["machine"][0]
    lines = [str(row["id"]) for row in file["line"]]
    share = max(1, -(-len(machines) // len(lines)))
    del file["line"][-(-len(machines) // share) :]
    rows: AoT = tomlkit.aot()
    for place, name in enumerate(machines):
        row = _like(first, name)
        row["line"] = lines[place // share]
        rows.append(row)
    file["machine"] = rows
    for controller in file["controller"]:
        settings = controller.get("settings", {})
        if "source" in settings:
            sources = tomlkit.inline_table()
            sources.update({name: name for name in machines})
            settings["source"] = sources
    return tomlkit.dumps(file)


def _like(first: Mapping[str, Any], name: str) -> Any:
    row = tomlkit.table()
    old = str(first["id"])
    for key, value in first.items():
        row[key] = str(value).replace(old, name) if isinstance(value, str) else value
    row["name"] = f"Machine {int(name[1:])}" if name[1:].isdecimal() else name
    row.add(tomlkit.nl())
    return row


def _set(row: Any, settings: Settings) -> None:
    if "settings" not in row:
        row["settings"] = tomlkit.inline_table()
    for key, value in settings.items():
        table, _, last = key.rpartition(".")
        owner = row["settings"]
        for step in table.split(".") if table and key not in owner else ():
            owner = owner.setdefault(step, tomlkit.inline_table())
        owner[last if owner is not row["settings"] else key] = value
