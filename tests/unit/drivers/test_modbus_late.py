"""An answer that comes when its request was given up is no answer to a later one, on whatever connection it comes."""

import pytest

from drivers.modbus.address import Table
from drivers.modbus.wire import Place, Wire, WrongAnswerError
from tests.unit.drivers.stub import Asked, stubbed


async def test_an_answer_of_the_connection_before_is_not_taken_for_the_next_ones() -> None:
    withheld: list[bytes] = []

    def answer(asked: Asked) -> bytes:
        late, withheld[:] = b"".join(withheld), [asked.frame(asked.body(1))]
        return late

    async with stubbed(answer) as stub:
        for turn in range(20):
            wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
            with pytest.raises((TimeoutError, WrongAnswerError)):
                await wire.read(Table.HOLDING, 1, 100 + turn, 2, 0.05)
            await wire.close()
    assert len({asked.tid for asked in stub.asked}) == 20


async def test_an_answer_cut_into_two_connections_is_no_answer() -> None:
    halves: list[bytes] = []

    def answer(asked: Asked) -> bytes:
        rest = halves.pop() if halves else b""
        frame = asked.good()
        halves.append(frame[8:])
        return rest or frame[:8]

    async with stubbed(answer) as stub:
        for _ in range(4):
            wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
            with pytest.raises((TimeoutError, WrongAnswerError)):
                await wire.read(Table.HOLDING, 1, 10, 2, 0.05)
            await wire.close()
