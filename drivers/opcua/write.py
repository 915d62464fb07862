"""One attempt to change something at an OPC UA server: a node written, a method called, an alarm acted on. No retry.

Owns the order of its steps and the read-back; what an answer means is told by drivers.opcua.answers. Uses the session
that also subscribes, never one of its own; without a session nothing is sent.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import replace

from asyncua import ua

from app.domain.control import AlarmActing, Outcome, Result, Writing
from app.domain.plant import Controller, Signal, Tag
from app.domain.reading import Quality
from app.ports import AlarmEvent
from drivers.opcua.acts import alarm_call
from drivers.opcua.address import NodeRef, UaAddress, parse_address
from drivers.opcua.answers import ADVICE, LOOK_AGAIN, OVERTAKEN, stands_now, told, unanswered
from drivers.opcua.conditions import Conditions
from drivers.opcua.decode import add
from drivers.opcua.items import Item, resolve
from drivers.opcua.session import Session, faults_as_loss
from drivers.opcua.target import Call, parse_target
from drivers.opcua.values import KINDS, NotSentError, variant
from drivers.samples import Batch
from drivers.session import LostError

LOOK_EVERY_S = 0.2
OVERTAKER_S = 1.5
"""So long to wait for the event of whoever was first."""
Faults = (OSError, TimeoutError, LostError)


class Writer:
    """Writes to one controller over the session that it was told to `use`."""

    def __init__(self, controller: Controller, conditions: Conditions) -> None:
        self._controller = controller
        self._conditions = conditions
        self._timeout_s = controller.timeout_ms / 1000
        self._session: Session | None = None

    def use(self, session: Session | None) -> None:
        """A session is open now, or none is."""
        self._session = session

    async def write(self, writing: Writing) -> Result:
        """One attempt, then the read-back; see app.ports.ControlPort."""
        try:
            session = self._open_session()
            target = parse_target(writing.command.address, self._controller.settings)
            if isinstance(target, Call):
                request = _call(session, target, writing.raw)
                result = await self._called(session, request)
            else:
                value = await self._prepared(session, target, writing)
                result = await self._written(session, *value)
        except NotSentError as error:
            return Result(outcome=Outcome.FAILED, words=f"Nothing was sent: {error}")
        if result.outcome is not Outcome.CONFIRMED or writing.read is None:
            return result
        return await self._read_back(session, writing.read, writing)

    async def act(self, acting: AlarmActing) -> Result:
        """One call on an alarm's condition; the controller's answer counts."""
        try:
            session = self._open_session()
            condition = self._conditions.get(acting.alarm)
            if condition is None:
                raise NotSentError("the controller has not told of this alarm as one that can be acted on.")
            request = await alarm_call(session, condition, acting, self._timeout_s)
        except NotSentError as error:
            return Result(outcome=Outcome.FAILED, words=f"Nothing was sent: {error}")
        return await self._acted(session, request, acting)

    async def _acted(self, session: Session, request: ua.CallMethodRequest, acting: AlarmActing) -> Result:
        """The call's outcome; who was overtaken is told by whom, and how the alarm stands now."""
        try:
            status = await self._status(session, request)
        except (*Faults, ua.UaError, LookupError) as error:
            return unanswered(error, LOOK_AGAIN)
        result = told(status, LOOK_AGAIN)
        if status.value not in OVERTAKEN:
            return result
        stands = await self._newer(acting)
        return replace(result, words=f"{result.words} {stands_now(stands)}") if stands is not None else result

    async def _newer(self, acting: AlarmActing) -> AlarmEvent | None:
        """The alarm's event after the one that the person saw; it may be a moment behind the answer."""
        until_s = time.monotonic() + OVERTAKER_S
        while True:
            known = self._conditions.get(acting.alarm)
            if known is not None and known.event.event_id != acting.event_id:
                return known.event
            if time.monotonic() >= until_s:
                return None
            await asyncio.sleep(LOOK_EVERY_S)

    def _open_session(self) -> Session:
        if self._session is None:
            raise NotSentError(f"{self._controller.name} is not connected.")
        return self._session

    # --- the one attempt ----------------------------------------------------------------------------------------------

    async def _called(self, session: Session, request: ua.CallMethodRequest) -> Result:
        try:
            return told(await self._status(session, request))
        except (*Faults, ua.UaError, LookupError) as error:
            return unanswered(error)

    async def _status(self, session: Session, request: ua.CallMethodRequest) -> ua.StatusCode:
        async with asyncio.timeout(self._timeout_s):
            status: ua.StatusCode = (await session.services.call([request]))[0].StatusCode
            return status

    async def _written(self, session: Session, node: ua.NodeId, value: ua.Variant) -> Result:
        try:
            async with asyncio.timeout(self._timeout_s):
                status = (await session.services.write_attributes([node], [ua.DataValue(value)]))[0]
        except (*Faults, ua.UaError, LookupError) as error:
            return unanswered(error)
        return told(status)

    # --- before it ----------------------------------------------------------------------------------------------------

    async def _prepared(self, session: Session, spot: UaAddress, writing: Writing) -> tuple[ua.NodeId, ua.Variant]:
        """The node, and the value in the type that the node has now."""
        tag = _named(writing.command.id, writing.command.machine, self._controller.id)
        try:
            with faults_as_loss("looking at what is to be written"):
                async with asyncio.timeout(self._timeout_s):
                    node = await _node(session, Item(tag=tag, spot=spot))
                    now = (await session.services.read_attributes([node], ua.AttributeIds.Value))[0]
        except LostError as error:
            raise NotSentError(str(error)) from error
        kind = now.Value.VariantType if now.Value is not None else ua.VariantType.Null
        if writing.raw is None:
            raise NotSentError("there is no value to write.")
        return node, variant(writing.raw, kind)

    # --- after it -----------------------------------------------------------------------------------------------------

    async def _read_back(self, session: Session, tag: Tag, writing: Writing) -> Result:
        until_s, shown = time.monotonic() + writing.within_s, ""
        item = Item(tag=tag, spot=parse_address(tag.address, self._controller.settings))
        while True:
            try:
                value = await self._value(session, item)
            except LostError as error:
                why = f"The controller took it, but it was not read back: {error} {ADVICE}"
                return Result(outcome=Outcome.UNKNOWN, words=why, read_back=shown)
            shown = "" if value is None else f"{value:.12g}"
            if value is not None and writing.reads(value):
                return Result(outcome=Outcome.CONFIRMED, words="Read back.", read_back=shown)
            if time.monotonic() >= until_s:
                why = f"The controller took it, but {tag.name} shows {shown or 'no value'}. {ADVICE}"
                return Result(outcome=Outcome.UNKNOWN, words=why, read_back=shown)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _value(self, session: Session, item: Item) -> float | None:
        """The tag's value read from the server now; None without a good one. Raises LostError."""
        with faults_as_loss("reading back"):
            async with asyncio.timeout(self._timeout_s):
                node = await _node(session, item)
                data = (await session.services.read_attributes([node], ua.AttributeIds.Value))[0]
        now_s = time.time()
        batch = Batch(now_s)
        add(batch, item.tag, item.spot.index, data, now_s, item.spot.part)
        done = batch.samples()
        value = float(done.values[0])
        return value if done.qualities[0] <= Quality.UNCERTAIN and math.isfinite(value) else None


def _call(session: Session, target: Call, raw: float | None) -> ua.CallMethodRequest:
    call = ua.CallMethodRequest()
    call.ObjectId, call.MethodId = _known(session, target.object), _known(session, target.method)
    if target.argument and raw is not None:
        call.InputArguments = [variant(raw, KINDS[target.argument])]
    return call


def _known(session: Session, ref: NodeRef) -> ua.NodeId:
    node = session.node_id(ref)
    if node is None:
        raise NotSentError(f"the server does not have the namespace {ref.uri}.")
    return node


async def _node(session: Session, item: Item) -> ua.NodeId:
    nodes, refused = await resolve(session, [item])
    if refused:
        raise LostError(f"{item.tag.name}: {refused[0].reason}.")
    return nodes[0]


def _named(name: str, machine: str, controller: str) -> Tag:
    """A tag that stands for a command's node where one is asked for."""
    return Tag(index=-1, id=name, name=name, machine=machine, controller=controller, signal=Signal.PROCESS)
