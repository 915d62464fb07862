"""The Modbus driver: connects, asks who is there, polls its groups, and says everything to its sink.

Owns the life of one device's connection. A value that is not surely the answer to its own request is never good.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.control import AlarmActing, Outcome, Result, Writing
from app.domain.plant import Controller, Tag
from app.ports import DriverSink
from drivers.fields import int_of, text_of
from drivers.modbus.address import DEFAULT_HOLE, DEFAULT_REGISTERS, Framing, parse_address
from drivers.modbus.columns import Columns, bad
from drivers.modbus.dial import Dialer
from drivers.modbus.framing import Asked
from drivers.modbus.poll import Group, Item, plan
from drivers.modbus.rota import Rota
from drivers.modbus.units import UnitBook
from drivers.modbus.wire import ADDRESSING, GATEWAY, DeviceError, Round, Span, Wire, WrongAnswerError
from drivers.modbus.write import Writer
from drivers.session import LinkBook, LostError, RareLog, Silence, first_of, keep_at_it, network_words
from drivers.workstation import Workstation

SLOWEST_S = 1.5
"""A device is polled at least so often: more rarely, its loss could not be seen within 3 s (I4)."""
ANSWER_S, GATEWAY_ANSWER_S, RTU_ANSWER_S = 1.5, 1.0, 0.75
"""The longest wait for one answer, whatever the plant file says: the other groups must be heard in between, behind a

gateway two in a row may be missing, and a serial line is listened to for as long again before it is used after one.
"""
SILENCE_S = 2.3
"""Longer than one unanswered request, so that a single dead unit is not taken for a dead device."""
REPORT_S = 5.0
"""How often the units' figures are told; that one falls silent or comes back is told at once."""


class ModbusDriver:
    """One Modbus device, or the units behind one gateway, polled until cancelled.

    Without a `workstation` no secured connection can be made.
    """

    def __init__(
        self, controller: Controller, tags: Sequence[Tag], sink: DriverSink, workstation: Workstation | None = None
    ) -> None:
        self.controller = controller
        self._sink = sink
        settings = controller.settings
        items = [Item(tag=tag, spot=parse_address(tag.address, settings)) for tag in tags]
        most, hole = int_of(settings, "max_registers", DEFAULT_REGISTERS), int_of(settings, "max_hole", DEFAULT_HOLE)
        self._rota = Rota(plan(items, most, hole))
        self._units = UnitBook(self._rota.units, time.time())
        self._log = RareLog(controller.id)
        self._dialer = Dialer(controller, workstation)
        self._writer = Writer(controller, self._dialer)

    async def write(self, writing: Writing) -> Result:
        """One write, over a connection of its own."""
        return await self._writer.write(writing)

    async def act(self, acting: AlarmActing) -> Result:
        """Modbus knows no alarms."""
        return Result(outcome=Outcome.FAILED, words=f"{self.controller.name} has no alarms. Nothing was sent.")

    async def run(self) -> None:
        """Connect, poll, reconnect, until cancelled. Never raises for the network's faults."""
        book = LinkBook(self.controller.id, self._sink)
        book.secured = self._dialer.secured
        await keep_at_it(book, self._log, lambda: self._connection(book))

    async def _connection(self, book: LinkBook) -> None:
        self._rota.forgive()
        session = _Session(self.controller, self._dialer, self._rota, self._units, book, self._sink, self._log)
        try:
            await session.run()
        except ssl.SSLError as error:
            raise await self._dialer.refusal(error, ANSWER_S) from error
        except (OSError, TimeoutError, WrongAnswerError) as error:
            raise LostError(_words(error)) from error
        except LostError as error:
            raise LostError(session.fault or error.message) from error
        finally:
            await session.close()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """A group, how it is asked for, and what becomes of its answers."""

    group: Group
    asked: Asked
    size: int
    columns: Columns

    @classmethod
    def of(cls, group: Group) -> _Read:
        """The read that fetches a group."""
        asked, size = Span.of(group.table, group.unit, group.start, group.count)
        return cls(group=group, asked=asked, size=size, columns=Columns(group))


