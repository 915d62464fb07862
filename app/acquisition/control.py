"""The control lane: orders of the core to the drivers, each once, and what became of it back to the core (I9).

Owns the last look before something is sent: the allow-list, the link, the machine's present state, the order's age.
Orders come from a person by way of the journal, never from a poll or a retry. Knows no protocol.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from app.acquisition.messages import Answered, DoAlarmAct, Order
from app.domain.control import Outcome, Result, check_state, writing
from app.domain.errors import KnownError
from app.domain.packml import MachineState
from app.domain.plant import Plant
from app.ports import ControlPort, Driver, Link, LinkState

log = logging.getLogger("lineside.control")

SLACK_S = 5.0
"""More than the driver's own time-outs together: after that nobody answers any more."""
ATTEMPTS = 4
"""Requests to a controller that one order may take at the most: connect, identity, attempt, last read."""


NOTHING = "Nothing was sent."


class NotSentError(KnownError):
    """The order can't reach its controller now."""


class ControlLane:
    """Give it the drivers and the links; `take` an order on the loop, `emit` says what became of it."""

    def __init__(self, plant: Plant, emit: Callable[[Answered], None], state_of: Callable[[str], MachineState]) -> None:
        self._plant = plant
        self._emit = emit
        self._state_of = state_of
        self._drivers: dict[str, Driver] = {}
        self._links: dict[str, LinkState] = {}
        self._taken: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, driver: Driver) -> None:
        """A controller's driver is there."""
        self._drivers[driver.controller.id] = driver

    def link(self, state: LinkState) -> None:
        """A connection changed."""
        self._links[state.controller] = state

    def take(self, order: Order) -> None:
        """Carry an order out; one that was taken before is not taken again."""
        if order.control_id in self._taken:
            return
        self._taken.add(order.control_id)
        task = asyncio.create_task(self._carried_out(order), name=f"control {order.control_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carried_out(self, order: Order) -> None:
        result = await self._result(order)
        self._emit(
            Answered(
                control_id=order.control_id,
                outcome=result.outcome,
                words=result.words,
                read_back=result.read_back,
            )
        )

    async def _result(self, order: Order) -> Result:
        try:
            work, most_s = self._attempt(order)
        except NotSentError as error:
            return Result(outcome=Outcome.FAILED, words=str(error))
        except KnownError as error:
            return Result(outcome=Outcome.REFUSED, words=str(error))
        try:
            async with asyncio.timeout(most_s):
                return await work
        except TimeoutError:
            return Result(outcome=Outcome.UNKNOWN, words="The driver came to no end.")
        except Exception:
            log.exception("a driver failed over an order")
            return Result(outcome=Outcome.UNKNOWN, words="The driver failed; see the log.")

    def _attempt(self, order: Order) -> tuple[Coroutine[Any, Any, Result], float]:
        """What to wait for, and how many seconds. Raises NotSentError, or RefusedError for the machine's state."""
        if isinstance(order, DoAlarmAct):
            port = self._port(order.controller, order.not_after_s)
            return port.act(order.acting), self._most_s(order.controller)
        command = self._plant.commands.get(order.command)
        if command is None:
            raise NotSentError("The plant file allows no such command.", NOTHING)
        port = self._port(command.controller, order.not_after_s)
        check_state(self._state_of(command.machine), command, self._plant.label(command.machine))
        write = writing(self._plant, command, order.value)
        return port.write(write), self._most_s(command.controller) + write.within_s

    def _port(self, controller: str, not_after_s: float) -> ControlPort:
        """The driver that can write now; raises NotSentError."""
        driver, link = self._drivers.get(controller), self._links.get(controller)
        if driver is None:
            raise NotSentError(f"{controller} has no driver.", NOTHING)
        if link is None or link.link is not Link.UP:
            said = link.reason if link else ""
            raise NotSentError(f"{driver.controller.name} is not connected. {said}".strip(), NOTHING)
        if not isinstance(driver, ControlPort):
            raise NotSentError(f"The driver of {driver.controller.name} only reads.", NOTHING)
        if time.time() > not_after_s:
            raise NotSentError(f"The order came too late to the driver of {driver.controller.name}.", NOTHING)
        return driver

    def _most_s(self, controller: str) -> float:
        return ATTEMPTS * self._plant.controllers[controller].timeout_ms / 1000 + SLACK_S
