"""Alarms and conditions (OPC 10000-9): what is asked of each event, and an event's fields as an AlarmEvent.

Owns the event filter and the meaning of its fields. Must not know how events travel.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard

from asyncua import ua

from app.domain.text import safe
from app.ports import AlarmEvent
from drivers.opcua.conditions import Condition, Conditions
from drivers.opcua.decode import seconds
from drivers.opcua.items import EVENT_HANDLE, create
from drivers.opcua.session import Session, standard
from drivers.samples import plausible_s

QUEUE = 10_000
"""Events that the server keeps between two publishings: a refresh of a plant in trouble comes all at once."""
MEDIUM = 500
LONGEST_NAME = 80
MILDEST, WORST = 1, 1_000
"""Severity of an event that tells none, and the standard's bounds."""

CONDITION_TYPE = ua.ObjectIds.ConditionType
REFRESH_METHOD = 3875
REFRESH_START, REFRESH_END = ua.ObjectIds.RefreshStartEventType, ua.ObjectIds.RefreshEndEventType
UNSHELVED = ua.ObjectIds.ShelvedStateMachineType_Unshelved
REFRESH_REASONS = frozenset({ua.ObjectIds.RefreshRequiredEventType, ua.ObjectIds.EventQueueOverflowEventType})
"""Events by which a server says that others were lost."""
PLAIN_TYPES = frozenset({ua.ObjectIds.BaseEventType, ua.ObjectIds.SystemEventType, ua.ObjectIds.DeviceFailureEventType})
"""Of the standard's own event types only these are alarms without being conditions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventField:
    """A field that is asked for: its browse path below a standard type. `own` lies in the plant's namespace."""

    name: str
    path: tuple[str, ...]
    type: int = ua.ObjectIds.BaseEventType
    own: bool = False


FIELDS = (
    EventField(name="event_id", path=("EventId",)),
    EventField(name="event_type", path=("EventType",)),
    EventField(name="source", path=("SourceName",)),
    EventField(name="time", path=("Time",)),
    EventField(name="message", path=("Message",)),
    EventField(name="severity", path=("Severity",)),
    EventField(name="condition", path=(), type=CONDITION_TYPE),
    EventField(name="condition_name", path=("ConditionName",), type=CONDITION_TYPE),
    EventField(name="branch", path=("BranchId",), type=CONDITION_TYPE),
    EventField(name="retain", path=("Retain",), type=CONDITION_TYPE),
    EventField(name="enabled", path=("EnabledState", "Id"), type=CONDITION_TYPE),
    EventField(name="by", path=("ClientUserId",), type=CONDITION_TYPE),
    EventField(name="comment", path=("Comment",), type=CONDITION_TYPE),
    EventField(name="acked", path=("AckedState", "Id"), type=ua.ObjectIds.AcknowledgeableConditionType),
    EventField(name="confirmed", path=("ConfirmedState", "Id"), type=ua.ObjectIds.AcknowledgeableConditionType),
    EventField(name="active", path=("ActiveState", "Id"), type=ua.ObjectIds.AlarmConditionType),
    EventField(name="shelf", path=("ShelvingState", "CurrentState", "Id"), type=ua.ObjectIds.AlarmConditionType),
    EventField(name="suppressed", path=("SuppressedState", "Id"), type=ua.ObjectIds.AlarmConditionType),
    EventField(name="out_of_service", path=("OutOfServiceState", "Id"), type=ua.ObjectIds.AlarmConditionType),
    EventField(name="code", path=("AlarmCode",), own=True),
    EventField(name="recorded_at", path=("RecordedAt",), own=True),
    EventField(name="replayed", path=("Replayed",), own=True),
)

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSource:
    """Whose alarms they are. `machines` maps the events' SourceName to a machine; `uri_of` namespaces to URIs.

    `conditions` remembers them, over sessions; `sure_clock` says whether the controller's clock may be believed.
    """

    controller: str
    machines: Mapping[str, str]
    uri_of: Callable[[int], str]
    conditions: Conditions = field(default_factory=Conditions)
    sure_clock: Callable[[], bool] = lambda: True


def event_filter(own_namespace: int) -> ua.EventFilter:
    """The fields of FIELDS of every event."""
    return ua.EventFilter(SelectClauses=[_clause(field, own_namespace) for field in FIELDS])


def _clause(field: EventField, own_namespace: int) -> ua.SimpleAttributeOperand:
    clause = ua.SimpleAttributeOperand()
    clause.TypeDefinitionId = standard(field.type)
    clause.BrowsePath = [ua.QualifiedName(part, own_namespace if field.own else 0) for part in field.path]
    clause.AttributeId = ua.AttributeIds.Value if field.path else ua.AttributeIds.NodeId
    return clause


async def subscribe(session: Session, subscription: int, own_namespace: int) -> str:
    """Watch the Server object for events; the server's words if it refuses, else empty."""
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor.NodeId = standard(ua.ObjectIds.Server)
    request.ItemToMonitor.AttributeId = ua.AttributeIds.EventNotifier
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters.ClientHandle = ua.IntegerId(EVENT_HANDLE)
    request.RequestedParameters.QueueSize = ua.Counter(QUEUE)
    request.RequestedParameters.DiscardOldest = True
    request.RequestedParameters.Filter = event_filter(own_namespace)
    try:
        status = (await create(session, subscription, [request]))[0].StatusCode
    except ua.UaStatusCodeError as error:
        return str(error)
    return "" if status.is_good() else status.name


