"""Every variable that a machine exposes: name, unit, OPC UA node, Modbus register. One row per variable.

Owns the names and addresses that the servers serve and the plant file refers to. Must not know how values
come about (machine.py) or how they travel (servers).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from drivers.simulated.alarms import LOW_MATERIAL
from drivers.simulated.catalog import KINDS, LINES, Kind, machine_id
from drivers.simulated.machine import Machine
from drivers.simulated.process import signals_of
from drivers.simulated.registers import FIRST_PROCESS, STATUS_BITS, Register, RegisterType, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One variable of a machine; `node` follows the machine's object: `Filler.` + `Status.CurMachSpeed`."""

    name: str
    label: str
    unit: str
    node: str
    ua_type: str
    register: Register
    low: float | None = None
    high: float | None = None


def _u16(address: int, scale: float = 1.0) -> Register:
    return Register(address=address, type=RegisterType.UINT16, scale=scale)


def _u32(address: int) -> Register:
    return Register(address=address, type=RegisterType.UINT32, words=2)


def _bit(bit: int) -> Register:
    return Register(address=STATUS_BITS, type=RegisterType.BIT, bit=bit)


def _text(address: int, words: int = 8) -> Register:
    return Register(address=address, type=RegisterType.ASCII, words=words)


Row = tuple[str, str, str, str, str, Register, Callable[[Machine], Value]]

