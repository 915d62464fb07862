"""Every connection begins with who answers: a text or a number known beforehand."""

import struct

import pytest

from app.domain.plant import Controller
from drivers.modbus.dial import Dialer
from drivers.session import IdentityError, LostError
from tests.unit.drivers.stub import Asked, stubbed


def device(port: int, identity: str, **settings: str | int) -> Controller:
    """A device that is asked what it is in register 100 of its unit 9."""
    return Controller(
        id="C", name="Stub", protocol="modbus", identity=identity,
        settings={
            "host": "127.0.0.1", "port": port, "identity.address": 100, "identity.unit": 9,
            **{f"identity.{key}": value for key, value in settings.items()},
        },
    )  # fmt: skip


def holding(raw: bytes) -> object:
    """A device whose registers hold these bytes."""
    return lambda asked: asked.frame(bytes([asked.function, len(raw)]) + raw)


async def dial(raw: bytes, identity: str, **settings: str | int) -> Asked:
    """Connect; gives what was asked. Raises what the dialer raises."""
    async with stubbed(holding(raw)) as stub:  # type: ignore[arg-type]
        wire = await Dialer(device(stub.port, identity, **settings), None).dial(1.0)
        await wire.close()
        return stub.asked[0]


KNOWN = [
    (struct.pack(">H", 4480), "4480", {"type": "u16"}),
    (struct.pack(">f", 12.5), "12.5", {"type": "f32"}),
    (struct.pack(">f", 0.1), "0.1", {"type": "f32"}),
    (struct.pack(">f", 12.5)[2:] + struct.pack(">f", 12.5)[:2], "12.5", {"type": "f32", "order": "little_swap"}),
    (struct.pack("<q", -(2**40)), "-1099511627776", {"type": "i64", "order": "little"}),
    (bytes.fromhex("12345678"), "12345678", {"type": "bcd32"}),
    (struct.pack(">d", 5.0), "5", {"type": "f64"}),
    (b"PLC-7\0", "PLC-7", {"length": 3}),
]


@pytest.mark.parametrize(("raw", "identity", "settings"), KNOWN)
async def test_the_right_device_is_let_in(raw: bytes, identity: str, settings: dict[str, str | int]) -> None:
    asked = await dial(raw, identity, **settings)
    assert (asked.unit, asked.address, asked.count) == (9, 100, len(raw) // 2)


WRONG = [
    (struct.pack(">f", 12.5), "12.5", {"type": "f32", "order": "little_swap"}),
    (struct.pack("<q", -(2**40)), "-1099511627776", {"type": "i64"}),
    (struct.pack(">H", 4481), "4480", {"type": "u16"}),
    (struct.pack(">H", 4480), "filler", {"type": "u16"}),
    (struct.pack(">H", 4480), "99999", {"type": "u16"}),
    (b"PLC-8\0", "PLC-7", {"length": 3}),
]


@pytest.mark.parametrize(("raw", "identity", "settings"), WRONG)
async def test_another_device_or_a_wrong_word_order_is_refused(
    raw: bytes, identity: str, settings: dict[str, str | int]
) -> None:
    """Bad input row 20: a wrong word order is found when the controller is connected, not in its values."""
    with pytest.raises(IdentityError, match="The device says it is"):
        await dial(raw, identity, **settings)


async def test_a_device_that_gives_no_number_is_refused() -> None:
    with pytest.raises(IdentityError, match="is no BCD number"):
        await dial(bytes.fromhex("12AB"), "1200", type="bcd16")


async def test_a_device_that_does_not_have_the_register_is_refused_and_an_absent_one_is_lost() -> None:
    for code, error in ((2, IdentityError), (10, LostError), (11, LostError)):
        async with stubbed(lambda asked, code=code: asked.frame(bytes([0x83, code]))) as stub:  # type: ignore[misc]
            with pytest.raises(error, match=f"exception {code}"):
                await Dialer(device(stub.port, "X", length=3), None).dial(1.0)
