"""Commands to an ERP as plain JSON values and back: what the journal keeps and what the demo ERP is sent.

Quantities are text, times RFC 3339, durations ISO 8601. Knows no ERP and no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec

from app.domain.erp import ERP_COMMANDS, ConsumeMaterial, ErpCommand
from app.domain.erp_errors import ErpProtocolError

KINDS: Mapping[type[ErpCommand], str] = MappingProxyType({cls: kind for kind, cls in ERP_COMMANDS.items()})


def encode(command: ErpCommand) -> tuple[str, dict[str, object]]:
    """The command's name in ERP_COMMANDS and its fields as JSON values."""
    return KINDS[type(command)], msgspec.to_builtins(command)


def decode(kind: str, values: Mapping[str, object]) -> ErpCommand:
    """The command that `encode` wrote; raises ErpProtocolError where it can't be read as one."""
    cls = ERP_COMMANDS.get(kind)
    if cls is None:
        raise ErpProtocolError(f"No posting is called {kind!r}.")
    try:
        command: ErpCommand = msgspec.convert(dict(values), type=cls)
    except msgspec.ValidationError as error:
        raise ErpProtocolError(f"The posting can't be read: {error}.") from error
    check(command)
    return command


def check(command: ErpCommand) -> None:
    """Raise ErpProtocolError for a time without zone or a quantity that is no number."""
    for name, value in _leaves(command):
        if isinstance(value, Decimal) and not value.is_finite():
            raise ErpProtocolError(f"The posting can't be read: {name} is no number.")
        if name.endswith("_at") and getattr(value, "tzinfo", None) is None:
            raise ErpProtocolError(f"The posting can't be read: {name} has no time zone.")


def digest(command: ErpCommand) -> str:
    """What tells two bodies under one key apart (hex SHA-256 of kind and fields)."""
    return sha256(msgspec.json.encode(encode(command), order="deterministic")).hexdigest()


def _leaves(command: ErpCommand) -> list[tuple[str, Any]]:
    found = [(each.name, getattr(command, each.name)) for each in fields(command)]
    if isinstance(command, ConsumeMaterial):
        found.extend(("quantity", taken.quantity) for taken in command.consumptions)
    return found
