"""Backing up a station's journal and bringing it back, where it joined a plant with what the plant's log has of it."""

from __future__ import annotations

from pathlib import Path

from app.config import Config
from app.domain.errors import RefusedError
from app.secrets import stored_secret
from app.store import backup as copies
from app.store.backup import Copied
from app.store.postgres.address import SECRET
from app.store.postgres.logins import station_address
from app.store.postgres.walk import walk


def back_up(here: Config, file: Path) -> Copied:
    """Copy the journal into one file. Raises KnownError where it is not whole, or the file can't be written."""
    return copies.backup(here.folder, file)


def bring_back(here: Config, file: Path) -> Copied:
    """Make a backup the journal. Raises RefusedError where the journal here is newer, or another station's."""
    return copies.restore(here.folder, file)


def complete_from_plant(here: Config) -> int:
    """Append what the plant's log has of this station and its journal has not; how many operations.

    Raises RefusedError where no plant was joined, or what is there does not continue this journal; SharedDownError
    where it can't be asked.
    """
    if not here.store:
        raise RefusedError("This station has not joined a plant.", "Join it: lineside join URL --station NAME")
    log = walk(station_address(here.store, here.station), stored_secret(here.folder, SECRET))
    return copies.complete(here.folder, here.station, (row.operation for row in log))
