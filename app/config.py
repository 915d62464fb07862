"""Where a station keeps its things and what it is called: by command line, environment, or the system's custom."""

from __future__ import annotations

import json
import os
import re
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

from app.domain.errors import KnownError

DATA = "LINESIDE_DATA"
STATION = "LINESIDE_STATION"
STORE = "LINESIDE_STORE"
SHARED = "shared.json"
"""In the data folder, where the station has joined a plant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The plant's log that a station has joined: its URL, without a password, and what the station is called there."""

    url: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`folder` holds the journal, the board and the screens' layout of one station.

    `store` is the URL of the plant's log where the station has joined one; empty: it is on its own.
    """

    folder: Path
    station: str
    store: str = ""

    @property
    def board(self) -> Path:
        """The file of the shared values."""
        return self.folder / "board.mem"

    @property
    def history(self) -> Path:
        """The folder of the samples kept for trends; written by the acquisition, read by the screens."""
        return self.folder / "history"

    @property
    def log(self) -> Path:
        """The station's own log."""
        return self.folder / "lineside.log"


def config(data: Path | None = None) -> Config:
    """The configuration: `data` wins over LINESIDE_DATA over the user's own data folder. The folder is made.

    Raises KnownError where it can't be.
    """
    named = os.environ.get(DATA)
    folder = data or (Path(named) if named else user_data_path("lineside", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError(
            f"The data folder {folder} can't be made: {error.strerror}.", "Name another with --data."
        ) from error
    joined = read_shared(folder)
    return Config(
        folder=folder,
        station=os.environ.get(STATION) or (joined.station if joined else _host()),
        store=os.environ.get(STORE) or (joined.url if joined else ""),
    )


def read_shared(folder: Path) -> Shared | None:
    """The plant's log that a data folder has joined. Raises KnownError for a file that is none."""
    path = folder / SHARED
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Shared(url=str(held["url"]), station=str(held["station"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KnownError(f"The file {path} can't be read: {error}.", "Join the plant again: lineside join.") from error


def keep_shared(folder: Path, shared: Shared) -> None:
    """Note which plant's log a data folder has joined."""
    path = folder / SHARED
    try:
        path.write_text(json.dumps(asdict(shared)), encoding="utf-8")
    except OSError as error:
        raise KnownError(f"The file {path} can't be written: {error.strerror}.", "Make room.") from error


def _host() -> str:
    """This machine's name, as an identifier."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", socket.gethostname())[:40] or "station"
