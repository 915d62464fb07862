"""The Modbus TCP driver: connects, asks who is there, polls its groups, and says everything to its sink.

Owns the life of one device's connection. A value that is not surely the answer to its own request is never good.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from app.domain.control import AlarmActing, Outcome, Result, Writing
from app.domain.plant import Controller, Tag
from app.domain.reading import Quality
from app.ports import DriverSink
from drivers.fields import int_of, text_of
from drivers.modbus.address import DEFAULT_PORT, DEFAULT_REGISTERS, identity_address, parse_address
from drivers.modbus.decode import NotAValueError, decode, decode_text, ordered
from drivers.modbus.poll import Group, Item, plan
from drivers.modbus.rota import Rota
from drivers.modbus.wire import ADDRESSING, GATEWAY, DeviceError, Wire, WrongAnswerError
from drivers.modbus.write import Writer
from drivers.samples import BAD, NOTHING, Batch, engineering
from drivers.session import IdentityError, LinkBook, LostError, RareLog, Silence, first_of, keep_at_it, network_words

SLOWEST_S = 1.5
"""A device is polled at least so often: more rarely, its loss could not be seen within 3 s (I4)."""
ANSWER_S = 1.5
"""The longest wait for one answer, whatever the plant file says: the other groups must be heard in between."""
SILENCE_S = 2.3
"""Longer than one unanswered request, so that a single dead unit is not taken for a dead device."""


class ModbusDriver:
    """One Modbus TCP device (or the units behind one gateway), polled until cancelled."""

    def __init__(self, controller: Controller, tags: Sequence[Tag], sink: DriverSink) -> None:
        self.controller = controller
        self._sink = sink
        settings = controller.settings
        items = [Item(tag=tag, spot=parse_address(tag.address, settings)) for tag in tags]
        self._rota = Rota(plan(items, int_of(settings, "max_registers", DEFAULT_REGISTERS)))
        self._log = RareLog(controller.id)
        self._writer = Writer(controller)

    async def write(self, writing: Writing) -> Result:
        """One write, over a connection of its own."""
        return await self._writer.write(writing)

    async def act(self, acting: AlarmActing) -> Result:
        """Modbus knows no alarms."""
        return Result(outcome=Outcome.FAILED, words=f"{self.controller.name} has no alarms. Nothing was sent.")

    async def run(self) -> None:
        """Connect, poll, reconnect, until cancelled. Never raises for the network's faults."""
        book = LinkBook(self.controller.id, self._sink)
        await keep_at_it(book, self._log, lambda: self._connection(book))

    async def _connection(self, book: LinkBook) -> None:
        session = _Session(self.controller, self._rota, book, self._sink, self._log)
        try:
            await session.run()
        except (OSError, TimeoutError, WrongAnswerError) as error:
            raise LostError(_words(error)) from error
        except LostError as error:
            raise LostError(session.fault or error.message) from error
        finally:
            await session.close()


class _Session:
    """One connection from its opening to its loss. A single bad group does not end it, silence does."""

    def __init__(self, controller: Controller, rota: Rota, book: LinkBook, sink: DriverSink, log: RareLog) -> None:
        self._controller = controller
        self._rota = rota
        self._book = book
        self._sink = sink
        self._log = log
        self._wire: Wire | None = None
        self._silence = Silence(SILENCE_S)
        self.fault = ""
        checked = bool(controller.identity) and identity_address(controller.settings) is not None
        self._note = "" if checked else "identity not checked"
        self._period_s = min(SLOWEST_S, controller.period_ms / 1000)
        self._timeout_s = min(ANSWER_S, controller.timeout_ms / 1000)

    async def run(self) -> None:
        """Open, then poll until the connection is lost; raises what ended it."""
        await self._open()
        self._silence.heard()
        await first_of(self._silence.watch(), self._poll_for_ever())

    async def close(self) -> None:
        """Close the connection, if one is open."""
        if self._wire is not None:
            wire, self._wire = self._wire, None
            await wire.close()

    async def _open(self) -> None:
        settings = self._controller.settings
        host, port = text_of(settings, "host"), int_of(settings, "port", DEFAULT_PORT)
        self._wire = await Wire.open(host, port, self._timeout_s)
        spot, wanted = identity_address(settings), self._controller.identity
        if spot is None:
            return
        try:
            words = await self._wire.read(spot.table, spot.unit, spot.address, spot.words, self._timeout_s)
        except DeviceError as error:
            raise IdentityError(f"The device does not say what it is: {error.message}") from error
        found = decode_text(ordered(words, spot.order))
        if wanted and found != wanted:
            raise IdentityError(f'The device says it is "{found}", not "{wanted}".', "Check its address.")

    async def _poll_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        while True:
            for group in self._rota.due(time.monotonic()):
                if not await self._poll(group):
                    break  # the groups that do answer are asked again before the next one that may not
            next_s = max(next_s + self._period_s, loop.time())
            await asyncio.sleep(next_s - loop.time())

    async def _poll(self, group: Group) -> bool:
        """Ask for a group; returns whether the device answered, and be it with an exception."""
        try:
            await self._read(group)
            self._rota.answered(group)
        except DeviceError as error:
            if error.code in GATEWAY:
                self.fault = error.message  # the gateway is there, the device behind it is not
            else:
                self._heard(time.time())
            await self._refused(group, error)
        except (TimeoutError, WrongAnswerError) as error:
            self.fault = _words(error)
            self._fail(group, self.fault)
            await self.close()
            await self._open()
            return False
        return True

    async def _read(self, group: Group) -> None:
        assert self._wire is not None
        words = await self._wire.read(group.table, group.unit, group.start, group.count, self._timeout_s)
        received_s = time.time()
        batch = Batch(received_s)
        for item in group.items:
            first = item.spot.address - group.start
            _add(batch, item, words[first : first + item.spot.words], received_s)
        self._heard(received_s)
        self._sink.samples(batch.samples())

    async def _refused(self, group: Group, error: DeviceError) -> None:
        halves = self._rota.halve(group) if error.code in ADDRESSING else ()
        if not halves:
            self._fail(group, error.message)
        for half in halves:
            await self._poll(half)

    def _heard(self, at_s: float) -> None:
        self._silence.heard()
        self.fault = ""
        self._book.heard(at_s, self._note)

    def _fail(self, group: Group, reason: str) -> None:
        """Tell that the tags of a group have no value now, and let it rest."""
        self._rota.failed(group, time.monotonic())
        now_s = time.time()
        batch = Batch(now_s)
        for item in group.items:
            batch.number(item.tag, BAD, now_s)
        self._sink.samples(batch.samples())
        self._log.say(str(group), f"{group}: {reason}")


def _add(batch: Batch, item: Item, words: Sequence[int], received_s: float) -> None:
    try:
        raw = decode(words, item.spot)
    except NotAValueError:
        batch.number(item.tag, BAD, received_s)
        return
    if raw is None:
        batch.number(item.tag, NOTHING, received_s)
    elif item.tag.is_text:
        batch.text(item.tag, str(raw), Quality.GOOD, received_s)
    elif isinstance(raw, str):
        batch.number(item.tag, BAD, received_s)
    else:
        batch.number(item.tag, engineering(item.tag, raw), received_s)


def _words(error: OSError | WrongAnswerError) -> str:
    return error.message if isinstance(error, WrongAnswerError) else network_words(error)
