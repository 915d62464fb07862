"""From an OPC UA DataValue to a sample of a tag. Pure; knows no connection.

Owns which values are trusted: a status, a type, a shape or a clock that is not right never becomes good.
"""

from __future__ import annotations

from datetime import UTC, datetime

from asyncua import ua

from app.domain.plant import Tag
from app.domain.reading import Quality
from drivers.opcua.columns import UnreadableError
from drivers.opcua.structures import part_of
from drivers.samples import BAD, Batch, Valued, engineering, plausible_s

SEVERITY_SHIFT = 30
QUALITIES = (Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD)
"""By the two severity bits of a status code; the reserved fourth counts as bad (OPC 10000-4 7.39.1)."""
UNKNOWN_STRUCTURE = "its structure can't be read"
OVERFLOW = 0x0480
"""Info type DataValue and the overflow bit: the server's queue was full and values were dropped."""


def quality_of(status: ua.StatusCode | None) -> Quality:
    """The quality of a status code; none means good."""
    return QUALITIES[int(status.value) >> SEVERITY_SHIFT & 3] if status is not None else Quality.GOOD


def seconds(at: datetime | None) -> float | None:
    """An OPC UA time as seconds since 1970 UTC."""
    if at is None:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()


def add(batch: Batch, tag: Tag, index: int | None, value: ua.DataValue, received_s: float, part: str = "") -> None:
    """Add the sample of one notification; `index` picks an element of an array, `part` one of a standard's structure.

    A time that cannot be is replaced by the received one and makes the sample at best UNCERTAIN.
    """
    quality = quality_of(value.StatusCode)
    source_s, own_clock = plausible_s(seconds(value.SourceTimestamp or value.ServerTimestamp), received_s)
    if not own_clock:
        quality = max(quality, Quality.UNCERTAIN)
    try:
        raw = part_of(value.Value, part) if part else _scalar(value.Value, index)
    except UnreadableError:
        raw, quality = UNKNOWN_STRUCTURE, Quality.BAD
        if tag.is_text:
            batch.text(tag, UNKNOWN_STRUCTURE, quality, source_s)
            return
    if quality is Quality.BAD or raw is None:
        batch.number(tag, BAD, source_s)
    elif tag.is_text:
        _add_text(batch, tag, raw, quality, source_s)
    else:
        batch.number(tag, _worst(_number(tag, raw), quality), source_s)


def _scalar(variant: ua.Variant | None, index: int | None) -> object:
    if variant is None or variant.Value is None or (variant.Dimensions and len(variant.Dimensions) > 1):
        return None
    if bool(variant.is_array) is not (index is not None):
        return None
    if index is None:
        return variant.Value
    return variant.Value[index] if index < len(variant.Value) else None


def _number(tag: Tag, raw: object) -> Valued:
    return engineering(tag, raw) if isinstance(raw, (bool, int, float)) else BAD


def _worst(valued: Valued, quality: Quality) -> Valued:
    return valued[0], max(valued[1], quality)


def _add_text(batch: Batch, tag: Tag, raw: object, quality: Quality, source_s: float) -> None:
    if isinstance(raw, ua.LocalizedText):
        batch.text(tag, raw.Text or "", quality, source_s)
    elif isinstance(raw, datetime):
        batch.text(tag, raw.isoformat(), quality, source_s)
    elif isinstance(raw, (str, bool, int, float)):
        batch.text(tag, str(raw), quality, source_s)
    else:
        batch.number(tag, BAD, source_s)
