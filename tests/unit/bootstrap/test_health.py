"""What the status bar is told of each part, and the gaps of an acquisition that died."""

from dataclasses import replace
from datetime import timedelta

from app.acquisition.history.state import HistoryState
from app.bootstrap.gaps import REASON, Gaps
from app.bootstrap.health import Station
from app.domain.status import Health, StationStatus
from app.ports import Link, LinkState, UnitState
from tests.plants import NOON, FakeClock, small_plant


def link(state: Link, since: float = 0.0, controller: str = "C-L1") -> LinkState:
    at_s = NOON.timestamp() + since
    return LinkState(controller=controller, link=state, since_s=at_s, last_data_s=at_s, reason="cable")


def test_a_controller_is_as_its_link_is() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    assert station.status.controllers["C-L1"].health is Health.STARTING
    for state, health in (
        (Link.UP, Health.UP), (Link.LOST, Health.DOWN), (Link.REFUSED, Health.DOWN), (Link.CONNECTING, Health.STARTING),
    ):  # fmt: skip
        station.link(link(state))
        assert station.status.controllers["C-L1"].health is health
    assert station.status.controllers_up == 0


def test_the_units_behind_a_gateway_are_told_with_their_figures_while_it_is_up() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    at_s = NOON.timestamp()
    well = UnitState(unit=1, up=True, since_s=at_s, last_good_s=at_s, reads_per_s=9.8, errors=0)
    dead = UnitState(unit=7, up=False, since_s=at_s, last_good_s=0.0, reads_per_s=0.0, errors=2, reason="silent")
    station.link(link(Link.UP))
    station.units("C-L1", (well, dead))
    status = station.status.controllers["C-L1"]
    assert status.health is Health.UP
    told = [(unit.unit, unit.reads_per_s, unit.last_good_at) for unit in status.units]
    assert told == [(1, 9.8, NOON), (7, 0.0, None)]
    assert [(unit.unit, unit.since, unit.reason) for unit in status.silent_units] == [(7, NOON, "silent")]
    station.link(link(Link.LOST))
    assert station.status.controllers["C-L1"].silent_units == (), "what nobody hears is no news of a unit"


def test_every_change_is_told_once_and_what_says_nothing_new_is_not() -> None:
    told: list[StationStatus] = []
    station = Station(small_plant(), FakeClock(), told.append)
    station.acquisition(True, 0)
    station.link(link(Link.UP))
    station.link(link(Link.UP))
    station.replay("no time")
    assert told == [told[0], station.status]
    station.acquisition(False, 1)
    assert len(told) == 3, "a process that died and all that nobody hears any more are one word"
    assert told[-1].controllers_up == 0


def test_no_controller_is_up_while_nobody_listens() -> None:
    clock = FakeClock()
    station = Station(small_plant(), clock, [].append)
    station.acquisition(True, 0)
    station.link(link(Link.UP))
    clock.move(5)
    station.acquisition(False, 1)
    status = station.status
    assert status.acquisition.health is Health.DOWN
    assert status.acquisition.restarts == 1
    assert "started again" in status.acquisition.reason
    assert status.controllers["C-L1"].health is Health.DOWN
    assert status.controllers["C-L1"].since == clock.now()
    assert status.controllers["C-L2"].health is Health.STARTING
    station.acquisition(True, 1)
    station.link(link(Link.UP, 9))
    assert station.status.acquisition.health is Health.UP
    assert station.status.controllers_up == 1


def test_what_is_wrong_with_older_operations_stays_said_while_new_ones_are_stored() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    station.store(flaw="2 operations can't be read")
    assert (station.status.store.health, station.status.store.reason) == (Health.DEGRADED, "2 operations can't be read")
    station.store("no space left", "2 operations can't be read")
    assert (station.status.store.health, station.status.store.reason) == (Health.DOWN, "no space left")
    station.store()
    assert (station.status.store.health, station.status.store.reason) == (Health.UP, "")


def test_history_is_as_its_spool_says() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    assert station.status.history.health is Health.STARTING
    at_s = NOON.timestamp()
    state = HistoryState(size=5, most=10, begins_s=at_s, evicted_until_s=at_s)
    for said, health in (
        (state, Health.UP), (replace(state, dropped=3), Health.DEGRADED),
        (replace(state, ok=False, reason="full", since_s=at_s), Health.DOWN),
    ):  # fmt: skip
        station.history(said)
        assert station.status.history.health is health
    now = station.status.history
    assert (now.size, now.most, now.begins_at, now.evicted_until) == (5, 10, NOON, NOON)
    assert (now.since, now.reason) == (NOON, "full")


def test_the_gap_of_a_dead_acquisition_is_from_its_last_word_to_the_next() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    station.link(link(Link.UP))
    gaps = Gaps()
    gaps.begin(station.status.controllers.values(), NOON)
    gaps.begin(station.status.controllers.values(), NOON + timedelta(seconds=3))
    assert gaps.end(link(Link.CONNECTING, 4)) is None
    assert gaps.end(link(Link.UP, 5, "C-L2")) is None
    gap = gaps.end(link(Link.UP, 6))
    assert gap is not None
    assert (gap.from_at, gap.to_at, gap.reason) == (NOON, NOON + timedelta(seconds=6), REASON)
    assert gaps.end(link(Link.UP, 7)) is None
