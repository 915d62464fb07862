"""Runs: units, running time and use of material between stops, as a machine's tags tell them."""

from __future__ import annotations

import pytest

from app.acquisition.machine import MachineNow
from app.acquisition.runs import LONGEST_STEP_S, Pace, RunMeter
from app.domain.commands import RecordRuns
from app.domain.packml import MachineState
from app.domain.plant import Machine, Signal, Tag

FILLER = Machine(id="L1.filler", name="Filler", line="L1", controller="C", position=0, nominal_rate=300)


class Floor:
    """A filler whose counter is told every second; `step` lets it run."""

    def __init__(self, run_s: float = 10.0, runs: int = 2) -> None:
        self.now = MachineNow(FILLER, "id")
        self.meter = RunMeter(self.now, self.now, self.tag(Signal.MATERIAL, "%"), Pace(run_s=run_s, runs=runs))
        self.at_s, self.total, self.told = 1_000_000.0, 0.0, list[RecordRuns]()
        self.say(Signal.ORDER, text="WO-1")
        self.say(Signal.STATE, MachineState.EXECUTE)

    def tag(self, signal: Signal, unit: str = "") -> Tag:
        return Tag(index=0, id=signal.value, name="", machine="L1.filler", controller="C", signal=signal, unit=unit)

    def say(self, signal: Signal, value: float = float("nan"), text: str | None = None) -> None:
        tag = self.tag(signal)
        self.now.take(tag, float(value), text, 0, self.at_s)
        self.told += self.meter.sample(tag, float(value), self.at_s)

    def step(self, seconds: int, per_s: float = 5.0, used_per_s: float = 0.0) -> None:
        for _ in range(seconds):
            self.at_s += 1
            self.total += per_s
            if used_per_s:
                self.say(Signal.MATERIAL, self.now.numbers.get(Signal.MATERIAL, 100.0) - used_per_s)
            self.say(Signal.PRODUCED, self.total)


@pytest.fixture(name="floor")
def _floor() -> Floor:
    return Floor()


def test_a_run_has_its_units_and_its_running_time(floor: Floor) -> None:
    floor.step(21)
    (record,) = floor.told
    assert (record.machine, record.line, record.order) == ("L1.filler", "L1", "WO-1")
    assert [(run.units, run.running_s) for run in record.runs] == [(50.0, 10.0), (50.0, 10.0)]
    assert record.runs[0].to_at == record.runs[1].from_at


def test_a_stop_in_between_is_not_in_it(floor: Floor) -> None:
    floor.step(6)
    floor.say(Signal.STATE, MachineState.HELD)
    floor.at_s += 600
    floor.say(Signal.STATE, MachineState.EXECUTE)
    floor.step(16)
    (record,) = floor.told
    assert [(run.units, run.running_s) for run in record.runs] == [(50.0, 10.0), (50.0, 10.0)]


@pytest.mark.parametrize("signal", [Signal.BLOCKED, Signal.STARVED])
def test_waiting_for_a_neighbour_is_not_running(floor: Floor, signal: Signal) -> None:
    floor.step(6)
    floor.say(signal, 1)
    floor.step(20, per_s=0.5)
    floor.say(signal, 0)
    floor.step(16)
    (record,) = floor.told
    assert [run.units for run in record.runs] == [50.0, 50.0]


def test_another_mode_than_production_is_no_evidence(floor: Floor) -> None:
    floor.say(Signal.MODE, 2)
    floor.step(60)
    assert floor.told == []


def test_a_silence_of_the_controller_makes_nobody_slow(floor: Floor) -> None:
    floor.step(6)
    floor.at_s += LONGEST_STEP_S
    floor.step(16)
    (record,) = floor.told
    assert [run.units for run in record.runs] == [50.0, 50.0]


def test_a_counter_that_was_reset_is_a_new_beginning(floor: Floor) -> None:
    floor.step(6)
    floor.total = 0
    floor.step(16)
    (record,) = floor.told
    assert [run.units for run in record.runs] == [50.0, 50.0]


def test_another_order_ends_the_record_and_lets_the_begun_run_go(floor: Floor) -> None:
    floor.step(14)
    floor.say(Signal.ORDER, text="WO-2")
    (record,) = floor.told
    assert (record.order, [run.units for run in record.runs]) == ("WO-1", [50.0])
    floor.step(22)
    assert [row.order for row in floor.told] == ["WO-1", "WO-2"]


def test_the_use_of_a_run_is_what_went_of_the_load(floor: Floor) -> None:
    floor.step(30, used_per_s=0.2)
    assert [run.used for run in floor.told[0].runs] == [pytest.approx(2.0), pytest.approx(2.0)]


def test_a_refill_makes_the_use_of_its_run_unknown(floor: Floor) -> None:
    floor.step(5, used_per_s=0.2)
    floor.say(Signal.MATERIAL, 100.0)
    floor.step(25, used_per_s=0.2)
    assert [run.used for run in floor.told[0].runs] == [None, pytest.approx(2.0)]


def test_without_a_material_tag_nothing_is_said_of_use(floor: Floor) -> None:
    floor.step(21)
    assert [run.used for run in floor.told[0].runs] == [None, None]