async def refresh(session: Session, subscription: int) -> str:
    """Have the server repeat its retained conditions; the server's words if it does not do that, else empty."""
    call = ua.CallMethodRequest()
    call.ObjectId = standard(CONDITION_TYPE)
    call.MethodId = standard(REFRESH_METHOD)
    call.InputArguments = [ua.Variant(subscription, ua.VariantType.UInt32)]
    try:
        status = (await session.services.call([call]))[0].StatusCode
    except ua.UaStatusCodeError as error:
        return str(error)
    return "" if status.is_good() else status.name


def named_fields(values: list[ua.Variant]) -> Fields:
    """The fields of an event by the names of FIELDS; what the server left out is None."""
    found = [value.Value for value in values]
    found += [None] * (len(FIELDS) - len(found))
    return {field.name: value for field, value in zip(FIELDS, found, strict=False)}


def asks_for_refresh(fields: Fields) -> bool:
    """Whether the server lost events and wants a refresh."""
    kind = fields["event_type"]
    return isinstance(kind, ua.NodeId) and kind.NamespaceIndex == 0 and kind.Identifier in REFRESH_REASONS


def told(fields: Fields, source: AlarmSource, received_s: float) -> list[AlarmEvent]:
    """What an event means for the alarms: one, none, or at a refresh's end all those that are over."""
    kind = fields["event_type"]
    mark = kind.Identifier if isinstance(kind, ua.NodeId) and kind.NamespaceIndex == 0 else None
    if mark == REFRESH_START:
        source.conditions.refresh_begins()
    elif mark == REFRESH_END:
        return source.conditions.refresh_ends(received_s)
    elif is_alarm(fields):
        event = alarm_event(fields, source, received_s)
        _remember(fields, source, event)
        return [event]
    return []


def _remember(fields: Fields, source: AlarmSource, event: AlarmEvent) -> None:
    node = fields["condition"]
    if _named(node):
        uri, retained = source.uri_of(node.NamespaceIndex), fields["retain"] is True
        source.conditions.take(Condition(node=node, uri=uri, event=event, retained=retained))


def is_alarm(fields: Fields) -> bool:
    """Whether an event is an alarm: a condition, or one of a maker's own types. Audit and model events are not."""
    kind = fields["event_type"]
    if fields["condition"] is not None or fields["active"] is not None:
        return True
    return isinstance(kind, ua.NodeId) and (kind.NamespaceIndex != 0 or kind.Identifier in PLAIN_TYPES)


def alarm_event(fields: Fields, source: AlarmSource, received_s: float) -> AlarmEvent:
    """The event as Lineside knows it. Total: missing and impossible fields have defaults.

    `key` is the condition with the URI of its namespace (and its branch), or source and code for plain events.
    """
    at = fields["time"]
    source_s, own_clock = plausible_s(seconds(at) if isinstance(at, datetime) else None, received_s)
    name = re.sub(r"^\d+:", "", _text(fields["source"]))
    code = safe(_text(fields["code"]) or _text(fields["condition_name"]))
    message = safe(_text(fields["message"]))
    key = _condition(fields, source) or f"{safe(name)}/{code or message}"
    recorded_at = fields["recorded_at"]
    return AlarmEvent(
        controller=source.controller,
        machine=source.machines.get(name),
        key=key,
        event_id=_event_id(fields["event_id"]) or f"{key}@{source_s:.6f}",
        code=code,
        message=message,
        severity=_severity(fields["severity"]),
        active=fields["active"] is not False,
        acknowledged=_acknowledged(fields),
        source_s=source_s,
        received_s=received_s,
        recorded_at=recorded_at.isoformat() if isinstance(recorded_at, datetime) else safe(_text(recorded_at)),
        replayed=fields["replayed"] is True or recorded_at is not None,
        shelved=_named(fields["shelf"]) and fields["shelf"].Identifier != UNSHELVED,
        suppressed=fields["suppressed"] is True,
        out_of_service=fields["out_of_service"] is True,
        retained=_retained(fields),
        earlier=_named(fields["branch"]),
        unconfirmed=fields["confirmed"] is False,
        by=safe(_text(fields["by"]), LONGEST_NAME),
        comment=safe(_text(fields["comment"])),
        sure_clock=own_clock and source.sure_clock(),
    )


def _acknowledged(fields: Fields) -> bool:
    """What can't be acknowledged at all needs no acknowledgement once it has returned."""
    acked = fields["acked"]
    return acked is True or (acked is None and fields["active"] is False)


def _retained(fields: Fields) -> bool:
    """Whether the controller still cares. What says itself that it is active counts, whatever its server retains."""
    return fields["enabled"] is not False and (fields["retain"] is not False or fields["active"] is True)


def _named(node: object) -> TypeGuard[ua.NodeId]:
    return isinstance(node, ua.NodeId) and not node.is_null()


def _condition(fields: Fields, source: AlarmSource) -> str:
    node, branch = fields["condition"], fields["branch"]
    if not _named(node):
        return ""
    text = _node_text(node, source)
    if _named(branch):
        text += f"#{_node_text(branch, source)}"
    return safe(text)


def _node_text(node: ua.NodeId, source: AlarmSource) -> str:
    """Stable over restarts: the namespace by its URI."""
    identifier = node.Identifier
    if isinstance(identifier, bytes):
        return f"{source.uri_of(node.NamespaceIndex)};b={identifier.hex()}"
    letter = "i" if isinstance(identifier, int) else "g" if isinstance(identifier, uuid.UUID) else "s"
    return f"{source.uri_of(node.NamespaceIndex)};{letter}={identifier}"


def _event_id(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _severity(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return MEDIUM
    return min(WORST, max(MILDEST, value))


def _text(value: object) -> str:
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    return value if isinstance(value, str) else ""
