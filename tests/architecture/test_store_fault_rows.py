"""Every row of the fault plan that is about the shared store and journals names tests that are there."""

import pytest

from tests.architecture.test_fault_rows import names_in
from tests.faults.rows import Row
from tests.faults.store_rows import STORE


def test_no_row_is_missing() -> None:
    assert [row.number for row in STORE] == list(range(30, 56))


@pytest.mark.parametrize("row", STORE, ids=lambda row: row.title)
def test_a_row_has_tests_and_they_are_there(row: Row) -> None:
    gone = [test for test in row.tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
    assert gone == [], f"name what took their place in tests/faults/store_rows.py: {gone}"
    assert row.tests or row.but
