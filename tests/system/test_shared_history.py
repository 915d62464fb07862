"""The plant's history in Postgres: every sample of the spools once, whoever sends it, whatever ends meanwhile."""

import asyncio
import math
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from app.acquisition.history import tail
from app.acquisition.history.reaching import ReachingBack
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import US
from app.acquisition.history.spool import Spool
from app.acquisition.history.upload import Uploader
from app.bootstrap.history_side import HistorySide
from app.domain.errors import SharedDownError, SharedRefusedError
from app.domain.reading import Quality
from app.domain.status import ControllerStatus, Health, UploadStatus
from app.ports import Link, LinkState, Trend
from app.store.postgres.address import read_url
from app.store.postgres.history import PostgresHistory
from app.store.postgres.logins import station_login
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.needs import ROOT
from tests.plants import FakeClock, small_plant
from tests.system.history_sender import BOTH, TAGS
from tests.system.plantwide import station_of
from tests.system.proxy import proxied
from tests.system.station import until
from tests.unit.acquisition.history.rig import Spools, batch, everything

NOW = float(math.floor(time.time() / 60) * 60) - 3600.0
"""An hour ago, at a whole minute: what is kept is counted from today."""

Make = Callable[..., "Station"]
Said = tuple[float, list[int], list[float], list[float]]
"""When it was spooled, and tags, times and values"""
Oracle = dict[tuple[str, int], tuple[float, int]]
"""(tag, µs) → value, quality"""


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


@contextmanager
def spooling(folder: Path, *, seal_rows: int = 4_000, most_mb: float = 50.0) -> Iterator[Spool]:
    """A spool that ends as kill -9 would end it."""
    spools = Spools()
    try:
        yield spools(folder, TAGS, most_mb, seal_rows=seal_rows)
    finally:
        spools.end()


def spooled(folder: Path) -> Oracle:
    """What a spool says itself, without its breaks."""
    return {
        (tag.id, round(at_s * US)): (float(value), int(quality))
        for tag in TAGS
        for at_s, value, quality in zip(*everything(folder, tag.id), strict=True)
    }


class Station:
    """A spool and who sends it; `port` is that of a cable to the database."""

    def __init__(self, database: Database, folder: Path, name: str, port: int | None = None) -> None:
        database.join(name)
        login = station_login(name)
        address = read_url(database.url(login))
        if port is not None:
            address = replace(address, parameters={**address.parameters, "port": str(port)})
        self.store = PostgresHistory(address, name, partial(password_of, login))
        self.uploader = Uploader(folder, TAGS, self.store)

    async def sends(self, *controllers: str) -> None:
        """All that there is."""
        while await self.uploader.round(controllers or BOTH):
            pass

    async def dies(self) -> None:
        """Without a word to anybody."""
        self.uploader.close()
        await self.store.aclose()


@pytest.fixture(name="station")
async def _station(database: Database) -> AsyncIterator[Make]:
    """Makes stations; whatever is still open ends with the test."""
    made: list[Station] = []

    def make(folder: Path, name: str, port: int | None = None) -> Station:
        made.append(Station(database, folder, name, port))
        return made[-1]

    yield make
    for each in made:
        await each.dies()


