"""Every row of the plan that is about the ERP's bad input names tests that are there."""

import pytest

from tests.architecture.test_fault_rows import names_in
from tests.faults.erp_rows import INPUTS
from tests.faults.rows import Row


def test_no_row_is_missing() -> None:
    assert [row.number for row in INPUTS] == list(range(26, 36))


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row.title)
def test_a_row_has_tests_and_they_are_there(row: Row) -> None:
    gone = [test for test in row.tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
    assert gone == [], f"name what took their place in tests/faults/erp_rows.py: {gone}"
    assert row.tests
