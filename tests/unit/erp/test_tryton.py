"""What the Tryton adapter makes of answers and references, without a server."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.erp.tryton.layout import Layout
from app.erp.tryton.marks import TAKEN, mark_in, mark_of, marked, note_of
from app.erp.tryton.rpc import failure, result
from app.erp.tryton.shapes import LevelRow, Warehouse, rows, tidy
from app.erp.tryton.values import decode, encode
from app.erp.web import Answered
from tests.contract.erp_twins import confirm


def answered(status: int = 200, body: object = None, json_: bool = True) -> Answered:
    return Answered(status=status, json=json_, body=json.dumps(body).encode())


STATUSES = [
    (answered(401), ErpAuthError),
    (answered(403), ErpAuthError),
    (answered(404), ErpProtocolError),
    (answered(429), ErpUnavailableError),
    (answered(500), ErpOutcomeUnknownError),
    (answered(503), ErpUnavailableError),
    (answered(504), ErpOutcomeUnknownError),
    (answered(200, "<html>", json_=False), ErpProtocolError),
    (answered(200, []), ErpProtocolError),
    (answered(200, {"id": 1}), ErpProtocolError),
    (answered(200, {"id": 1, "error": ["UserError", ["No stock", "of it", None]]}), ErpRejectedError),
]


@pytest.mark.parametrize(("answer", "error"), STATUSES)
def test_every_answer_is_the_error_for_what_must_follow(answer: Answered, error: type[Exception]) -> None:
    with pytest.raises(error):
        result(answer, "plant")


FAILURES = [
    (["UserError", ["No stock", "of it", None]], ErpRejectedError, "No stock of it"),
    (["UserWarning", ["over_1", "Too much", ""]], ErpActionRequiredError, "Too much"),
    (["ConcurrencyException", "Records were modified"], ErpConflictError, "Records were modified"),
    (["database is locked", "trace"], ErpUnavailableError, "database is locked"),
    (["'no_field'", "Traceback …"], ErpProtocolError, "no_field"),
    ("what", ErpProtocolError, "what"),
    ([], ErpProtocolError, "Tryton failed"),
]


@pytest.mark.parametrize(("error", "kind", "said"), FAILURES)
def test_trytons_own_errors_are_told_apart(error: object, kind: type[Exception], said: str) -> None:
    found = failure(error)
    assert type(found) is kind
    assert said in str(found)


def test_a_warnings_name_is_what_its_answer_goes_by() -> None:
    found = failure(["UserWarning", ["over_1", "Too much", ""]])
    assert isinstance(found, ErpActionRequiredError)
    assert found.token == "over_1"


def test_numbers_are_read_as_they_are_written() -> None:
    found = decode(b'{"a": 0.1, "b": {"__class__": "Decimal", "decimal": "1.10"}, "c": "000123", "d": "1E5"}')
    assert found == {"a": Decimal("0.1"), "b": Decimal("1.10"), "c": "000123", "d": "1E5"}


VALUES = [date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC), timedelta(minutes=7), Decimal("0.1")]


@pytest.mark.parametrize("value", VALUES)
def test_a_typed_value_comes_back_as_it_went(value: object) -> None:
    assert decode(encode({"v": value})) == {"v": value}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"__class__": "date", "year": 2026, "month": 2, "day": 30}',
        b'{"__class__": "date"}', b'{"__class__": "Decimal", "decimal": "many"}',
        b'{"__class__": "datetime", "year": 0}', b'{"__class__": "timedelta", "seconds": 1e999}',
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_fault_of_the_protocol(body: bytes) -> None:
    with pytest.raises(ErpProtocolError, match="makes no sense"):
        decode(body)


def test_rows_of_another_shape_are_refused() -> None:
    with pytest.raises(ErpProtocolError, match="makes no sense"):
        rows([{"id": 1, "code": "A", "quantity": "many", "default_uom.": {"id": 1, "symbol": "EA"}}], LevelRow)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e12", "-1"])
def test_a_quantity_that_can_not_be_is_refused(value: str) -> None:
    with pytest.raises(ErpProtocolError, match="can't be"):
        tidy(Decimal(value))


def test_what_binary_counting_adds_is_taken_away_again() -> None:
    assert str(tidy(Decimal("0.30000000000000004"))) == "0.3"
    assert str(tidy(Decimal("48000.0"))) == "48000"


@given(st.text(max_size=60))
def test_people_keep_what_they_wrote_into_a_reference(text: str) -> None:
    first, second = mark_of(confirm("a")), mark_of(confirm("b"))
    once = marked(text, first)
    assert mark_in(once) == first
    assert marked(once, second) == marked(text, second)
    assert " ".join(text.split()) in once


def test_the_sign_of_a_taken_order_outlives_every_mark() -> None:
    assert TAKEN in marked(f"PO 77 {TAKEN}", mark_of(confirm("a")))
    assert mark_in(f"PO 77 {TAKEN}") is None


@pytest.mark.parametrize("message", ["", "call me", "LS:1", "LS:" + "a" * 20 + "." + "b" * 12 + " {", None])
def test_a_note_that_people_wrote_is_none_of_ours(message: str | None) -> None:
    assert note_of({"message": message, "resource": "production,1"}) is None


def test_a_day_is_the_companys_also_when_the_clocks_change() -> None:
    layout = Layout(
        company=1, currency=1, zone=ZoneInfo("Europe/Vienna"), warehouse=Warehouse(id=1, storage_location=2),
        quarantine=0, quarantine_name="Q", waste=0, sells=False,
    )  # fmt: skip
    assert layout.begin(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert layout.end(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    for need in (layout.need_quarantine, layout.need_waste):
        with pytest.raises(ErpRejectedError):
            need()
