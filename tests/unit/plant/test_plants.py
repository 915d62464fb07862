"""The plants that ship with Lineside are sound, and the demo's agrees with the simulated controllers."""

from datetime import time as clock
from itertools import product

import pytest

import resources
from app.domain.people import Function
from app.domain.plant import Plant, Signal
from app.erp.registry import check_settings
from app.plant.check import load
from drivers.registry import ADDRESS_CHECKS
from drivers.simulated.alarms import ALARMS
from drivers.simulated.catalog import KINDS, LINES, Kind
from drivers.simulated.replay import known_codes, machine_name, read_bursts
from drivers.simulated.replay_server import NAMESPACE
from drivers.simulated.signals import tag_list
from tests.needs import need_shared

SHIPPED = ("demo", "example", "replay")
REGISTERS = {"uint16": "u16", "uint32": "u32", "float32": "f32", "bit": "bool", "ascii": "string"}


def shipped(name: str) -> Plant:
    """A plant of the resources."""
    return load(resources.path(f"plants/{name}.toml"), ADDRESS_CHECKS, check_settings)


@pytest.fixture(scope="module")
def demo() -> Plant:
    return shipped("demo")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_plant_is_sound(name: str) -> None:
    assert shipped(name).machines


def test_the_demo_has_the_machines_of_the_simulator(demo: Plant) -> None:
    told = {
        machine.id: (machine.line, machine.name, machine.kind, machine.position, machine.nominal_rate, machine.bundle)
        for machine in demo.machines.values()
    }
    bundles = {Kind.CASE_PACKER: 12, Kind.PALLETISER: 60}
    assert told == {
        f"{name}.{kind.value}": (
            name, KINDS[kind].label, kind.value, KINDS[kind].number - 1, line.nominal(kind), bundles.get(kind, 1)
        )
        for (name, line), kind in product(LINES.items(), Kind)
    }  # fmt: skip
    assert {line.id: (line.feed, line.output) for line in demo.lines.values()} == {
        name: (f"{name}.filler", f"{name}.palletiser") for name in LINES
    }


@pytest.mark.parametrize("line", list(LINES))
def test_every_tag_of_the_demo_lies_where_the_simulator_has_it(demo: Plant, line: str) -> None:
    catalog = {(row["machine"], row["name"]): row for row in tag_list(line)}
    tags = [tag for tag in demo.tags if demo.machines[tag.machine].line == line]
    assert {key for key in catalog if key[1] != "item"} == {(tag.machine, tag.id.rpartition(".")[2]) for tag in tags}
    for tag in tags:
        row = catalog[tag.machine, tag.id.rpartition(".")[2]]
        assert tag.unit == row["unit"], tag.id
        assert (tag.low, tag.high) == (pytest.approx(row["low"]), pytest.approx(row["high"])), tag.id
        assert tag.is_text == (row["ua_type"] == "String"), tag.id
        if LINES[line].protocol == "opcua":
            assert tag.address == {"node": f"nsu={LINES[line].namespace};s={row['node']}"}
        else:
            register = row["register"]
            assert (tag.address["address"], tag.address["type"]) == (register["address"], REGISTERS[register["type"]])
            assert tag.address.get("bit", 0) == register["bit"]
            assert tag.address.get("length", register["words"]) == register["words"]
            assert tag.scale == register["scale"]


def test_board_indices_follow_the_file(demo: Plant) -> None:
    assert [tag.index for tag in demo.tags] == list(range(len(demo.tags)))
    assert len(demo.tags) == 630


def test_every_machine_of_the_demo_tells_what_the_detectors_need(demo: Plant) -> None:
    wanted = (
        Signal.STATE, Signal.MODE, Signal.RATE, Signal.PRODUCED, Signal.REJECTED, Signal.CONSUMED, Signal.STOP_REASON,
        Signal.STOP_TEXT, Signal.BLOCKED, Signal.STARVED, Signal.LOT, Signal.ORDER, Signal.UNIT_SERIAL, Signal.MATERIAL,
    )  # fmt: skip
    for machine, signal in product(demo.machines, wanted):
        assert demo.tag(machine, signal), f"{machine} {signal}"


def test_every_stop_of_the_simulator_has_a_reason_text(demo: Plant) -> None:
    assert demo.reasons == {str(alarm.number): alarm.text for alarm in ALARMS.values()}


def test_every_function_is_on_every_shift_of_the_demo(demo: Plant) -> None:
    assert len(demo.shifts) == 3
    for shift in demo.shifts:
        present = {function for name in shift.people for function in demo.people[name].functions}
        assert present == set(Function)
        assert shift.days == frozenset(range(7))


def test_every_machine_of_a_recording_is_in_the_replay_plant() -> None:
    plant = shipped("replay")
    codes = known_codes(read_bursts(need_shared() / "data" / "alpi" / "bursts_2019-02_2020-01.csv.gz"))
    assert plant.replayed
    assert set(plant.machines) == {machine_name(number) for number in codes}
    assert plant.tags[0].address == {"node": f"nsu={NAMESPACE};s={plant.tags[0].machine}.AlarmCount"}
    assert {rule.kind for rule in plant.rules} == {"alarm_burst", "controller_lost"}


def test_the_example_shows_state_maps_own_tags_and_closed_shifts() -> None:
    plant = shipped("example")
    state = plant.tag("P1.filler", Signal.STATE)
    assert state is not None
    assert state.state_map is not None
    assert state.address == {"node": "nsu=urn:acme:packing;s=FIL1.State"}
    assert [shift.id for shift in plant.shifts] == ["early", "late"]
    assert plant.shifts[0].start == clock(5)
    stops = {rule.id: rule.machines for rule in plant.rules if rule.kind == "unplanned_stop"}
    assert stops == {"stop": {"P1.checkweigher", "P1.packer"}, "stop-filler": {"P1.filler"}}
