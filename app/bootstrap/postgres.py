"""Opens the plant's log in Postgres for a station. Loaded only where one was joined: the driver takes its time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from app.config import Config
from app.secrets import stored_secret
from app.store.postgres.address import SECRET, Address
from app.store.postgres.history import PostgresHistory
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_address
from app.store.postgres.plant_files import PostgresPlantFiles
from app.store.postgres.reports import PostgresReports

T = TypeVar("T")


def postgres_log(config: Config) -> PostgresLog:
    """The log of the URL that the station joined with its own login. Raises KnownError for a URL that is none."""
    return _opened(PostgresLog, config)


def postgres_reports(config: Config) -> PostgresReports:
    """The tables for reports beside it. Raises as `postgres_log` does."""
    return _opened(PostgresReports, config)


def postgres_history(config: Config) -> PostgresHistory:
    """The plant's history of samples beside it. Raises as `postgres_log` does."""
    return _opened(PostgresHistory, config)


def postgres_plant_files(config: Config) -> PostgresPlantFiles:
    """The plant files published beside it. Raises as `postgres_log` does."""
    return _opened(PostgresPlantFiles, config)


def _opened(make: Callable[[Address, str, Callable[[], str | None]], T], config: Config) -> T:
    """With the station's login, and its password each time that a connection is made."""
    password = partial(stored_secret, config.folder, SECRET)
    return make(station_address(config.store, config.station), config.station, password)
