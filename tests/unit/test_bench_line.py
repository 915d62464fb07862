"""The lines that every benchmark prints: others read them."""

import json

import pytest

from tests.bench.line import Figure, Goal, at_least, over_baseline, run, table, under

KEYS = {"bench", "metric", "value", "unit", "spread", "baseline", "ratio", "goal", "met"}


def test_a_line_has_the_median_its_spread_and_the_peer() -> None:
    figure = Figure(metric="paint", unit="ms", runs=[2.0, 4.0, 3.0], baseline=[6.0], goal=under(9))
    line = figure.line("overview")
    assert line.keys() == KEYS
    assert (line["value"], line["baseline"], line["ratio"], line["met"]) == (3.0, 6.0, 0.5, True)
    assert line["spread"] == pytest.approx(2 / 3, rel=1e-3)


@pytest.mark.parametrize(
    ("goal", "met"), [(under(3), False), (under(3.1), True), (at_least(3), True), (over_baseline(1), True)]
)
def test_a_goal_is_met_or_missed(goal: Goal, met: bool) -> None:
    assert Figure(metric="m", unit="", runs=[3.0], baseline=[2.0], goal=goal).line("b")["met"] is met


def test_a_figure_that_no_run_gave_is_null_and_misses_its_goal() -> None:
    line = Figure(metric="m", unit="s", runs=[], goal=under(1)).line("b")
    assert (line["value"], line["spread"], line["ratio"], line["met"]) == (None, None, None, False)


def test_a_missed_goal_is_printed_as_missed_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run("b", lambda: [Figure(metric="m", unit="s", runs=[2.0], goal=under(1))])
    printed = capsys.readouterr().out.splitlines()
    said = [json.loads(text) for text in printed if text.startswith("{")]
    assert [set(line) for line in said] == [{"load", "cpus"}, KEYS, {"load", "cpus"}]
    assert "MISSED" in printed[-1]


def test_the_table_has_a_row_a_figure() -> None:
    lines = [Figure(metric=name, unit="s", runs=[1.0]).line("b") for name in ("one", "two")]
    assert len(table(lines).splitlines()) == 3
