"""An ERP command as the plain values that the journal keeps. The ERP part reads them back by its own codec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from app.codec import plain
from app.domain.erp import ErpCommand


def to_plain(command: ErpCommand) -> Mapping[str, object]:
    """Builtins only: Decimal and times as text."""
    return cast("Mapping[str, object]", plain(command))
