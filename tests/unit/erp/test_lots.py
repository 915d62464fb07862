from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.erp import Lot
from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.erp.lots import lot_text, without_lookalikes


def lot(number: str, product: str = "W-050") -> Lot:
    return Lot(number=number, product=product, quantity=Decimal(1), unit="EA", status="released")


def test_one_number_for_two_products_is_reported() -> None:
    with pytest.raises(ErpProtocolError, match="lot 4480 twice: of W-050 and of L-033"):
        without_lookalikes([lot("4480"), lot("4480", "L-033")])


def test_one_number_written_in_two_ways_is_reported() -> None:
    with pytest.raises(ErpProtocolError, match="two lots that both read"):
        without_lookalikes([lot("\u00e9"), lot("e\u0301")])


def test_other_lots_are_left_as_they_are() -> None:
    lots = [lot(number) for number in ("000123", "123", "1E5", "100000", "a", "A", " a")]
    assert without_lookalikes(lots) == tuple(lots)


@pytest.mark.parametrize("number", ["n" * 301, "a\tb", "a\nb", "\x00"])
def test_a_number_that_no_erp_can_keep_is_refused(number: str) -> None:
    with pytest.raises(ErpRejectedError):
        lot_text(number)


@pytest.mark.parametrize("number", ["n" * 300, "000123", "=1+1", " a ", "e\u0301"])
def test_any_other_number_stays_as_it_is_written(number: str) -> None:
    assert lot_text(number) == number
