"""A DataValue becomes a good sample only if status, type, shape and clock are right (bad input rows 1 to 10)."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncua import ua

from app.domain.plant import Signal, Tag
from app.domain.reading import Quality
from drivers.opcua.decode import OVERFLOW, add, quality_of
from drivers.samples import Batch

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NUMBER = Tag(index=0, id="n", name="n", machine="m", controller="c", signal=Signal.PROCESS)
TEXT = Tag(index=1, id="t", name="t", machine="m", controller="c", signal=Signal.LOT)


def value(raw: Any, kind: ua.VariantType | None = None, **more: Any) -> ua.DataValue:
    """A DataValue with a source time just now."""
    return ua.DataValue(ua.Variant(raw, kind), **{"SourceTimestamp": NOW, **more})


def sample(tag: Tag, data: ua.DataValue, index: int | None = None) -> tuple[float, str | None, Quality, float]:
    """Value, text, quality and source time of the one sample."""
    batch = Batch(NOW.timestamp())
    add(batch, tag, index, data, NOW.timestamp())
    made = batch.samples()
    return float(made.values[0]), made.texts.get(0), Quality(int(made.qualities[0])), float(made.source_s[0])


@pytest.mark.parametrize(
    ("raw", "number"),
    [(1.5, 1.5), (7, 7.0), (True, 1.0), (False, 0.0), (-0.0, 0.0), (1e308, 1e308), (2**63 - 1, 2.0**63)],
)
def test_a_number_is_good(raw: float, number: float) -> None:
    assert sample(NUMBER, value(raw))[::2] == (number, Quality.GOOD)


BAD_NUMBERS = {
    "NaN": value(math.nan),
    "infinity": value(math.inf),
    "null": value(None),
    "empty array": value([], ua.VariantType.Double),
    "array": value([1.0, 2.0]),
    "matrix": ua.DataValue(ua.Variant([[1.0, 2.0], [3.0, 4.0]], Dimensions=[2, 2]), SourceTimestamp=NOW),
    "text": value("12"),
    "bytes": value(b"12"),
    "time": value(NOW),
    "localized text": value(ua.LocalizedText("12")),
    "unknown structure": value(ua.ExtensionObject(TypeId=ua.NodeId(9999, 3), Body=b"x")),
    "bad status": value(1.0, StatusCode=ua.StatusCode(ua.StatusCodes.BadSensorFailure)),
}


@pytest.mark.parametrize("kind", BAD_NUMBERS)
def test_what_is_no_number_is_bad(kind: str) -> None:
    number, text, quality, _ = sample(NUMBER, BAD_NUMBERS[kind])
    assert quality is Quality.BAD
    assert math.isnan(number)
    assert text is None


def test_an_uncertain_status_keeps_its_value() -> None:
    found = sample(NUMBER, value(1.0, StatusCode=ua.StatusCode(ua.StatusCodes.UncertainInitialValue)))
    assert found[::2] == (1.0, Quality.UNCERTAIN)


def test_an_element_of_an_array_is_picked() -> None:
    assert sample(NUMBER, value([1.0, 2.0]), 1)[::2] == (2.0, Quality.GOOD)
    assert sample(NUMBER, value([1.0, 2.0]), 2)[2] is Quality.BAD
    assert sample(NUMBER, value(1.0), 0)[2] is Quality.BAD


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("4480-A", "4480-A"),
        (2**53 + 1, "9007199254740993"),
        (ua.LocalizedText("Störung"), "Störung"),
        ("<b>\u202e\0", "<b>⟨U+202E⟩⟨U+0000⟩"),
    ],
)
def test_a_text_is_exact_and_safe(raw: Any, text: str) -> None:
    assert sample(TEXT, value(raw))[1:3] == (text, Quality.GOOD)


def test_a_long_text_is_cut() -> None:
    text = sample(TEXT, value("x" * 1_000_000))[1]
    assert text is not None
    assert len(text) == 500


@pytest.mark.parametrize("raw", [b"bytes", None, ["a"]])
def test_what_is_no_text_is_bad(raw: Any) -> None:
    assert sample(TEXT, value(raw))[2] is Quality.BAD


@pytest.mark.parametrize(
    "at",
    [None, datetime(1601, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), NOW + timedelta(hours=1, seconds=1)],
)
def test_an_impossible_time_is_replaced_and_told(at: datetime | None) -> None:
    assert sample(NUMBER, value(1.0, SourceTimestamp=at))[2:] == (Quality.UNCERTAIN, NOW.timestamp())


def test_the_servers_time_stands_in_for_a_missing_source_time() -> None:
    found = sample(NUMBER, value(1.0, SourceTimestamp=None, ServerTimestamp=NOW - timedelta(seconds=2)))
    assert found[2:] == (Quality.GOOD, NOW.timestamp() - 2.0)


def test_the_reserved_severity_counts_as_bad() -> None:
    assert quality_of(ua.StatusCode(0xC000_0000)) is Quality.BAD
    assert quality_of(None) is Quality.GOOD


def test_the_overflow_bit_is_seen() -> None:
    assert 0x0000_0480 & OVERFLOW == OVERFLOW
    assert 0 & OVERFLOW != OVERFLOW
