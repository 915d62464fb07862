"""A node-opcua server process for the system tests: a press of another maker, with its plant file's tag list."""

import asyncio
import subprocess

from app.domain.packml import MachineState
from app.domain.plant import Address, Controller, Signal, Tag
from tests.needs import RIG, need_node

PRESS = "nsu=urn:press:plc;"

ADDRESSES: dict[str, tuple[Signal, Address]] = {
    "speed": (Signal.RATE, {"node": f"{PRESS}s=Press1.CurMachSpeed"}),
    "state": (Signal.STATE, {"node": f"{PRESS}s=Press1", "path": "p:Status/p:StateCurrent"}),
    "running": (Signal.BLOCKED, {"node": "i=85", "path": "p:Press1/p:Running"}),
    "lot": (Signal.LOT, {"node": f"{PRESS}s=Press1.Lot"}),
    "serial": (Signal.ORDER, {"node": f"{PRESS}s=Press1.Serial"}),
    "level": (Signal.PROCESS, {"node": f"{PRESS}s=Press1.Levels", "index": 1}),
    "array": (Signal.PROCESS, {"node": f"{PRESS}s=Press1.Levels"}),
    "sensor": (Signal.PROCESS, {"node": f"{PRESS}s=Press1.Sensor"}),
    "mode": (Signal.MODE, {"node": f"{PRESS}i=1001"}),
    "removed": (Signal.PROCESS, {"node": f"{PRESS}s=Press1.Removed"}),
    "elsewhere": (Signal.PROCESS, {"node": "nsu=urn:press:gone;s=Press1"}),
    "lost_path": (Signal.PROCESS, {"node": f"{PRESS}s=Press1", "path": "p:Status/p:Nothing"}),
}
"""Tag → meaning and address, as a plant engineer writes them. The press counts its own states (6 means Execute)."""

NAMES = tuple(ADDRESSES)


def press_controller(port: int) -> Controller:
    """The press as the plant file describes it."""
    return Controller(
        id="C-PRESS",
        name="Press 1",
        protocol="opcua",
        identity="urn:press:server",
        settings={
            "url": f"opc.tcp://127.0.0.1:{port}/press",
            "security": "none",
            "ns.p": "urn:press:plc",
            "alarms": True,
            "source.Press1": "P.press",
        },
    )


def press_tags() -> list[Tag]:
    """The tags in the order of NAMES."""
    return [
        Tag(
            index=index,
            id=f"P.press.{name}",
            name=name,
            machine="P.press",
            controller="C-PRESS",
            signal=signal,
            scale=0.5 if name == "speed" else 1.0,
            state_map={6: MachineState.EXECUTE, 8: MachineState.ABORTED} if name == "state" else None,
            address=address,
        )
        for index, (name, (signal, address)) in enumerate(ADDRESSES.items())
    ]


class Press:
    """The server process; the same port over restarts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, *arguments: str) -> None:
        """Start it and wait until it listens."""
        command = [str(need_node()), "opcua_server.js", str(self.port), *arguments]
        self._process = subprocess.Popen(  # noqa: ASYNC220
            command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        while (line := await asyncio.to_thread(self._process.stdout.readline)) != b"ready\n":
            assert line, "the node-opcua server did not start"

    def kill(self) -> None:
        """kill -9; safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
