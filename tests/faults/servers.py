"""Counting servers in processes of their own, which no one here wrote, and how a plant file describes them.

One row per protocol in KINDS. Owns starting, signalling and ending them; must not know what is done to their cables.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.plant import Address, Controller, Signal, Tag
from tests.faults import counting, libmodbus_device
from tests.faults.network import Cable
from tests.faults.oracle import Oracle
from tests.needs import RIG, ROOT, need_node

NODES = counting.NODES
MACHINE = "one"
"""The machine whose tags are watched; the other is there to be mistaken for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A protocol: the server's command and folder, and its controller and tags. `every`: whether each value comes."""

    protocol: str
    every: bool
    command: Callable[[str, int, int, int], list[str]]
    folder: str
    settings: Callable[[str, int], Address]
    identity: Callable[[int], str]
    address: Callable[[int], Address]
    value: Callable[[int, int], int]

    def controller(self, number: int, host: str, port: int) -> Controller:
        """The server as the plant file has it."""
        return Controller(
            id=f"C-{number}",
            name=f"Counter {number}",
            protocol=self.protocol,
            identity=self.identity(number),
            settings=dict(self.settings(host, port)),
            period_ms=200,
            timeout_ms=1000,
        )

    def tags(self, number: int) -> list[Tag]:
        """A tag for each node."""
        return [
            Tag(
                index=node,
                id=f"tag-{number}-{node}",
                name=f"C{node}",
                machine=f"M-{number}",
                controller=f"C-{number}",
                signal=Signal.PROCESS,
                address=self.address(node),
            )
            for node in range(NODES)
        ]

    def oracle(self, number: int) -> Oracle:
        """Who knows what its values must be."""
        return Oracle({node: self.value(number, node) for node in range(NODES)}, every=self.every)


def opcua_command(host: str, port: int, number: int, run: int) -> list[str]:
    """The node-opcua server."""
    return [str(need_node()), "counting_server.js", str(port), str(number), str(run), str(NODES), "--host", host]


def modbus_command(host: str, port: int, number: int, run: int) -> list[str]:
    """The libmodbus device, or pymodbus where that is missing."""
    module = "tests.faults.libmodbus_device" if libmodbus_device.available() else "tests.faults.pymodbus_device"
    return [sys.executable, "-m", module, host, str(port), str(number), str(run)]


KINDS = {
    "opcua": Kind(
        protocol="opcua",
        every=True,
        command=opcua_command,
        folder=str(RIG),
        settings=lambda host, port: {
            "url": f"opc.tcp://{host}:{port}", "security": "none", "publishing_ms": 100, "sampling_ms": 0
        },
        identity=lambda number: f"urn:count:{number}",
        address=lambda node: {"node": f"nsu=urn:count:{MACHINE};s=C{node}"},
        value=lambda number, node: number * 1_000 + node,
    ),
    "modbus": Kind(
        protocol="modbus",
        every=False,
        command=modbus_command,
        folder=str(ROOT),
        settings=lambda host, port: {
            "host": host, "port": port, "identity.address": counting.NAME_AT, "identity.length": counting.NAME_WORDS
        },
        identity=counting.name_of,
        address=lambda node: {
            "table": "holding", "address": counting.FIRST + counting.WORDS * node, "type": "f64"
        },
        value=counting.identity,
    ),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Server:
    """One server process at the far end of a cable; each start is a new run."""

    kind: Kind
    number: int
    cable: Cable
    run: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    async def start(self, *flags: str) -> None:
        """Start it and wait until it listens."""
        self.run += 1
        made = self.kind.command(self.cable.server_host, self.cable.server_port, self.number, self.run)
        self.process = subprocess.Popen(  # noqa: ASYNC220
            [*self.cable.prefix, *made, *flags], cwd=self.kind.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        while (line := await asyncio.to_thread(self.process.stdout.readline)) != b"ready\n":
            assert line, f"the {self.kind.protocol} server did not start"

    def tell(self, order: str) -> None:
        """Send it a line."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(order.encode() + b"\n")
        self.process.stdin.flush()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it with a signal and wait for its end. Safe to call twice."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(number)
            await asyncio.to_thread(process.wait)
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()
