"""One attempt to change something at an OPC UA server: a node written, a method called, an alarm acted on. No retry.

Owns which answers mean that nothing happened and which leave it unknown, and the read-back. Uses the session that also
subscribes, never one of its own; without a session nothing is sent.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from asyncua import ua

from app.domain.control import AlarmActing, Outcome, Result, Writing
from app.domain.errors import KnownError
from app.domain.events import AlarmAct
from app.domain.plant import Controller, Signal, Tag
from app.domain.reading import Quality
from drivers.opcua.address import NodeRef, UaAddress, parse_address
from drivers.opcua.conditions import Condition, Conditions
from drivers.opcua.decode import add
from drivers.opcua.items import DOWNWARDS, Item, resolve
from drivers.opcua.session import Session, faults_as_loss, standard
from drivers.opcua.target import Call, parse_target
from drivers.samples import Batch
from drivers.session import LostError, network_words

LOOK_EVERY_S = 0.2
ADVICE = "Look at the machine before anything is asked of it again."
LOOK_AGAIN = "Look at the alarm again before more is asked of it."
KINDS: Mapping[str, ua.VariantType] = MappingProxyType(
    {
        "bool": ua.VariantType.Boolean,
        "i8": ua.VariantType.SByte,
        "u8": ua.VariantType.Byte,
        "i16": ua.VariantType.Int16,
        "u16": ua.VariantType.UInt16,
        "i32": ua.VariantType.Int32,
        "u32": ua.VariantType.UInt32,
        "i64": ua.VariantType.Int64,
        "u64": ua.VariantType.UInt64,
        "f32": ua.VariantType.Float,
        "f64": ua.VariantType.Double,
    }
)
"""Types of a method's argument, as the plant file names them."""
BITS: Mapping[ua.VariantType, tuple[int, bool]] = MappingProxyType(
    {KINDS[f"{sign}{bits}"]: (bits, sign == "i") for sign in "iu" for bits in (8, 16, 32, 64)}
)
"""Integer type → its bits, and whether it has a sign."""

AMBIGUOUS = frozenset(
    {
        ua.StatusCodes.BadTimeout,
        ua.StatusCodes.BadRequestTimeout,
        ua.StatusCodes.BadCommunicationError,
        ua.StatusCodes.BadConnectionClosed,
        ua.StatusCodes.BadSecureChannelClosed,
        ua.StatusCodes.BadSessionClosed,
        ua.StatusCodes.BadServerHalted,
        ua.StatusCodes.BadShutdown,
        ua.StatusCodes.BadUnexpectedError,
        ua.StatusCodes.BadUnknownResponse,
        ua.StatusCodes.BadInternalError,
        ua.StatusCodes.BadNoCommunication,
        ua.StatusCodes.BadDeviceFailure,
    }
)
"""After these answers it may have happened all the same."""

ACTS: Mapping[AlarmAct, int] = MappingProxyType(
    {
        AlarmAct.ACKNOWLEDGE: ua.ObjectIds.AcknowledgeableConditionType_Acknowledge,
        AlarmAct.CONFIRM: ua.ObjectIds.AcknowledgeableConditionType_Confirm,
        AlarmAct.COMMENT: ua.ObjectIds.ConditionType_AddComment,
        AlarmAct.SHELVE: ua.ObjectIds.ShelvedStateMachineType_TimedShelve,
        AlarmAct.UNSHELVE: ua.ObjectIds.ShelvedStateMachineType_Unshelve,
    }
)
"""Act → the standard's method, called on the condition even where neither is in the address space."""
SHELVING: Mapping[AlarmAct, str] = MappingProxyType({AlarmAct.SHELVE: "TimedShelve", AlarmAct.UNSHELVE: "Unshelve"})
"""Acts that are methods of the condition's ShelvingState."""

WORDS: Mapping[int, str] = MappingProxyType(
    {
        ua.StatusCodes.BadEventIdUnknown: "The alarm has changed since it was shown: look at it again.",
        ua.StatusCodes.BadConditionBranchAlreadyAcked: "It is acknowledged already.",
        ua.StatusCodes.BadConditionBranchAlreadyConfirmed: "It is confirmed already.",
        ua.StatusCodes.BadConditionAlreadyShelved: "It is shelved already.",
        ua.StatusCodes.BadConditionNotShelved: "It is not shelved.",
        ua.StatusCodes.BadConditionDisabled: "The alarm is switched off in the controller.",
        ua.StatusCodes.BadShelvingTimeOutOfRange: "The controller does not shelve it for so long.",
        ua.StatusCodes.BadNodeIdUnknown: "The controller has no such alarm or method any more.",
        ua.StatusCodes.BadMethodInvalid: "The controller does not offer this.",
        ua.StatusCodes.BadNotSupported: "The controller does not offer this.",
        ua.StatusCodes.BadUserAccessDenied: "The controller does not allow it to this user.",
        ua.StatusCodes.BadNotWritable: "The controller does not let this be written.",
        ua.StatusCodes.BadOutOfRange: "The value is out of the controller's range.",
        ua.StatusCodes.BadTypeMismatch: "The controller wants another type of value.",
        ua.StatusCodes.BadInvalidState: "The machine is not in a state for it.",
        ua.StatusCodes.BadNotExecutable: "The machine does not take it now.",
    }
)
"""What a refusal means to a person; others are said by their name."""

Faults = (OSError, TimeoutError, LostError)


