"""Alarm conditions as OPC UA events of an asyncua server.

Owns the event type of our machines and the fields that an alarm event carries. Must not know machines or replay.
An event is a finished record of its fields: a burst costs no more than its encoding.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asyncua import Server, ua

from drivers.simulated.ua_nodes import Builder, named, numeric, variable_attributes

OFF_NORMAL_ALARM_TYPE: Final = 10637
_ALARM_PROPERTIES: Final = {"AlarmCode": 12, "AlarmNumber": 6, "RecordedAt": 294, "Replayed": 1}
"""Own fields beside the standard's: name → OPC UA data type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An alarm that becomes active or inactive at `at`.

    `condition` identifies it over time: `Filler.FIL-2301`. `recorded_at` is set for replayed alarms: when it
    happened, while `at` is when it is told.
    """

    condition: str
    source: ua.NodeId
    source_name: str
    code: str
    number: int
    text: str
    severity: int
    active: bool
    at: datetime
    recorded_at: datetime | None = None


class AlarmEvent:
    """What asyncua's subscriptions take: fields by name, as attributes and by select clause."""

    def __init__(self, fields: dict[str, ua.Variant]) -> None:
        self.emitting_node = numeric(ua.ObjectIds.Server)
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name].Value
        except KeyError:
            raise AttributeError(name) from None

    def to_event_fields(self, clauses: list[ua.SimpleAttributeOperand]) -> list[ua.Variant]:
        """The fields that a subscriber selected; what this event has not is Null."""
        return [self._fields.get(_name(clause), _NULL) for clause in clauses]


_NULL: Final = ua.Variant(None, ua.VariantType.Null)


def _name(clause: ua.SimpleAttributeOperand) -> str:
    if not clause.BrowsePath:
        return ua.AttributeIds(clause.AttributeId).name
    return "/".join(part.Name for part in clause.BrowsePath)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEmitter:
    """Sends alarm events of one server at its Server object."""

    server: Server
    event_type: ua.NodeId
    index: int

    async def emit(self, occurrence: Occurrence) -> None:
        """Tell every subscriber; ConditionRefresh repeats what is active."""
        event = AlarmEvent(self._fields(occurrence))
        await self.server.iserver.subscription_service.trigger_event(event)

    def _fields(self, occurrence: Occurrence) -> dict[str, ua.Variant]:
        kinds = ua.VariantType
        active = occurrence.active
        message = f"{occurrence.code} {occurrence.text}"
        fields = {
            "EventId": ua.Variant(uuid.uuid4().bytes, kinds.ByteString),
            "EventType": ua.Variant(self.event_type, kinds.NodeId),
            "SourceNode": ua.Variant(occurrence.source, kinds.NodeId),
            "SourceName": ua.Variant(occurrence.source_name, kinds.String),
            "Time": ua.Variant(occurrence.at, kinds.DateTime),
            "ReceiveTime": ua.Variant(datetime.now(UTC), kinds.DateTime),
            "Message": _text(message),
            "Severity": ua.Variant(occurrence.severity, kinds.UInt16),
            "ConditionClassId": ua.Variant(numeric(ua.ObjectIds.ProcessConditionClassType), kinds.NodeId),
            "ConditionClassName": _text("ProcessConditionClass"),
            "ConditionName": ua.Variant(occurrence.code, kinds.String),
            "BranchId": ua.Variant(ua.NodeId(), kinds.NodeId),
            "Retain": ua.Variant(active, kinds.Boolean),
            "EnabledState": _text("Enabled"),
            "EnabledState/Id": ua.Variant(True, kinds.Boolean),
            "Quality": ua.Variant(ua.StatusCode(), kinds.StatusCode),
            "LastSeverity": ua.Variant(occurrence.severity, kinds.UInt16),
            "Comment": _text(""),
            "AckedState": _text("Unacknowledged" if active else "Acknowledged"),
            "AckedState/Id": ua.Variant(not active, kinds.Boolean),
            "ActiveState": _text("Active" if active else "Inactive"),
            "ActiveState/Id": ua.Variant(active, kinds.Boolean),
            "ActiveState/TransitionTime": ua.Variant(occurrence.at, kinds.DateTime),
            "InputNode": ua.Variant(ua.NodeId(), kinds.NodeId),
            "SuppressedOrShelved": ua.Variant(False, kinds.Boolean),
            "NodeId": ua.Variant(named(occurrence.condition, self.index), kinds.NodeId),
            "AlarmCode": ua.Variant(occurrence.code, kinds.String),
            "AlarmNumber": ua.Variant(occurrence.number, kinds.Int32),
            "Replayed": ua.Variant(occurrence.recorded_at is not None, kinds.Boolean),
        }
        if occurrence.recorded_at is not None:
            fields["RecordedAt"] = ua.Variant(occurrence.recorded_at, kinds.DateTime)
        return fields


def _text(text: str) -> ua.Variant:
    return ua.Variant(ua.LocalizedText(text), ua.VariantType.LocalizedText)


async def build_alarm_type(builder: Builder, index: int) -> AlarmEmitter:
    """Add `MachineAlarmType`, a subtype of OffNormalAlarmType with our own fields; call once a server."""
    attributes = ua.ObjectTypeAttributes()
    attributes.IsAbstract = False
    event_type = await builder.add(
        named("MachineAlarmType", index),
        ua.QualifiedName("MachineAlarmType", index),
        numeric(OFF_NORMAL_ALARM_TYPE),
        attributes,
        reference=45,
    )
    for name, data_type in _ALARM_PROPERTIES.items():
        await builder.add(
            named(f"MachineAlarmType.{name}", index),
            ua.QualifiedName(name, index),
            event_type,
            variable_attributes(_NULL, numeric(data_type)),
            reference=46,
            type_definition=68,
        )
    await builder.server.nodes.server.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
    return AlarmEmitter(server=builder.server, event_type=event_type, index=index)
