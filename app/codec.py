"""Values as JSON text and back, by msgspec. Owns how they are written; knows no store, and no events.

Decimals and times are text, keys are sorted: the same event has the same bytes everywhere, as the hash chain needs.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from app.domain.errors import KnownError

T = TypeVar("T")


def _builtin(value: Any) -> Any:
    """What msgspec does not know by itself: a frozen mapping is an object, its keys text as JSON has them."""
    if isinstance(value, MappingProxyType):
        return {str(key) if isinstance(key, int) else key: row for key, row in value.items()}
    raise TypeError(f"a {type(value).__name__} can't be written")


_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=_builtin)


@cache
def _decoder(cls: type) -> msgspec.json.Decoder[Any]:
    """Made once: finding out what a class takes costs more than reading one."""
    return msgspec.json.Decoder(cls)


class UnreadableError(KnownError):
    """A payload that this version cannot read: an unknown event, or fields that do not fit."""


def encode(value: Any) -> str:
    """Canonical JSON text of a value type."""
    try:
        return _encoder.encode(value).decode()
    except TypeError:  # a dict whose keys are no texts, as one that was read from JSON has
        texts = msgspec.to_builtins(value, str_keys=True, order="deterministic", enc_hook=_builtin)
        return msgspec.json.encode(texts).decode()


def read(payload: str | bytes, cls: type[T]) -> T:
    """A value of `cls` from JSON text. Raises UnreadableError where it does not fit."""
    kind: type = cls
    try:
        value: T = _decoder(kind).decode(payload)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UnreadableError(f"A {cls.__name__} can't be read: {error}.") from error
    return value


def plain(value: Any) -> Any:
    """Builtins only (dict, list, str, …), as a JSON reader would see it."""
    return msgspec.json.decode(_encoder.encode(value))


def convert(value: Any, cls: type[T]) -> T:
    """A value of `cls` from builtins. Raises UnreadableError where it does not fit."""
    try:
        return msgspec.convert(value, cls, strict=False)
    except msgspec.ValidationError as error:
        raise UnreadableError(f"A {cls.__name__} can't be read: {error}.") from error
