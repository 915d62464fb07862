"""One Modbus client of many devices in a process of its own: Lineside's driver, or pymodbus as its manual shows it.

`python -m tests.bench.modbus_client CLIENT PORT DEVICES KIND WARM_S WINDOWS` prints one line of JSON; CLIENT is a row
of CLIENTS. Each device is asked for the same five blocks of 125 registers ten times a second. Lineside's reads end as
samples of every tag, with quality and time, handed to the drivers' sink; pymodbus's in a dictionary, as the list of
registers that it gives, or (`mixed`) as the values that its own converter makes of them. With `lineside_board` the
samples go on to the board, which is no more the driver's work.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pymodbus.client import AsyncModbusTcpClient

from app.acquisition.board import Board, BoardWriter
from app.domain.plant import Controller, Signal, Tag
from app.ports import AlarmEvent, LinkState, Samples, UnitState
from drivers.modbus.address import WORDS, WireType, parse_address
from drivers.modbus.framing import Asked
from drivers.modbus.wire import Wire
from drivers.registry import open_driver
from tests.contract.rigs.libmodbus_server import BANK

READS, REGISTERS, APART, PERIOD_MS = 5, 125, 200, 100
KINDS = {
    "words": (WireType.U16,),
    "mixed": (WireType.F32, WireType.U32, WireType.I16, WireType.U16, WireType.F64, WireType.BOOL),
}
"""What the registers hold: a number each, or types in turn with scale and "no value" marker."""
TYPE = AsyncModbusTcpClient.DATATYPE
DATATYPES = {
    WireType.F32: TYPE.FLOAT32, WireType.U32: TYPE.UINT32, WireType.I16: TYPE.INT16, WireType.U16: TYPE.UINT16,
    WireType.F64: TYPE.FLOAT64,
}  # fmt: skip
GC = (100_000, 50, 50)
"""Thresholds of the garbage collector, as the acquisition process has them."""


class Taken:
    """What was read since the last `begin`."""

    def __init__(self, devices: int) -> None:
        self.reads = 0
        self.late_ms: list[float] = []
        self.live = np.zeros(devices, dtype=np.bool_)

    def begin(self) -> None:
        """Forget what was counted."""
        self.reads, self.late_ms = 0, []


class Store:
    """The drivers' sink: a count, and the board where it is asked for."""

    def __init__(self, taken: Taken, board: BoardWriter, *, write: bool) -> None:
        self._taken = taken
        self._board = board
        self._write = write
        self._last: Samples | None = None

    def check(self) -> None:
        """The last answer was good to the last value."""
        assert self._last is not None
        assert not self._last.qualities.any()

    def samples(self, batch: Samples) -> None:
        """Every value of a block."""
        if self._write:
            self._board.write(batch)
        self._taken.reads += 1
        self._last = batch

    def alarm(self, event: AlarmEvent) -> None:
        """There are none."""

    def alive(self, controller: str, at_s: float) -> None:
        """Onto the board."""
        self._board.alive(controller, at_s)
        self._taken.live[int(controller)] = True

    def link(self, state: LinkState) -> None:
        """Onto the board."""
        self._board.link(state.controller, state.link, state.since_s)

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """Not measured."""

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """There is none."""


def tags(device: int, first: int, kind: str) -> list[Tag]:
    """The tags of one device: its blocks filled to the last register."""
    made: list[Tag] = []
    for block in range(READS):
        start, used, turn = BANK + block * APART, 0, 0
        while used < REGISTERS:
            of = KINDS[kind][turn % len(KINDS[kind])]
            of = of if used + WORDS[of] <= REGISTERS else WireType.U16
            extra = {"bit": 3} if of is WireType.BOOL else {"none": 1} if of is WireType.U32 else {}
            index = first + len(made)
            made.append(
                Tag(
                    index=index, id=f"v{index}", name="v", machine="m", controller=str(device), signal=Signal.PROCESS,
                    scale=0.1 if kind == "mixed" else 1.0,
                    address={"table": "holding", "address": start + used, "type": of, **extra},
                )
            )  # fmt: skip
            used, turn = used + WORDS[of], turn + 1
    return made


def timed(taken: Taken) -> None:
    """Let every read of the driver tell how long it took, as the peer's are."""
    send, came = Wire._send, Wire.buffer_updated
    began_s: dict[Wire, float] = {}

    def sending(self: Wire, asked: Asked, timeout_s: float) -> None:
        began_s[self] = time.perf_counter()
        send(self, asked, timeout_s)

    def coming(self: Wire, nbytes: int) -> None:
        taken.late_ms.append((time.perf_counter() - began_s[self]) * 1000)
        came(self, nbytes)

    Wire._send, Wire.buffer_updated = sending, coming  # type: ignore[method-assign]


