"""What is made of proposals for others: the figure, the row for reports, the file that a person takes over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.bootstrap.export_side import table, write
from app.domain.proposal import Proposal
from app.readmodel import kpi
from app.readmodel.export import columns, file_name
from app.readmodel.model import all_proposals, proposal
from app.readmodel.reports import Change, rows_of
from tests.ui.desk import NOW
from tests.ui.views.proposed import proposed_night


@pytest.fixture(name="exported")
def _exported() -> Proposal:
    found = proposal(proposed_night().view, "p6")
    assert found is not None
    return found


def test_days_from_evidence_to_change_are_the_median_of_what_was_changed(exported: Proposal) -> None:
    """Changed after 1, 2 and 9 days: half took at most 2. What is not changed does not count."""
    rows = [replace(exported, changed_at=exported.proposed_at + timedelta(days=days)) for days in (9, 1, 2)]
    assert kpi.days_to_change([*rows, replace(exported, changed_at=None)]) == 2.0
    assert kpi.days_to_change([replace(exported, changed_at=None)]) is None
    assert kpi.DAYS_TO_CHANGE_TARGET == 7.0


def test_every_proposal_has_its_row_for_reports() -> None:
    rows = all_proposals(proposed_night().view)
    found = rows_of([Change(stream=f"proposal/{row.id}", place=1, row=row) for row in rows])["proposal"]
    by_id = {row["id"]: row for row in found}
    assert (by_id["p5"]["state"], by_id["p5"]["met"], by_id["p5"]["effect"]) == ("measured", True, 478.5)
    assert (by_id["p1"]["was"], by_id["p1"]["changed_at"], by_id["p3"]["status"]) == (326, None, "hold")


def test_a_file_has_a_plain_name_that_is_the_same_for_the_same_proposal(exported: Proposal) -> None:
    odd = replace(exported, change=replace(exported.change, product="A/100 ..\\x"))
    assert file_name(exported) == "rate-L2.filler-L-033-p6.csv"
    assert file_name(odd) == "rate-L2.filler-A_100_.._x-p6.csv"


def test_a_cell_is_never_a_formula(exported: Proposal) -> None:
    odd = replace(exported, change=replace(exported.change, product="=1+1"))
    assert columns(odd)["product"] == "'=1+1"


def test_a_file_written_twice_is_the_same_file(exported: Proposal, tmp_path: object) -> None:
    path = tmp_path / "folder" / file_name(exported)  # type: ignore[operator]
    for _ in range(2):
        write(path, table(exported))
    head, row = path.read_bytes().decode("utf-8-sig").splitlines()
    assert head.startswith("proposal,kind,machine,product")
    assert row.startswith("p6,rate,L2.filler,L-033")
    assert f"{exported.decided_at:%Y-%m-%d}" in row
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert exported.proposed_at < NOW
