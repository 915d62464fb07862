"""The words for what the schema refuses: one row per kind of pydantic error.

Owns what a person reads when a key is unknown, missing or of the wrong kind. Must not know positions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from app.domain.text import safe
from app.plant.faults import At, Misfit, did_you_mean
from app.plant.schema import PlantFile

Said = tuple[str, str]
"""What is wrong, and what to do."""


def misfit(detail: ErrorDetails) -> Misfit:
    """What pydantic refused, in the words of the file."""
    words = WORDS.get(detail["type"], _other)
    message, todo = words(detail)
    missing = detail["type"] == "missing"
    return Misfit(at=detail["loc"][:-1] if missing else detail["loc"], message=message, todo=todo)


def field_at(at: At) -> FieldInfo | None:
    """The schema's key at a place of the data; None for list items, free keys and unknown ones."""
    models: tuple[type[BaseModel], ...] = (PlantFile,)
    found: FieldInfo | None = None
    for step in at:
        if isinstance(step, int):
            found = None
            continue
        found = next((model.model_fields[step] for model in models if step in model.model_fields), None)
        models = tuple(_models(found.annotation)) if found else ()
    return found


def keys_at(at: At) -> tuple[str, ...]:
    """The keys that the table at a place of the data may have."""
    models: tuple[type[BaseModel], ...] = (PlantFile,)
    for step in at:
        if isinstance(step, str):
            found = next((model.model_fields[step] for model in models if step in model.model_fields), None)
            models = tuple(_models(found.annotation)) if found else ()
    return tuple(name for model in models for name in model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _about(at: At) -> str:
    found = field_at(at)
    return f" ({found.description})" if found and found.description else ""


def _unit(at: At) -> str:
    found = field_at(at)
    extra = found.json_schema_extra if found else None
    unit = extra.get("unit") if isinstance(extra, dict) else ""
    return f" {unit}" if unit else ""


def _value(detail: ErrorDetails) -> str:
    value = detail["input"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{safe(value, 60)}"'
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return safe(str(value), 60)


def _unknown(detail: ErrorDetails) -> Said:
    name = str(detail["loc"][-1])
    known = keys_at(detail["loc"][:-1])
    return f'unknown key "{safe(name, 60)}".', did_you_mean(name, known)


def _missing(detail: ErrorDetails) -> Said:
    name = detail["loc"][-1]
    return f'"{name}" is missing.', f"Add it: {name} = …{_about(detail['loc'])}."


def _bound(word: str, name: str) -> Callable[[ErrorDetails], Said]:
    def said(detail: ErrorDetails) -> Said:
        limit = detail.get("ctx", {}).get(name)
        limit = int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        return (
            f"is {_value(detail)}, but must be {word} {limit}{_unit(detail['loc'])}.",
            f"Change the number{_about(detail['loc'])}.",
        )

    return said


def _length(detail: ErrorDetails) -> Said:
    context = detail.get("ctx", {})
    limit = context.get("max_length")
    if limit is None:
        return "is empty.", f"Fill it in{_about(detail['loc'])}."
    return f"is longer than {limit} characters.", "Shorten it."


def _kind(wanted: str, example: str) -> Callable[[ErrorDetails], Said]:
    def said(detail: ErrorDetails) -> Said:
        return f"is {_value(detail)}, but must be {wanted}.", f"Write it like {example}{_about(detail['loc'])}."

    return said


def _enum(detail: ErrorDetails) -> Said:
    found = field_at(detail["loc"]) or field_at(detail["loc"][:-1])
    known = [str(member.value) for kind in _enums(found.annotation if found else None) for member in kind]
    return f"has no such value as {_value(detail)}.", did_you_mean(str(detail["input"])[:80], known)


def _enums(annotation: Any) -> Iterator[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for argument in get_args(annotation):
        yield from _enums(argument)


def _pattern(detail: ErrorDetails) -> Said:
    if detail["input"] == "" or str(detail["input"]).isspace():
        return "is empty.", f"Fill it in{_about(detail['loc'])}."
    return (
        f"is {_value(detail)}, which is no short name.",
        'Use letters a-z and A-Z, digits, "_", "-" and (except in tag names) "."; at most 64.',
    )


def _refused(detail: ErrorDetails) -> Said:
    context = detail.get("ctx", {})
    return f"{_value(detail)} {context.get('message', '')}.", str(context.get("todo", ""))


def _other(detail: ErrorDetails) -> Said:
    return f"is {_value(detail)}: {safe(detail['msg'], 120)}.", f"Change it{_about(detail['loc'])}."


WORDS: Mapping[str, Callable[[ErrorDetails], Said]] = MappingProxyType(
    {
        "extra_forbidden": _unknown,
        "missing": _missing,
        "refused": _refused,
        "enum": _enum,
        "string_pattern_mismatch": _pattern,
        "string_too_short": _length,
        "string_too_long": _length,
        "too_short": _length,
        "too_long": _length,
        "greater_than": _bound("more than", "gt"),
        "greater_than_equal": _bound("at least", "ge"),
        "less_than": _bound("less than", "lt"),
        "less_than_equal": _bound("at most", "le"),
        "finite_number": _kind("a finite number", "4.5"),
        "string_type": _kind("a text", '"text" (in quotes)'),
        "int_type": _kind("a whole number", "3"),
        "float_type": _kind("a number", "4.5"),
        "bool_type": _kind("true or false", "true"),
        "list_type": _kind("a list", '["one", "two"]'),
        "dict_type": _kind("a table", "{ key = value }"),
        "model_type": _kind("a table", "{ key = value }"),
    }
)
