"""One machine in the OPC UA address space: a PackMLBaseObjectType instance with string NodeIds.

Owns which node holds which variable, and the writing of changed values. Must not know time or sockets.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from asyncua import ua

from drivers.simulated import packml_nodes as packml
from drivers.simulated.alarms import ALARMS
from drivers.simulated.catalog import KINDS
from drivers.simulated.machine import Machine
from drivers.simulated.packml import CLEARED_STATES, EXECUTE_STATES, Command, State
from drivers.simulated.registers import Value
from drivers.simulated.signals import SignalSource, signals_for
from drivers.simulated.ua_nodes import (
    Builder,
    method_attributes,
    named,
    numeric,
    object_attributes,
    variable_attributes,
)

OnCommand = Callable[[Machine, Command], Awaitable[ua.StatusCode]]

_BASE: Final = "BaseStateMachine"
_MACHINE: Final = f"{_BASE}.MachineState"
_EXECUTE: Final = f"{_MACHINE}.ExecuteState"
_MACHINES_OF: Final = {
    packml.BASE_TYPE: _BASE,
    packml.MACHINE_TYPE: _MACHINE,
    packml.EXECUTE_TYPE: _EXECUTE,
}
_PACKML_NAMES: Final = frozenset(row.name for row in packml.MEMBERS)
_TYPES: Final = {
    "Boolean": ua.VariantType.Boolean,
    "Int32": ua.VariantType.Int32,
    "UInt32": ua.VariantType.UInt32,
    "Float": ua.VariantType.Float,
    "String": ua.VariantType.String,
}
URGENT: Final = frozenset({"state", "blocked", "starved", "stop_reason", "stop_text"})
"""Written as soon as they change; the others at the publishing rhythm."""
_COUNTS: Final = (
    ("ProdConsumedCount", "consumed"),
    ("ProdProcessedCount", "processed"),
    ("ProdDefectiveCount", "defective"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variable:
    node: ua.NodeId
    kind: ua.VariantType
    source: SignalSource


class MachineNodes:
    """The nodes of one machine: build them once, then write what has changed."""

    def __init__(self, builder: Builder, machine: Machine, line: str, own: int, types: int) -> None:
        self.machine = machine
        self.root = KINDS[machine.kind.kind].node
        self.root_id = named(self.root, own)
        self._builder = builder
        self._own = own
        self._types = types
        self._sources = signals_for(line, machine.kind.kind)
        self._variables: list[_Variable] = []
        self._last: dict[ua.NodeId, Any] = {}

    async def build(self, on_command: OnCommand) -> None:
        """Create every node under PackMLObjects."""
        await self._object("", numeric(packml.PACKML_OBJECTS, self._types), packml.BASE_OBJECT_TYPE, 35)
        await self._object("Status", self.root_id, packml.STATUS_TYPE)
        await self._object("Admin", self.root_id, packml.ADMIN_TYPE)
        await self._object(_BASE, self.root_id, packml.BASE_TYPE)
        await self._object(_MACHINE, self._id(_BASE), packml.MACHINE_TYPE)
        await self._object(_EXECUTE, self._id(_MACHINE), packml.EXECUTE_TYPE)
        for path in _MACHINES_OF.values():
            await self._current_state(path)
        await self._properties()
        await self._structures()
        for group in sorted({source.signal.node.split(".")[0] for source in self._sources}):
            if group not in ("Status", "Admin", "Heartbeat"):
                await self._object(group, self.root_id, None)
        for source in self._sources:
            await self._variable(source)
        await self._methods(on_command)

    async def write(self, at: datetime, urgent_only: bool = False) -> None:
        """Write every value that differs from the last one written, with `at` as its source time."""
        for variable in self._variables:
            if urgent_only and variable.source.signal.name not in URGENT:
                continue
            value = variable.source.read(self.machine)
            await self._put(variable.node, value, variable.kind, at)
        await self._write_state(at)

    async def write_structures(self, at: datetime) -> None:
        """Write the PackML structures: counts, stop reason and active alarms."""
        kinds = ua.VariantType
        for name, attribute in _COUNTS:
            count = self._count(attribute)
            await self._put(self._id(f"Admin.{name}"), [count], kinds.ExtensionObject, at)
        machine = self.machine
        stop = _alarm(machine.stop_number, machine.stop_text, bool(machine.stop_text), at)
        key = (machine.stop_number, machine.stop_text)
        await self._put(self._id("Admin.StopReason"), stop, kinds.ExtensionObject, at, key)
        active = tuple(machine.alarms.active)
        rows = [_alarm(number, ALARMS[number].text, True, at) for number in active]
        await self._put(self._id("Admin.Alarm"), rows, kinds.ExtensionObject, at, active)

    def _id(self, path: str) -> ua.NodeId:
        return named(f"{self.root}.{path}" if path else self.root, self._own)

    def _name(self, name: str, index: int) -> ua.QualifiedName:
        return ua.QualifiedName(name, ua.Int16(index))

    async def _object(self, path: str, parent: ua.NodeId, kind: int | None, reference: int = 47) -> None:
        name = path.rpartition(".")[2] or self.root
        own_name = kind is None or not path
        await self._builder.add(
            self._id(path),
            self._name(name, self._own if own_name else self._types),
            parent,
            object_attributes(),
            reference=reference,
            type_definition=61 if kind is None else numeric(kind, self._types),
        )

    async def _current_state(self, path: str) -> None:
        node = await self._builder.add(
            self._id(f"{path}.CurrentState"),
            ua.QualifiedName("CurrentState"),
            self._id(path),
            variable_attributes(ua.Variant(ua.LocalizedText(""), ua.VariantType.LocalizedText), numeric(21)),
            type_definition=2760,
        )
        await self._builder.add(
            self._id(f"{path}.CurrentState.Id"),
            ua.QualifiedName("Id"),
            node,
            variable_attributes(ua.Variant(ua.NodeId(), ua.VariantType.NodeId), numeric(17)),
            reference=46,
            type_definition=68,
        )

    async def _properties(self) -> None:
        rows = (
            ("TagID", self.machine.id, 12, ua.VariantType.String),
            ("PackMLVersion", "TR88.00.02-2015", 12, ua.VariantType.String),
            ("Status.UnitSupportedModes", numeric(packml.MODE_ENUM, self._types), 17, ua.VariantType.NodeId),
        )
        for path, value, data_type, kind in rows:
            parent, _, name = path.rpartition(".")
            await self._builder.add(
                self._id(path),
                self._name(name, self._types),
                self._id(parent),
                variable_attributes(ua.Variant(value, kind), numeric(data_type)),
                reference=46,
                type_definition=68,
            )

    async def _structures(self) -> None:
        for row in packml.MEMBERS:
            if not row.own_type:
                continue
            empty: Any = [] if row.array else _alarm(0, "", False, datetime.now(UTC))
            await self._builder.add(
                self._id(f"Admin.{row.name}"),
                self._name(row.name, self._types),
                self._id("Admin"),
                variable_attributes(
                    ua.Variant(empty, ua.VariantType.ExtensionObject, is_array=row.array),
                    numeric(row.data_type, self._types),
                    row.array,
                ),
                reference=numeric(row.reference, self._types) if row.own_reference else row.reference,
                type_definition=63,
            )

    async def _variable(self, source: SignalSource) -> None:
        signal = source.signal
        parent, _, name = signal.node.rpartition(".")
        kind = _TYPES[signal.ua_type]
        standard = name in _PACKML_NAMES
        analog = standard and signal.unit.endswith("/min") and parent == "Status"
        if parent == "Admin.LastAlarm" and self._id(parent) not in self._last:
            await self._object(parent, self._id("Admin"), None)
            self._last[self._id(parent)] = None
        node = await self._builder.add(
            self._id(signal.node),
            self._name(name, self._types if standard else self._own),
            self._id(parent),
            variable_attributes(
                ua.Variant(source.read(self.machine), kind),
                numeric(packml.MODE_ENUM, self._types) if signal.name == "mode" else numeric(kind.value),
            ),
            type_definition=2368 if analog else 63,
        )
        if analog:
            await self._range(node, signal.node)
        self._variables.append(_Variable(node=node, kind=kind, source=source))

    async def _range(self, node: ua.NodeId, path: str) -> None:
        limits = ua.Range(Low=0.0, High=self.machine.design_speed * 1.2)
        await self._builder.add(
            self._id(f"{path}.EURange"),
            ua.QualifiedName("EURange"),
            node,
            variable_attributes(ua.Variant(limits, ua.VariantType.ExtensionObject), numeric(884)),
            reference=46,
            type_definition=68,
        )

    async def _methods(self, on_command: OnCommand) -> None:
        for command, owner in packml.METHODS.values():
            node = self._id(command.value)
            if command is Command.RESET and owner == packml.EXECUTE_TYPE:
                continue
            await self._builder.add(
                node,
                self._name(command.value, self._types),
                self._id(_MACHINES_OF[owner]),
                method_attributes(),
            )
            link = self._builder.server.link_method
            link(self._builder.server.get_node(node), self._caller(command, on_command))
        await self._builder.refer(self._id(_EXECUTE), self._id(Command.RESET.value), 47)

    def _caller(self, command: Command, on_command: OnCommand) -> Callable[..., Awaitable[ua.StatusCode]]:
        async def call(_parent: ua.NodeId, *_arguments: ua.Variant) -> ua.StatusCode:
            return await on_command(self.machine, command)

        return call

    async def _write_state(self, at: datetime) -> None:
        for path, (name, node) in zip(_MACHINES_OF.values(), self._state_names(), strict=True):
            kinds = ua.VariantType
            identifier = numeric(node, self._types) if node else ua.NodeId()
            await self._put(self._id(f"{path}.CurrentState"), ua.LocalizedText(name), kinds.LocalizedText, at, name)
            await self._put(self._id(f"{path}.CurrentState.Id"), identifier, kinds.NodeId, at)

    def _state_names(self) -> tuple[tuple[str, int], ...]:
        state = self.machine.state
        own = (state.label, _STATE_NODES[state])
        if state not in CLEARED_STATES:
            return own, ("", 0), ("", 0)
        base = ("Cleared", packml.CLEARED)
        if state not in EXECUTE_STATES:
            return base, own, ("", 0)
        return base, ("Running", packml.RUNNING), own

    async def _put(self, node: ua.NodeId, value: Any, kind: ua.VariantType, at: datetime, key: Any = None) -> None:
        key = value if key is None else key
        if node in self._last and self._last[node] == key:
            return
        self._last[node] = key
        variant = ua.Variant(value, kind, is_array=isinstance(value, list))
        stamp = cast(ua.DateTime, at)
        data = ua.DataValue(Value=variant, SourceTimestamp=stamp, ServerTimestamp=stamp)
        await self._builder.server.iserver.aspace.write_attribute_value(node, ua.AttributeIds.Value, data)

    def _count(self, attribute: str) -> Any:
        machine = self.machine
        structure: Any = getattr(ua, "PackMLCountDataType")  # noqa: B009
        value: Value = getattr(machine, attribute)
        return structure(
            ID=machine.kind.number,
            Name=machine.last.item,
            Unit=ua.EUInformation(DisplayName=ua.LocalizedText(machine.kind.unit)),
            Count=machine.order_good if attribute == "processed" else int(value),
            AccCount=int(value),
        )


_STATE_NODES: Final = {State(row.number): row.id for row in packml.STATES if row.number <= len(State)}


def _alarm(number: int, text: str, active: bool, at: datetime) -> Any:
    structure: Any = getattr(ua, "PackMLAlarmDataType")  # noqa: B009
    return structure(ID=number, Value=0, Message=text, Category=0, DateTime=at, AckDateTime=at, Trigger=active)
