"""Whether the ERP's document says what was posted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from app.domain.erp import ConfirmProduction, ConsumeMaterial, ErpCommand, Receipt

CLOSE = Decimal("0.0005")
"""ERPs round quantities to three places; what differs by less is no difference."""
NOTHING: Mapping[str, Decimal] = MappingProxyType({})


def quantities(command: ErpCommand) -> Mapping[str, Decimal]:
    """What a command wants booked, by the names of Receipt.booked; empty for one that has no quantities."""
    match command:
        case ConfirmProduction():
            return {"good": command.good, "scrap": command.scrap}
        case ConsumeMaterial():
            wanted: dict[str, Decimal] = {}
            for taken in command.consumptions:
                add(wanted, taken.product, taken.lot, taken.quantity)
            return wanted
    return NOTHING


def add(booked: dict[str, Decimal], product: str, lot: str, quantity: Decimal) -> None:
    """Count so much of a product, or of its lot."""
    name = f"{product} {lot}".strip()
    booked[name] = booked.get(name, Decimal(0)) + quantity


def difference(command: ErpCommand, receipt: Receipt) -> str:
    """What a person is told where the ERP's document differs from the posting; empty where it does not."""
    document = receipt.refs.get("document", "") or "its document"
    if receipt.changed:
        return f"The ERP took it with changes ({document}): {receipt.changed}"
    wanted = quantities(command)
    if not receipt.booked or not wanted:
        return ""
    found = [
        f"{name} {receipt.booked.get(name, Decimal(0)).normalize():f} in place of {amount.normalize():f}"
        for name, amount in wanted.items()
        if abs(receipt.booked.get(name, Decimal(0)) - amount) > CLOSE
    ]
    found += [
        f"{name} {receipt.booked[name].normalize():f}, which was not posted"
        for name in receipt.booked
        if name not in wanted
    ]
    return f"The ERP's {document} differs from what was posted: {', '.join(found)}." if found else ""
