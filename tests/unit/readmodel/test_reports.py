"""The tables for reports: the manual lists them, and each row has every column."""

import resources
from app.readmodel.figures import FIGURES
from app.readmodel.report_page import page
from app.readmodel.reports import REPORTS, report_format, rows_of, written

PAGE = resources.path("manual/reports.md").read_text(encoding="utf-8")


def test_the_manual_is_up_to_date() -> None:
    assert page() == PAGE, "run: python -m app.readmodel.report_page > resources/manual/reports.md"


def test_every_table_and_view_is_there_once_and_every_column_says_what_it_is() -> None:
    names = [report.name for report in REPORTS] + [figure.name for figure in FIGURES]
    assert len(set(names)) == len(names)
    for report in REPORTS:
        columns = [column.name for column in report.columns]
        assert len(set(columns)) == len(columns)
        assert set(report.keys) <= set(columns)
        assert "place" in columns
        assert all(column.comment for column in report.columns)


def test_a_part_s_table_follows_that_of_its_whole() -> None:
    seen: set[str] = set()
    for report in REPORTS:
        assert report.parent is None or report.parent in seen
        seen.add(report.name)


def test_another_column_is_another_format() -> None:
    assert report_format(REPORTS[:-1]) != report_format()


def test_nothing_changed_is_nothing_written() -> None:
    assert rows_of([]) == {}
    assert written([]) == "{}"
