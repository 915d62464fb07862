"""Opens the plant's log in Postgres for a station. Loaded only where one was joined: the driver takes its time."""

from __future__ import annotations

from functools import partial

from app.config import Config
from app.secrets import stored_secret
from app.store.postgres.address import SECRET, read_url
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_login


def postgres_log(config: Config) -> PostgresLog:
    """The log of the URL that the station joined with its own login. Raises KnownError for a URL that is none."""
    address = read_url(config.store)
    if not address.login:
        address = address.for_login(station_login(config.station))
    return PostgresLog(address, config.station, partial(stored_secret, config.folder, SECRET))