async def lineside(port: int, devices: int, kind: str, taken: Taken, until: Callable[[], Any]) -> None:
    """The drivers, with the board behind them, until told."""
    timed(taken)
    each = len(tags(0, 0, kind))
    with tempfile.TemporaryDirectory() as folder:
        board = Board(Path(folder) / "board", devices * each, devices, create=True)
        writer = BoardWriter(board, tuple(map(str, range(devices))))
        store = Store(taken, writer, write=sys.argv[1] == "lineside_board")
        drivers = [
            open_driver(
                Controller(
                    id=str(device), name="Load", protocol="modbus", identity="RIG-1", period_ms=PERIOD_MS,
                    settings={
                        "host": "127.0.0.1", "port": port, "max_registers": REGISTERS, "identity.address": 0,
                        "identity.length": 8,
                    },
                ),
                tags(device, device * each, kind),
                store,
            )
            for device in range(devices)
        ]  # fmt: skip
        tasks = [asyncio.create_task(driver.run()) for driver in drivers]
        await until()
        store.check()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def stock(port: int, devices: int, kind: str, taken: Taken, until: Callable[[], Any]) -> None:
    """pymodbus's client as its manual shows it, until told."""
    values: dict[tuple[int, int], Sequence[Any]] = {}
    spots = [parse_address(tag.address, {}) for tag in tags(0, 0, kind)]
    blocks = [
        [spot for spot in spots if 0 <= spot.address - BANK - block * APART < REGISTERS] for block in range(READS)
    ]

    def typed(client: AsyncModbusTcpClient, block: int, registers: list[int]) -> list[Any]:
        """What its own converter makes of the registers, value by value."""
        found: list[Any] = []
        for spot in blocks[block]:
            first = spot.address - BANK - block * APART
            if spot.type is WireType.BOOL:
                found.append(registers[first] >> spot.bit & 1)
            else:
                words = registers[first : first + spot.words]
                found.append(client.convert_from_registers(words, DATATYPES[spot.type]))
        return found

    async def poll(device: int) -> None:
        loop = asyncio.get_running_loop()
        client = AsyncModbusTcpClient("127.0.0.1", port=port)
        await client.connect()
        next_s = loop.time()
        while True:
            for block in range(READS):
                began_s = time.perf_counter()
                answer = await client.read_holding_registers(BANK + block * APART, count=REGISTERS, device_id=1)
                assert not answer.isError()
                taken.late_ms.append((time.perf_counter() - began_s) * 1000)
                registers = list(answer.registers)
                values[device, block] = registers if kind == "words" else typed(client, block, registers)
                taken.reads += 1
            taken.live[device] = True
            next_s = max(next_s + PERIOD_MS / 1000, loop.time())
            await asyncio.sleep(next_s - loop.time())

    tasks = [asyncio.create_task(poll(device)) for device in range(devices)]
    await until()
    assert not any(task.done() for task in tasks)


CLIENTS = {"lineside": lineside, "lineside_board": lineside, "pymodbus": stock}


async def measure(taken: Taken, warm_s: float, windows: int) -> dict[str, list[float]]:
    """Wait until every device is live, then measure window by window (a second each)."""
    while not taken.live.all():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    await asyncio.sleep(warm_s)
    said: dict[str, list[float]] = {name: [] for name in ("cpu_us", "per_s", "p50_ms", "p99_ms")}
    for _ in range(windows):
        taken.begin()
        cpu_s, start_s = time.process_time(), time.perf_counter()
        await asyncio.sleep(1.0)
        cpu_s, took_s = time.process_time() - cpu_s, time.perf_counter() - start_s
        said["cpu_us"].append(cpu_s * 1e6 / max(1, taken.reads))
        said["per_s"].append(taken.reads / took_s)
        said["p50_ms"].append(float(np.percentile(taken.late_ms or [np.nan], 50)))
        said["p99_ms"].append(float(np.percentile(taken.late_ms or [np.nan], 99)))
    return said


async def main() -> None:
    """Run the client that the arguments name."""
    name, port, devices, kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    taken = Taken(devices)
    said: dict[str, list[float]] = {}

    async def until() -> None:
        said.update(await measuring)

    measuring = asyncio.create_task(measure(taken, float(sys.argv[5]), int(sys.argv[6])))
    await CLIENTS[name](port, devices, kind, taken, until)
    print(json.dumps(said), flush=True)
    os._exit(0)  # a task of pymodbus's client may outlive its cancellation


if __name__ == "__main__":
    gc.set_threshold(*GC)
    asyncio.run(main())
