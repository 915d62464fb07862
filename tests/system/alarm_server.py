"""The node-opcua server of alarms as the tests use it: its process, the orders to it, the plant that it stands for."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.domain.plant import Controller, Signal, Tag
from app.ports import AlarmEvent, ControlPort
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import free_port
from tests.needs import RIG, need_node

URI = "urn:alarms:plc"


class AlarmServer:
    """The server process; `order` waits until it is carried out."""

    def __init__(self, port: int, alarms: int, machines: int = 1) -> None:
        self.port = port
        self.machines = machines
        self._arguments = (str(alarms), str(machines))
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it and wait until it listens."""
        command = [str(need_node()), "alarm_server.js", str(self.port), *self._arguments]
        self._process = subprocess.Popen(  # noqa: ASYNC220
            command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        await self._answer(b"ready\n")

    async def order(self, text: str) -> None:
        """One order: "raise 0 4", "clear 0", "clock -3600000"; see alarm_server.js."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()
        await self._answer(b"done\n")

    async def _answer(self, wanted: bytes) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while (line := await asyncio.to_thread(self._process.stdout.readline)) != wanted:
            assert line, "the server of alarms ended"

    def kill(self) -> None:
        """kill -9; safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def controller(port: int, machines: int = 1) -> Controller:
    """The server as the plant file describes it; the machine M0 is P.m0."""
    return Controller(
        id="C-A",
        name="Alarms",
        protocol="opcua",
        identity="urn:alarms:server",
        settings={
            "url": f"opc.tcp://127.0.0.1:{port}/alarms",
            "security": "none",
            "alarms": True,
            **{f"source.M{n}": f"P.m{n}" for n in range(machines)},
        },
    )


def state_tag() -> Tag:
    """The state of M0."""
    return Tag(
        index=0, id="P.m0.state", name="State", machine="P.m0", controller="C-A", signal=Signal.STATE,
        address={"node": f"nsu={URI};s=M0.State"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """A driver on the server, and all that it has said."""

    server: AlarmServer
    said: Recorder
    driver: ControlPort

    def of(self, name: str) -> list[AlarmEvent]:
        """What was heard of an alarm itself, oldest first."""
        return [event for event in self.said.alarms if event.key == f"{URI};s={name}"]

    def last(self, name: str) -> AlarmEvent:
        """How an alarm stands."""
        return self.of(name)[-1]

    def branches(self, name: str) -> list[AlarmEvent]:
        """What was heard of an alarm's earlier occurrences."""
        return [event for event in self.said.alarms if event.key.startswith(f"{URI};s={name}#")]


@asynccontextmanager
async def watching(server: AlarmServer, port: int = 0) -> AsyncIterator[Watching]:
    """A driver on a running server, heard until the end; `port` of a proxy in between."""
    said = Recorder()
    driver = open_driver(controller(port or server.port, server.machines), [state_tag()], said)
    assert isinstance(driver, ControlPort)
    task = asyncio.create_task(driver.run())
    try:
        await said.until(lambda: said.seen)
        yield Watching(server=server, said=said, driver=driver)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def alarm_server(alarms: int, machines: int = 1) -> AsyncIterator[AlarmServer]:
    """A running server with so many alarms."""
    server = AlarmServer(free_port(), alarms, machines)
    await server.start()
    try:
        yield server
    finally:
        server.kill()
