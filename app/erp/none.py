"""No ERP: a plant that has none, or whose ERP comes later. Nothing is read, nothing is posted, and it says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from app.domain.erp import (
    Capability,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    StockLevel,
)
from app.domain.erp_errors import ErpUnsupportedError


class NoErp:
    """Refuses everything with one sentence."""

    capabilities: frozenset[Capability] = frozenset()

    async def probe(self) -> ErpInfo:
        """Nobody there."""
        _none()

    async def products(self, cursor: str = "") -> Page[Product]:
        """Nobody there."""
        _none()

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        """Nobody there."""
        _none()

    async def lots(self, cursor: str = "") -> Page[Lot]:
        """Nobody there."""
        _none()

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        """Nobody there."""
        _none()

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        """Nobody there."""
        _none()

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Nobody there."""
        _none()

    async def find(self, key: str) -> Receipt | None:
        """Nothing was ever posted."""
        return None

    async def aclose(self) -> None:
        """Nothing to close."""


def _none() -> NoReturn:
    raise ErpUnsupportedError("No ERP is connected: outcomes are kept in Lineside only.")
