"""The values that are sent to a server: a number in the very type that is wanted, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asyncua import ua

from app.domain.errors import KnownError

KINDS: Mapping[str, ua.VariantType] = MappingProxyType(
    {
        "bool": ua.VariantType.Boolean,
        "i8": ua.VariantType.SByte,
        "u8": ua.VariantType.Byte,
        "i16": ua.VariantType.Int16,
        "u16": ua.VariantType.UInt16,
        "i32": ua.VariantType.Int32,
        "u32": ua.VariantType.UInt32,
        "i64": ua.VariantType.Int64,
        "u64": ua.VariantType.UInt64,
        "f32": ua.VariantType.Float,
        "f64": ua.VariantType.Double,
    }
)
"""Types of a method's argument, as the plant file names them."""
BITS: Mapping[ua.VariantType, tuple[int, bool]] = MappingProxyType(
    {KINDS[f"{sign}{bits}"]: (bits, sign == "i") for sign in "iu" for bits in (8, 16, 32, 64)}
)
"""Integer type → its bits, and whether it has a sign."""
LARGEST_FLOAT = (2 - 2**-23) * 2.0**127


class NotSentError(KnownError):
    """It can't be put into a request; nothing was sent."""


def variant(raw: float, kind: ua.VariantType) -> ua.Variant:
    """The value in a type; raises NotSentError where it has no form in it."""
    if kind is ua.VariantType.Boolean and raw in (0, 1):
        return ua.Variant(bool(raw), kind)
    if kind is ua.VariantType.Double or (kind is ua.VariantType.Float and abs(raw) <= LARGEST_FLOAT):
        return ua.Variant(float(raw), kind)
    if kind in BITS and raw == int(raw):
        bits, signed = BITS[kind]
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        if low <= raw <= high:
            return ua.Variant(int(raw), kind)
    raise NotSentError(f"the controller's value is of the type {kind.name}, which {raw:.12g} does not fit.")
