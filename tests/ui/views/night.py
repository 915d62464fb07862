"""The night of the pictures with what suspect units need: counters of line 2, lots, older cases, a replayed burst."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.domain import events as e
from app.domain.case import ExceptionCase
from app.domain.lifecycles import HoldState
from app.domain.plant import Signal
from app.domain.work import LotCount, OrderProgress
from app.readmodel import model
from app.readmodel.handover_draft import draft_items, figures
from tests.ui.desk import NOW, FakeDesk, at, night_desk

LAST = 22_357
"""The last unit that the filler made before it aborted."""

GOOD = 21_205
"""The unit that the last good check stood at."""

PASSED = {"filler": LAST, "capper": 22_321, "labeller": 22_273}
"""The last unit that left each machine that numbers units as the filler does; the others count cases and layers."""

BETWEEN = (("labeller", "case_packer", 22.0), ("case_packer", "palletiser", 18.0))
"""What lies between two machines, in units of the first: told by what one made more than the other took."""


def hold_night() -> FakeDesk:
    """`night_desk` with counters that agree: 812 units of 4471-B and 340 of 4471-C since the last good check."""
    desk = night_desk()
    desk.plant = replace(
        desk.plant,
        hold_reasons={
            "underfill": "Underfill",
            "foreign_body": "Foreign body",
            "seal": "Seal",
            "label": "Label",
            "other": "Other",
        },
    )
    _count(desk)
    _lots(desk)
    _tell_case(desk)
    _remember(desk)
    _replay(desk)
    return desk


def _count(desk: FakeDesk) -> None:
    for name, passed in PASSED.items():
        desk.set(f"L2.{name}", Signal.UNIT_SERIAL, float(passed))
    tag = desk.plant.tag("L2.filler", Signal.UNIT_SERIAL)
    assert tag is not None
    ages = np.arange(7200, 0, -1, dtype=np.float64)
    times = NOW.timestamp() - ages
    good_s, stop_s = at("01:38").timestamp(), at("02:11:43").timestamp()
    made = GOOD + (times - good_s) / (stop_s - good_s) * (LAST - GOOD)
    desk.values.series[tag.index] = np.floor(np.clip(made, 1, LAST))
    grown, late = np.linspace(0, 3_000, ages.size), np.clip((3_600 - ages) / 600, 0, 1)
    for here, there, units in BETWEEN:
        _series(desk, f"L2.{here}", Signal.PRODUCED, 5_000 + np.floor(grown))
        _series(desk, f"L2.{here}", Signal.REJECTED, np.full(ages.size, 7.0))
        _series(desk, f"L2.{there}", Signal.CONSUMED, 900 + np.floor(grown - late * units))


def _series(desk: FakeDesk, machine: str, signal: Signal, values: NDArray[np.float64]) -> None:
    tag = desk.plant.tag(machine, signal)
    assert tag is not None
    desk.values.series[tag.index] = values


def _lots(desk: FakeDesk) -> None:
    row = model.progress(desk.view, "WO-10479")
    assert isinstance(row, OrderProgress)
    lots = (
        LotCount(
            lot="4471-B",
            good=Decimal(5_980),
            scrap=Decimal(20),
            first=16_018,
            last=22_017,
            from_at=at("01:10"),
            to_at=at("02:01:54"),
        ),
        LotCount(
            lot="4471-C",
            good=Decimal(338),
            scrap=Decimal(2),
            first=22_018,
            last=LAST,
            from_at=at("02:01:54"),
            to_at=at("02:11:43"),
        ),
    )
    desk.model.put("order/WO-10479", replace(row, lots=lots, machine="L2.filler"))
    for check in model.checks(desk.view):
        desk.model.put(f"check/{check.id}", replace(check, serial=GOOD if check.passed else None))


def _tell_case(desk: FakeDesk) -> None:
    found = model.case(desk.view, "c1")
    assert isinstance(found, ExceptionCase)
    desk.model.put("case/c1", replace(found, lot="4471-C", values={"machine": "L2 Filler"}))


PAST = (
    ("14", 30, "Torque limit valve block 3", "Swollen seal", "replaced seal kit 7-113", 19, "weiss"),
    ("02", 80, "Torque limit valve block 2", "Product crystallised", "flush 4 min", 24, "kaya"),
    ("27", 140, "Torque limit valve block 3", "Seal worn", "replaced seal kit 7-113", 26, "weiss"),
    ("05", 160, "Torque limit valve block 3", "Seal worn", "Replaced seal kit 7-113", 31, "weiss"),
)


def _remember(desk: FakeDesk) -> None:
    for number, days, first_out, cause, fix, minutes, person in PAST:
        case_id, when = f"old{number}", NOW - timedelta(days=days)
        opened = e.CaseOpened(
            case_id=case_id,
            kind="breakdown",
            priority=1,
            title="L2 Filler aborted",
            occurrence=f"occ-{case_id}",
            happened_at=when,
            first_out=first_out,
            machine="L2.filler",
            line="L2",
            accountable="okafor",
        )
        desk.record(opened, when=when)
        resolved = e.CaseResolved(case_id=case_id, cause=cause, fix=fix)
        desk.record(resolved, person=person, when=when + timedelta(minutes=minutes))


def _replay(desk: FakeDesk) -> None:
    when = at("02:10:02")
    opened = e.CaseOpened(
        case_id="burst",
        kind="alarm_burst",
        priority=3,
        title="L1 Palletiser alarm burst: 34 alarms",
        occurrence="occ-burst",
        happened_at=when,
        first_out="Pallet missing at lift",
        machine="L1.palletiser",
        line="L1",
        accountable="okafor",
        rule="alarm_burst/palletiser",
        rule_version=2,
        replayed=True,
    )
    desk.record(opened, when=when)
    for place in range(33):
        folded = e.MemberAdded(
            case_id="burst",
            occurrence=f"occ-burst-{place}",
            kind="alarm",
            text=f"A{place % 7:03d} Lift not in position",
            happened_at=when + timedelta(seconds=3 * place + 2),
            machine="L1.palletiser",
            count=1 + place % 3,
        )
        desk.record(folded, when=when + timedelta(seconds=3 * place + 2))


def second_hold(desk: FakeDesk, hold_id: str = "h2", lot: str = "4471-B", reason: str = "label") -> None:
    """Another hold on a lot that is held already."""
    units = (e.HeldUnits(lot=lot, product="L-033", quantity=Decimal(96), first=21_300, last=21_395),)
    placed = e.HoldPlaced(hold_id=hold_id, units=units, reason_code=reason, reason="Skewed labels", line="L2")
    desk.record(placed, person="silva", when=at("02:09"))
    found = model.hold(desk.view, hold_id)
    assert found is not None
    assert found.state is HoldState.PLACED


def drafted_night() -> FakeDesk:
    """`night_desk` whose shift lead has signed the handover."""
    desk = night_desk()
    drafted = e.HandoverDrafted(
        handover_id="n1",
        shift="Night",
        next_shift="Early",
        shift_start=at("22:00"),
        items=draft_items(desk.view, desk.plant),
        figures=figures(desk.view, at("22:00"), desk.now()),
    )
    desk.record(drafted)
    desk.record(e.HandoverSigned(handover_id="n1", note="Wait for Weiss."), person="okafor")
    return desk