class NotSentError(KnownError):
    """It can't be put into a request; nothing was sent."""


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
            request = await self._alarm_call(session, condition, acting)
        except NotSentError as error:
            return Result(outcome=Outcome.FAILED, words=f"Nothing was sent: {error}")
        return await self._called(session, request, LOOK_AGAIN)

    def _open_session(self) -> Session:
        if self._session is None:
            raise NotSentError(f"{self._controller.name} is not connected.")
        return self._session

    # --- the one attempt ----------------------------------------------------------------------------------------------

    async def _called(self, session: Session, request: ua.CallMethodRequest, advice: str = ADVICE) -> Result:
        try:
            async with asyncio.timeout(self._timeout_s):
                status = (await session.services.call([request]))[0].StatusCode
        except (*Faults, ua.UaError, LookupError) as error:
            return _unanswered(error, advice)
        return _told(status, advice)

    async def _written(self, session: Session, node: ua.NodeId, value: ua.Variant) -> Result:
        try:
            async with asyncio.timeout(self._timeout_s):
                status = (await session.services.write_attributes([node], [ua.DataValue(value)]))[0]
        except (*Faults, ua.UaError, LookupError) as error:
            return _unanswered(error)
        return _told(status)

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
        return node, _variant(writing.raw, kind)

    async def _alarm_call(self, session: Session, condition: Condition, acting: AlarmActing) -> ua.CallMethodRequest:
        index = session.namespace(condition.uri)
        if index is None:
            raise NotSentError("the controller no longer has the alarm's namespace.")
        node = ua.NodeId(condition.node.Identifier, ua.Int16(index), condition.node.NodeIdType)
        call = ua.CallMethodRequest()
        call.ObjectId, call.MethodId = node, standard(ACTS[acting.act])
        if acting.act in SHELVING:
            call.ObjectId, call.MethodId = await self._shelving(session, node, acting.act)
            if acting.act is AlarmAct.SHELVE:
                call.InputArguments = [ua.Variant(acting.minutes * 60_000.0, ua.VariantType.Double)]
            return call
        call.InputArguments = [
            ua.Variant(_event_id(acting.event_id), ua.VariantType.ByteString),
            ua.Variant(ua.LocalizedText(acting.comment), ua.VariantType.LocalizedText),
        ]
        return call

    async def _shelving(self, session: Session, node: ua.NodeId, act: AlarmAct) -> tuple[ua.NodeId, ua.NodeId]:
        """The condition's own ShelvingState and its method, or the standard's on the condition where it has none."""
        paths = [_path(node, "ShelvingState"), _path(node, "ShelvingState", SHELVING[act])]
        try:
            with faults_as_loss("looking for the alarm's shelf"):
                async with asyncio.timeout(self._timeout_s):
                    found = await session.services.translate_browsepaths_to_nodeids(paths)
        except LostError as error:
            raise NotSentError(str(error)) from error
        if not all(result.StatusCode.is_good() and result.Targets for result in found):
            return node, standard(ACTS[act])
        shelf, method = (result.Targets[0].TargetId for result in found)
        return _local(shelf), _local(method)

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
        add(batch, item.tag, item.spot.index, data, now_s)
        done = batch.samples()
        value = float(done.values[0])
        return value if done.qualities[0] <= Quality.UNCERTAIN and math.isfinite(value) else None


def _call(session: Session, target: Call, raw: float | None) -> ua.CallMethodRequest:
    call = ua.CallMethodRequest()
    call.ObjectId, call.MethodId = _known(session, target.object), _known(session, target.method)
    if target.argument and raw is not None:
        call.InputArguments = [_variant(raw, KINDS[target.argument])]
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


def _variant(raw: float, kind: ua.VariantType) -> ua.Variant:
    """The value in a type; raises NotSentError where it has no form in it."""
    if kind is ua.VariantType.Boolean and raw in (0, 1):
        return ua.Variant(bool(raw), kind)
    if kind in (ua.VariantType.Float, ua.VariantType.Double):
        return ua.Variant(float(raw), kind)
    if kind in BITS and raw == int(raw):
        bits, signed = BITS[kind]
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        if low <= raw <= high:
            return ua.Variant(int(raw), kind)
    raise NotSentError(f"the controller's value is of the type {kind.name}, which {raw:.12g} does not fit.")


def _event_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotSentError("this event of the alarm can't be named to the controller.") from None


def _path(start: ua.NodeId, *names: str) -> ua.BrowsePath:
    elements = []
    for name in names:
        element = ua.RelativePathElement()
        element.ReferenceTypeId = standard(ua.ObjectIds.HierarchicalReferences)
        element.IsInverse, element.IncludeSubtypes = DOWNWARDS
        element.TargetName = ua.QualifiedName(name, 0)
        elements.append(element)
    return ua.BrowsePath(StartingNode=start, RelativePath=ua.RelativePath(Elements=elements))


def _local(target: Any) -> ua.NodeId:
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)


def _told(status: ua.StatusCode, advice: str = ADVICE) -> Result:
    """What the server's answer to the attempt means."""
    if status.is_good():
        return Result(outcome=Outcome.CONFIRMED, words="The controller took it.")
    words = WORDS.get(status.value, f"The controller answers {status.name}.")
    if not status.is_bad() or status.value in AMBIGUOUS:
        return Result(outcome=Outcome.UNKNOWN, words=f"{words} {advice}")
    return Result(outcome=Outcome.REFUSED, words=words)


def _unanswered(error: Exception, advice: str = ADVICE) -> Result:
    """What an attempt without an answer means: a refusal of the whole request, or that nobody knows."""
    if isinstance(error, ua.UaStatusCodeError):
        return _told(ua.StatusCode(ua.UInt32(error.code)), advice)
    words = network_words(error) if isinstance(error, OSError) else str(error)
    return Result(outcome=Outcome.UNKNOWN, words=f"{words} {advice}")
