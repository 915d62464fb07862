"""Holds: add-only, several on a lot, released by name and version; the ERP hears of a lot when the last one ends."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain import commands as c
from app.domain.erp import Capability
from app.domain.events import Disposition, HeldUnits
from app.domain.lifecycles import HoldState
from app.readmodel import model as m
from tests.plants import small_plant
from tests.unit.services.floor import Floor, floor

LOT = HeldUnits(lot="4480-A", quantity=Decimal(6000))
RANGE = HeldUnits(lot="4480-A", first=100, last=400, quantity=Decimal(301))
OTHER = HeldUnits(lot="4480-B", quantity=Decimal(10))


def place(desk: Floor, *units: HeldUnits, by: str = "silva") -> str:
    command = c.PlaceHold(units=units, reason_code="fill", reason="Fill volume low", line="L1")
    return desk.send(command, by).streams[0].removeprefix("hold/")


def dispose(desk: Floor, hold_id: str, disposition: Disposition = Disposition.RELEASE) -> None:
    desk.send(c.ReviewHold(hold_id=hold_id), "brandt")
    desk.send(c.DisposeHold(hold_id=hold_id, disposition=disposition), "brandt")


def release(desk: Floor, hold_id: str) -> None:
    found = m.hold(desk.bus.model, hold_id)
    assert found is not None
    desk.send(c.ReleaseHold(hold_id=hold_id, seen_version=found.version), "brandt")


def statuses(desk: Floor) -> list[tuple[object, object]]:
    return [(p.command["lot"], p.command["status"]) for p in desk.postings]


def test_a_hold_runs_from_placing_to_its_end(desk: Floor) -> None:
    hold_id = place(desk, LOT, OTHER)
    assert m.held(desk.bus.model) == {"4480-A", "4480-B"}
    dispose(desk, hold_id)
    assert m.held(desk.bus.model) == {"4480-A", "4480-B"}
    release(desk, hold_id)
    assert m.held(desk.bus.model) == frozenset()
    assert statuses(desk) == [
        ("4480-A", "hold"), ("4480-B", "hold"), ("4480-A", "released"), ("4480-B", "released"),
    ]  # fmt: skip
    found = m.hold(desk.bus.model, hold_id)
    assert found is not None
    assert (found.state, found.placed_by, found.released_by) == (HoldState.CLOSED, "silva", "brandt")


def test_a_lot_stays_held_until_its_last_hold_is_released(desk: Floor) -> None:
    first, second = place(desk, LOT), place(desk, RANGE)
    assert first != second
    dispose(desk, first)
    release(desk, first)
    assert m.held(desk.bus.model) == {"4480-A"}
    assert ("4480-A", "released") not in statuses(desk)
    dispose(desk, second)
    release(desk, second)
    assert statuses(desk)[-1] == ("4480-A", "released")
    assert m.held(desk.bus.model) == frozenset()


def test_a_release_of_what_changed_meanwhile_is_refused(desk: Floor) -> None:
    hold_id = place(desk, LOT)
    dispose(desk, hold_id)
    seen = m.hold(desk.bus.model, hold_id)
    assert seen is not None
    desk.send(c.ReviewHold(hold_id=hold_id, note="One more sample"), "brandt")
    desk.send(c.DisposeHold(hold_id=hold_id, disposition=Disposition.SCRAP), "brandt")
    error = desk.refused(c.ReleaseHold(hold_id=hold_id, seen_version=seen.version), "brandt")
    assert "changed since" in error.message


def test_two_placings_are_two_holds(desk: Floor) -> None:
    assert place(desk, LOT) != place(desk, LOT)
    assert len(m.open_holds(desk.bus.model)) == 2


def test_scrapped_units_are_said_so(desk: Floor) -> None:
    hold_id = place(desk, LOT)
    dispose(desk, hold_id, Disposition.SCRAP)
    release(desk, hold_id)
    assert statuses(desk)[-1] == ("4480-A", "scrapped")


def test_every_step_needs_the_one_before(desk: Floor) -> None:
    hold_id = place(desk, LOT)
    desk.refused(c.DisposeHold(hold_id=hold_id, disposition=Disposition.SCRAP), "brandt")
    desk.refused(c.ReleaseHold(hold_id=hold_id, seen_version=1), "brandt")
    desk.send(c.ReviewHold(hold_id=hold_id), "brandt")
    desk.refused(c.ReviewHold(hold_id=hold_id), "brandt")
    desk.send(c.DisposeHold(hold_id=hold_id, disposition=Disposition.REWORK), "brandt")
    release(desk, hold_id)
    desk.refused(c.ReleaseHold(hold_id=hold_id, seen_version=4), "brandt")
    desk.refused(c.ReviewHold(hold_id=hold_id), "brandt")


@pytest.mark.parametrize("person", ["silva", "okafor", "weiss"])
def test_only_quality_leads_take_a_hold_further(desk: Floor, person: str) -> None:
    hold_id = place(desk, LOT)
    assert "may not" in desk.refused(c.ReviewHold(hold_id=hold_id), person).message


@pytest.mark.parametrize(
    "units",
    [
        (),
        (HeldUnits(lot="9999-Z"),),
        (HeldUnits(lot=""),),
        (HeldUnits(lot="  "),),
        (HeldUnits(lot="4480-A", first=9, last=1),),
        (HeldUnits(lot="4480-A", quantity=Decimal(-1)),),
        (HeldUnits(lot="4480-A", quantity=Decimal("NaN")),),
        (HeldUnits(lot="4480-A", quantity=Decimal("Infinity")),),
        (HeldUnits(lot="x" * 10_000),),
    ],
    ids=["none", "unknown", "empty", "blank", "backwards", "negative", "nan", "infinite", "endless"],
)
def test_what_is_no_lot_is_not_held(desk: Floor, units: tuple[HeldUnits, ...]) -> None:
    assert desk.refused(c.PlaceHold(units=units, reason_code="x", reason="Doubt"), "silva").todo


def test_a_hold_needs_a_reason_and_its_case(desk: Floor) -> None:
    desk.refused(c.PlaceHold(units=(LOT,), reason_code="x", reason=" "), "silva")
    desk.refused(c.PlaceHold(units=(LOT,), reason_code="x", reason="Doubt", case_id="none"), "silva")
    case = desk.opened("reject_drift")
    desk.send(c.PlaceHold(units=(LOT,), reason_code="x", reason="Doubt", case_id=case.id), "silva")
    assert m.open_holds(desk.bus.model)[0].case_id == case.id


def test_a_lot_that_only_the_floor_knows_can_be_held(desk: Floor) -> None:
    desk.opened(capsule=None)
    now = desk.clock.now()
    count = c.RecordCount(
        order="WO-1", line="L1", machine="L1.packer", lot="4481-A", good=Decimal(12), scrap=Decimal(0), counter=1.0,
        from_at=now, to_at=now,
    )  # fmt: skip
    desk.send(count)
    place(desk, HeldUnits(lot="4481-A"))
    assert m.open_holds(desk.bus.model)[0].units[0].product == "W-050"


def test_a_quality_check_is_a_number_at_a_machine(desk: Floor) -> None:
    check = c.RecordQualityCheck(
        machine="L1.filler", lot="4480-A", characteristic="fill volume", value=Decimal("499.2"), unit="ml", passed=True
    )
    desk.send(check, "silva")
    assert [row.value for row in m.checks(desk.bus.model)] == [Decimal("499.2")]
    for bad in ({"machine": "L9.x"}, {"value": Decimal("NaN")}):
        values = {
            "machine": "L1.filler", "lot": "4480-A", "characteristic": "fill", "value": Decimal(1), "unit": "ml",
            "passed": True, **bad,
        }  # fmt: skip
        desk.refused(c.RecordQualityCheck(**values), "silva")


def test_a_hold_is_kept_here_where_the_erp_can_not_block_a_lot() -> None:
    plant = small_plant()
    with floor(replace(plant, erp=replace(plant.erp, lacks=frozenset({Capability.LOT_BLOCKS})))) as desk:
        hold_id = place(desk, LOT)
        assert m.held(desk.bus.model) == {"4480-A"}
        dispose(desk, hold_id)
        release(desk, hold_id)
        assert desk.postings == []
