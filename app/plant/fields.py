"""The kinds of value that a plant file's keys hold: ids, names, times, days, flat tables.

Owns how a single value is written and refused. Must not know which table uses it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

Scalar = str | int | float | bool

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_FLAT = 200
"""Keys that a flat table (settings, address) may have."""


def refusal(message: str, todo: str) -> PydanticCustomError:
    """The error by which a value is refused: what is wrong and what to do."""
    return PydanticCustomError("refused", "{message}", {"message": message, "todo": todo})


def _plain(text: str) -> str:
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for sign in text):
        raise refusal("holds a control character or an invisible sign", "Write it anew by hand, as plain text.")
    return text


def _time(value: object) -> object:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise refusal("is no time of day", 'Write it like "06:00", between "00:00" and "23:59".')


def _days(value: object) -> object:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise refusal("is no list of days", 'Write "mon-fri", "sat, sun" or ["mon", "wed"].')
    return frozenset(day for part in parts for day in _span(part.strip().lower()))


def _span(part: str) -> list[int]:
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if first not in DAYS or (dash and last not in DAYS):
        raise refusal(f'has no such day as "{part[:20]}"', f"Use {', '.join(DAYS)}, or spans such as mon-fri.")
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _flat(value: object) -> object:
    """Nested tables become dotted keys, so that `ns.pml = "…"` may be written with and without quotes."""
    if not isinstance(value, dict):
        raise refusal("is no table", "Write it as { key = value, … }.")
    flat = dict(_flatten("", value, 0))
    if len(flat) > LONGEST_FLAT:
        raise refusal(f"has more than {LONGEST_FLAT} keys", "Remove what the driver does not need.")
    return flat


def _flatten(prefix: str, table: Mapping[str, Any], depth: int) -> list[tuple[str, Scalar]]:
    rows: list[tuple[str, Scalar]] = []
    for key, value in table.items():
        if isinstance(value, dict) and depth < 3:
            rows += _flatten(f"{prefix}{key}.", value, depth + 1)
        elif isinstance(value, str | int | float | bool):
            rows.append((f"{prefix}{key}", value))
        else:
            raise refusal(
                f'holds something else than a text, a number or true/false under "{prefix}{key}"',
                "Write a single value there.",
            )
    return rows


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
"""An identifier: letters without accents, digits, `_`, `-` and `.`; at most 64."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"\S"), AfterValidator(_plain)]
"""A text for people, shown on screens."""
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)]
"""A short text that may be empty."""
TimeOfDay = Annotated[time, BeforeValidator(_time)]
Days = Annotated[frozenset[int], BeforeValidator(_days)]
Flat = Annotated[dict[str, Any], BeforeValidator(_flat)]
"""A flat table of single values, in the words of a driver or an ERP adapter."""

WRITTEN: Mapping[object, str] = MappingProxyType(
    {
        Id: "id",
        Name: "text",
        Line: "text",
        TimeOfDay: 'time such as "06:00"',
        Days: 'days such as "mon-fri" or ["sat", "sun"]',
        Flat: "table of single values",
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
    }
)
"""How the manual names a kind of value."""


def key(description: str, default: Any = ..., *, unit: str = "", **bounds: Any) -> Any:
    """A key of a table: what it means, its default (none: it must be given), its unit and bounds (`ge`, `lt`, …).

    A callable default is the factory of the default.
    """
    extra: dict[str, Any] = {"unit": unit}
    if callable(default):
        return Field(default_factory=default, description=description, json_schema_extra=extra, **bounds)
    return Field(default, description=description, json_schema_extra=extra, **bounds)
