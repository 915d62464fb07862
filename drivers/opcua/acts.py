"""Acts on an alarm as calls of the standard's methods on its condition (OPC 10000-9 5.5, 5.7, 5.8).

Owns which method is which act and where it lies. Must not know what the answers mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from asyncua import ua

from app.domain.control import AlarmActing
from app.domain.events import AlarmAct
from drivers.opcua.conditions import Condition
from drivers.opcua.items import DOWNWARDS
from drivers.opcua.session import Session, faults_as_loss, standard
from drivers.opcua.values import NotSentError
from drivers.session import LostError

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
        call.ObjectId, call.MethodId = await _shelving(session, node, acting.act, timeout_s)
        if acting.act is AlarmAct.SHELVE:
            call.InputArguments = [ua.Variant(acting.minutes * 60_000.0, ua.VariantType.Double)]
        return call
    call.InputArguments = [
        ua.Variant(_event_id(acting.event_id), ua.VariantType.ByteString),
        ua.Variant(ua.LocalizedText(acting.comment), ua.VariantType.LocalizedText),
    ]
    return call


async def _shelving(session: Session, node: ua.NodeId, act: AlarmAct, timeout_s: float) -> tuple[ua.NodeId, ua.NodeId]:
    """The condition's own ShelvingState and its method, or the standard's on the condition where it has none."""
    paths = [_path(node, "ShelvingState"), _path(node, "ShelvingState", SHELVING[act])]
    try:
        with faults_as_loss("looking for the alarm's shelf"):
            async with asyncio.timeout(timeout_s):
                found = await session.services.translate_browsepaths_to_nodeids(paths)
    except LostError as error:
        raise NotSentError(str(error)) from error
    if not all(result.StatusCode.is_good() and result.Targets for result in found):
        return node, standard(ACTS[act])
    shelf, method = (result.Targets[0].TargetId for result in found)
    return _local(shelf), _local(method)


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
