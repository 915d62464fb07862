"""Checks of flat mappings of a plant file (settings, addresses): a row per key, faults as sentences. Pure.

Must not know protocols, and imports nothing heavy: `lineside check` uses it without any driver's library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.plant import Address

KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a key may hold. `low`/`high` bound numbers, `choices` texts; a text may be empty if `blank`."""

    type: type
    needed: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    blank: bool = False


Fields = Mapping[str, Field]


def check_fields(values: Address, fields: Fields, prefixes: tuple[str, ...] = ()) -> list[str]:
    """Return a sentence per fault. Keys that start with one of `prefixes` are the caller's to check."""
    unknown = [key for key in values if key not in fields and not key.startswith(prefixes or ("\0",))]
    known = ", ".join([*sorted(fields), *(f"{prefix}…" for prefix in prefixes)])
    faults = [f'The key "{key}" is unknown: remove it or use one of {known}.' for key in unknown]
    faults += [f'The key "{key}" is missing: add it.' for key in fields if fields[key].needed and key not in values]
    faults += [text for key in fields if key in values for text in _check_value(key, values[key], fields[key])]
    return faults


def _check_value(key: str, value: str | int | float | bool, field: Field) -> list[str]:
    fitting = isinstance(value, (int, float) if field.type is float else field.type)
    if not fitting or (isinstance(value, bool) and field.type is not bool):
        return [f'"{key}" is {value!r}: it must be {KINDS[field.type]}.']
    if isinstance(value, str):
        return _check_text(key, value, field)
    too_low = field.low is not None and not value >= field.low
    too_high = field.high is not None and not value <= field.high
    if too_low or too_high:
        return [f'"{key}" is {value}: it must lie between {_bound(field.low)} and {_bound(field.high)}.']
    return []


def _check_text(key: str, value: str, field: Field) -> list[str]:
    if field.choices and value not in field.choices:
        return [f'"{key}" is "{value}": it must be one of {", ".join(field.choices)}.']
    if not value.strip() and not field.blank:
        return [f'"{key}" is empty: give it a text.']
    return []


def _bound(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g}" if abs(limit) < 100_000 else f"{limit:.0f}"


def text_of(values: Address, key: str, default: str = "") -> str:
    """The text under a checked key; anything else is given as its text."""
    return str(values.get(key, default))


def int_of(values: Address, key: str, default: int) -> int:
    """The whole number under a checked key."""
    return int(values.get(key, default))


def with_prefix(values: Address, prefix: str) -> dict[str, str]:
    """The entries whose key starts with `prefix`, without it: "ns.pml" → "pml"."""
    return {key[len(prefix) :]: str(value) for key, value in values.items() if key.startswith(prefix)}
