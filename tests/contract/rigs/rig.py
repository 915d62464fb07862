"""A controller of each protocol that the suite can start, kill, freeze and replace. One row per protocol in RIGS."""

import asyncio
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field

from app.domain.plant import Address, Controller, Signal, Tag
from tests.needs import ROOT

NUMBER, TEXT, STATE, BOOL, MISSING, INVALID = range(6)
"""The tags of every rig, by index."""
SIGNALS = (Signal.PRODUCED, Signal.LOT, Signal.STATE, Signal.BLOCKED, Signal.PROCESS, Signal.PROCESS)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Rig:
    """One protocol's server process and how the plant file would describe it."""

    protocol: str
    module: str
    identity: str
    addresses: tuple[Address, ...]
    settings: dict[str, str | int | float | bool]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    async def start(self, *arguments: str) -> None:
        """Start the server and wait until it says that it is ready."""
        command = [sys.executable, "-m", self.module, "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(  # noqa: ASYNC220
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        assert line == b"ready\n", f"the {self.protocol} server did not start"

    def signal(self, number: signal.Signals) -> None:
        """Send the server process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End the server at once and wait for its end. Safe to call twice."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def controller(self, identity: str | None = None) -> Controller:
        """The controller of the rig; `identity` in place of the true one."""
        return Controller(
            id=f"C-{self.protocol}",
            name=f"Rig {self.protocol}",
            protocol=self.protocol,
            identity=self.identity if identity is None else identity,
            settings=self.settings | self.place(),
            period_ms=200,
            timeout_ms=2000,
        )

    def place(self) -> dict[str, str | int | float | bool]:
        """Where the server is, in the words of its protocol."""
        if self.protocol == "opcua":
            return {"url": f"opc.tcp://127.0.0.1:{self.port}/rig", "security": "none"}
        return {"host": "127.0.0.1", "port": self.port}

    def tags(self) -> list[Tag]:
        """The tags NUMBER to INVALID."""
        return [
            Tag(
                index=index,
                id=f"tag-{index}",
                name=f"Tag {index}",
                machine="R.one",
                controller=f"C-{self.protocol}",
                signal=SIGNALS[index],
                address=address,
            )
            for index, address in enumerate(self.addresses)
        ]


def opcua_rig() -> Rig:
    """Machine `one` of the OPC UA server."""
    node = "nsu=urn:rig:one;s="
    return Rig(
        protocol="opcua",
        module="tests.contract.rigs.opcua_server",
        identity="urn:rig:server",
        addresses=(
            {"node": f"{node}Counter"},
            {"node": f"{node}Lot"},
            {"node": f"{node}Machine", "path": "r:State"},
            {"node": f"{node}Running"},
            {"node": f"{node}NoSuchNode"},
            {"node": f"{node}Broken"},
        ),
        settings={"alarms": True, "ns.r": "urn:rig:one", "source.one": "R.one"},
    )


def modbus_rig() -> Rig:
    """The Modbus device."""
    return Rig(
        protocol="modbus",
        module="tests.contract.rigs.modbus_server",
        identity="RIG-1",
        addresses=(
            {"table": "holding", "address": 10},
            {"table": "holding", "address": 13, "type": "string", "length": 4},
            {"table": "holding", "address": 11},
            {"table": "holding", "address": 12, "type": "bool", "bit": 2},
            {"table": "holding", "address": 40},
            {"table": "holding", "address": 20, "type": "f32"},
        ),
        settings={"identity.address": 0, "identity.length": 8},
    )


RIGS = {"opcua": opcua_rig, "modbus": modbus_rig}
