"""The structures of PackML and ISA-95 job control from their bytes, and the one part of each that a tag shows. Pure.

Owns the layouts of a few standard structures (OPC 10000-6 5.2.6, 5.2.7). asyncua could load them from each server, but
into a registry of the whole process, in which one controller's types would read another's bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import Primitives, struct_from_binary, variant_from_binary

from drivers.opcua.columns import UnreadableError

Values: TypeAlias = Mapping[str, Any]
Scalar: TypeAlias = float | str
FAULTS = (struct.error, ua.UaError, ValueError, LookupError, TypeError, OverflowError)
"""What asyncua's primitives raise for bytes that are something else."""
MOST = 10_000
"""Elements of an array inside a structure; more is not believed."""
DEEPEST = 8

READERS: Mapping[str, Callable[[Buffer], Any]] = MappingProxyType(
    {
        "Boolean": Primitives.Boolean.unpack,
        "Int16": Primitives.Int16.unpack,
        "Int32": Primitives.Int32.unpack,
        "UInt32": Primitives.UInt32.unpack,
        "String": Primitives.String.unpack,
        "DateTime": Primitives.Int64.unpack,
        "Value": variant_from_binary,
        "LocalizedText": lambda buffer: struct_from_binary(ua.LocalizedText, buffer),
        "RelativePath": lambda buffer: struct_from_binary(ua.RelativePath, buffer),
        "EUInformation": lambda buffer: struct_from_binary(ua.EUInformation, buffer),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field: its type is one of READERS or of LAYOUTS; `many`: an array; `maybe`: there only if its bit is set."""

    name: str
    type: str
    many: bool = False
    maybe: bool = False


def _fields(text: str) -> tuple[Field, ...]:
    """Fields as "Name:Type", "[]" behind an array's type, "?" behind an optional one."""
    return tuple(
        Field(name=name, type=kind.rstrip("[]?"), many="[]" in kind, maybe=kind.endswith("?"))
        for name, kind in (row.split(":") for row in text.split())
    )


_RESOURCE = "ID:String Description:LocalizedText[]? Use:String? Quantity:String? Units:EUInformation? Rest:Property[]?"
LAYOUTS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "Count": _fields("ID:Int32 Name:String Unit:EUInformation Count:Int32 AccCount:Int32"),
        "Alarm": _fields(
            "ID:Int32 Value:Int32 Message:String Category:Int32 DateTime:DateTime AckDateTime:DateTime Trigger:Boolean"
        ),
        "JobOrderAndState": _fields("JobOrder:JobOrder State:State[]"),
        "State": _fields("BrowsePath:RelativePath StateText:LocalizedText StateNumber:UInt32"),
        "JobOrder": _fields(
            "JobOrderID:String Description:LocalizedText[]? WorkMasterID:WorkMaster[]? StartTime:DateTime? "
            "EndTime:DateTime? Priority:Int16? Parameters:Property[]? Personnel:Resource[]? Equipment:Equipment[]? "
            "PhysicalAssets:Resource[]? Materials:Material[]?"
        ),
        "WorkMaster": _fields("ID:String Description:LocalizedText? Parameters:Property[]?"),
        "Property": _fields(
            "ID:String Value:Value Description:LocalizedText[]? Units:EUInformation? Inner:Property[]?"
        ),
        "Resource": _fields(_RESOURCE),
        "Equipment": _fields(_RESOURCE),
        "Material": _fields(
            "ClassID:String? DefinitionID:String? LotID:String? SublotID:String? Description:LocalizedText[]? "
            "Use:String? Quantity:String? Units:EUInformation? Properties:Property[]?"
        ),
    }
)
"""Fields in the order of the wire. A structure with optional fields begins with the mask of those that are there."""


def read(kind: str, body: bytes) -> Values:
    """The structure that fills these bytes. Raises UnreadableError."""
    buffer = Buffer(body)
    try:
        values = _structure(kind, buffer, 0)
    except FAULTS as error:
        raise UnreadableError(f"no {kind}: {error}") from error
    if len(buffer):
        raise UnreadableError(f"{len(buffer)} bytes behind a {kind}")
    return values


def _structure(kind: str, buffer: Buffer, depth: int) -> Values:
    if depth > DEEPEST:
        raise UnreadableError("structures inside structures without end")
    fields = LAYOUTS[kind]
    present = ~0 if not any(field.maybe for field in fields) else int(Primitives.UInt32.unpack(buffer))
    values: dict[str, Any] = {}
    bit = 1
    for field in fields:
        if field.maybe:
            there, bit = present & bit, bit << 1
            if not there:
                continue
        values[field.name] = _field(field, buffer, depth)
    return values


def _field(field: Field, buffer: Buffer, depth: int) -> Any:
    if not field.many:
        return _one(field.type, buffer, depth)
    count = int(Primitives.Int32.unpack(buffer))
    if count > MOST:
        raise UnreadableError(f"{count} elements")
    return [_one(field.type, buffer, depth) for _ in range(max(0, count))]


def _one(kind: str, buffer: Buffer, depth: int) -> Any:
    reader = READERS.get(kind)
    return reader(buffer) if reader is not None else _structure(kind, buffer, depth + 1)


# --- the parts that tags show -----------------------------------------------------------------------------------------

RUNNING, INTERRUPTED = 3, 4
"""States of the standard's job order state machine in which an order is at the machine."""


def _count(rows: Sequence[Values]) -> Scalar | None:
    return float(rows[0]["AccCount"]) if rows else None


def _job(rows: Sequence[Values]) -> Values | None:
    """The order that runs, else one that is interrupted."""
    for wanted in (RUNNING, INTERRUPTED):
        for row in rows:
            if row["State"] and row["State"][0]["StateNumber"] == wanted:
                return row
    return None


def _job_order(rows: Sequence[Values]) -> Scalar | None:
    job = _job(rows)
    return "" if job is None else str(job["JobOrder"]["JobOrderID"] or "")


def _job_state(rows: Sequence[Values]) -> Scalar | None:
    """ "Running", with its substate where there is one; what else is in the list where nothing runs."""
    job = _job(rows)
    if job is None:
        return f"none of {len(rows)} runs" if rows else "no job order"
    return " · ".join(state["StateText"].Text or str(state["StateNumber"]) for state in job["State"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which structure it belongs to, and what of the structures of a value it is; None: there is no such value."""

    kind: str
    of: Callable[[Sequence[Values]], Scalar | None]


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "alarm_id": Part(kind="Alarm", of=lambda rows: float(rows[0]["ID"]) if rows else None),
        "alarm_message": Part(kind="Alarm", of=lambda rows: str(rows[0]["Message"] or "") if rows else None),
        "count": Part(kind="Count", of=_count),
        "job_order": Part(kind="JobOrderAndState", of=_job_order),
        "job_state": Part(kind="JobOrderAndState", of=_job_state),
    }
)


def part_of(variant: ua.Variant | None, name: str) -> Scalar | None:
    """A part of a structure or of an array of them. Raises UnreadableError for what is not that structure."""
    if variant is None or variant.Value is None:
        return None
    part = PARTS[name]
    values = variant.Value if isinstance(variant.Value, list) else [variant.Value]
    if not all(isinstance(value, ua.ExtensionObject) and value.Body is not None for value in values):
        raise UnreadableError(f"no {part.kind}")
    return part.of([read(part.kind, value.Body) for value in values])
