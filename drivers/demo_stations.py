"""The demo on several workstations: a private Postgres that they share, and a process for each but the first.

Owns the server, the logins and the processes. The first workstation is the demo's own window.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from psycopg.errors import DuplicateDatabase

from app.child import PROGRAM, QUIET, command
from app.config import STATION, Shared, keep_shared
from app.domain.plant import Plant
from app.domain.signing import DEMO_PASSWORD
from app.secrets import Secrets
from app.store.postgres import logins, schema
from app.store.postgres.address import SECRET, read_url
from app.store.postgres.private import PrivateCluster
from drivers.demo import STOP_S, Demo
from drivers.demo_file import write_plant

DATABASE = "lineside"


class Stations:
    """`joined` prepares a station's folder; `start` opens the further workstations once the plant's file is there."""

    def __init__(self, folder: Path, count: int) -> None:
        self.names = tuple(f"desk-{number}" for number in range(1, count + 1))
        self._folder = folder
        self._cluster = PrivateCluster(folder / "postgres")
        self._children: list[subprocess.Popen[bytes]] = []

    def prepare(self, plant: Plant) -> None:
        """Start the server, make the plant's log, its people and stations. Raises KnownError without PostgreSQL."""
        if os.name == "posix" and os.geteuid() == 0:
            self._folder.chmod(self._folder.stat().st_mode | 0o011)  # the server's own account goes through it
        self._cluster.start()
        administrator = read_url(self._cluster.superuser_url("postgres"))
        with schema.connected(administrator) as connection, contextlib.suppress(DuplicateDatabase):
            connection.execute(f"create database {DATABASE}".encode())
        address = read_url(self._cluster.superuser_url(DATABASE))
        schema.init(address)
        with schema.connected(address) as connection:
            for person in plant.people.values():
                logins.give_login(connection, person, DEMO_PASSWORD)
            for name in self.names:
                self._join(logins.add_station(connection, name, _word(name)), name)

    def _join(self, login: str, name: str) -> None:
        folder = self.folder_of(name)
        folder.mkdir(parents=True, exist_ok=True)
        Secrets(folder, None).set(SECRET, _word(name), in_file=True)
        keep_shared(folder, Shared(url=self._cluster.url(login, DATABASE), station=name))

    def folder_of(self, name: str) -> Path:
        """The data folder of a station: of the first one, the demo's own."""
        return self._folder if name == self.names[0] else self._folder / name

    def start(self, plant_file: Path, *words: str) -> None:
        """Open every workstation but the first."""
        for name in self.names[1:]:
            told = [*command(PROGRAM), *words, "--plant", str(plant_file), "--data", str(self.folder_of(name))]
            self._children.append(subprocess.Popen(told, env=os.environ | {STATION: name}, creationflags=QUIET))

    def stop(self) -> None:
        """End the workstations, then the server."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            try:
                child.wait(3 * STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
        self._cluster.stop()


@contextlib.contextmanager
def opened(demo: Demo, plant: Plant, folder: Path, count: int, headless: float | None) -> Iterator[Callable[[], None]]:
    """Stations that share one plant's log; what is yielded starts the demo's plant and the further workstations.

    `headless`: seconds after which they end, without a screen; None: windows. Everything ends with the block.
    """
    stations = Stations(folder, count)
    try:
        stations.prepare(plant)
        file = write_plant(demo, folder)
        words = ("run",) if headless is None else ("agent", "--for", str(headless))

        def begin() -> None:
            demo.start()
            stations.start(file, *words)

        yield begin
    finally:
        stations.stop()


def _word(name: str) -> str:
    """A demo station's password: the database is this machine's alone."""
    return f"demo of {name}"
