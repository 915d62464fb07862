"""What is said of the plant's other stations: heard, silent for ten minutes, never heard; and as of when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.status import Health, SharedPlant, SharedStatus, StationSeen
from tests.ui.desk import NOW, at
from ui.stations import SILENT_FOR, silent, station_lines
from ui.text import Formats

BERLIN = Formats("Europe/Berlin")
UP = SharedStatus(joined=True, health=Health.UP, since=at("21:40"), synced_at=NOW)


def plant(*stations: StationSeen) -> SharedStatus:
    return replace(UP, plant=SharedPlant(stations=stations, asked_at=NOW))


def test_a_station_on_its_own_says_nothing_of_others() -> None:
    assert station_lines(SharedStatus(), BERLIN) == ()
    assert station_lines(plant(), BERLIN) == ()


@pytest.mark.parametrize(("more_s", "quiet"), [(0, False), (1, True)])
def test_a_station_is_silent_once_it_was_not_heard_for_longer_than_ten_minutes(more_s: int, quiet: bool) -> None:
    seen = StationSeen(name="desk-2", heard_at=NOW - SILENT_FOR - timedelta(seconds=more_s))
    assert bool(silent(plant(seen).plant)) is quiet


def test_the_longest_silent_stands_first_and_who_was_never_heard_is_not_missed() -> None:
    shared = plant(
        StationSeen(name="a", heard_at=NOW),
        StationSeen(name="b"),
        StationSeen(name="c", heard_at=NOW - timedelta(minutes=20)),
        StationSeen(name="d", heard_at=NOW - timedelta(days=2), shared=3, shared_at=NOW - timedelta(days=3)),
    )
    said = station_lines(shared, BERLIN)
    assert [line.split(":")[0] for line in said[1:]] == ["d", "c", "a", "b"]
    assert said[0] == "2 of 4 not heard for 10 minutes."
    assert said[1] == (
        "d: last heard 20 Nov 02:14; what was done there since is not known here. "
        "It has shared up to 19 Nov 02:14 (3 steps)."
    )
    assert said[4] == "b: never heard yet."


def test_while_the_store_is_away_it_is_said_as_of_when_this_was_known() -> None:
    heard = StationSeen(name="desk-2", heard_at=at("02:14"))
    down = replace(plant(heard), health=Health.DOWN, since=at("02:20"))
    assert station_lines(down, BERLIN)[0] == "None of 1 silent for 10 minutes, as it stood at 02:14."
