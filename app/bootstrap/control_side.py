"""The core's side of the control lane: journal, send once, journal what became of it (I9).

A request is journaled as sent before it goes out; what an earlier run left in between is unknown, never sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.acquisition.messages import Answered, DoAlarmAct, DoWrite, Order
from app.bus import Bus
from app.domain.commands import Command, RecordControl
from app.domain.control import AlarmActing, Control, Outcome
from app.domain.errors import KnownError
from app.domain.events import (
    ControlAnswered,
    ControlConfirmed,
    ControlFailed,
    ControlRefused,
    ControlSent,
    ControlUnknown,
)
from app.domain.lifecycles import ControlState
from app.domain.plant import Plant
from app.ports import Clock
from app.readmodel.model import Changes, live_controls

log = logging.getLogger("lineside.control")

FRESH_S = 3.0
"""An order that reaches the driver later than this after it was sent is not carried out: the moment has passed."""
PATIENCE_S = 15.0
"""How much longer than its own time-outs the acquisition may take for a word on an order."""

EVENTS: Mapping[Outcome, type[ControlAnswered]] = MappingProxyType(
    {
        Outcome.CONFIRMED: ControlConfirmed,
        Outcome.REFUSED: ControlRefused,
        Outcome.FAILED: ControlFailed,
        Outcome.UNKNOWN: ControlUnknown,
    }
)
"""Outcome → what is journaled of it."""


class ControlSide:
    """Made by the core on its loop: `changed` hears every commit, `run` carries requests out, `heard` takes answers.

    `send` hands an order to the acquisition and says whether there is one; `put` journals a command, however long
    the disk takes.
    """

    def __init__(
        self,
        *,
        plant: Plant,
        bus: Bus,
        clock: Clock,
        station: str,
        send: Callable[[Order], bool],
        put: Callable[[Command], None],
    ) -> None:
        self._plant = plant
        self._bus = bus
        self._clock = clock
        self._station = station
        self._send = send
        self._put = put
        self._requests: asyncio.Queue[Control] = asyncio.Queue()
        self._begun: set[str] = set()
        self._out: dict[str, asyncio.TimerHandle] = {}

    def begin(self) -> None:
        """What an earlier run left: never sent, or sent and nobody knows."""
        for row in live_controls(self._bus.model):
            if row.station != self._station:
                continue
            self._begun.add(row.id)
            if row.state is ControlState.REQUESTED:
                self._tell(row.id, Outcome.FAILED, "Lineside ended before it was sent. Nothing was sent.")
            elif row.state is ControlState.SENT:
                self._tell(row.id, Outcome.UNKNOWN, "Lineside ended before the controller's answer came.")

    def changed(self, changes: Changes) -> None:
        """A commit: new requests of this station wait to be carried out."""
        for row in changes.rows.values():
            if isinstance(row, Control) and self._is_new(row):
                self._begun.add(row.id)
                self._requests.put_nowait(row)

    def _is_new(self, row: Control) -> bool:
        return row.state is ControlState.REQUESTED and row.station == self._station and row.id not in self._begun

    async def run(self) -> None:
        """Send what is requested, one after the other, until cancelled."""
        while True:
            await self._carry_out(await self._requests.get())

    async def _carry_out(self, row: Control) -> None:
        try:
            await self._bus.send(RecordControl(event=ControlSent(control_id=row.id)))
        except KnownError as error:
            log.warning("%s was not sent: %s", row.what, error)
            self._tell(row.id, Outcome.FAILED, f"It could not be put on record: {error} Nothing was sent.")
            return
        self._out[row.id] = asyncio.get_running_loop().call_later(self._patience_s(row), self._silent, row.id)
        if not self._send(self._order(row)):
            self._answered(row.id, Outcome.FAILED, "The acquisition process does not run. Nothing was sent.")

    def _order(self, row: Control) -> Order:
        not_after_s = self._clock.now().timestamp() + FRESH_S
        if row.act is None:
            return DoWrite(control_id=row.id, command=row.command, value=row.value, not_after_s=not_after_s)
        acting = AlarmActing(
            alarm=row.subject, event_id=row.event_id, act=row.act, comment=row.comment, minutes=row.minutes
        )
        return DoAlarmAct(control_id=row.id, controller=row.controller, acting=acting, not_after_s=not_after_s)

    def _patience_s(self, row: Control) -> float:
        command = self._plant.commands.get(row.command)
        within_s = command.read_back.within_s if command and command.read_back else 0.0
        return within_s + 4 * self._plant.controllers[row.controller].timeout_ms / 1000 + PATIENCE_S

    def heard(self, answer: Answered) -> None:
        """The acquisition's word on an order; a late one still ends an unknown request."""
        self._answered(answer.control_id, answer.outcome, answer.words, answer.read_back)

    def lost(self) -> None:
        """The acquisition process ended: what was out is unknown."""
        for control_id in tuple(self._out):
            self._answered(control_id, Outcome.UNKNOWN, "The acquisition process ended before the answer came.")

    def _silent(self, control_id: str) -> None:
        self._answered(control_id, Outcome.UNKNOWN, "No word on it came from the acquisition process.")

    def _answered(self, control_id: str, outcome: Outcome, words: str, read_back: str = "") -> None:
        timer = self._out.pop(control_id, None)
        if timer is not None:
            timer.cancel()
        self._tell(control_id, outcome, words, read_back)

    def _tell(self, control_id: str, outcome: Outcome, words: str, read_back: str = "") -> None:
        event = EVENTS[outcome](control_id=control_id, words=words, read_back=read_back)
        self._put(RecordControl(event=event))
