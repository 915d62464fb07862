"""The manual's reference of the plant file, generated from the schema and the table of exception kinds.

Owns the text between the tables. Must not hold a fact that the schema has. `make manual` writes it, a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.domain.kinds import EXCEPTION_KINDS
from app.plant.fields import WRITTEN
from app.plant.schema import PlantFile, Row

INTRODUCTION = """# The plant file

A plant file says what stands in the plant, how it is reached, who works there, what counts as an exception and who
gets it. It is TOML 1.0, written by hand. `lineside check PLANT.toml` lists every fault at once, with file, line and
what to do; unknown keys are faults. Start from `resources/plants/example.toml`. `lineside diff OLD NEW` says what a
change does at the line, `lineside plant publish` gives it to all stations ([publishing](publishing.md)).

- A machine is a few keys: its tags come from its machine type. A type may extend another one.
- A tag with the name of an inherited one refines it: only the keys that are given are replaced.
- Texts in `address` and `root` may hold placeholders: `{prefix}` of a namespace, `{root}` of the machine, `{n}`, its
  number in the line from 1. Braces themselves are written `{{` and `}}`.
- Nested tables in `settings` and `address` and dotted keys are the same: `source.Filler = "L1.filler"`.
- Passwords never go into the file: the name into `user`, the password into the keyring by `lineside secret set`.
- The `settings` of controllers and every form of address are in [addresses](addresses.md); how one is set up, in
  [controllers](controllers.md).
- The `settings` of `[erp]` are those of its adapter: see [ERPs](erp.md).
- OPC UA is signed and encrypted unless a controller's settings say `security = "none"` (see [security](security.md)).
- Of several rules of a kind the one that names a machine most closely holds: by its id, by its line, by `"*"`.
- Every kind that may be raised needs a route with `primary = true` for every machine: nothing is ever unowned.
- The shifts cover the week; a time in which the plant stands is a shift with `closed = true`.

Where a value lies is said in the words of the driver:

```toml
# OPC UA: a node, with its namespace as a URI, never as an index; or a node and a browse path from it
address = { node = "nsu={acme};s={root}.Speed" }
address = { node = "{root}", path = "pml:Status/pml:CurMachSpeed" } # settings: ns.pml = "http://…"
# Modbus: table, address from 0, type (u16 i16 u32 i32 u64 i64 f32 f64 bool string bcd16 bcd32 bcd64)
address = { table = "holding", address = 30, type = "u32" }
address = { table = "holding", address = 19, type = "bool", bit = 2 }
address = { table = "holding", address = 50, type = "string", length = 8 }
# and the settings of their controllers
settings = { url = "opc.tcp://192.0.2.10:4840", alarms = true, source.Filler = "L1.filler" }
settings = { host = "192.0.2.11", port = 502, unit = 1, identity.address = 4, identity.length = 8 }
settings = { host = "192.0.2.12", framing = "rtu", max_hole = 0, identity.address = 9, identity.type = "u16" } # serial
settings = { host = "filler.plant.example", security = "tls", client_certificate = "press-room" } # port 802
```

Controllers are read only. What people may ask of them all the same is listed command by command; each is confirmed by
a person, journaled, sent once, never repeated, and read back:

```toml
[[command]]
id = "L1.labeller.stop"
name = "Stop the labeller"
machine = "L1.labeller"
# OPC UA: a method of an object, `argument` with the type of its one argument, if it has one; or a node to write
address = { object = "{root}", method = "{root}.Stop" }
# Modbus: a register or a coil
# address = { table = "holding", address = 200, type = "u16" }
roles = ["operator", "shift_lead"]
states = ["Execute", "Suspended"]
read_back = { tag = "state", value = 2, within_s = 8 }
```

A machine's interlock is such a command: with `hold_command = "L1.labeller.stop"` on its `[[machine]]` row it is offered
whenever a hold is placed on units that stand there or on the lot that runs there, and `release_command` when the last
such hold is released. A person confirms it with the hold; what became of it stands on the hold, and no failure of it
ever takes the hold away.

