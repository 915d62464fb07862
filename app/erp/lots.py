"""Lot numbers as ERPs have them: text, literally; and the doubt whether two of them are one.

Pure. A lot's number is never taken for a number, a formula or a pattern.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from app.domain.erp import Lot
from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.domain.text import safe

LONGEST = 300


def lot_text(number: str) -> str:
    """The number of a lot that may be posted, unchanged; raises ErpRejectedError for one that no ERP can keep."""
    if len(number) > LONGEST:
        raise ErpRejectedError(f"The lot's number has {len(number)} characters; {LONGEST} are the most.", "lot_number")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in number):
        raise ErpRejectedError(f"Lot {safe(number, 60)} has a control character in its number.", "lot_number")
    return number


def without_lookalikes(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    """The lots, none of which can be taken for another one; raises ErpProtocolError and names the two that can.

    One number for two products, or two numbers that are the same characters in two ways of writing them (NFC, NFD).
    A hold on one of them would lie on the other one too, or on neither.
    """
    seen: dict[str, Lot] = {}
    for lot in lots:
        twin = seen.setdefault(unicodedata.normalize("NFC", lot.number), lot)
        if twin is lot:
            continue
        shown, of = safe(lot.number, 60), (safe(twin.product, 60), safe(lot.product, 60))
        if twin.product != lot.product:
            raise ErpProtocolError(f"The ERP has lot {shown} twice: of {of[0]} and of {of[1]}.")
        raise ErpProtocolError(f"The ERP has two lots that both read {shown}: one number is written in two ways.")
    return tuple(seen.values())
