"""A station that lost its disk comes back from a backup and from what the plant's log has of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap.keeping import back_up, bring_back, complete_from_plant
from app.config import Config
from app.domain.errors import RefusedError
from app.secrets import open_secrets
from app.store.postgres.address import SECRET
from app.store.postgres.logins import station_login
from app.store.verify import verify_folder
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.system.plantwide import Station, station_of
from tests.system.station import until
from tests.system.writers import Writer, a_case, notes

NAME = "desk-1"


@pytest.fixture
def database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


def joined(database: Database, folder: Path) -> Config:
    """As `lineside join` leaves a data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    open_secrets(folder).set(SECRET, password_of(station_login(NAME)), in_file=True)
    return Config(folder=folder, station=NAME, store=database.url(station_login(NAME)))


async def shares(station: Station, writer: Writer, count: int) -> None:
    for _ in range(count):
        await writer.write()
    await until(lambda: station.shared)


async def test_a_lost_disk_comes_back_from_a_backup_and_the_plants_log_and_goes_on(
    database: Database, tmp_path: Path
) -> None:
    folder, copy = tmp_path / NAME, tmp_path / "backup.sqlite"
    async with station_of(database, folder, NAME) as station:
        await station.sits("silva")
        case_id = await a_case(station)
        writer = Writer(station, case_id)
        await shares(station, writer, 5)
        backed_up = back_up(Config(folder=folder, station=NAME), copy)
        await shares(station, writer, 7)
        before = station.core.bus.model.seq
    shutil.rmtree(folder)
    here = joined(database, folder)
    assert bring_back(here, copy).count == backed_up.count < before
    assert complete_from_plant(here) == 7
    assert complete_from_plant(here) == 0
    assert verify_folder(folder).ok
    async with station_of(database, folder, NAME) as station:
        await station.sits("silva")
        again = Writer(station, case_id)
        again.written = list(writer.written)
        await shares(station, again, 3)
    with database.as_superuser() as connection:
        assert notes(connection) == dict.fromkeys(again.written, 1)


async def test_without_a_backup_the_plants_log_alone_brings_everything_back(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / NAME
    async with station_of(database, folder, NAME) as station:
        await station.sits("silva")
        await shares(station, Writer(station, await a_case(station)), 3)
        whole = verify_folder(folder)
    shutil.rmtree(folder)
    assert complete_from_plant(joined(database, folder)) == whole.count
    assert verify_folder(folder).head == whole.head


async def test_a_station_whose_journal_is_older_than_the_plants_log_says_how_to_bring_it_back(
    database: Database, tmp_path: Path
) -> None:
    async with station_of(database, tmp_path / "a", NAME) as station:
        await station.sits("silva")
        await shares(station, Writer(station, await a_case(station)), 2)
    async with station_of(database, tmp_path / "b", NAME) as station:
        await until(lambda: station.away)
        assert "lineside restore --from-plant" in station.core.station.status.shared.reason


def test_who_joined_no_plant_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="has not joined"):
        complete_from_plant(Config(folder=tmp_path, station=NAME))
