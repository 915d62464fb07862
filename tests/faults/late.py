"""A gateway that answers late, with another request's number, or to nobody: `python -m tests.faults.late [size]`.

A byte-level device withholds an answer until it was given up, then sends it in front of the next one, on whatever
connection that comes: as it was, with transaction 0, or with the unit of another. An answer that was withheld is marked
in its value: taken as good it is a mispaired one.
"""

import asyncio
import random
import struct
from collections.abc import Iterator

from app.domain.plant import Controller, Signal, Tag
from tests.bench.line import Figure
from tests.faults.campaign import campaign
from tests.faults.counting import IDENTITY
from tests.faults.judged import NONE
from tests.faults.link import driving, happened
from tests.faults.oracle import Oracle
from tests.faults.size import Size
from tests.unit.drivers.stub import Asked, stubbed

GROUPS = 5
APART = 200
"""Registers between two groups: each is asked for by itself, with the same count."""
WITHHELD = 500
"""Added to the identity in an answer that was withheld."""
LATE_SHARE = 0.4
LONGEST_S = 900.0


class Gateway:
    """What the stub answers. `late` counts the answers that came after they were given up."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._withheld: list[Asked] = []
        self._turn = 0
        self.late = 0

    def answer(self, asked: Asked) -> bytes:
        """Nothing, or what was withheld before and then perhaps the right answer."""
        self._turn += 1
        stale, self._withheld = self._withheld, []
        self.late += len(stale)
        before = b"".join(self._stale(one) for one in stale)
        if self._dice.random() < LATE_SHARE:
            self._withheld = [asked]
            return before
        return before + asked.frame(body(asked, 0, self._turn))

    def _stale(self, asked: Asked) -> bytes:
        tid, unit = self._dice.choice([(None, None), (None, None), (0, None), (None, 2)])
        return asked.frame(body(asked, WITHHELD, self._turn), tid=tid, unit=unit)


def body(asked: Asked, mark: int, turn: int) -> bytes:
    """The registers as one number that says which group it belongs to."""
    number = (1_000 + asked.address // APART + mark) * IDENTITY + turn
    return bytes([asked.function, 8]) + struct.pack(">d", number)


def controller(port: int) -> Controller:
    """The gateway as the plant file has it."""
    return Controller(
        id="C-LATE",
        name="Gateway",
        protocol="modbus",
        identity="",
        settings={"host": "127.0.0.1", "port": port},
        period_ms=20,
        timeout_ms=100,
    )


def tags() -> list[Tag]:
    """A tag in each group."""
    return [
        Tag(
            index=group,
            id=f"late-{group}",
            name=f"G{group}",
            machine="M-LATE",
            controller="C-LATE",
            signal=Signal.PROCESS,
            address={"table": "holding", "address": APART * group, "type": "f64"},
        )
        for group in range(GROUPS)
    ]


async def measured(size: Size) -> tuple[Gateway, Oracle, int]:
    """The gateway, the oracle and the number of connections, after so many late answers."""
    gateway, oracle = Gateway(size.seed), Oracle({group: 1_000 + group for group in range(GROUPS)}, every=False)
    async with stubbed(gateway.answer) as stub, driving(controller(stub.port), tags(), oracle):
        await happened(lambda: gateway.late >= size.late_answers, LONGEST_S)
    return gateway, oracle, stub.connections


def figures(size: Size) -> Iterator[Figure]:
    """How many late answers came and how many were taken for another request's."""
    gateway, oracle, connections = asyncio.run(measured(size))
    yield Figure(metric="late_answers", unit="answers", runs=[gateway.late])
    yield Figure(metric="late_values_taken", unit="values", runs=[oracle.values])
    yield Figure(metric="late_connections", unit="connections", runs=[connections])
    yield Figure(metric="mispaired", unit="cases", runs=[len(oracle.wrong) + len(oracle.backwards)], goal=NONE)


if __name__ == "__main__":
    campaign("late", figures)
