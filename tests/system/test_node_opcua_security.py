"""The OPC UA driver against a secured server that no one here wrote: node-opcua, which must trust us too."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.ports import Link
from drivers.certificate import der
from drivers.opcua.own import own
from drivers.registry import open_driver
from drivers.workstation import Workstation
from tests.contract.rigs.certificates import Made, make
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import free_port
from tests.contract.rigs.secured import PASSWORD, Secured, counter_tag, workstation
from tests.needs import RIG, need_node


class Rig:
    """The server's process and what it says."""

    def __init__(self, folder: Path, made: Made) -> None:
        self.place = Secured(port=free_port())
        self.passwords = 0
        self._folder = folder
        self._made = made
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it listens."""
        certificate, key = self._folder / "server.pem", self._folder / "server.key"
        certificate.write_bytes(self._made.pem)
        key.write_bytes(self._made.key_pem)
        words = [str(self.place.port), str(self._folder / "pki"), str(certificate), str(key), PASSWORD]
        self._process = await asyncio.create_subprocess_exec(
            str(need_node()),
            "secured_server.js",
            *words,
            cwd=RIG,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        while (line := await self._process.stdout.readline()) != b"ready\n":
            assert line, "the node-opcua server did not start"
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def _read(self, out: asyncio.StreamReader) -> None:
        while line := await out.readline():
            self.passwords += line.startswith(b"password")

    def trust(self, station: Workstation) -> None:
        """Let the server trust the workstation."""
        trusted = self._folder / "pki" / "trusted" / "certs"
        trusted.mkdir(parents=True, exist_ok=True)
        (trusted / "lineside.der").write_bytes(der(own(station.pki, station.name).certificate))

    async def stop(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process._transport.close()  # type: ignore[attr-defined]
        if self._reading is not None:
            await self._reading


@asynccontextmanager
async def running(rig: Rig) -> AsyncIterator[Rig]:
    """Run the server."""
    try:
        await rig.start()
        yield rig
    finally:
        await rig.stop()


@asynccontextmanager
async def driving(rig: Rig, station: Workstation, **settings: str) -> AsyncIterator[Recorder]:
    """Run the driver."""
    recorder = Recorder()
    driver = open_driver(rig.place.controller(**settings), [counter_tag()], recorder, station)
    task = asyncio.create_task(driver.run())
    try:
        yield recorder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("mode", ["sign_and_encrypt", "sign"])
@pytest.mark.parametrize("policy", ["basic256sha256", "aes128_sha256_rsaoaep", "aes256_sha256_rsapss"])
async def test_both_sides_trust_each_other_with_every_policy(policy: str, mode: str, tmp_path: Path) -> None:
    made = make()
    rig, station = Rig(tmp_path, made), workstation(tmp_path / "data", made)
    rig.trust(station)
    async with running(rig), driving(rig, station, security=policy, mode=mode) as said:
        await said.until(lambda: said.fresh(0, 0.0))
        assert said.links[-1].secured
    assert rig.passwords == 1


async def test_an_untrusted_server_gets_no_password(tmp_path: Path) -> None:
    rig, station = Rig(tmp_path, make()), workstation(tmp_path / "data", make())
    rig.trust(station)
    async with running(rig), driving(rig, station) as said:
        await said.until(lambda: said.now is Link.REFUSED)
    assert "is not trusted" in said.links[-1].reason
    assert rig.passwords == 0


async def test_a_server_that_does_not_trust_the_workstation_is_told_with_what_to_do(tmp_path: Path) -> None:
    made = make()
    rig, station = Rig(tmp_path, made), workstation(tmp_path / "data", made)
    async with running(rig), driving(rig, station) as said:
        await said.until(lambda: said.now in (Link.REFUSED, Link.UP))
        assert "does not accept this workstation" in said.links[-1].reason
        assert str(own(station.pki, station.name).path) in said.links[-1].reason
    assert rig.passwords == 0
