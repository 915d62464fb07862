"""The table of exception kinds: every row has a source, sane parameters and a title that fills."""

import re
from dataclasses import dataclass

import pytest

from app.acquisition.acquisition import machine_detectors, rules_of
from app.acquisition.detectors import alarms, controllers, material, rate, rejects, stops
from app.acquisition.machine import MachineNow
from app.domain.kinds import EXCEPTION_KINDS, REPORTS, ExceptionKind
from app.domain.people import Function
from app.services import findings
from tests.plants import MACHINES, NOON, small_plant
from tests.unit.services.floor import finding

DETECTORS = {
    "stops": set(stops.KINDS),
    "rate": {rate.KIND},
    "rejects": {rejects.KIND},
    "material": {material.KIND},
    "controllers": {controllers.KIND},
    "alarms": {alarms.KIND},
}
"""Detector module → the kinds it raises."""

SOURCES = {"operator_report": "cases.report_exception", "posting_rejected": "postings.route_refusal"}
"""Kinds that no detector raises, and the use case that does."""

KINDS = pytest.mark.parametrize("kind", EXCEPTION_KINDS.values(), ids=lambda kind: kind.id)


@KINDS
def test_a_kind_has_exactly_one_source(kind: ExceptionKind) -> None:
    row = kind
    raising = [name for name, kinds in DETECTORS.items() if row.id in kinds]
    assert raising == ([row.detector] if row.detector else [])
    assert bool(row.detector) is not (row.id in SOURCES)


@KINDS
def test_a_kind_is_said_to_somebody_with_a_priority(kind: ExceptionKind) -> None:
    row = kind
    assert 1 <= row.priority <= 4
    assert row.functions
    assert all(isinstance(function, Function) for function in row.functions)
    assert row.name.strip()


@KINDS
def test_its_parameters_have_units_help_and_a_default_within_bounds(kind: ExceptionKind) -> None:
    row = kind
    for parameter in row.parameters:
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.low < parameter.high
        assert parameter.unit
        assert parameter.help
    assert len({p.name for p in row.parameters}) == len(row.parameters)


@dataclass
class _Ctx:
    plant: object = None


GIVEN = {
    "rate_loss": {"percent": "63"},
    "reject_drift": {"before": "0.4", "now": "2.6"},
    "material_low": {"material": "labels", "left": "7 min"},
    "alarm_burst": {"alarm": "Torque limit", "code": "A17"},
}


@KINDS
def test_its_title_fills_and_never_breaks(kind: ExceptionKind) -> None:
    row = kind
    ctx = _Ctx(small_plant())
    controller = "C-L1" if row.id == "controller_lost" else None
    machine = None if controller else "L1.filler"
    full = finding(row.id, machine, at=NOON, values=GIVEN.get(row.id, {}), controller=controller)
    said = findings.title(full, ctx)  # type: ignore[arg-type]
    assert not re.search(r"[{}]", said)
    if row.id not in SOURCES:
        assert "…" not in said
        assert ("Line controller L1" if controller else "L1 Filler") in said
    bare = findings.title(finding(row.id, machine, at=NOON), ctx)  # type: ignore[arg-type]
    assert not re.search(r"[{}]", bare)


def test_a_title_shows_hostile_values_harmlessly() -> None:
    ctx = _Ctx(small_plant())
    said = findings.title(
        finding("material_low", "L1.filler", at=NOON, values={"material": "{left}\x1b[2J", "left": "\n%n"}),
        ctx,  # type: ignore[arg-type]
    )
    assert "\x1b" not in said
    assert "\n" not in said


def test_every_machine_has_every_detector() -> None:
    plant = small_plant()
    machine = MACHINES["L1.filler"]
    made = machine_detectors(MachineNow(machine, "urn:L1"), rules_of(plant, machine.id), plant)
    modules = {type(detector).__module__.rpartition(".")[2] for detector in made}
    assert modules == set(DETECTORS) - {"controllers", "alarms"}


def test_reports_are_one_key_each() -> None:
    assert all(len(key) == 1 for key in REPORTS)
    assert all(1 <= priority <= 4 for _, _, priority in REPORTS.values())
