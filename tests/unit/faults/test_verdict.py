"""The verdict over the fault campaigns: one missed goal, or a campaign that broke off, and it failed."""

import pytest

from tests.bench.line import Figure, under
from tests.faults.__main__ import Outcome, verdict
from tests.faults.size import shares


def outcome(cases: float, *, ended: bool = True) -> Outcome:
    figures = [
        Figure(metric="cases", unit="cases", runs=[cases], goal=under(1)),
        Figure(metric="n", unit="n", runs=[3]),
    ]
    return Outcome(figures=[figure.line("faults") for figure in figures], ended=ended)


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([outcome(0), outcome(0)], "passed"),
        ([outcome(0), outcome(1)], "FAILED"),
        ([outcome(0), outcome(0, ended=False)], "FAILED"),
    ],
)
def test_the_verdict_is_that_of_the_worst(outcomes: list[Outcome], words: str) -> None:
    assert verdict({str(place): one for place, one in enumerate(outcomes)})["verdict"] == words


def test_a_campaign_without_figures_did_not_pass() -> None:
    found = verdict({"cuts": Outcome(figures=[], ended=False)})
    assert found == {"verdict": "FAILED", "goals": 0, "missed": [], "broken": ["cuts"]}


def test_the_links_share_what_there_is() -> None:
    assert shares(20, 3) == [7, 7, 6]
    assert sum(shares(50, 7)) == 50
