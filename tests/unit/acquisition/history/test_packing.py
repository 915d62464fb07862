"""Values are kept narrow only where every bit comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.acquisition.history.layout import VALUES
from app.acquisition.history.packing import fits, packed, unpacked

# values, the type that is narrow enough
NARROWEST: tuple[tuple[list[float], str], ...] = (
    ([0.0, 1.0, 127.0, -127.0], "int8"),
    ([float("nan"), 3.0], "int8"),
    ([-128.0], "int16"),
    ([17.0, 30_000.0], "int16"),
    ([2.0**31 - 1], "int32"),
    ([0.5, 480.25], "float32"),
    ([-0.0], "float32"),
    ([float("inf")], "float32"),
    ([0.1], "float64"),
    ([2.0**53], "float32"),
    ([2.0**53 - 1], "float64"),
    ([1e300], "float64"),
)


@pytest.mark.parametrize(("values", "kind"), NARROWEST)
def test_the_narrowest_type_that_keeps_every_bit_is_known(values: list[float], kind: str) -> None:
    fitting = [code for code in range(len(VALUES)) if fits(np.array(values), code).all()]
    assert VALUES[fitting[0]].name == kind


@given(st.lists(st.floats(), min_size=1), st.integers(0, len(VALUES) - 1))
def test_what_is_said_to_fit_comes_back(numbers: list[float], code: int) -> None:
    values = np.array(numbers)
    fitting = values[fits(values, code)]
    np.testing.assert_array_equal(unpacked(packed(fitting, code)), fitting)
    assert np.array_equal(np.signbit(unpacked(packed(fitting, code))), np.signbit(fitting)) or np.isnan(fitting).any()
