"""What is refused before Tryton is asked, in the words that every ERP of ours has for it. Pure."""

from __future__ import annotations

from decimal import Decimal

from app.domain.erp_errors import ErpRejectedError

MOST = Decimal(10) ** 11


def not_negative(quantity: Decimal, name: str) -> Decimal:
    """The quantity, which is a plausible number from nought."""
    if not quantity.is_finite() or quantity < 0 or quantity > MOST:
        said = "can't be below nought" if quantity < 0 else "can't be"
        raise ErpRejectedError(f"{name} is {quantity}: it {said}.", "quantity")
    return quantity


def same_unit(given: str, kept: str, subject: str) -> None:
    """Refuse a quantity in another unit: nothing is converted silently."""
    if given != kept:
        raise ErpRejectedError(f"{subject} is kept in {kept}, not in {given or 'no unit'}.", "unit")
