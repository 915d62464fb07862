from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.domain.erp_errors import (
    ErpAuthError,
    ErpConflictError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.erp import wire
from app.erp.demo_adapter import checked, receipt_of
from app.erp.web import Answered, retry_after

ORDER: dict[str, Any] = {
    "number": "000123", "product": "W-050", "product_name": "Still water", "line": "L1", "quantity": "48000",
    "unit": "EA", "due_at": "2026-11-22T06:00:00+01:00", "start_at": "2026-11-22T04:00:00Z", "state": "running",
    "good": "0.1", "scrap": "0",
}  # fmt: skip


def order(**values: object) -> bytes:
    return msgspec.json.encode({**ORDER, **values})


def test_a_sound_order_is_read_with_its_codes_literal_and_its_times_aware() -> None:
    found = wire.read(order(), wire.OrderShape).noun()
    assert (found.number, found.good) == ("000123", Decimal("0.1"))
    assert found.due_at.astimezone(UTC) == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


BAD: dict[str, dict[str, object]] = {
    "a day that is none": {"due_at": "2026-02-30T00:00:00Z"},
    "a time without zone": {"due_at": "2026-03-29T02:30:00"},
    "a number for a code": {"number": 123},
    "an empty code": {"number": ""},
    "a code of 301 letters": {"number": "x" * 301},
    "no number": {"quantity": "NaN"},
    "endless": {"quantity": "Infinity"},
    "below nought": {"good": "-1"},
    "1e12": {"quantity": "1e12"},
    "null": {"quantity": None},
    "words for a quantity": {"quantity": "many"},
}


@pytest.mark.parametrize("name", BAD)
def test_an_order_that_cannot_be_is_refused_as_a_fault_of_the_protocol(name: str) -> None:
    with pytest.raises(ErpProtocolError):
        wire.read(order(**BAD[name]), wire.OrderShape).noun()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"\\ud800"', b"null", b"[" * 5000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(ErpProtocolError, match="makes no sense"):
        wire.read(body, wire.OrderShape)


def test_names_are_made_safe_and_stock_may_be_below_nought() -> None:
    body = msgspec.json.encode({"code": "X", "name": "a\u202eb", "unit": "EA"})
    assert wire.read(body, wire.ProductShape).noun().name == "a⟨U+202E⟩b"
    level = wire.StockShape(product="X", location="Store", quantity=Decimal(-16), unit="EA")
    assert level.noun().quantity == Decimal(-16)


def answered(status: int, body: bytes = b"", json: bool = True) -> Answered:
    return Answered(status=status, json=json, body=body, retry_after_s=7.0)


def said(code: str, message: str = "Words of the ERP") -> bytes:
    return msgspec.json.encode({"code": code, "message": message})


STATUSES: list[tuple[Answered, type[Exception]]] = [
    (answered(401), ErpAuthError),
    (answered(403, b"<html>", json=False), ErpAuthError),
    (answered(429), ErpUnavailableError),
    (answered(503, b"<html>", json=False), ErpUnavailableError),
    (answered(500, said("internal")), ErpOutcomeUnknownError),
    (answered(502, b"<html>", json=False), ErpOutcomeUnknownError),
    (answered(504), ErpOutcomeUnknownError),
    (answered(409, said("changed")), ErpConflictError),
    (answered(412, said("changed")), ErpConflictError),
    (answered(409, said("key_reuse")), ErpProtocolError),
    (answered(422, said("no_stock")), ErpRejectedError),
    (answered(422, b"{}"), ErpProtocolError),
    (answered(400, said("bad_request")), ErpProtocolError),
    (answered(302, b"", json=False), ErpProtocolError),
    (answered(200, b"<html>", json=False), ErpProtocolError),
    (answered(200, b"{}"), ErpProtocolError),
]


@pytest.mark.parametrize(("answer", "error"), STATUSES, ids=lambda v: str(getattr(v, "status", "")) or None)
def test_every_status_is_the_error_for_what_must_follow(answer: Answered, error: type[Exception]) -> None:
    with pytest.raises(error):
        checked(answer, wire.ReceiptShape, (200, 201))


def test_the_erps_words_are_shown_safe_and_cut() -> None:
    with pytest.raises(ErpRejectedError) as caught:
        checked(answered(422, said("x", "no\x00" + "!" * 9000)), wire.ReceiptShape, (200,))
    assert caught.value.message.startswith("no⟨U+0000⟩!")
    assert len(caught.value.message) == 500


def test_an_answer_about_another_posting_is_not_believed() -> None:
    with pytest.raises(ErpProtocolError, match="another posting"):
        receipt_of(wire.ReceiptShape(key="a", repeated=False, refs={}), "b")


@pytest.mark.parametrize(
    ("text", "seconds"), [("3", 3), ("", 5), ("Wed, 21 Oct 2026 07:28:00 GMT", 5), ("-1", 5), ("999999", 900), ("²", 5)]
)
def test_a_wish_for_a_later_try_is_read_within_bounds(text: str, seconds: float) -> None:
    assert retry_after(text) == seconds
