"""A simulated line: reproducible, coupled by its buffers, and honest in its counting."""

from typing import Any

import pytest

from drivers.simulated.alarms import ALARMS, LOW_MATERIAL
from drivers.simulated.catalog import KINDS, LINES, Kind
from drivers.simulated.faults import FAULTS, opening, random_faults
from drivers.simulated.flow import OrderBook
from drivers.simulated.line import Line, build_line
from drivers.simulated.packml import Command, State
from drivers.simulated.plant import Plant
from drivers.simulated.signals import signals_for

STEP_S = 0.1


def quiet_line(line: str = "L1", seed: int = 1) -> Line:
    """A line that no fault ever strikes."""
    return Line(LINES[line], seed, scripted=False, faulty=False)


def run(line: Line, seconds: float) -> None:
    for _ in range(round(seconds / STEP_S)):
        line.step(STEP_S)


def trace(line: Line, seconds: float) -> list[tuple[Any, ...]]:
    """Every value of every machine, twice a second."""
    rows: list[tuple[Any, ...]] = []
    for step in range(round(seconds / STEP_S)):
        line.step(STEP_S)
        if step % 5 == 0:
            rows.append(snapshot(line))
    return rows


def snapshot(line: Line) -> tuple[Any, ...]:
    return tuple(source.read(line.machines[kind]) for kind in Kind for source in signals_for(line.spec.line, kind))


@pytest.mark.parametrize("line", LINES)
def test_the_same_seed_and_steps_give_the_same_line(line: str) -> None:
    assert trace(build_line(line, seed=7), 120.0) == trace(build_line(line, seed=7), 120.0)


def test_no_two_lines_ever_run_the_same_order() -> None:
    seen: set[str] = set()
    for spec in LINES.values():
        book, orders = OrderBook(spec.orders), set()
        for _ in range(1000):
            orders |= {units.order for units in book.stamp(1000)}
        assert not seen & orders
        seen |= orders


def test_another_seed_gives_another_line() -> None:
    assert trace(build_line("L1", seed=7), 20.0) != trace(build_line("L1", seed=8), 20.0)


def test_a_line_in_a_plant_is_the_line_alone() -> None:
    plant, alone = Plant(seed=3), build_line("L2", seed=3)
    for _ in range(300):
        plant.step(STEP_S)
        alone.step(STEP_S)
    assert snapshot(plant.lines["L2"]) == snapshot(alone)


def test_a_line_without_faults_makes_its_nominal_output() -> None:
    line = quiet_line()
    run(line, 300.0)
    for kind, machine in line.machines.items():
        assert machine.state is State.EXECUTE
        assert machine.processed == pytest.approx(line.spec.nominal(kind) * 5.0, rel=0.05)
        assert not machine.blocked
        assert not machine.starved


def test_a_stopped_machine_blocks_those_before_it_and_starves_those_after_it() -> None:
    line = quiet_line()
    run(line, 10.0)
    line.machines[Kind.LABELLER].command(Command.ABORT)
    run(line, 42.0)
    machines = line.machines
    assert machines[Kind.LABELLER].state is State.ABORTED
    for kind in (Kind.CAPPER, Kind.FILLER, Kind.DEPALLETISER):
        assert (machines[kind].state, machines[kind].blocked) == (State.SUSPENDED, True)
    for kind in (Kind.CASE_PACKER, Kind.PALLETISER):
        assert (machines[kind].state, machines[kind].starved) == (State.SUSPENDED, True)
    assert not machines[Kind.CAPPER].starved


def test_a_blocked_line_runs_again_when_its_operator_has_restarted_the_machine() -> None:
    line = quiet_line()
    line.machines[Kind.LABELLER].command(Command.STOP)
    run(line, 150.0)
    assert {machine.state for machine in line.machines.values()} == {State.EXECUTE}


def test_a_blocked_machine_has_no_stop_reason() -> None:
    line = quiet_line()
    line.machines[Kind.LABELLER].command(Command.ABORT)
    run(line, 40.0)
    assert line.machines[Kind.CAPPER].stop_number == 0
    assert line.machines[Kind.CAPPER].stop_text == ""


def test_no_bottle_is_lost_or_counted_twice() -> None:
    line = build_line("L2", seed=5)
    before = [buffer.count for buffer in line.buffers]
    run(line, 600.0)
    kinds = list(Kind)
    for index, buffer in enumerate(line.buffers):
        maker, taker = line.machines[kinds[index]], line.machines[kinds[index + 1]]
        good = maker.processed - maker.defective
        assert before[index] + good - taker.consumed == buffer.count
        assert taker.consumed == taker.processed * KINDS[kinds[index + 1]].takes_per_unit


