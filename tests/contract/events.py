"""Any event of any type, for hypothesis: built from the type hints, so that a new event needs nothing here."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from app.domain.events import Event

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
JSON = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**53), 2**53), lambda inner: st.lists(inner, max_size=2), max_leaves=3
)

LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    object: JSON,
    type(None): st.none(),
    Decimal: st.decimals(-(10**12), 10**12, places=3),
    datetime: st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type hint."""
    if hint in LEAVES:
        return LEAVES[hint]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(of, inner))
    if origin is tuple:
        return _tuples(inner)
    if origin is Mapping:
        return st.dictionaries(of(inner[0]), of(inner[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return st.builds(hint, **{f.name: of(hints[f.name]) for f in fields(hint)})
    raise TypeError(f"no values of {hint} are known here")


def _tuples(inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if inner[-1] is Ellipsis:
        return st.lists(of(inner[0]), max_size=3).map(tuple)
    return st.tuples(*map(of, inner))


def events(cls: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a type."""
    return typing.cast("st.SearchStrategy[Event]", of(cls))