_ROWS: Final[tuple[Row, ...]] = (
    ("heartbeat", "Heartbeat", "", "Heartbeat", "UInt32", _u16(16), lambda m: int(m.now_s * 2) % 65536),
    ("state", "PackML state", "", "Status.StateCurrent", "Int32", _u16(17), lambda m: int(m.state)),
    ("mode", "Unit mode", "", "Status.UnitModeCurrent", "Int32", _u16(18), lambda m: int(m.mode)),
    ("blocked", "Blocked", "", "Status.EquipmentBlocked", "Boolean", _bit(0), lambda m: m.blocked),
    ("starved", "Starved", "", "Status.EquipmentStarved", "Boolean", _bit(1), lambda m: m.starved),
    (
        "material_low",
        "Material low",
        "",
        "Material.Low",
        "Boolean",
        _bit(2),
        lambda m: LOW_MATERIAL[m.kind.kind] in m.alarms.active,
    ),
    ("set_speed", "Set speed", "/min", "Status.MachSpeed", "Float", _u16(20, 0.1), lambda m: m.set_speed),
    (
        "speed",
        "Speed",
        "/min",
        "Status.CurMachSpeed",
        "Float",
        _u16(21, 0.1),
        lambda m: round(m.speed, 1),
    ),
    (
        "design_speed",
        "Nominal speed",
        "/min",
        "Admin.MachDesignSpeed",
        "Float",
        _u16(22, 0.1),
        lambda m: m.design_speed,
    ),
    (
        "stop_reason",
        "Stop reason",
        "",
        "Admin.StopReason.ID",
        "Int32",
        _u16(23),
        lambda m: m.stop_number,
    ),
    (
        "active_alarms",
        "Active alarms",
        "",
        "Admin.ActiveAlarmCount",
        "Int32",
        _u16(24),
        lambda m: len(m.alarms.active),
    ),
    ("last_alarm", "Last alarm", "", "Admin.LastAlarm.ID", "Int32", _u16(25), lambda m: m.alarms.last_number),
    (
        "alarm_count",
        "Alarms raised",
        "",
        "Admin.AlarmCount",
        "UInt32",
        _u16(26),
        lambda m: m.alarms.raised % 65536,
    ),
    (
        "reject_rate",
        "Reject rate",
        "%",
        "Quality.RejectRate",
        "Float",
        _u16(27, 0.01),
        lambda m: round(m.reject_share * 100.0, 2),
    ),
    (
        "infeed_fill",
        "Infeed buffer",
        "%",
        "Buffer.Infeed",
        "Float",
        _u16(28, 0.1),
        lambda m: round(m.infeed.fill * 100.0, 1) if m.infeed else 100.0,
    ),
    (
        "outfeed_fill",
        "Outfeed buffer",
        "%",
        "Buffer.Outfeed",
        "Float",
        _u16(29, 0.1),
        lambda m: round(m.outfeed.fill * 100.0, 1) if m.outfeed else 0.0,
    ),
    (
        "consumed",
        "Consumed",
        "units",
        "Admin.ProdConsumedCount.AccCount",
        "Int32",
        _u32(30),
        lambda m: m.consumed,
    ),
    (
        "processed",
        "Processed",
        "units",
        "Admin.ProdProcessedCount.AccCount",
        "Int32",
        _u32(32),
        lambda m: m.processed,
    ),
    (
        "defective",
        "Defective",
        "units",
        "Admin.ProdDefectiveCount.AccCount",
        "Int32",
        _u32(34),
        lambda m: m.defective,
    ),
    (
        "order_good",
        "Good in order",
        "units",
        "Production.OrderGoodCount",
        "UInt32",
        _u32(36),
        lambda m: m.order_good,
    ),
    (
        "order_quantity",
        "Order quantity",
        "bottles",
        "Production.OrderQuantity",
        "UInt32",
        _u32(38),
        lambda m: m.order_quantity,
    ),
    (
        "unit_serial",
        "Last unit",
        "",
        "Production.UnitSerial",
        "UInt32",
        _u32(40),
        lambda m: max(0, m.last.last),
    ),
    (
        "material_left",
        "Material left",
        "",
        "Material.Left",
        "UInt32",
        _u32(42),
        lambda m: int(m.material_left),
    ),
    (
        "material_percent",
        "Material left",
        "%",
        "Material.LeftPercent",
        "Float",
        _u16(44, 0.1),
        lambda m: round(m.material_share * 100.0, 1),
    ),
    ("lot", "Lot", "", "Production.Lot", "String", _text(50), lambda m: m.last.lot),
    ("order", "Work order", "", "Production.WorkOrder", "String", _text(58), lambda m: m.last.order),
    ("item", "Item", "", "Production.Item", "String", _text(66), lambda m: m.last.item),
    (
        "stop_text",
        "Stop reason text",
        "",
        "Admin.StopReason.Message",
        "String",
        _text(74, 24),
        lambda m: m.stop_text,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSource:
    """A signal and where its value comes from in the machine."""

    signal: Signal
    read: Callable[[Machine], Value]


def signals_for(line: str, kind: Kind) -> tuple[SignalSource, ...]:
    """Every variable of one machine, in register order: 28 common ones and 8 process values."""
    return tuple(_common(kind)) + tuple(_process(line, kind))


def _common(kind: Kind) -> list[SignalSource]:
    spec = KINDS[kind]
    units = {"/min": f"{spec.unit}s/min", "units": f"{spec.unit}s"}
    own = {
        "consumed": "bottles" if spec.takes_per_unit > 1 else f"{spec.unit}s",
        "material_left": spec.material_unit,
    }
    if kind is Kind.PALLETISER:
        own["consumed"] = "cases"
    return [
        SignalSource(
            signal=Signal(
                name=name,
                label=label,
                unit=own.get(name, units.get(unit, unit)),
                node=node,
                ua_type=ua_type,
                register=register,
            ),
            read=read,
        )
        for name, label, unit, node, ua_type, register, read in _ROWS
    ]


def _process(line: str, kind: Kind) -> list[SignalSource]:
    return [
        SignalSource(
            signal=Signal(
                name=value.name,
                label=value.label,
                unit=value.unit,
                node=value.node,
                ua_type="Float",
                register=Register(address=FIRST_PROCESS + 2 * index, type=RegisterType.FLOAT32, words=2),
                low=value.low,
                high=value.high,
            ),
            read=_reader(value.name),
        )
        for index, value in enumerate(signals_of(kind, LINES[line].bottle_ml))
    ]


def _reader(name: str) -> Callable[[Machine], Value]:
    return lambda machine: machine.process.values[name]


def tag_list(line: str) -> list[dict[str, Any]]:
    """Every variable of a line as plain rows, for whoever writes the plant file.

    Each row: machine, name, label, unit, low, high (None without limits), node (string NodeId in the
    namespace of LineSpec.namespace), ua_type, register {address, type, words, scale, bit}.
    """
    rows: list[dict[str, Any]] = []
    for kind in Kind:
        for source in signals_for(line, kind):
            row = asdict(source.signal)
            row["node"] = f"{KINDS[kind].node}.{source.signal.node}"
            row["register"]["type"] = source.signal.register.type.value
            rows.append({"machine": machine_id(line, kind), **row})
    return rows
