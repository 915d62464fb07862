"""Where a station keeps its things and what it is called: by command line, environment, or the system's custom."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from app.domain.errors import KnownError

DATA = "LINESIDE_DATA"
STATION = "LINESIDE_STATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`folder` holds the journal, the board and the screens' layout of one station."""

    folder: Path
    station: str

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
    return Config(folder=folder, station=os.environ.get(STATION) or _host())


def _host() -> str:
    """This machine's name, as an identifier."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", socket.gethostname())[:40] or "station"
