"""Counting what a line makes from totals that only ever rise, but for when they don't."""

import math
from decimal import Decimal

from app.acquisition.counts import LARGEST_STEP, Counter, LineCounts
from app.acquisition.machine import MachineNow
from app.domain.commands import RecordCount
from app.domain.plant import Signal
from app.domain.reading import Quality
from tests.plants import LINES, MACHINES, small_plant

PLANT = small_plant()
T0 = 1_790_000_000.0


class Line:
    """Line L1: its packer makes cases of twelve, its filler numbers the bottles."""

    def __init__(self, last_total: float = math.nan) -> None:
        self.machines = {m: MachineNow(row, "urn:L1") for m, row in MACHINES.items() if row.line == "L1"}
        self.counts = LineCounts(LINES["L1"], self.machines, 60.0, last_total)
        self.records: list[RecordCount] = []

    def say(self, machine: str, signal: Signal, value: float | str, at: float = 0.0) -> None:
        tag = PLANT.tag(f"L1.{machine}", signal)
        assert tag is not None
        text = value if isinstance(value, str) else None
        number = math.nan if isinstance(value, str) else value
        self.machines[tag.machine].take(tag, number, text, Quality.GOOD, T0 + at)
        self.records += self.counts.sample(tag, number, T0 + at)

    def runs(self, order: str = "WO-1", lot: str = "4480-A", at: float = 0.0) -> None:
        self.say("packer", Signal.ORDER, order, at)
        self.say("packer", Signal.LOT, lot, at)

    def made(self, total: float, at: float = 0.0) -> None:
        self.say("packer", Signal.PRODUCED, total, at)

    def tick(self, at: float) -> list[RecordCount]:
        before = len(self.records)
        self.records += self.counts.tick(T0 + at)
        return self.records[before:]


def test_a_total_grows_by_steps_and_starts_again_after_a_reset() -> None:
    counter = Counter()
    for total in (100, 110, 110, 5, 8):
        counter.take(total)
    assert counter.drain() == 10 + 5 + 3
    assert counter.drain() == 0


def test_a_leap_is_a_new_counter_not_production() -> None:
    counter = Counter()
    for total in (100, 100 + LARGEST_STEP * 2, 101 + LARGEST_STEP * 2):
        counter.take(total)
    assert counter.drain() == 1


def test_a_period_is_recorded_in_line_units_with_its_lot_and_serial() -> None:
    line = Line()
    line.runs()
    line.made(1000)
    line.say("filler", Signal.UNIT_SERIAL, 5000)
    line.tick(0)
    line.made(1010, at=30)
    (record,) = line.tick(60)
    assert (record.good, record.scrap, record.order, record.lot, record.serial) == (120, 0, "WO-1", "4480-A", 5000)
    assert (record.to_at - record.from_at).total_seconds() == 60
    assert line.tick(61) == []
    assert line.tick(120) == []


def test_rejects_of_the_output_are_made_but_not_good_and_those_before_it_are_only_scrap() -> None:
    line = Line()
    line.runs()
    line.made(0)
    for machine in ("filler", "packer"):
        line.say(machine, Signal.REJECTED, 0)
    line.tick(0)
    line.made(10)
    line.say("packer", Signal.REJECTED, 1)
    line.say("filler", Signal.REJECTED, 3)
    (record,) = line.tick(60)
    assert (record.good, record.scrap) == (108, 12 + 3)


def test_a_new_order_or_lot_closes_the_count_of_the_one_before() -> None:
    line = Line()
    line.runs()
    line.made(0)
    line.tick(0)
    line.made(5)
    line.runs("WO-1", "4480-B", at=10)
    line.made(7)
    line.runs("WO-2", "4481-A", at=20)
    line.made(8)
    line.tick(90)
    assert [(r.order, r.lot, r.good) for r in line.records] == [
        ("WO-1", "4480-A", 60), ("WO-1", "4480-B", 24), ("WO-2", "4481-A", 12),
    ]  # fmt: skip


def test_what_a_counter_made_while_the_link_was_lost_is_counted() -> None:
    line = Line()
    line.runs()
    line.made(100)
    line.tick(0)
    line.made(400, at=3600)
    (record,) = line.tick(3600)
    assert record.good == 3600


def test_what_was_made_while_the_station_was_off_is_counted_and_said() -> None:
    line = Line(last_total=100)
    line.runs()
    line.made(110)
    line.tick(60)
    line.made(120)
    line.tick(120)
    assert [(r.good, r.gap) for r in line.records] == [(120, True), (120, False)]


def test_a_counter_that_was_reset_counts_from_zero() -> None:
    line = Line()
    line.runs()
    line.made(1000)
    line.tick(0)
    line.made(2)
    (record,) = line.tick(60)
    assert record.good == Decimal(24)


def test_a_lot_ends_with_the_last_unit_that_the_feed_made_of_it() -> None:
    line = Line()
    line.runs()
    line.made(0)
    line.say("filler", Signal.LOT, "4480-A")
    line.say("filler", Signal.UNIT_SERIAL, 6000)
    line.say("filler", Signal.LOT, "4480-B")
    line.say("filler", Signal.UNIT_SERIAL, 6400)
    line.made(500)
    (record,) = line.tick(60)
    assert (record.lot, record.serial) == ("4480-A", 6000)
    line.runs(lot="4480-B", at=61)
    line.made(510)
    (record,) = line.tick(121)
    assert (record.lot, record.serial) == ("4480-B", 6400)


def test_without_an_order_nothing_is_recorded() -> None:
    line = Line()
    line.made(0)
    line.made(50)
    assert line.tick(60) == []
    line.runs("")
    assert line.tick(120) == []


def test_other_machines_do_not_count() -> None:
    line = Line()
    line.runs()
    line.say("filler", Signal.PRODUCED, 0)
    line.say("filler", Signal.PRODUCED, 500)
    line.say("labeller", Signal.LOT, "4499-Z")
    assert line.tick(60) == []
