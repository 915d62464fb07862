"""Acts on an alarm as calls of the standard's methods on its condition (OPC 10000-9 5.5, 5.7, 5.8).

Owns which method is which act, where it lies and how long a shelf may be. Must not know what the answers mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from asyncua import ua

from app.domain.control import AlarmActing
from app.domain.events import AlarmAct
from drivers.opcua.conditions import Condition
from drivers.opcua.items import DOWNWARDS, in_calls
from drivers.opcua.session import Session, faults_as_loss, standard
from drivers.opcua.values import NotSentError
from drivers.session import LostError

A_MINUTE_MS = 60_000.0
ACTS: Mapping[AlarmAct, int] = MappingProxyType(
    {
        AlarmAct.ACKNOWLEDGE: ua.ObjectIds.AcknowledgeableConditionType_Acknowledge,
        AlarmAct.CONFIRM: ua.ObjectIds.AcknowledgeableConditionType_Confirm,
        AlarmAct.COMMENT: ua.ObjectIds.ConditionType_AddComment,
        AlarmAct.SHELVE: ua.ObjectIds.ShelvedStateMachineType_TimedShelve,
        AlarmAct.SHELVE_ONCE: ua.ObjectIds.ShelvedStateMachineType_OneShotShelve,
        AlarmAct.UNSHELVE: ua.ObjectIds.ShelvedStateMachineType_Unshelve,
    }
)
"""Act → the standard's method, called on the condition even where neither is in the address space."""
SHELVING: Mapping[AlarmAct, str] = MappingProxyType(
    {AlarmAct.SHELVE: "TimedShelve", AlarmAct.SHELVE_ONCE: "OneShotShelve", AlarmAct.UNSHELVE: "Unshelve"}
)
"""Acts that are methods of the condition's ShelvingState."""


async def alarm_call(
    session: Session, condition: Condition, acting: AlarmActing, timeout_s: float
) -> ua.CallMethodRequest:
    """The call for an act, not yet sent. Raises NotSentError where the condition or its event can't be named."""
    index = session.namespace(condition.uri)
    if index is None:
        raise NotSentError("the controller no longer has the alarm's namespace.")
    node = ua.NodeId(condition.node.Identifier, ua.Int16(index), condition.node.NodeIdType)
    call = ua.CallMethodRequest()
    call.ObjectId, call.MethodId = node, standard(ACTS[acting.act])
    if acting.act in SHELVING:
        shelf = await _shelf(session, node, acting.act, timeout_s)
        if acting.act is AlarmAct.SHELVE:
            _check_length(acting.minutes, shelf.most_ms)
            call.InputArguments = [ua.Variant(acting.minutes * A_MINUTE_MS, ua.VariantType.Double)]
        call.ObjectId, call.MethodId = shelf.object, shelf.method
        return call
    call.InputArguments = [
        ua.Variant(_event_id(acting.event_id), ua.VariantType.ByteString),
        ua.Variant(ua.LocalizedText(acting.comment), ua.VariantType.LocalizedText),
    ]
    return call


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What to call for a shelf, and the longest time (ms) that the alarm may lie there; None where nobody says."""

    object: ua.NodeId
    method: ua.NodeId
    most_ms: float | None = None


async def _shelf(session: Session, node: ua.NodeId, act: AlarmAct, timeout_s: float) -> _Shelf:
    """The condition's own ShelvingState and its method, or the standard's on the condition where it has none."""
    names = (("ShelvingState",), ("ShelvingState", SHELVING[act]), ("MaxTimeShelved",))
    try:
        with faults_as_loss("looking for the alarm's shelf"):
            async with asyncio.timeout(timeout_s):
                paths = [_path(node, *name) for name in names]
                found = await in_calls(paths, session.services.translate_browsepaths_to_nodeids)
                shelf, method, most = (_target(result) for result in found)
                most_ms = await _duration(session, most) if most is not None else None
    except LostError as error:
        raise NotSentError(str(error)) from error
    if shelf is None or method is None:
        return _Shelf(object=node, method=standard(ACTS[act]), most_ms=most_ms)
    return _Shelf(object=shelf, method=method, most_ms=most_ms)


async def _duration(session: Session, node: ua.NodeId) -> float | None:
    value = (await session.services.read_attributes([node], ua.AttributeIds.Value))[0].Value
    told = value.Value if value is not None else None
    return float(told) if isinstance(told, int | float) and told > 0 else None


def _check_length(minutes: int, most_ms: float | None) -> None:
    """Refuse what the controller would refuse, with what it takes."""
    if most_ms is None or minutes * A_MINUTE_MS <= most_ms:
        return
    most = f"{int(most_ms // A_MINUTE_MS):,} min" if most_ms >= A_MINUTE_MS else f"{most_ms / 1000:g} s"
    raise NotSentError(f"the controller shelves this alarm for {most} at the most. Choose a shorter time.")


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


def _target(result: Any) -> ua.NodeId | None:
    return _local(result.Targets[0].TargetId) if result.StatusCode.is_good() and result.Targets else None


def _local(target: Any) -> ua.NodeId:
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)
