"""One write to a Modbus device, and its read-back: a connection of its own, identity first, one request, no retry.

Owns which answers mean that nothing happened and which leave it unknown. Never used by polling.
"""

from __future__ import annotations

import asyncio
import time

from app.domain.control import Outcome, Result, Writing
from app.domain.plant import Controller, Tag
from drivers.modbus.address import ModbusAddress, parse_address
from drivers.modbus.decode import NotAValueError, decode
from drivers.modbus.dial import Dialer
from drivers.modbus.target import NotWritableError, encode
from drivers.modbus.wire import DeviceError, Wire, WrongAnswerError
from drivers.samples import engineering
from drivers.session import IdentityError, LostError, network_words

LOOK_EVERY_S = 0.2
AMBIGUOUS = frozenset({4, 5, 11})
"""Exceptions after which it may have happened: failure while acting, still working, no answer behind a gateway."""
ADVICE = "Look at the machine before anything is asked of it again."

Faults = (OSError, TimeoutError, WrongAnswerError)


class Writer:
    """Writes to one controller. `write` may be called side by side with polling; every call is a connection."""

    def __init__(self, controller: Controller, dialer: Dialer) -> None:
        self._controller = controller
        self._dialer = dialer
        self._timeout_s = controller.timeout_ms / 1000

    async def write(self, writing: Writing) -> Result:
        """One attempt, then the read-back; see app.ports.ControlPort."""
        spot = parse_address(writing.command.address, self._controller.settings)
        try:
            words = encode(writing.raw if writing.raw is not None else 0.0, spot)
        except NotWritableError as error:
            return Result(outcome=Outcome.FAILED, words=f"Nothing was sent: {error}.")
        try:
            wire = await self._dialer.dial(self._timeout_s)
        except (*Faults, IdentityError, LostError) as error:
            return Result(outcome=Outcome.FAILED, words=f"Nothing was sent: {_said(error)}")
        try:
            return await self._attempt(wire, spot, words, writing)
        finally:
            await wire.close()

    async def _attempt(self, wire: Wire, spot: ModbusAddress, words: list[int], writing: Writing) -> Result:
        try:
            await wire.write(spot.table, spot.unit, spot.address, words, self._timeout_s)
        except DeviceError as error:
            outcome = Outcome.UNKNOWN if error.code in AMBIGUOUS else Outcome.REFUSED
            return Result(outcome=outcome, words=error.message)
        except Faults as error:
            shown = await self._look(writing)
            return Result(outcome=Outcome.UNKNOWN, words=f"{_said(error)} {ADVICE}", read_back=shown)
        if writing.read is None:
            return Result(outcome=Outcome.CONFIRMED, words="The device acknowledged it; nothing is read back.")
        return await self._read_back(wire, writing.read, writing)

    async def _look(self, writing: Writing) -> str:
        """What a new connection shows after an attempt without an answer: a hint for the person, never a proof."""
        if writing.read is None:
            return ""
        spot = parse_address(writing.read.address, self._controller.settings)
        try:
            wire = await self._dialer.dial(self._timeout_s)
        except (*Faults, IdentityError, LostError):
            return ""
        try:
            words = await wire.read(spot.table, spot.unit, spot.address, spot.words, self._timeout_s)
        except (*Faults, DeviceError):
            return ""
        finally:
            await wire.close()
        value = _value(words, spot, writing.read)
        return "" if value is None else f"{value:.12g}"

    async def _read_back(self, wire: Wire, tag: Tag, writing: Writing) -> Result:
        spot = parse_address(tag.address, self._controller.settings)
        until_s, shown = time.monotonic() + writing.within_s, ""
        while True:
            try:
                words = await wire.read(spot.table, spot.unit, spot.address, spot.words, self._timeout_s)
            except (*Faults, DeviceError) as error:
                why = f"It was acknowledged, but not read back: {_said(error)} {ADVICE}"
                return Result(outcome=Outcome.UNKNOWN, words=why, read_back=shown)
            value = _value(words, spot, tag)
            shown = "" if value is None else f"{value:.12g}"
            if value is not None and writing.reads(value):
                return Result(outcome=Outcome.CONFIRMED, words="Read back.", read_back=shown)
            if time.monotonic() >= until_s:
                why = f"It was acknowledged, but {tag.name} shows {shown or 'no value'}. {ADVICE}"
                return Result(outcome=Outcome.UNKNOWN, words=why, read_back=shown)
            await asyncio.sleep(LOOK_EVERY_S)


def _value(words: list[int], spot: ModbusAddress, tag: Tag) -> float | None:
    try:
        raw = decode(words, spot)
    except NotAValueError:
        return None
    return None if raw is None or isinstance(raw, str) else engineering(tag, raw)[0]


def _said(error: Exception) -> str:
    return network_words(error) if isinstance(error, OSError) else str(error)
