"""Tryton's JSON: numbers literally, and its typed values (date, datetime, timedelta, Decimal) both ways. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.domain.erp_errors import ErpProtocolError

READERS: Mapping[str, Callable[[dict[str, Any]], object]] = MappingProxyType(
    {
        "date": lambda v: date(v["year"], v["month"], v["day"]),
        "datetime": lambda v: datetime(
            v["year"], v["month"], v["day"], v["hour"], v["minute"], v["second"], v["microsecond"], tzinfo=UTC
        ),
        "timedelta": lambda v: timedelta(seconds=float(v["seconds"])),
        "Decimal": lambda v: Decimal(v["decimal"]),
    }
)
"""How each typed value is read; Tryton's datetimes are UTC without saying so."""


def encode(value: object) -> bytes:
    """JSON as Tryton reads it."""
    return json.dumps(value, default=typed, allow_nan=False).encode()


def typed(value: object) -> object:
    """A value that JSON does not have, in Tryton's way."""
    match value:
        case datetime():
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            at = value.astimezone(UTC)
            return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(f"Tryton has no value like {type(value).__name__}")


def decode(body: bytes) -> Any:
    """What an answer says; raises ErpProtocolError when it can't be read."""
    try:
        return json.loads(body, parse_float=Decimal, object_hook=_read)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise ErpProtocolError(f"The ERP's answer makes no sense ({type(error).__name__}).") from error


def _read(found: dict[str, Any]) -> object:
    reader = READERS.get(str(found.get("__class__", "")))
    return found if reader is None else reader(found)
