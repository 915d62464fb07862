"""The figures for Prometheus: named by its conventions, each read from what a station is, none made up."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.status import ControllerStatus, Health, PartStatus, SharedStatus, StationStatus
from app.readmodel.metrics import METRICS, Kind, Seen, read_all
from app.readmodel.model import Model
from tests.plants import NOON, small_plant

PLANT = small_plant()
STATUS = StationStatus(
    controllers={
        "C-1": ControllerStatus(id="C-1", name="x", protocol="opcua", health=Health.UP, samples=7, clock_s=0.5),
        "C-2": ControllerStatus(id="C-2", name="y", protocol="modbus", health=Health.DOWN, reconnects=3),
    },
    acquisition=PartStatus(health=Health.UP, restarts=2),
    store=PartStatus(health=Health.DOWN),
    shared=SharedStatus(joined=True, health=Health.UP, waiting=4, offset_s=-1.5, duty=True),
)
SEEN = Seen(
    now=NOON, plant=PLANT, status=STATUS, view=Model(), operations=12, heard_s={"C-1": NOON.timestamp() - 3, "C-2": 0}
)


def read(seen: Seen = SEEN) -> dict[str, dict[tuple[str, ...], float]]:
    return {row.name: dict(samples) for row, samples in read_all(seen)}


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_a_row_is_named_by_the_conventions(row) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"lineside_[a-z]+(_[a-z]+)*", row.name)
    assert row.name.endswith("_total") is (row.kind is Kind.COUNTER)
    assert not re.search(r"_(ms|s|mb|kb|minutes)$", row.name)
    assert row.help.endswith(".")
    assert all(re.fullmatch(r"[a-z]+", label) for label in row.labels)


def test_names_are_unique() -> None:
    assert len({row.name for row in METRICS}) == len(METRICS)


def test_figures_say_what_the_station_is() -> None:
    found = read()
    assert found["lineside_controller_up"] == {("C-1", "opcua"): 1.0, ("C-2", "modbus"): 0.0}
    assert found["lineside_last_data_age_seconds"] == {("C-1",): 3.0}
    assert found["lineside_controller_clock_offset_seconds"] == {("C-1",): 0.5}
    assert found["lineside_journal_up"] == {(): 0.0}
    assert found["lineside_journal_operations_total"] == {(): 12.0}
    assert found["lineside_acquisition_restarts_total"] == {(): 2.0}
    assert found["lineside_shared_up"] == {(): 1.0}
    assert found["lineside_shared_waiting_operations"] == {(): 4.0}
    assert found["lineside_shared_clock_offset_seconds"] == {(): -1.5}
    assert found["lineside_open_exceptions"] == {(p,): 0.0 for p in "1234"}
    assert found["lineside_checks"]["controllers", "bad"] == 1.0


def test_what_is_not_known_is_left_out() -> None:
    found = read(replace(SEEN, status=StationStatus(), heard_s={}))
    for name in (
        "lineside_shared_up",
        "lineside_journal_up",
        "lineside_erp_up",
        "lineside_disk_free_bytes",
        "lineside_duty",
    ):
        assert found[name] == {}


def test_a_controller_heard_in_the_future_is_heard_now() -> None:
    seen = replace(SEEN, now=NOON - timedelta(seconds=10))
    assert read(seen)["lineside_last_data_age_seconds"] == {("C-1",): 0.0}