This page is generated: `make manual`.
"""


def reference() -> str:
    """The whole page in Markdown."""
    return "\n".join([INTRODUCTION, *_tables(), *_kinds(), *_words()]) + "\n"


def _tables() -> Iterator[str]:
    for name, field in PlantFile.model_fields.items():
        model = _model(field.annotation)
        if model is None:
            yield f"## [{name}]\n\n{_capital(field.description or '')}.\n"
            continue
        yield from _table(f"[[{name}]]" if get_origin(field.annotation) is list else f"[{name}]", model)
        for inner, inner_field in model.model_fields.items():
            part = _model(inner_field.annotation)
            if part is not None and name in ("machine_type", "command"):
                nested = get_origin(inner_field.annotation) is list
                yield from _table(f"[[{name}.{inner}]]" if nested else f"[{name}.{inner}]", part)


def _table(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"## {title}\n\n{(model.__doc__ or '').strip()}\n"
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        yield f"| `{name}` | {_written(field)}{_bounds(field)} | {_default(field)} | {_cell(field.description or '')} |"
    yield ""


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, Row):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model(part)) is not None), None)


def _written(field: FieldInfo) -> str:
    return _kind(_whole(field))


def _whole(field: FieldInfo) -> Any:
    """The key's type with the marks that pydantic has taken off it, so that Id is told from text."""
    for known in WRITTEN:
        metadata = getattr(known, "__metadata__", None)
        if metadata and all(mark in field.metadata for mark in metadata):
            return known
    return field.annotation


def _kind(annotation: Any) -> str:
    for known, words in WRITTEN.items():
        if annotation == known:
            return words
    inner = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) is list:
        return "list of tables" if _model(annotation) else f"list of {_kind(inner[0])}s"
    if get_origin(annotation) is dict:
        return f"table of {_kind(inner[-1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "word"
    return _kind(inner[0]) if inner else "value"


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    found = [
        f"{sign} {_number(limit)}"
        for mark in field.metadata
        for name, sign in words.items()
        if isinstance(limit := getattr(mark, name, None), int | float)
    ]
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else ""
    return (f", {unit}" if unit else "") + "".join(f", {bound}" for bound in found)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, str | Enum):
        return f'`"{value}"`'
    return f"`{value}`".replace("'", '"') if not isinstance(value, time) else f"`{value:%H:%M}`"


def _kinds() -> Iterator[str]:
    yield "## Kinds of exception and their parameters\n"
    yield "| kind | meaning | priority | parameter | default | bounds | what it is |"
    yield "|---|---|---|---|---|---|---|"
    for kind in EXCEPTION_KINDS.values():
        head = f"| `{kind.id}` | {kind.name} | {kind.priority} |"
        for row in kind.parameters:
            bounds = f"{_number(row.low)} to {_number(row.high)} {row.unit}"
            yield f"{head} `{row.name}` | {row.default:g} {row.unit} | {bounds} | {row.help} |"
        if not kind.parameters:
            yield f"{head} | | | |"
    yield ""


def _words() -> Iterator[str]:
    yield "## Words\n"
    for title, model, key in _ENUMS:
        words = [f"`{member.value}`" for kind in _enums(model.model_fields[key].annotation) for member in kind]
        yield f"- {title}: {', '.join(words)}."


def _enums(annotation: Any) -> Iterator[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for part in get_args(annotation):
        yield from _enums(part)


def _row(name: str) -> type[BaseModel]:
    found = _model(PlantFile.model_fields[name].annotation)
    assert found is not None
    return found


def _tag() -> type[BaseModel]:
    found = _model(_row("machine").model_fields["tag"].annotation)
    assert found is not None
    return found


_ENUMS = (
    ("`signal` of a tag", _tag(), "signal"),
    ("`roles` of a person", _row("person"), "roles"),
    ("`functions` of a person and `function` of a route", _row("person"), "functions"),
)


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 100_000 else f"{value:,.0f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
