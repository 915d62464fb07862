"""A lot's last serial is the feed's, also while the output machine still works on the lot."""

from app.acquisition.counts import LineCounts
from app.acquisition.machine import MachineNow
from app.domain.plant import Signal
from app.domain.reading import Quality
from tests.ui.plant import make_plant

PLANT = make_plant(1)
LINE = PLANT.lines["L1"]


class Counted:
    """A line whose tags are set by hand."""

    def __init__(self) -> None:
        self.machines = {m: MachineNow(machine=PLANT.machines[m], identity=m) for m in LINE.machines}
        self.counts = LineCounts(LINE, self.machines, period_s=60.0)
        self.records: list[tuple[str, int | None]] = []

    def put(self, machine: str, signal: Signal, value: float | str, now_s: float) -> None:
        tag = PLANT.tag(machine, signal)
        assert tag is not None
        text = value if isinstance(value, str) else None
        number = float("nan") if isinstance(value, str) else value
        self.machines[machine].take(tag, number, text, Quality.GOOD, now_s)
        self.records += [(r.lot, r.serial) for r in self.counts.sample(tag, number, now_s)]

    def made(self, total: float, serial: float, now_s: float) -> None:
        """The output machine's total and the feed's serial."""
        self.put(LINE.feed, Signal.UNIT_SERIAL, serial, now_s)
        self.put(LINE.output, Signal.PRODUCED, total, now_s)


def running() -> Counted:
    line = Counted()
    line.put(LINE.feed, Signal.UNIT_SERIAL, 5_000.0, 0.0)
    line.put(LINE.feed, Signal.LOT, "4480-A", 0.0)
    line.put(LINE.output, Signal.PRODUCED, 0.0, 0.0)
    line.put(LINE.output, Signal.ORDER, "WO-1", 0.0)
    line.put(LINE.output, Signal.LOT, "4480-A", 0.0)
    return line


def test_while_a_lot_runs_everywhere_its_last_unit_is_the_feeds() -> None:
    line = running()
    line.made(10.0, 5_500.0, 30.0)
    assert [r.serial for r in line.counts.tick(61.0)] == [5_500]


def test_when_the_feed_begins_another_lot_the_one_before_ends_there() -> None:
    line = running()
    line.made(10.0, 6_000.0, 30.0)
    line.put(LINE.feed, Signal.LOT, "4480-B", 31.0)
    line.made(20.0, 6_340.0, 40.0)
    line.put(LINE.output, Signal.LOT, "4480-B", 41.0)
    assert line.records == [("4480-A", 6_000)]
    line.made(30.0, 6_400.0, 50.0)
    assert [(r.lot, r.serial) for r in line.counts.tick(200.0)] == [("4480-B", 6_400)]
