"""What can be mapped: the port's reads and commands with their fields, and the check of a plant file's mapping. Pure.

A mapping is written as dotted keys of the ERP's settings: `orders.from = "orders.csv"`, `orders.number = "OrderNo"`,
`confirm_production.to = "confirmations"`, `confirm_production.good = "Yield"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

Value = str | int | float | bool
FROM, TO, KEY = "from", "to", "key"
ANSWER, ASKED = "answer", "asked"
"""A person's answer to what the ERP asked, and the name that the ERP gave its question: fields of every command."""
CHANGES, CHANGED_AT, SINCE = "changes", "changed_at", "{since}"
"""By REST a read may have an address for what changed since, {since} in it, and a field that says when a row did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A read or a command: the fields that must be mapped, and those that may be."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.needed, *self.optional)


READS: Mapping[str, Table] = MappingProxyType(
    {
        "products": Table(needed=("code", "name", "unit"), optional=(CHANGED_AT,)),
        "orders": Table(
            needed=("number", "product", "line", "quantity", "unit", "start_at", "due_at"),
            optional=("product_name", "state", "good", "scrap", CHANGED_AT),
        ),
        "lots": Table(needed=("number", "product", "quantity", "unit", "status"), optional=("location", CHANGED_AT)),
        "stock": Table(needed=("product", "location", "quantity", "unit"), optional=(CHANGED_AT,)),
        "demand": Table(
            needed=("number", "customer", "product", "quantity", "unit", "due_at"), optional=("order", CHANGED_AT)
        ),
    }
)
COMMANDS: Mapping[str, Table] = MappingProxyType(
    {
        "confirm_production": Table(
            needed=(KEY, "order", "good", "scrap"),
            optional=("lot", "unit", "run_s", "final", "actor", "occurred_at", ANSWER, ASKED),
        ),
        "consume_material": Table(
            needed=(KEY, "order", "product", "quantity"),
            optional=("lot", "unit", "actor", "occurred_at", "row", ANSWER, ASKED),
        ),
        "set_lot_status": Table(
            needed=(KEY, "lot", "status"),
            optional=("product", "reason", "quantity", "actor", "occurred_at", ANSWER, ASKED),
        ),
        "record_downtime": Table(
            needed=(KEY, "machine", "start_at", "end_at"), optional=("reason", "actor", ANSWER, ASKED)
        ),
        "move_order": Table(needed=(KEY, "order", "to_line"), optional=("actor", "occurred_at", ANSWER, ASKED)),
    }
)
PLAIN = ("inbox", "outbox", "url", "time_zone", "secret", "certificates", "timeout_s", "user", "encoding")


def faults_of(settings: Mapping[str, Value]) -> list[str]:
    """What is wrong with a mapping: a sentence for each, which begins with the key that it is about."""
    return [fault for key, value in settings.items() for fault in _key_faults(key, value)] + [
        fault for name in (*READS, *COMMANDS) for fault in _table_faults(name, settings)
    ]


def _key_faults(key: str, value: Value) -> list[str]:
    table, _, field = key.partition(".")
    if not field:
        return [] if key in PLAIN else [f'"{key}" is unknown for a mapping{meant(key, (*PLAIN, *READS, *COMMANDS))}.']
    row = READS.get(table) or COMMANDS.get(table)
    if row is None:
        return [f'"{key}" maps nothing that Lineside has{meant(table, (*READS, *COMMANDS))}.']
    way = FROM if table in READS else TO
    if field.startswith(("state.", "status.")):
        return [] if isinstance(value, str) else [f'"{key}" must be a text.']
    ways = (way, CHANGES) if way == FROM else (way,)
    if field not in (*row.fields, *ways):
        return [f'"{key}" is no field of {table}{meant(field, (*ways, *row.fields))}.']
    return [] if isinstance(value, str) and value.strip() else [f'"{key}" must be the name of a column or field.']


def _table_faults(name: str, settings: Mapping[str, Value]) -> list[str]:
    """A table that is mapped at all is mapped whole, and no column stands for two fields."""
    way, row = (FROM, READS[name]) if name in READS else (TO, COMMANDS[name])
    given = {key.partition(".")[2]: value for key, value in settings.items() if key.startswith(f"{name}.")}
    if not given:
        return []
    first = f"{name}.{next(iter(given))}"
    missing = [field for field in (way, *row.needed) if field not in given]
    faults = [f'"{first}" is not enough: {name} needs {", ".join(missing)} too.'] if missing else []
    if CHANGES in given and name in READS:
        faults += _changes_faults(name, given, by_web="url" in settings)
    columns = [(value, field) for field, value in given.items() if field in row.fields]
    taken: dict[Value, str] = {}
    for value, field in columns:
        if value in taken:
            faults.append(f'"{name}.{field}" is the column of {name}.{taken[value]} already.')
        taken.setdefault(value, field)
    if "url" not in settings and (folder := "inbox" if name in READS else "outbox") not in settings:
        faults.append(f'"{first}" has nowhere to go: give "{folder}" for files or "url" for REST.')
    return faults


def _changes_faults(name: str, given: Mapping[str, Value], by_web: bool) -> list[str]:
    """What changed since can be asked for only where there is somebody to ask and rows say when they changed."""
    faults = {
        "is for REST: a file is always read whole.": by_web,
        f"needs {SINCE} in it, where the instant goes.": SINCE in str(given[CHANGES]),
        f"needs {name}.{CHANGED_AT} too: the field that says when a row changed.": CHANGED_AT in given,
    }
    return [f'"{name}.{CHANGES}" {fault}' for fault, sound in faults.items() if not sound]


def meant(name: str, known: tuple[str, ...]) -> str:
    """A guess at what was meant, or the list of what there is."""
    close = get_close_matches(name, known, n=1)
    return f' (did you mean "{close[0]}"?)' if close else f" (there are: {', '.join(known)})"


def mapping_of(settings: Mapping[str, Value], name: str) -> dict[str, str]:
    """What a read or a command is mapped to: our field → their column; empty where it is not mapped."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): str(value) for key, value in settings.items() if key.startswith(prefix)}
