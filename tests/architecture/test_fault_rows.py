"""Every row of the fault plan that is about line controllers names tests and campaigns that are there."""

import ast
from functools import cache

import pytest

from tests.architecture.source import ROOT
from tests.faults.__main__ import LANES
from tests.faults.rows import FAULTS, INPUTS, Row

CAMPAIGNS = {row.name for lane in LANES for row in lane}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of a file's test functions; empty if there is no such file."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_"))


def test_no_row_is_missing() -> None:
    assert [row.number for row in FAULTS] == list(range(1, 30))
    assert [row.number for row in INPUTS] == [*range(1, 22), 50, 51]


@pytest.mark.parametrize("row", [*FAULTS, *INPUTS], ids=lambda row: row.title)
def test_a_row_has_tests_and_they_are_there(row: Row) -> None:
    gone = [test for test in row.tests if test.partition("::")[2] not in names_in(test.partition("::")[0])]
    assert gone == [], f"name what took their place in tests/faults/rows.py: {gone}"
    assert row.tests or row.but
    assert set(row.campaigns) <= CAMPAIGNS