def lease_ends(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("update lineside.history_progress set until = now() - interval '1 second'")


def measured(seconds: Sequence[int] | range, each: int = 10, lag: float = 0.0) -> tuple[Oracle, list[Said]]:
    """What a controller says in these seconds: (when, tags, times, values), and the same as an oracle."""
    oracle: Oracle = {}
    said = []
    for second in seconds:
        places, times, values = [], [], []
        for n in range(each * len(TAGS)):
            place, at = n % len(TAGS), NOW + second + (n // len(TAGS)) / each - lag
            value = math.sin(second + n)
            oracle[TAGS[place].id, round(at * US)] = (value, int(Quality.GOOD))
            places.append(place)
            times.append(at)
            values.append(value)
        said.append((NOW + second + 1.0, places, times, values))
    return oracle, said


def spool_all(spool: Spool, said: Sequence[Said]) -> None:
    for at_s, places, times, values in said:
        spool.take(batch(places, times, values, received_s=at_s))
        spool.flush(at_s)


def stored(database: Database) -> Oracle:
    """What Postgres has."""
    with database.as_superuser() as connection:
        rows = connection.execute(
            "select tag, extract(epoch from ts) * 1000000, value, quality from lineside.history"
        ).fetchall()
    found = {(tag, int(us)): (math.nan if value is None else value, quality) for tag, us, value, quality in rows}
    assert len(found) == len(rows)
    return found


def heard(oracle: Mapping[tuple[str, int], tuple[float, int]]) -> Oracle:
    """Without breaks."""
    return {key: said for key, said in oracle.items() if said[1] != Quality.LOST}


def the_minutes_are_those_of_the_samples(database: Database) -> None:
    with database.as_superuser() as connection:
        wrong = connection.execute(
            """with raw as (
                select tag, date_trunc('minute', ts) as minute, min(value) filter (where quality <= 1) as low,
                    max(value) filter (where quality <= 1) as high,
                    (array_agg(case when quality <= 1 then value end order by ts desc))[1] as last,
                    count(value) filter (where quality <= 1) as count, min(ts) as first_at, max(ts) as last_at
                from lineside.sample group by 1, 2)
            select (select count(*) from (table raw except table lineside.sample_minute) a),
                (select count(*) from (table lineside.sample_minute except table raw) b), (select count(*) from raw)"""
        ).fetchone()
    assert wrong is not None
    assert wrong[:2] == (0, 0)
    assert wrong[2] > 0


async def test_every_sample_arrives_once_while_it_is_spooled_and_sealed(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(300))
    sender = station(tmp_path / "h", "desk-1")
    with spooling(tmp_path / "h") as spool:
        for at in range(0, len(said), 7):
            spool_all(spool, said[at : at + 7])
            await sender.sends()
    assert list((tmp_path / "h").glob("*.seg"))
    await sender.sends()
    assert heard(stored(database)) == oracle
    the_minutes_are_those_of_the_samples(database)


@pytest.mark.parametrize("keeps_open", [True, False], ids=["posix", "windows"])
async def test_another_station_goes_on_where_one_ended_without_loss_or_doubles(
    database: Database, station: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeps_open: bool
) -> None:
    monkeypatch.setattr(tail, "KEEPS_OPEN", keeps_open)
    oracle, said = measured(range(240))
    first, second = (station(tmp_path / name, name) for name in ("desk-1", "desk-2"))
    with spooling(tmp_path / "desk-1") as one, spooling(tmp_path / "desk-2") as other:
        for spool in (one, other):
            spool_all(spool, said[:90])
        await first.sends()
        await second.sends()
        assert second.uploader.sent == 0
        for spool in (one, other):
            spool_all(spool, said[90:130])
        await first.uploader.round(BOTH)
        await first.dies()
        lease_ends(database)
        spool_all(other, said[130:])
        await second.sends()
    await second.sends()
    assert heard(stored(database)) == oracle
    assert second.uploader.gaps == 0
    the_minutes_are_those_of_the_samples(database)


def killed_after(folder: Path, name: str, url: str, parcels: int) -> bool:
    """Send from a process that is killed -9 somewhere in a parcel; whether it had sent all."""
    command = [sys.executable, "-m", "tests.system.history_sender", str(folder), name, url, "400"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [line for _, line in zip(range(parcels), process.stdout, strict=False)]
        time.sleep(random.Random(parcels).uniform(0, 0.01))
        process.kill()
    return "False\n" in said


async def test_senders_that_are_killed_in_the_middle_lose_and_double_nothing(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(200))
    names = ("desk-1", "desk-2")
    for name in names:
        station(tmp_path / name, name)
        with spooling(tmp_path / name) as spool:
            spool_all(spool, said)
    ended = []
    for kill in range(4):
        lease_ends(database)
        name = names[kill // 2 % 2]
        ended.append(killed_after(tmp_path / name, name, database.url(station_login(name)), 3 + kill))
    assert not all(ended)
    lease_ends(database)
    await station(tmp_path / "desk-2", "desk-2").sends()
    assert heard(stored(database)) == oracle
    the_minutes_are_those_of_the_samples(database)


async def test_who_stood_still_and_lost_the_controllers_can_send_nothing_any_more(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(60))
    first, second = (station(tmp_path / "h", name) for name in ("desk-1", "desk-2"))
    with spooling(tmp_path / "h") as spool:
        spool_all(spool, said)
    taken = await first.store.take(BOTH)
    lease_ends(database)
    await second.sends()
    with pytest.raises(SharedRefusedError, match="Another station sends"):
        await first.uploader._send(list(taken), {})
    assert heard(stored(database)) == oracle


async def test_what_was_spooled_while_the_database_was_away_is_sent_when_it_is_back(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(200))
    async with proxied(database.server.ports[0]) as cable:
        sender = station(tmp_path / "h", "desk-1", cable.port)
        with spooling(tmp_path / "h") as spool:
            spool_all(spool, said[:50])
            await sender.sends()
            cable.close_door()
            spool_all(spool, said[50:150])
            with pytest.raises(SharedDownError):
                await sender.sends()
            cable.open_door()
            spool_all(spool, said[150:])
            sender.uploader.forget()
            await sender.sends()
        await sender.sends()
        await sender.dies()
    assert heard(stored(database)) == oracle
    the_minutes_are_those_of_the_samples(database)


async def test_a_station_that_is_started_again_goes_on_and_sends_nothing_twice(
    database: Database, station: Make, tmp_path: Path
) -> None:
    _, said = measured(range(150))
    for part in (said[:60], said[60:110], said[110:]):
        sender = station(tmp_path / "h", "desk-1")
        with spooling(tmp_path / "h") as spool:
            spool_all(spool, part)
        await sender.uploader.round(BOTH)
        await sender.dies()
    sender = station(tmp_path / "h", "desk-1")
    await sender.sends()
    assert heard(stored(database)) == spooled(tmp_path / "h")


async def test_what_had_to_go_before_it_was_sent_is_a_gap_and_the_lines_break_there(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(600), each=5)
    sender = station(tmp_path / "h", "desk-1")
    with spooling(tmp_path / "h", seal_rows=1_000, most_mb=0.2) as spool:
        spool_all(spool, said[:20])
        await sender.sends()
        sender.uploader.close()
        spool_all(spool, said[20:])
        await sender.sends()
    await sender.sends()
    found = stored(database)
    assert heard(found).items() <= oracle.items()
    with database.as_superuser() as connection:
        gaps = connection.execute("select controller, from_at, to_at from lineside.history_gap").fetchall()
    assert {row[0] for row in gaps} == set(BOTH)
    (begin_s,), (end_s,) = {row[1].timestamp() for row in gaps}, {row[2].timestamp() for row in gaps}
    missing = [us / US for (_, us) in oracle.keys() - found.keys()]
    assert missing
    assert begin_s - 1 <= min(missing) <= max(missing) <= end_s
    assert {key[0] for key, said in found.items() if said[1] == Quality.LOST and key[1] == round(begin_s * US)} == {
        t.id for t in TAGS
    }
    the_minutes_are_those_of_the_samples(database)


async def test_what_nobody_had_is_a_gap_too(database: Database, station: Make, tmp_path: Path) -> None:
    _, said = measured(range(400))
    first, second = (station(tmp_path / name, name) for name in ("desk-1", "desk-2"))
    with spooling(tmp_path / "desk-1") as spool:
        spool_all(spool, said[:50])
    await first.sends()
    await first.dies()
    lease_ends(database)
    with spooling(tmp_path / "desk-2") as spool:
        spool_all(spool, said[300:])
    await second.sends()
    with database.as_superuser() as connection:
        gaps = connection.execute("select from_at, to_at, reason from lineside.history_gap").fetchall()
    assert {(row[0].timestamp(), row[1].timestamp()) for row in gaps} == {(NOW + 50, NOW + 300)}


async def test_two_stations_share_the_controllers_that_each_hears(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(60))
    first, second = (station(tmp_path / "h", name) for name in ("desk-1", "desk-2"))
    with spooling(tmp_path / "h") as spool:
        spool_all(spool, said)
    await first.sends("C-L1")
    await second.sends(*BOTH)
    assert heard(stored(database)) == oracle
    assert first.uploader.sent + second.uploader.sent == len(oracle)
    assert set(second.uploader.until_s) == {"C-L2"}
    with database.as_superuser() as connection:
        rows = connection.execute("select controller, station, rows from lineside.history_state order by 1").fetchall()
    assert rows == [("C-L1", "desk-1", len(oracle) // 2), ("C-L2", "desk-2", len(oracle) // 2)]


async def test_days_that_are_older_than_the_plant_keeps_go_and_are_not_taken(
    database: Database, station: Make, tmp_path: Path
) -> None:
    sender = station(tmp_path / "h", "desk-1")
    old = [time.time() - day * 86_400 for day in (40, 20, 9, 0.1)]
    with spooling(tmp_path / "h") as spool:
        spool.take(batch(0, [*old, time.time() + 10 * 86_400], [1.0, 2.0, 3.0, 4.0, 5.0], received_s=time.time()))
        spool.flush(time.time())
        with database.as_superuser() as connection:
            connection.execute("select lineside.keep_history(30, 30)")
        await sender.sends()
        assert sorted(value for value, _ in heard(stored(database)).values()) == [2.0, 3.0, 4.0]
        with database.as_superuser() as connection:
            connection.execute("select lineside.keep_history(7, 30)")
            assert connection.execute("select sum(left_out) from lineside.history_progress").fetchone() == (2,)
        await sender.store.tidy()
        assert sorted(value for value, _ in heard(stored(database)).values()) == [4.0]


async def test_a_trend_has_the_extremes_of_the_samples_and_the_value_before(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(600), each=2)
    sender = station(tmp_path / "h", "desk-1")
    with spooling(tmp_path / "h") as spool:
        spool_all(spool, said)
    await sender.sends()
    tag = TAGS[0].id
    for columns in (100, 4):
        trend = await sender.store.trend(tag, NOW + 60, NOW + 540, columns)
        wanted = {us: value for (name, us), (value, _) in oracle.items() if name == tag}
        assert trend.last[0] == wanted[max(us for us in wanted if us < (NOW + 60) * US)]
        edges = np.linspace((NOW + 60) * US, (NOW + 540) * US, columns + 1)
        lows = [min(v for us, v in wanted.items() if a <= us < b) for a, b in pairwise(edges)]
        highs = [max(v for us, v in wanted.items() if a <= us < b) for a, b in pairwise(edges)]
        assert trend.low[1:].tolist() == lows
        assert trend.high[1:].tolist() == highs
    nothing = await sender.store.trend("no such tag", NOW, NOW + 1, 10)
    assert (len(nothing.first_us), nothing.until_s) == (0, None)


def test_a_station_reads_and_writes_no_samples_but_through_the_functions(database: Database) -> None:
    database.join("desk-1")
    acts = (
        "insert into lineside.sample values (1, now(), 1, 0)",
        "table lineside.sample",
        "update lineside.history_progress set until = now()",
        "select lineside.keep_history(1, 1)",
    )
    with database.as_login(station_login("desk-1")) as connection:
        for act in acts:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(act)


Links = dict[str, ControllerStatus]


def side(sender: Station, folder: Path, clock: FakeClock, links: Links) -> tuple[HistorySide, list[UploadStatus]]:
    """Who sends a station's spool by what it hears, and what they say of it."""
    told: list[UploadStatus] = []
    made = HistorySide(
        plant=replace(small_plant(), tags=TAGS),
        folder=folder,
        store=sender.store,
        clock=clock,
        links=lambda: links,
        told=told.append,
    )
    return made, told


def link(name: str, health: Health, since_s: float = NOW) -> ControllerStatus:
    since = datetime.fromtimestamp(since_s, UTC)
    return ControllerStatus(id=name, name=name, protocol="opcua", health=health, since=since)


def of_the_second(said: Sequence[Said]) -> list[Said]:
    """What C-L2 said of it."""
    return [
        (at_s, *map(list, zip(*(row for row in zip(*rows, strict=True) if row[0] % 2), strict=True)))  # type: ignore[misc]
        for at_s, *rows in said
    ]


async def test_a_controller_that_one_station_lost_is_sent_by_another_from_then_on(
    database: Database, station: Make, tmp_path: Path
) -> None:
    oracle, said = measured(range(300))
    links = {name: link(name, Health.UP) for name in BOTH}
    clock = FakeClock(datetime.fromtimestamp(NOW + 100, UTC))
    first, told = side(station(tmp_path / "desk-1", "desk-1"), tmp_path / "desk-1", clock, links)
    with spooling(tmp_path / "desk-1") as one, spooling(tmp_path / "desk-2") as other:
        spool_all(other, said)
        spool_all(one, said[:100])
        await first.round()
        links["C-L1"] = link("C-L1", Health.DOWN, NOW + 100)
        clock.move(50)
        one.lost([0, 2, 4], NOW + 100)
        spool_all(one, of_the_second(said[100:]))
        await first.round()
        clock.move(20)
        await first.round()
        up = {name: link(name, Health.UP) for name in BOTH}
        second, _ = side(station(tmp_path / "desk-2", "desk-2"), tmp_path / "desk-2", clock, up)
        await second.round()
    assert heard(stored(database)) == oracle
    assert told[0].controllers == BOTH
    first._say("")
    last = told[-1]
    assert (last.health, last.controllers, last.gaps) == (Health.UP, ("C-L2",), 0)
    for each in (first, second):
        await each.aclose()


async def test_a_station_sends_what_it_hears_says_so_and_leaves_it_to_others_when_it_ends(
    database: Database, tmp_path: Path
) -> None:
    oracle, said = measured(range(60))
    with spooling(tmp_path / "history") as spool:
        spool_all(spool, said)
    plant = replace(small_plant(), tags=TAGS)
    async with station_of(database, tmp_path / "a", "desk-1", plant, history=tmp_path / "history") as desk:
        for name in BOTH:
            desk.core.station.link(LinkState(controller=name, link=Link.UP, since_s=NOW, last_data_s=NOW))
        await until(lambda: desk.core.station.status.upload.sent == len(oracle))
        status = desk.core.station.status.upload
        assert status.controllers == BOTH
        assert (status.until_at, status.health) == (datetime.fromtimestamp(NOW + 60, UTC), Health.DEGRADED)
    assert heard(stored(database)) == oracle
    with database.as_superuser() as connection:
        free = connection.execute("select bool_and(until < now()) from lineside.history_progress").fetchone()
    assert free == (True,)


async def test_a_station_draws_from_the_plant_what_its_own_spool_does_not_reach_back_to(
    database: Database, station: Make, tmp_path: Path
) -> None:
    _, said = measured(range(600), each=2)
    first = station(tmp_path / "desk-1", "desk-1")
    with spooling(tmp_path / "desk-1") as spool:
        spool_all(spool, said)
    with spooling(tmp_path / "desk-2") as spool:
        spool_all(spool, said[400:])
    await first.sends()
    loop = asyncio.get_running_loop()

    def ask(*asked: Any) -> Trend:
        return asyncio.run_coroutine_threadsafe(first.store.trend(*asked), loop).result(30)

    whole = HistoryReader(tmp_path / "desk-1")
    past = ReachingBack(HistoryReader(tmp_path / "desk-2"), ask)
    tag = TAGS[0].id
    span = await asyncio.to_thread(past.span, tag)
    assert span == whole.span(tag)
    for columns in (100, 5):
        window = (tag, NOW - 60, NOW + 540, columns)
        for found, wanted in zip(await asyncio.to_thread(past.drawn, *window), whole.drawn(*window), strict=True):
            np.testing.assert_array_equal(found, wanted)
    away = ReachingBack(HistoryReader(tmp_path / "desk-2"), lambda *_: None)
    assert np.isnan(away.drawn(tag, NOW, NOW + 300, 3)[1]).all()
