"""Values in the narrowest type that gives every bit back. Pure arithmetic; knows nothing of files."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.layout import VALUES
from app.acquisition.history.rows import Floats

Packed = NDArray[Any]


def packed(values: Floats, code: int) -> Packed:
    """The values as VALUES[code] keeps them; what does not fit comes out wrong (see `fits`)."""
    kept = VALUES[code]
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        return (values if kept.kind == "f" else np.where(np.isnan(values), no_value(kept), values)).astype(kept)


def unpacked(kept: Packed) -> Floats:
    """The values again."""
    values = kept.astype(np.float64)
    if kept.dtype.kind == "i":
        values[kept == no_value(kept.dtype)] = np.nan
    return values


def no_value(kept: np.dtype[Any]) -> int:
    """What stands for NaN in an integer type: its least value."""
    return -(1 << (8 * kept.itemsize - 1))


def fits(values: Floats, code: int) -> NDArray[np.bool_]:
    """Which values VALUES[code] gives back bit by bit (any NaN is as good as another)."""
    again = unpacked(packed(values, code))
    same: NDArray[np.bool_] = (again.view(np.int64) == values.view(np.int64)) | (np.isnan(again) & np.isnan(values))
    return same
