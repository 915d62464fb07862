from decimal import Decimal

import pytest

from ui.forms import Choice, Field, FieldKind, Form, decimal, faults, first_fault

LINES = (Choice(value="L1", label="Line 1"),)


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (FieldKind.TEXT, "any", " "),
        (FieldKind.CHOICE, "L1", "L9"),
        (FieldKind.LINE, "L1", "Line 1"),
        (FieldKind.PERSON, "L1", "nobody"),
        (FieldKind.MINUTES, "90", "1.5"),
        (FieldKind.MINUTES, "10080", "10081"),
        (FieldKind.NUMBER, "31,240", "12.5"),
        (FieldKind.DECIMAL, "12.5", "-1"),
        (FieldKind.DECIMAL, "0", "NaN"),
        (FieldKind.DECIMAL, "7", "seven"),
        (FieldKind.SECRET, "x", ""),
    ],
)
def test_a_field_takes_what_fits_its_kind_and_says_what_is_wrong(kind: FieldKind, good: str, wrong: str) -> None:
    form = Form(title="t", fields=(Field(id="f", label="Field", kind=kind, choices=LINES),))
    assert faults(form, {"f": good}) == {}
    assert "Field" in faults(form, {"f": wrong})["f"]


def test_every_kind_is_tried_above() -> None:
    mark = next(m for m in test_a_field_takes_what_fits_its_kind_and_says_what_is_wrong.pytestmark)  # type: ignore[attr-defined]
    assert {row[0] for row in mark.args[1]} == set(FieldKind)


def test_an_optional_field_may_stay_empty() -> None:
    assert faults(Form(title="t", fields=(Field(id="f", label="Note", required=False),)), {}) == {}


def test_the_first_fault_is_that_of_the_first_field() -> None:
    form = Form(title="t", fields=(Field(id="a", label="A"), Field(id="b", label="B")))
    assert first_fault(form, {}) == ("a", "A is needed.")


@pytest.mark.parametrize(("text", "value"), [("31,240", 31240), (" 1 200 ", 1200), ("1\u202f200", 1200)])
def test_people_write_thousands_as_they_like(text: str, value: int) -> None:
    assert decimal(text) == Decimal(value)
