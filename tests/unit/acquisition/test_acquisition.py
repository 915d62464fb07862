"""Acquisition in place: samples to the board and the detectors, capsules that complete, gaps that are said."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.acquisition.acquisition import Acquisition
from app.acquisition.board import Board, BoardReader, BoardWriter
from app.acquisition.context import AFTER_S, BEFORE_S, POINTS, RecentSamples, chosen, thinned, traces
from app.acquisition.messages import Message, TextChanged
from app.domain.commands import CompleteCapsule, RecordFinding, RecordGap
from app.domain.errors import KnownError
from app.domain.packml import MachineState
from app.domain.plant import Controller, Signal
from app.domain.reading import Quality
from app.ports import Driver, DriverSink, Link, LinkState, Samples
from tests.plants import small_plant
from tests.unit.acquisition.watching import Alarm, alarm_event

T0 = 1_790_000_000.0
PLANT = small_plant()


def batch(at: float, values: dict[tuple[str, Signal], float | str], *, ahead: float = 0.0) -> Samples:
    """One answer, received `at` seconds after T0 from a controller whose clock goes `ahead`."""
    tags = [PLANT.tag(f"L1.{machine}", signal) for machine, signal in values]
    numbers = [v if not isinstance(v, str) else np.nan for v in values.values()]
    return Samples(
        tags=np.array([tag.index for tag in tags if tag], np.int32),
        values=np.array(numbers, float),
        qualities=np.full(len(tags), Quality.GOOD, np.uint8),
        source_s=np.full(len(tags), T0 + at + ahead),
        received_s=T0 + at,
        texts={place: v for place, v in enumerate(values.values()) if isinstance(v, str)},
    )


class Rig:
    """An acquisition without drivers, and what it said."""

    def __init__(self, folder: Path, open_driver: Any = None) -> None:
        self.board = Board(folder / "board.mem", len(PLANT.tags), len(PLANT.controllers), create=True)
        self.said: list[Message] = []
        writer = BoardWriter(self.board, tuple(PLANT.controllers))
        self.acquisition = Acquisition(PLANT, writer, self.said.append, open_driver or (lambda c, t, s: None))

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.said if isinstance(message, kind)]

    def findings(self, kind: str) -> list[Any]:
        return [m.finding for m in self.of(RecordFinding) if m.finding.kind == kind]

    def runs(self, at: float, *, ahead: float = 0.0, **values: float) -> None:
        row = {("filler", Signal.STATE): float(MachineState.EXECUTE), ("filler", Signal.PROCESS): 50.0 + at}
        row |= {("filler", Signal[name.upper()]): value for name, value in values.items()}
        self.acquisition.samples(batch(at, row, ahead=ahead))


@pytest.fixture(name="rig")
def _rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_samples_reach_the_board_and_are_counted(rig: Rig) -> None:
    rig.runs(0)
    rig.runs(1)
    tag = PLANT.tag("L1.filler", Signal.PROCESS)
    assert tag is not None
    reader = BoardReader(rig.board, np.zeros(len(PLANT.tags), np.int32))
    assert reader.reading(tag.index).value == 51.0
    assert reader.samples(0) == rig.acquisition.samples_taken["C-L1"] == 4


@pytest.mark.parametrize("ahead", [0.0, -600.0, 3000.0], ids=["right", "slow", "fast"])
def test_a_breakdown_freezes_its_context_whatever_the_controllers_clock(rig: Rig, ahead: float) -> None:
    texts: dict[tuple[str, Signal], float | str] = {
        ("filler", Signal.ORDER): "WO-1", ("filler", Signal.LOT): "4480-A", ("filler", Signal.MODE): 1.0,
        ("filler", Signal.PRODUCED): 5.0,
    }  # fmt: skip
    rig.acquisition.samples(batch(0, texts, ahead=ahead))
    for second in range(1, 200):
        rig.runs(second, ahead=ahead)
    stop = {("filler", Signal.STATE): float(MachineState.ABORTED), ("filler", Signal.STOP_TEXT): "Torque"}
    rig.acquisition.samples(batch(200, stop, ahead=ahead))
    (found,) = rig.findings("breakdown")
    assert (found.first_out, found.capsule.order, found.capsule.lot) == ("Torque", "WO-1", "4480-A")
    assert (found.capsule.state, found.capsule.mode) == ("Aborted", "Produce")
    assert found.capsule.counters == {"produced": 5.0}
    (trace,) = [t for t in found.capsule.traces if t.tag.endswith("process")]
    assert trace.at_s[0] == pytest.approx(-BEFORE_S, abs=1.1)
    assert trace.at_s[-1] == pytest.approx(-1.0)
    for second in range(201, 240):
        rig.acquisition.samples(batch(second, {("filler", Signal.PROCESS): 0.0}, ahead=ahead))
        rig.acquisition.tick(T0 + second)
        done = bool(rig.of(CompleteCapsule))
        assert done is (second >= 200 + AFTER_S)
    (complete,) = rig.of(CompleteCapsule)
    assert complete.occurrence == found.occurrence
    (tail,) = complete.capsule.traces
    assert tail.at_s == tuple(float(n) for n in range(1, 31))


def test_a_capsule_has_the_tail_of_a_tag_that_spoke_only_after_the_event(rig: Rig) -> None:
    rig.runs(0)
    stop = {("filler", Signal.STATE): float(MachineState.ABORTED), ("filler", Signal.STOP_TEXT): "Torque"}
    rig.acquisition.samples(batch(10, stop))
    rig.acquisition.samples(batch(15, {("filler", Signal.MATERIAL): 40.0}))
    rig.acquisition.tick(T0 + 41)
    (complete,) = rig.of(CompleteCapsule)
    assert [(t.tag, t.at_s) for t in complete.capsule.traces] == [("L1.filler.material", (5.0,))]


def test_a_text_is_said_when_it_changes(rig: Rig) -> None:
    for at, lot in enumerate(["A", "A", "B"]):
        rig.acquisition.samples(batch(at, {("filler", Signal.LOT): lot}))
    assert [message.text for message in rig.of(TextChanged)] == ["A", "B"]


def link(state: Link, at: float, last: float, reason: str = "") -> LinkState:
    return LinkState(controller="C-L1", link=state, since_s=T0 + at, last_data_s=last and T0 + last, reason=reason)


def test_what_a_lost_link_hid_is_said_once_it_is_back(rig: Rig) -> None:
    rig.acquisition.link(link(Link.CONNECTING, 0, 0))
    rig.acquisition.link(link(Link.UP, 1, 1))
    assert rig.of(RecordGap) == []
    rig.acquisition.link(link(Link.LOST, 61, 60, "cable"))
    rig.acquisition.link(link(Link.CONNECTING, 62, 60, "trying"))
    rig.acquisition.link(link(Link.UP, 90, 90))
    (gap,) = rig.of(RecordGap)
    assert (gap.from_at.timestamp(), gap.to_at.timestamp(), gap.reason) == (T0 + 60, T0 + 90, "cable")
    rig.acquisition.link(link(Link.UP, 91, 91))
    assert len(rig.of(RecordGap)) == 1


def test_a_live_burst_ends_by_silence_alone(rig: Rig) -> None:
    for number in range(5):
        rig.acquisition.alarm(alarm_event(Alarm(number, f"{number}")))
    rig.acquisition.tick(T0 + 1790)
    assert [f.phase for f in rig.findings("alarm_burst")] == ["raised"] + ["member"] * 4
    rig.acquisition.tick(T0 + 1810)
    assert rig.findings("alarm_burst")[-1].phase == "cleared"


class FakeDriver:
    """Says one batch and waits."""

    def __init__(self, controller: Controller, sink: DriverSink, ran: list[str]) -> None:
        self.controller, self._sink, self._ran = controller, sink, ran

    async def run(self) -> None:
        self._ran.append(self.controller.id)
        self._sink.link(LinkState(controller=self.controller.id, link=Link.UP, since_s=T0, last_data_s=T0))
        self._sink.alive(self.controller.id, T0)
        if self.controller.id == "C-L1":
            stop = {("filler", Signal.STATE): float(MachineState.ABORTED), ("filler", Signal.STOP_TEXT): "Torque"}
            self._sink.samples(batch(0, stop))
        await asyncio.Event().wait()


async def test_every_driver_runs_and_one_that_can_not_be_opened_is_refused(tmp_path: Path) -> None:
    ran: list[str] = []

    def open_driver(controller: Controller, tags: Any, sink: DriverSink) -> Driver:
        if controller.id == "C-L2":
            raise KnownError("The certificate is not trusted.", "Trust it.")
        assert {tag.controller for tag in tags} == {controller.id}
        return FakeDriver(controller, sink, ran)

    rig = Rig(tmp_path, open_driver)
    task = asyncio.create_task(rig.acquisition.run())
    async with asyncio.timeout(20):
        while not rig.findings("breakdown"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert ran == ["C-L1"]
    links = {state.controller: state for state in rig.of(LinkState)}
    assert links["C-L1"].link is Link.UP
    assert links["C-L2"].link is Link.REFUSED
    assert "certificate" in links["C-L2"].reason


# --- the recent past --------------------------------------------------------------------------------------------------


def test_old_samples_go_and_bad_ones_are_gaps() -> None:
    recent = RecentSamples()
    for second in range(400):
        recent.keep(batch(second, {("filler", Signal.PROCESS): float(second)}))
    tags, times, values = recent.between(T0, T0 + 1000)
    assert times.min() >= T0 + 399 - BEFORE_S - AFTER_S - 6
    assert len(tags) == len(values) == len(times)
    assert recent.between(T0 + 1000, T0 + 2000)[0].size == 0


def test_a_trace_has_no_bad_values() -> None:
    recent = RecentSamples()
    good = batch(0, {("filler", Signal.PROCESS): 1.0})
    recent.keep(good)
    recent.keep(Samples(tags=good.tags, values=good.values, qualities=np.full(1, Quality.BAD, np.uint8),
                        source_s=good.source_s + 1, received_s=good.received_s + 1))  # fmt: skip
    (trace,) = traces(recent, chosen(PLANT.tags_of("L1.filler")), T0, T0 - 10, T0 + 10)
    assert trace.values == (1.0,)


def test_thinning_keeps_the_extremes_and_the_ends() -> None:
    times = np.arange(10_000.0)
    values = np.sin(times / 100)
    values[5000] = 9.0
    at, kept = thinned(times, values)
    assert len(at) <= POINTS + 2
    assert (at[0], at[-1]) == (0, 9999)
    assert kept.max() == 9.0
    assert (np.diff(at) > 0).all()
