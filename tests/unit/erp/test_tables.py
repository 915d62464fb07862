"""Every table of the ERP side has its rows, no more and no fewer."""

from __future__ import annotations

from dataclasses import fields

import pytest

from app.domain.erp import ERP_COMMANDS
from app.erp import faults, memory
from app.erp.demo import service
from app.erp.faults import Faults
from app.erp.ledger import POSTERS, PREFIXES


def test_every_command_is_booked_and_numbered() -> None:
    assert set(POSTERS) == set(ERP_COMMANDS.values())
    assert set(PREFIXES) == set(ERP_COMMANDS)
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_every_fault_strikes_in_both_twins() -> None:
    assert set(service.BEFORE) == set(faults.BEFORE)
    assert set(service.AFTER) == set(faults.AFTER)
    assert set(memory.RAISES) == {*faults.BEFORE, *faults.AFTER}
    assert {*faults.BEFORE, *faults.AFTER} <= {field.name for field in fields(Faults)}
    assert set(service.MOODS) - {"slow"} <= {*faults.BEFORE, *faults.AFTER}


@pytest.mark.parametrize("name", [*faults.BEFORE, *faults.AFTER])
def test_a_counter_strikes_so_many_writes_and_is_used_up(name: str) -> None:
    found = Faults()
    setattr(found, name, 2)
    assert [found.next(writes=True) for _ in range(3)] == [name, name, ""]


def test_reads_are_spared_unless_meant() -> None:
    assert Faults(html=1).next(writes=False) == ""
    assert Faults(html=1, reads=True).next(writes=False) == "html"
    assert Faults(down=True).next(writes=False) == "unavailable"


def test_a_plan_strikes_call_by_call() -> None:
    found = Faults(plan=["", "timeout"], html=1)
    assert [found.next(writes=True), found.next(writes=False, find=True), found.next(writes=True)] == [
        "",
        "timeout",
        "html",
    ]
