"""A number becomes a value of its tag only if it is one, and only at a time that can be."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag
from app.domain.reading import Quality
from drivers.samples import AHEAD_S, Batch, engineering, plausible_s

NOW_S = 1_795_344_430.0


def tag(**more: Any) -> Tag:
    """A tag with index 3."""
    return Tag(index=3, id="t", name="t", machine="m", controller="c", signal=Signal.PROCESS, **more)


def test_scale_and_offset_make_the_engineering_value() -> None:
    assert engineering(tag(scale=0.1, offset=-40.0), 650) == (25.0, Quality.GOOD)


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_bad(raw: float) -> None:
    assert engineering(tag(), raw)[1] is Quality.BAD


def test_a_scale_that_overflows_is_bad() -> None:
    assert engineering(tag(scale=10.0), 1e308)[1] is Quality.BAD


def test_minus_zero_is_zero() -> None:
    assert math.copysign(1.0, engineering(tag(), -0.0)[0]) == 1.0


def test_a_makers_states_become_packml_and_unknown_ones_undefined() -> None:
    mapped = tag(state_map={3: MachineState.EXECUTE}, scale=100.0)
    assert engineering(mapped, 3)[0] == MachineState.EXECUTE
    assert engineering(mapped, 4)[0] == MachineState.UNDEFINED
    assert engineering(mapped, 3.5)[0] == MachineState.UNDEFINED


@given(st.floats() | st.integers())
def test_a_good_value_is_always_finite(raw: float) -> None:
    value, quality = engineering(tag(scale=2.5, offset=1.0), raw)
    assert (quality is Quality.GOOD) == math.isfinite(value)


@pytest.mark.parametrize("source_s", [None, 0.0, -11_644_473_600.0, 253_402_300_799.0, NOW_S + AHEAD_S + 1.0])
def test_an_impossible_clock_gives_the_received_time(source_s: float | None) -> None:
    assert plausible_s(source_s, NOW_S) == (NOW_S, False)


@pytest.mark.parametrize("source_s", [NOW_S, NOW_S - 86_400.0, NOW_S + 60.0])
def test_a_possible_clock_is_kept(source_s: float) -> None:
    assert plausible_s(source_s, NOW_S) == (source_s, True)


def test_a_batch_is_columns_in_order_with_safe_texts() -> None:
    batch = Batch(NOW_S)
    batch.number(tag(), (1.5, Quality.GOOD), NOW_S - 1.0)
    batch.text(tag(), "a\x00b", Quality.UNCERTAIN, NOW_S - 2.0)
    samples = batch.samples()
    assert len(batch) == len(samples) == 2
    assert samples.tags.tolist() == [3, 3]
    assert samples.values[0] == 1.5
    assert math.isnan(samples.values[1])
    assert samples.texts == {1: "a⟨U+0000⟩b"}
    assert samples.qualities.tolist() == [Quality.GOOD, Quality.UNCERTAIN]
    assert samples.source_s.tolist() == [NOW_S - 1.0, NOW_S - 2.0]
