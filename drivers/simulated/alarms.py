"""Alarm texts of the simulated machines, and the book in which a machine's alarms are active or not.

Owns numbers, codes, texts and severities (OPC UA severity 1 to 1000) and what is raised and cleared when.
Must not know protocols: a server drains the book's changes.
"""

from dataclasses import dataclass
from typing import Final

from drivers.simulated.catalog import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmText:
    """One alarm of one kind of machine; `number` is unique in the plant and fits a 16-bit register."""

    number: int
    code: str
    text: str
    severity: int


_PREFIX: Final = {
    Kind.DEPALLETISER: "DEP",
    Kind.FILLER: "FIL",
    Kind.CAPPER: "CAP",
    Kind.LABELLER: "LAB",
    Kind.CASE_PACKER: "CAS",
    Kind.PALLETISER: "PAL",
}

_ROWS: Final[tuple[tuple[Kind, int, int, str], ...]] = (
    (Kind.DEPALLETISER, 1201, 700, "Vacuum lost on gripper head"),
    (Kind.DEPALLETISER, 1202, 900, "Layer jammed at sweep-off"),
    (Kind.DEPALLETISER, 1203, 500, "Layer sheet not removed"),
    (Kind.DEPALLETISER, 1204, 500, "Infeed conveyor stopped"),
    (Kind.DEPALLETISER, 1205, 400, "Sweep arm not in position"),
    (Kind.DEPALLETISER, 1210, 300, "Bottle pallets low"),
    (Kind.DEPALLETISER, 1211, 600, "No bottle pallet"),
    (Kind.FILLER, 2301, 900, "Valve block 3 torque over limit: carousel jammed"),
    (Kind.FILLER, 2302, 700, "Bowl pressure out of range"),
    (Kind.FILLER, 2303, 400, "Filling speed reduced: foaming"),
    (Kind.FILLER, 2304, 500, "Fill volume drifting"),
    (Kind.FILLER, 2310, 300, "Product tank low"),
    (Kind.FILLER, 2311, 600, "Product tank empty"),
    (Kind.FILLER, 2321, 800, "Main drive overload"),
    (Kind.FILLER, 2322, 700, "Drive inverter tripped"),
    (Kind.FILLER, 2323, 600, "Carousel position lost"),
    (Kind.FILLER, 2324, 500, "Infeed star wheel clutch released"),
    (Kind.FILLER, 2325, 500, "Outfeed star wheel clutch released"),
    (Kind.FILLER, 2326, 500, "Infeed worm stopped"),
    (Kind.FILLER, 2327, 400, "Valves 17 to 24 not closed"),
    (Kind.FILLER, 2328, 400, "Bowl level high"),
    (Kind.FILLER, 2329, 400, "Product valve closed by interlock"),
    (Kind.FILLER, 2330, 400, "CO2 valve closed by interlock"),
    (Kind.FILLER, 2331, 300, "Bottle stop engaged"),
    (Kind.FILLER, 2332, 300, "Rinser stopped by filler"),
    (Kind.FILLER, 2333, 300, "Capper stopped by filler"),
    (Kind.CAPPER, 3401, 500, "Closing torque drifting: rejects rising"),
    (Kind.CAPPER, 3402, 700, "Cap jammed in chute"),
    (Kind.CAPPER, 3403, 400, "Cap sorter overload"),
    (Kind.CAPPER, 3404, 400, "Capping head 5 not lowered"),
    (Kind.CAPPER, 3410, 300, "Caps low"),
    (Kind.CAPPER, 3411, 600, "Caps empty"),
    (Kind.LABELLER, 4501, 400, "Labelling speed reduced: web tension"),
    (Kind.LABELLER, 4502, 700, "Label web broken"),
    (Kind.LABELLER, 4503, 500, "Splice not detected"),
    (Kind.LABELLER, 4504, 500, "Label position drifting"),
    (Kind.LABELLER, 4510, 300, "Labels low"),
    (Kind.LABELLER, 4511, 600, "Labels empty"),
    (Kind.CASE_PACKER, 5601, 600, "Glue temperature low"),
    (Kind.CASE_PACKER, 5602, 900, "Case jammed in compression belt"),
    (Kind.CASE_PACKER, 5603, 500, "Gripper vacuum low"),
    (Kind.CASE_PACKER, 5604, 400, "Flap not closed"),
    (Kind.CASE_PACKER, 5605, 400, "Case outfeed photocell covered"),
    (Kind.CASE_PACKER, 5606, 500, "Lane divider out of position"),
    (Kind.CASE_PACKER, 5610, 300, "Cartons low"),
    (Kind.CASE_PACKER, 5611, 600, "Cartons empty"),
    (Kind.PALLETISER, 6701, 700, "Safety gate opened"),
    (Kind.PALLETISER, 6702, 900, "Lift axis following error"),
    (Kind.PALLETISER, 6703, 500, "Layer not complete at pusher"),
    (Kind.PALLETISER, 6704, 500, "Pallet not in position"),
    (Kind.PALLETISER, 6710, 300, "Slip sheets low"),
    (Kind.PALLETISER, 6711, 600, "Slip sheets empty"),
)

ALARMS: Final[dict[int, AlarmText]] = {
    number: AlarmText(number=number, code=f"{_PREFIX[kind]}-{number}", text=text, severity=severity)
    for kind, number, severity, text in _ROWS
}

LOW_MATERIAL: Final = {kind: (index + 1) * 1000 + (index + 2) * 100 + 10 for index, kind in enumerate(Kind)}
"""Kind → number of its `... low` alarm; the next number is `... empty`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """An alarm became active or inactive at `at_s` of the simulation."""

    alarm: AlarmText
    active: bool
    at_s: float


class AlarmBook:
    """The active alarms of one machine, those that are still to come, and the changes not yet drained."""

    def __init__(self) -> None:
        self.active: dict[int, float] = {}
        self.raised = 0
        self.last_number = 0
        self._coming: list[tuple[float, int]] = []
        self._changes: list[AlarmChange] = []

    def raise_at(self, at_s: float, number: int) -> None:
        """Have an alarm become active at a moment of the simulation; one that is active already stays so."""
        self._coming.append((at_s, number))

    def step(self, now_s: float) -> None:
        """Raise what has come due, in order of its moment."""
        due = sorted(entry for entry in self._coming if entry[0] <= now_s)
        self._coming = [entry for entry in self._coming if entry[0] > now_s]
        for _, number in due:
            self._raise(number, now_s)

    def clear(self, now_s: float, numbers: tuple[int, ...]) -> None:
        """Make these alarms inactive, and those of them that were still to come never come."""
        self._coming = [entry for entry in self._coming if entry[1] not in numbers]
        for number in numbers:
            if self.active.pop(number, None) is not None:
                self._changes.append(AlarmChange(alarm=ALARMS[number], active=False, at_s=now_s))

    def drain(self) -> list[AlarmChange]:
        """The changes since the last call, oldest first."""
        changes, self._changes = self._changes, []
        return changes

    def _raise(self, number: int, now_s: float) -> None:
        if number in self.active:
            return
        self.active[number] = now_s
        self.raised += 1
        self.last_number = number
        self._changes.append(AlarmChange(alarm=ALARMS[number], active=True, at_s=now_s))
