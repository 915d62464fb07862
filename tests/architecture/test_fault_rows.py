"""Every row of the fault plan names tests and campaigns that are there: line controllers, shared store, ERP."""

import ast
from functools import cache

import pytest

from tests.architecture.source import ROOT
from tests.faults import erp_rows, rows, store_rows
from tests.faults.__main__ import LANES

CAMPAIGNS = {row.name for lane in LANES for row in lane}
PLANS = {
    "rows.FAULTS": (rows.FAULTS, [*range(1, 30)]),
    "rows.INPUTS": (rows.INPUTS, [*range(1, 22), 50, 51]),
    "store_rows.STORE": (store_rows.STORE, [*range(30, 56)]),
    "erp_rows.INPUTS": (erp_rows.INPUTS, [*range(26, 36)]),
}
"""The tables of tests/faults, and which rows of the plan each has."""
EVERY = [pytest.param(name, row, id=f"{name} {row.number}") for name, (plan, _) in PLANS.items() for row in plan]


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of a file's test functions; empty if there is no such file."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_"))


@pytest.mark.parametrize("name", PLANS)
def test_no_row_is_missing(name: str) -> None:
    plan, numbers = PLANS[name]
    assert [row.number for row in plan] == numbers


@pytest.mark.parametrize(("name", "row"), EVERY)
def test_a_row_has_tests_and_they_are_there(name: str, row: rows.Row) -> None:
    gone = [test for test in row.tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
    assert gone == [], f"name what took their place in {name}: {gone}"
    assert row.tests or row.but
    assert set(row.campaigns) <= CAMPAIGNS
