"""A changed value is what `dataclasses.replace` makes, only sooner."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from app.domain.value import changed, fields_of, maker


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


def test_a_changed_value_is_as_frozen_as_one_that_was_made_the_long_way() -> None:
    row = changed(Row(a=1), b="y")
    assert type(row) is Row
    with pytest.raises(FrozenInstanceError):
        row.b = "z"  # type: ignore[misc] # that it can't be set is what is tested


def test_a_value_is_made_of_its_fields_by_position() -> None:
    assert fields_of(Row) == ("a", "b", "c")
    assert maker(Row)(1, "y", (2,)) == Row(a=1, b="y", c=(2,))
    with pytest.raises(TypeError):
        maker(Row)(1, "y")
