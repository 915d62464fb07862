"""Where a station keeps its things, what it is called and how it is set up: by whom of several that is said.

Group policy wins over the command line, over the environment, over the plant that was joined, over the site's file.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from platformdirs import user_data_path

from app.domain.errors import KnownError
from app.policy import KEY as POLICY_KEY
from app.policy import policy
from app.settings import SETTINGS, Origin, Setting, Word, from_text, holds
from app.site_file import NAME, fault_of, read_site, site_folder

DATA = "LINESIDE_DATA"
STATION = "LINESIDE_STATION"
STORE = "LINESIDE_STORE"
SITE = "LINESIDE_SITE"
"""Names another file with the site's settings; for trying them out."""
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

    `store` is the URL of the plant's log where the station has joined one; empty: it is on its own. `said` has the word
    that holds for each setting that somebody set. `plant` is the plant file of this machine; `wall` what it shows
    where nobody works at it.
    """

    folder: Path
    station: str
    store: str = ""
    plant: Path | None = None
    theme: str = ""
    wall: str = ""
    log_folder: Path | None = None
    metrics_port: int = 0
    said: Mapping[str, Word] = field(default_factory=dict)

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
        return self.log_folder / f"{self.station}.log" if self.log_folder else self.folder / "lineside.log"

    def fixed(self, key: str) -> bool:
        """Whether group policy says it, so that nobody here may choose otherwise."""
        return key in self.said and self.said[key].origin is Origin.POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a machine says of itself and its site."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    windows: bool = os.name == "nt"
    policy: Callable[[], Mapping[str, object]] = policy

    @property
    def folder(self) -> Path:
        """Where plant IT puts what is particular to it."""
        return site_folder(self.environ, windows=self.windows)

    @property
    def file(self) -> Path:
        """Its file with the site's settings."""
        named = self.environ.get(SITE)
        return Path(named) if named else self.folder / NAME


def config(data: Path | None = None, given: Mapping[str, str] | None = None, machine: Machine | None = None) -> Config:
    """The configuration. `given`: settings from the command line, by key; empty ones were not given.

    `data` wins over LINESIDE_DATA over the user's own data folder, which is made. Raises KnownError where it can't be,
    and for every setting at fault.
    """
    machine = machine or Machine()
    folder = _folder(data, machine.environ)
    said = settings_of(folder, given or {}, machine)
    text = {key: str(word.value) for key, word in said.items()}
    own = machine.folder / "plant.toml"
    return Config(
        folder=folder,
        station=_name(text.get("station", "{host}")),
        store=text.get("store", ""),
        plant=Path(os.path.expandvars(text["plant"])) if "plant" in text else own if own.is_file() else None,
        theme=text.get("theme", ""),
        wall=text.get("wall", ""),
        log_folder=_made(Path(os.path.expandvars(text["log_folder"]))) if "log_folder" in text else None,
        metrics_port=int(text.get("metrics_port", "0")),
        said=said,
    )


def demo_config(data: Path | None) -> Config:
    """That of a demo: nothing of the site's, and no plant but one that was joined in this very folder."""
    folder = _folder(data, os.environ)
    words = dict(_joined(folder))
    joined = {key: str(word.value) for key, word in words.items()}
    station = os.environ.get(STATION) or joined.get("station", "{host}")
    return Config(folder=folder, station=_name(station), store=joined.get("store", ""), said=words)


def settings_of(folder: Path, given: Mapping[str, str], machine: Machine) -> Mapping[str, Word]:
    """For each setting that somebody set the word that holds. Raises KnownError for one at fault."""
    sources: tuple[Mapping[str, Word], ...] = (
        dict(_policy(machine.policy())),
        dict(_texts(given, Origin.COMMAND, lambda row: (row.key, row.option or f"--{row.key}"))),
        dict(_texts(machine.environ, Origin.ENVIRONMENT, lambda row: (row.env, row.env))),
        dict(_joined(folder)),
        read_site(machine.file),
    )
    found = {row.key: holds([source[row.key] for source in sources if row.key in source]) for row in SETTINGS}
    return {key: word for key, word in found.items() if word is not None}


def _policy(values: Mapping[str, object]) -> Iterator[tuple[str, Word]]:
    for key, value in values.items():
        if fault := fault_of(key, value):
            raise KnownError(f"Group policy HKLM\\{POLICY_KEY}: {fault}", "Correct the policy.")
        if isinstance(value, str | int):
            yield key, Word(value=value, origin=Origin.POLICY, where=f"HKLM\\{POLICY_KEY}")


def _texts(
    values: Mapping[str, str], origin: Origin, name: Callable[[Setting], tuple[str, str]]
) -> Iterator[tuple[str, Word]]:
    """What stands under each row's own name in texts; an empty one says nothing."""
    for row in SETTINGS:
        key, where = name(row)
        if key and values.get(key):
            yield row.key, from_text(row, values[key], origin, where)


def _joined(folder: Path) -> Iterator[tuple[str, Word]]:
    """What `lineside join` noted in a data folder."""
    joined = read_shared(folder)
    word = partial(Word, origin=Origin.JOINED, where=str(folder / SHARED))
    if joined is not None:
        yield from (("store", word(value=joined.url)), ("station", word(value=joined.station)))


def _folder(data: Path | None, environ: Mapping[str, str]) -> Path:
    named = environ.get(DATA)
    folder = data or (Path(named) if named else user_data_path("lineside", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError(
            f"The data folder {folder} can't be made: {error.strerror}.", "Name another with --data."
        ) from error
    return folder


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError(f"The log folder {folder} can't be made: {error.strerror}.", "Correct log_folder.") from error
    return folder


def _name(pattern: str) -> str:
    """A station's name: what the pattern makes of this machine and this account."""
    if "{user}" in pattern:
        pattern = pattern.replace("{user}", _plain(getpass.getuser()))
    return pattern.replace("{host}", _plain(socket.gethostname()))


def _plain(text: str) -> str:
    """A name as an identifier."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:40] or "station"


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