def test_lots_and_orders_reach_the_palletiser_in_the_order_of_the_filler() -> None:
    line = quiet_line("L2")
    seen: list[str] = []
    for _ in range(9000):
        line.step(STEP_S)
        lot = line.machines[Kind.PALLETISER].last.lot
        if not seen or seen[-1] != lot:
            seen.append(lot)
    assert seen == ["4471-B", "4471-C"]


def test_units_keep_their_serial_numbers_from_the_filler_to_the_labeller() -> None:
    line = quiet_line()
    numbers = [line.machines[kind].last.last for kind in (Kind.LABELLER, Kind.CAPPER, Kind.FILLER)]
    assert 0 < numbers[0] < numbers[1] < numbers[2]
    run(line, 60.0)
    labelled = line.machines[Kind.LABELLER].last.last
    assert numbers[2] < labelled < line.machines[Kind.FILLER].last.last


def test_the_first_fault_is_kept_as_the_stop_reason() -> None:
    line = quiet_line()
    filler = line.machines[Kind.FILLER]
    filler.strike(FAULTS["torque_jam"], 20.0)
    run(line, 5.0)
    filler.command(Command.CLEAR)
    assert (filler.stop_number, filler.stop_text) == (2301, ALARMS[2301].text)


def test_a_jam_shows_in_its_process_value_before_it_happens() -> None:
    line = build_line("L2", seed=1, opening_after_s=40.0)
    filler = line.machines[Kind.FILLER]
    torque = next(
        source for source in signals_for("L2", Kind.FILLER) if source.signal.name == FAULTS["torque_jam"].strain
    )
    limit = torque.signal.high
    assert limit is not None
    values = []
    for seconds in (10.0, 20.0, 13.4):
        run(line, seconds)
        values.append(float(torque.read(filler)))
        assert filler.state is State.EXECUTE
    assert values == sorted(values)
    assert values[1] < limit < values[2]
    run(line, 1.0)
    assert filler.state is State.ABORTED


def test_the_opening_shows_every_kind_of_exception_in_half_a_minute() -> None:
    plant = Plant(seed=1)
    silent = False
    for _ in range(300):
        plant.step(STEP_S)
        silent = silent or not plant.lines["L3"].machines[Kind.LABELLER].online
    filler = plant.lines["L2"].machines[Kind.FILLER]
    assert (filler.state, filler.stop_number, len(filler.alarms.active)) == (State.ABORTED, 2301, 14)
    assert plant.lines["L1"].machines[Kind.CAPPER].reject_share > 0.03
    assert plant.lines["L2"].machines[Kind.LABELLER].speed < 0.75 * 600.0
    labeller = plant.lines["L3"].machines[Kind.LABELLER]
    assert labeller.material_share < 0.10
    assert LOW_MATERIAL[Kind.LABELLER] in labeller.alarms.active
    assert silent
    assert plant.lines["L3"].machines[Kind.PALLETISER].state is State.STOPPED


def test_the_jammed_filler_of_the_opening_runs_again_after_forty_seconds() -> None:
    line = build_line("L2", seed=1)
    run(line, 46.0)
    filler = line.machines[Kind.FILLER]
    assert filler.state is State.EXECUTE
    assert not filler.alarms.active
    assert filler.stop_text == ""


def test_the_opening_can_begin_later() -> None:
    line = build_line("L2", seed=1, opening_after_s=10.0)
    run(line, 12.0)
    assert line.machines[Kind.FILLER].state is State.EXECUTE
    run(line, 5.0)
    assert line.machines[Kind.FILLER].state is State.ABORTED


def test_a_machine_without_material_is_held_until_it_is_refilled() -> None:
    line = quiet_line("L3")
    labeller = line.machines[Kind.LABELLER]
    labeller.material_left = 20.0
    states, reasons = [], []
    for seconds in (12.0, 160.0):
        run(line, seconds)
        states.append(labeller.state)
        reasons.append(labeller.stop_number)
    assert states[0] is State.HELD
    assert reasons == [LOW_MATERIAL[Kind.LABELLER] + 1, 0]
    assert states[1] in (State.EXECUTE, State.SUSPENDED)
    assert labeller.material_share > 0.9


def test_every_planned_fault_strikes_a_machine_of_its_kind_with_alarms_that_exist() -> None:
    for fault in FAULTS.values():
        assert set(fault.alarms) <= set(ALARMS)
        names = {source.signal.name for source in signals_for("L1", fault.machine)}
        assert not fault.strain or fault.strain in names
    for line in LINES:
        times = [planned.at_s for planned in opening(line)]
        assert times == sorted(times)


def test_random_faults_come_several_times_in_ten_minutes() -> None:
    for seed in range(20):
        count = 0
        for planned in random_faults("L1", seed):
            if planned.at_s > 3600.0:
                break
            count += 1
        assert 12 <= count <= 50
