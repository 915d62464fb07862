"""A changed value is what `dataclasses.replace` makes, only sooner."""

from dataclasses import dataclass, field, replace

import pytest

from app.domain.value import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    a: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Base):
    b: str = "x"
    c: tuple[int, ...] = field(default_factory=tuple)


def test_a_changed_value_is_a_new_one_with_the_other_fields_kept() -> None:
    row = Row(a=1, c=(2,))
    assert changed(row, b="y") == replace(row, b="y")
    assert changed(row, a=5, c=()) == Row(a=5)
    assert row == Row(a=1, c=(2,))


def test_a_field_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(TypeError):
        changed(Row(a=1), d=1)
