"""The place of a fault in an engineer's words: "machine L1.filler, tag speed, unit". Must not know lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.text import safe
from app.plant.faults import At


def where(data: Mapping[str, Any], at: At) -> str:
    """The rows on the way to `at` by their ids or names, then the key; empty for the file itself."""
    words: list[str] = []
    value: Any = data
    for step in at:
        value = _inside(value, step)
        if isinstance(step, str):
            words.append(safe(step, 60))
        elif words:
            words[-1] = f"{words[-1]} {_name(value, step)}"
    return ", ".join(words)


def _inside(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _name(value: Any, index: int) -> str:
    row = value if isinstance(value, dict) else {}
    name = next((row[key] for key in ("id", "name") if isinstance(row.get(key), str) and row[key]), None)
    return safe(name, 60) if name else f"#{index + 1}"
