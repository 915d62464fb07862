"""What goes wrong in the plant: kinds of faults, the seeded schedule, and the script that opens the demo.

Owns which fault strikes which machine when, for how long and with which alarms. Must not know how a machine
reacts. Times are seconds of simulation.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from drivers.simulated.catalog import Kind


class Effect(Enum):
    """How a fault acts on its machine."""

    ABORT = auto()
    HOLD = auto()
    STOP = auto()
    SLOW = auto()
    REJECTS = auto()
    MATERIAL_LOW = auto()
    OFFLINE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One kind of fault of one kind of machine.

    `alarms` holds numbers, the first is the stop reason; `magnitude` is the speed factor (SLOW), the reject
    share (REJECTS) or the share of material left (MATERIAL_LOW); `strain` names the process value that leaves
    its limits during the `lead_s` before the fault; `weight` is its share of the random faults.
    """

    key: str
    machine: Kind
    effect: Effect
    alarms: tuple[int, ...] = ()
    magnitude: float = 0.0
    strain: str = ""
    lead_s: float = 60.0
    lasts_s: tuple[float, float] = (20.0, 60.0)
    weight: float = 1.0


_JAM_BURST: Final = (2301, 2321, 2322, 2323, 2324, 2325, 2326, 2327, 2328, 2329, 2330, 2331, 2332, 2333)

