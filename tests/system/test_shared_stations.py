"""What becomes of stations: half of them cut off, clocks that are wrong, a journal that is lost (rows 47, 51 to 55)."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain import commands as c
from app.domain.errors import KnownError
from app.domain.events import HeldUnits
from app.readmodel import model as m
from tests.contract.rigs.postgres import Database, fresh_database
from tests.plants import NOON
from tests.system.plantwide import converged, plant_of, station_of
from tests.system.station import until
from tests.system.writers import Writer, a_case, figures, notes
from tests.unit.services.floor import finding
from ui.stations import station_lines
from ui.text import Formats


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


async def test_a_station_whose_journal_was_lost_sends_nothing_and_says_what_to_do(
    database: Database, tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-1",)) as (before,):
        await before.sits("silva")
        writer = Writer(before, await a_case(before))
        await writer.share()
    async with station_of(database, tmp_path / "another disk", "desk-1") as station:
        await station.sits("silva")
        await until(lambda: "restore --from-plant" in station.core.station.status.shared.reason)
        await station.send(c.ReportException(what="1", text="Steam", machine="L2.filler"), "silva")
        assert not station.shared
        with database.as_superuser() as connection:
            assert notes(connection) == dict.fromkeys(writer.written, 1)


async def test_a_station_that_was_destroyed_is_named_with_how_far_it_had_shared(
    database: Database, tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-2",)) as (lost,):
        await lost.sits("silva")
        await lost.send(c.ReportException(what="1", text="Steam", machine="L2.filler"), "silva")
        await until(lambda: lost.shared)
        await lost.cut()
        units = (HeldUnits(lot="4480-A", first=1, last=9),)
        await lost.send(c.PlaceHold(units=units, reason_code="seal", reason="Caps."), "silva")
        assert lost.core.station.status.shared.waiting
    with database.as_superuser() as connection:
        connection.execute("update lineside.station set seen_at = seen_at - interval '11 min'")
        row = connection.execute("select count(*), max(server_at) from lineside.operation").fetchone()
    async with plant_of(database, tmp_path, ("desk-1",)) as (station,):
        status = station.core.station.status.shared
        (seen,) = status.plant.stations
        lines = station_lines(status, Formats("UTC"))
        unknown = sum("what was done there since is not known here" in line for line in lines)
        figures(row=51, shared=seen.shared, named=unknown)
        assert (seen.name, unknown) == ("desk-2", 1)
        assert row == (seen.shared, seen.shared_at)
        assert m.open_holds(station.model) == []


async def test_both_halves_of_a_plant_work_on_and_become_one_again(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2", "desk-3", "desk-4")) as stations:
        for station in stations:
            await station.sits("silva")
        here, there = stations[:2], stations[2:]
        for station in there:
            await station.cut()
        seen = [finding("breakdown", machine, at=NOON) for machine in ("L1.filler", "L2.filler")]
        for event in seen:
            await asyncio.gather(*(station.finds(c.RecordFinding(finding=event)) for station in stations))
        for station in stations:
            own = c.ReportException(what="1", text=f"Seen at {station.name}", machine="L2.filler")
            await station.send(own, "silva")
        await converged(here)
        for station in there:
            station.mend()
        await converged(stations)
        cases = [(case.machine, case.first_out) for case in m.open_cases(stations[0].model)]
        duplicates = len(cases) - len({*cases})
        figures(row=54, cases=len(cases), duplicates=duplicates)
        assert (len(cases), duplicates) == (6, 0)
        assert m.open_refusals(stations[0].model) == []


class WrongClock(SystemClock):
    """A clock that is off."""

    def __init__(self, offset: timedelta) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return super().now() + self._offset


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_station_whose_clock_is_wrong_changes_no_order_and_may_not_sign(
    database: Database, tmp_path: Path, hours: int
) -> None:
    wrong = WrongClock(timedelta(hours=hours))
    async with (
        station_of(database, tmp_path / "desk-1", "desk-1") as right,
        station_of(database, tmp_path / "desk-2", "desk-2", clock=wrong) as skewed,
    ):
        await right.sits("silva")
        await skewed.sits("silva", "brandt")
        event = finding("breakdown", "L1.filler", at=NOON)
        for station in (right, skewed):
            await station.finds(c.RecordFinding(finding=event))
        await converged([right, skewed])
        (case,) = m.open_cases(right.model)
        writers = [Writer(right, case.id), Writer(skewed, case.id)]
        for _ in range(3):
            for writer in writers:
                await writer.share()
                await converged([right, skewed])
        with database.as_superuser() as connection:
            rows = connection.execute(
                "select station, server_at from lineside.operation where kind = 'NoteAdded' order by place"
            ).fetchall()
        assert [row[0] for row in rows] == ["desk-1", "desk-2"] * 3
        assert all(before[1] < after[1] for before, after in pairwise(rows))
        assert abs(skewed.core.station.status.shared.offset_s - hours * 3600) < 60
        with pytest.raises(KnownError, match="clock is off"):
            await skewed.sign("brandt", "HoldReleased", "hold/1")