class _Session:
    """One connection from its opening to its loss. A single bad group does not end it, silence does."""

    def __init__(
        self,
        controller: Controller,
        dialer: Dialer,
        rota: Rota,
        units: UnitBook,
        book: LinkBook,
        sink: DriverSink,
        log: RareLog,
    ) -> None:
        self._controller = controller
        self._dialer = dialer
        self._rota = rota
        self._units = units
        self._book = book
        self._sink = sink
        self._log = log
        self._wire: Wire | None = None
        self._reads: dict[Group, _Read] = {}
        self._silence = Silence(SILENCE_S)
        self.fault = ""
        self._note = "" if dialer.checks else "identity not checked"
        self._period_s = min(SLOWEST_S, controller.period_ms / 1000)
        self._timeout_s = min(longest_answer_s(controller, rota.several), controller.timeout_ms / 1000)

    async def run(self) -> None:
        """Open, then poll until the connection is lost; raises what ended it."""
        self._wire = await self._dialer.dial(self._timeout_s)
        self._silence.heard()
        await first_of(self._silence.watch(), self._poll_for_ever(), self._report_for_ever())

    async def close(self) -> None:
        """Close the connection, if one is open."""
        if self._wire is not None:
            wire, self._wire = self._wire, None
            await wire.close()

    async def _poll_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        next_s = loop.time() - self._period_s * random.random()  # so that many devices are not asked at one moment
        while True:
            await self._poll(self._rota.due(time.monotonic()))
            next_s = max(next_s + self._period_s, loop.time())
            await asyncio.sleep(next_s - loop.time())

    async def _report_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_S)
            self._report()

    def _report(self) -> None:
        self._sink.units(self._controller.id, self._units.report(time.time()))

    async def _poll(self, groups: Iterable[Group]) -> None:
        """Ask for the groups. After one without an answer those that do answer are asked again before the others."""
        left = Round([self._read(group) for group in groups], self._took, self._timeout_s)
        while await self._poll_on(left):
            pass

    async def _poll_on(self, left: Round[_Read]) -> bool:
        """Ask for what is left, up to the first that has no values; returns whether to go on after it."""
        assert self._wire is not None
        before, began_s = left.now, time.monotonic()
        try:
            await self._wire.fetch_each(left)
        except DeviceError as error:
            await self._refused(_at_fault(left), error)
            return True
        except (TimeoutError, WrongAnswerError) as error:
            await self._unanswered(_at_fault(left), _words(error))
        except ConnectionError as error:
            if not self._rota.several:
                raise
            await self._unanswered(_at_fault(left), _words(error))  # some gateways hang up when a unit is dead
        finally:
            if left.now is not None and left.now is not before:
                now_s = time.monotonic()
                self._rota.spent(left.now.group.unit, now_s - began_s, now_s)
        return False

    def _read(self, group: Group) -> _Read:
        read = self._reads.get(group)
        if read is None:
            read = self._reads[group] = _Read.of(group)
        return read

    def _took(self, read: _Read, raw: memoryview) -> None:
        """The answer to a read."""
        group, received_s = read.group, time.time()
        self._heard(group.unit, received_s)
        self._units.read(group.unit, received_s)
        self._rota.answered(group)
        self._sink.samples(read.columns.samples(raw, received_s))

    async def _refused(self, group: Group, error: DeviceError) -> None:
        """An exception: of the device about the request, or of a gateway about the device."""
        self._units.error(group.unit)
        if error.code in GATEWAY:
            self.fault = error.message  # the gateway is there, the device behind it is not
            self._fail(group, error.message)
            self._silent(group.unit, error.message)
            return
        self._heard(group.unit, time.time())
        halves = self._rota.halve(group) if error.code in ADDRESSING else ()
        if not halves:
            self._fail(group, error.message)
        await self._poll(halves)

    async def _unanswered(self, group: Group, reason: str) -> None:
        """No answer, or a wrong one: whatever still comes over this connection must not become a value."""
        self.fault = reason
        self._units.error(group.unit)
        self._fail(group, reason)
        self._silent(group.unit, reason)
        await self.close()
        self._wire = await self._dialer.dial(self._timeout_s, after_silence=True)

    def _heard(self, unit: int, at_s: float) -> None:
        self._silence.heard()
        self.fault = ""
        self._book.heard(at_s, self._note)
        if self._rota.heard(unit):
            silent_from_s = self._units.up(unit, at_s)
            self._sink.loss(self._controller.id, silent_from_s, at_s, f"unit {unit} did not answer")
            self._report()

    def _silent(self, unit: int, reason: str) -> None:
        """A unit did not answer; once it is given up for now, nothing of it has a value."""
        if self._rota.silent(unit, time.monotonic()):
            now_s = time.time()
            self._units.down(unit, reason, now_s)
            self._sink.samples(bad(self._rota.items(unit), now_s))
            self._report()

    def _fail(self, group: Group, reason: str) -> None:
        """Tell that the tags of a group have no value now, and let it rest."""
        self._rota.failed(group, time.monotonic())
        self._sink.samples(bad(group.items, time.time()))
        self._log.say(str(group), f"{group}: {reason}")


def _at_fault(left: Round[_Read]) -> Group:
    """The group that was asked for last."""
    assert left.now is not None
    return left.now.group


def longest_answer_s(controller: Controller, several: bool) -> float:
    """How long one answer may take at the most, in seconds."""
    if text_of(controller.settings, "framing", Framing.TCP) == Framing.RTU:
        return RTU_ANSWER_S
    return GATEWAY_ANSWER_S if several else ANSWER_S


def _words(error: OSError | WrongAnswerError) -> str:
    return error.message if isinstance(error, WrongAnswerError) else network_words(error)