FAULTS: Final[dict[str, FaultKind]] = {
    fault.key: fault
    for fault in (
        FaultKind(
            key="vacuum_loss",
            machine=Kind.DEPALLETISER,
            effect=Effect.HOLD,
            alarms=(1201, 1203),
            strain="gripper_vacuum",
        ),
        FaultKind(
            key="layer_jam",
            machine=Kind.DEPALLETISER,
            effect=Effect.ABORT,
            alarms=(1202, 1204, 1205),
            strain="sweep_current",
            weight=0.7,
        ),
        FaultKind(
            key="torque_jam",
            machine=Kind.FILLER,
            effect=Effect.ABORT,
            alarms=_JAM_BURST,
            strain="torque_block_3",
            lead_s=90.0,
            lasts_s=(40.0, 90.0),
        ),
        FaultKind(
            key="bowl_pressure",
            machine=Kind.FILLER,
            effect=Effect.HOLD,
            alarms=(2302, 2329),
            strain="bowl_pressure",
        ),
        FaultKind(
            key="foaming",
            machine=Kind.FILLER,
            effect=Effect.SLOW,
            alarms=(2303,),
            magnitude=0.8,
            strain="product_temperature",
            lasts_s=(40.0, 90.0),
        ),
        FaultKind(
            key="fill_drift",
            machine=Kind.FILLER,
            effect=Effect.REJECTS,
            alarms=(2304,),
            magnitude=0.045,
            strain="fill_volume",
            lasts_s=(40.0, 80.0),
            weight=0.8,
        ),
        FaultKind(
            key="reject_drift",
            machine=Kind.CAPPER,
            effect=Effect.REJECTS,
            alarms=(3401,),
            magnitude=0.06,
            strain="closing_torque",
            lead_s=20.0,
            lasts_s=(50.0, 90.0),
        ),
        FaultKind(
            key="cap_jam",
            machine=Kind.CAPPER,
            effect=Effect.HOLD,
            alarms=(3402, 3403, 3404),
            strain="chute_pressure",
        ),
        FaultKind(key="caps_low", machine=Kind.CAPPER, effect=Effect.MATERIAL_LOW, magnitude=0.095, weight=0.5),
        FaultKind(
            key="slow_labeller",
            machine=Kind.LABELLER,
            effect=Effect.SLOW,
            alarms=(4501,),
            magnitude=0.7,
            strain="web_tension",
            lead_s=15.0,
            lasts_s=(50.0, 100.0),
        ),
        FaultKind(
            key="web_break",
            machine=Kind.LABELLER,
            effect=Effect.HOLD,
            alarms=(4502, 4503),
            strain="web_tension",
        ),
        FaultKind(key="labels_low", machine=Kind.LABELLER, effect=Effect.MATERIAL_LOW, magnitude=0.095, weight=0.6),
        FaultKind(
            key="silent_device",
            machine=Kind.LABELLER,
            effect=Effect.OFFLINE,
            lasts_s=(6.0, 12.0),
            weight=0.3,
        ),
        FaultKind(
            key="glue_cold",
            machine=Kind.CASE_PACKER,
            effect=Effect.HOLD,
            alarms=(5601,),
            strain="glue_temperature",
            lead_s=90.0,
        ),
        FaultKind(
            key="case_jam",
            machine=Kind.CASE_PACKER,
            effect=Effect.ABORT,
            alarms=(5602, 5604, 5605, 5606, 5603),
            strain="belt_current",
        ),
        FaultKind(
            key="cartons_low",
            machine=Kind.CASE_PACKER,
            effect=Effect.MATERIAL_LOW,
            magnitude=0.095,
            weight=0.4,
        ),
        FaultKind(key="gate_opened", machine=Kind.PALLETISER, effect=Effect.STOP, alarms=(6701,)),
        FaultKind(
            key="lift_axis",
            machine=Kind.PALLETISER,
            effect=Effect.ABORT,
            alarms=(6702, 6703, 6704),
            strain="lift_following_error",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """A fault that will strike a line at `at_s` and last `lasts_s`."""

    at_s: float
    lasts_s: float
    lead_s: float
    fault: FaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One line of the script that opens the demo."""

    line: str
    at_s: float
    fault: str
    lasts_s: float


OPENING: Final = (
    OpeningRow(line="L2", at_s=4.0, fault="torque_jam", lasts_s=30.0),
    OpeningRow(line="L1", at_s=6.0, fault="reject_drift", lasts_s=70.0),
    OpeningRow(line="L2", at_s=7.0, fault="slow_labeller", lasts_s=75.0),
    OpeningRow(line="L3", at_s=9.0, fault="labels_low", lasts_s=0.0),
    OpeningRow(line="L3", at_s=12.0, fault="silent_device", lasts_s=8.0),
    OpeningRow(line="L3", at_s=15.0, fault="gate_opened", lasts_s=45.0),
)
"""The first 25 s of every demo: enough that half a minute shows every kind of exception."""

MEAN_GAP_S: Final = 130.0
FIRST_RANDOM_S: Final = 60.0


def opening(line: str, after_s: float = 0.0) -> list[PlannedFault]:
    """The scripted faults of one line, in order of time, the whole script `after_s` later."""
    rows = sorted((row for row in OPENING if row.line == line), key=lambda row: row.at_s)
    return [
        PlannedFault(
            at_s=row.at_s + after_s,
            lasts_s=row.lasts_s,
            lead_s=min(FAULTS[row.fault].lead_s, row.at_s + after_s),
            fault=FAULTS[row.fault],
        )
        for row in rows
    ]


def random_faults(line: str, seed: int) -> Iterator[PlannedFault]:
    """Endless faults of one line in order of time, about five in ten minutes; the same for the same seed."""
    rng = random.Random(f"{seed}/{line}/faults")
    kinds = [FAULTS[key] for key in sorted(FAULTS)]
    weights = [kind.weight for kind in kinds]
    at_s = FIRST_RANDOM_S
    while True:
        at_s += rng.expovariate(1.0 / MEAN_GAP_S)
        kind = rng.choices(kinds, weights)[0]
        yield PlannedFault(at_s=at_s, lasts_s=rng.uniform(*kind.lasts_s), lead_s=kind.lead_s, fault=kind)


@dataclass(slots=True)
class FaultSchedule:
    """The faults of one line as they come near and strike."""

    scripted: list[PlannedFault]
    random: Iterator[PlannedFault]
    _near: list[PlannedFault] = field(default_factory=list)

    def approaching(self, now_s: float) -> list[PlannedFault]:
        """Faults within their lead time, and every planned one whose moment has not come."""
        while not self._near or self._near[-1].at_s < now_s + 200.0:
            self._near.append(next(self.random))
        planned = [*self.scripted, *self._near]
        return [fault for fault in planned if fault.at_s - fault.lead_s <= now_s < fault.at_s]

    def due(self, now_s: float) -> list[PlannedFault]:
        """Faults whose moment has come since the last call, oldest first."""
        due = [fault for fault in [*self.scripted, *self._near] if fault.at_s <= now_s]
        self.scripted = [fault for fault in self.scripted if fault.at_s > now_s]
        self._near = [fault for fault in self._near if fault.at_s > now_s]
        return due
