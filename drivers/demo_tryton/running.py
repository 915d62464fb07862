"""One Tryton server as a process: its configuration, its start, its first answer, its end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.erp_errors import ErpError
from app.domain.errors import KnownError
from app.erp.tryton.rpc import Rpc
from app.erp.web import Web
from drivers.demo import TRYTON

DATABASE = str(TRYTON["database"])
START_S = 120.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The files of a server's folder."""

    config: Path
    database: Path


def configured(folder: Path, port: int) -> Place:
    """The files of a server that listens on this machine only; its configuration is written."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "trytond.conf"
    lines = ["[database]", "uri = sqlite://", f"path = {folder}", "[web]", f"listen = 127.0.0.1:{port}"]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Place(config=config, database=folder / f"{DATABASE}.sqlite")


def program(python: Path, module: str, config: Path, *options: str) -> list[str]:
    """The words of one of Tryton's own programs; its scripts name the place where they were made, so not by those."""
    code = f"from {module} import main; main()"
    return [str(python), "-c", code, "-c", str(config), "-d", DATABASE, *options]


class Running:
    """A server on the database of `folder`; `start` after `stop` or `kill` takes the same port and file again."""

    def __init__(self, python: Path, folder: Path, port: int = 0) -> None:
        self._python = python
        self._folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self._folder / f"{DATABASE}.sqlite"

    def start(self) -> None:
        """Start the process; it answers some seconds later."""
        words: Sequence[str] = program(self._python, "trytond.cli", configured(self._folder, self.port).config)
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    async def answers(self, within_s: float = START_S) -> None:
        """Wait for the first answer; raises KnownError when the process ends or says nothing."""
        rpc = Rpc(Web(self.url, timeout_s=5.0, packed=True), DATABASE, "", str)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    with contextlib.suppress(ErpError):
                        await rpc.hello()
                        return
                    if self._process is None or self._process.poll() is not None:
                        raise KnownError("Tryton's server has ended.", f"Look into {self._folder / 'server.log'}.")
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise KnownError(f"Tryton did not answer within {within_s:g} s.", "Start it again.") from error
        finally:
            await rpc.aclose()

    def stop(self) -> None:
        """End it; harmless when it has ended."""
        self._end(kill=False)

    def kill(self) -> None:
        """kill -9."""
        self._end(kill=True)

    def _end(self, kill: bool) -> None:
        if self._process is None:
            return
        if not kill:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
        self._process.kill()
        self._process.wait()
        self._process = None


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
