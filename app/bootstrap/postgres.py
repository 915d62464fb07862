"""Opens the plant's log in Postgres for a station. Loaded only where one was joined: the driver takes its time."""

from __future__ import annotations

from functools import partial

from app.config import Config
from app.secrets import stored_secret
from app.store.postgres.address import SECRET, Address, read_url
from app.store.postgres.history import PostgresHistory
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_login
from app.store.postgres.plant_files import PostgresPlantFiles
from app.store.postgres.reports import PostgresReports


def postgres_log(config: Config) -> PostgresLog:
    """The log of the URL that the station joined with its own login. Raises KnownError for a URL that is none."""
    return PostgresLog(_address(config), config.station, partial(stored_secret, config.folder, SECRET))


def postgres_reports(config: Config) -> PostgresReports:
    """The tables for reports beside it. Raises as `postgres_log` does."""
    return PostgresReports(_address(config), config.station, partial(stored_secret, config.folder, SECRET))


def postgres_history(config: Config) -> PostgresHistory:
    """The plant's history of samples beside it. Raises as `postgres_log` does."""
    return PostgresHistory(_address(config), config.station, partial(stored_secret, config.folder, SECRET))


def postgres_plant_files(config: Config) -> PostgresPlantFiles:
    """The plant files published beside it. Raises as `postgres_log` does."""
    return PostgresPlantFiles(_address(config), config.station, partial(stored_secret, config.folder, SECRET))


def _address(config: Config) -> Address:
    address = read_url(config.store)
    return address if address.login else address.for_login(station_login(config.station))
