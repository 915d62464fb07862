"""The tags that one key of a machine stands for: what the standards of PackML and ISA-95 job control give a machine.

Owns their names, meanings and units, a row per tag. Must not know where a driver finds them: an address names the
object and the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.plant import Signal
from app.plant.faults import At
from app.plant.schema import MachineRow, TagRow

S = Signal
RATE = "{unit}/min"

PACKML: tuple[tuple[str, Signal, Mapping[str, Any]], ...] = (
    ("state", S.STATE, {"label": "PackML state", "decimals": 0, "history": True}),
    ("mode", S.MODE, {"label": "Unit mode", "decimals": 0}),
    ("blocked", S.BLOCKED, {"decimals": 0}),
    ("starved", S.STARVED, {"decimals": 0}),
    ("set_speed", S.PROCESS, {"unit": RATE}),
    ("speed", S.RATE, {"unit": RATE, "history": True}),
    ("design_speed", S.NOMINAL_RATE, {"label": "Nominal speed", "unit": RATE}),
    ("stop_reason", S.STOP_REASON, {"decimals": 0}),
    ("stop_text", S.STOP_TEXT, {"label": "Stop reason text"}),
    ("consumed", S.CONSUMED, {"unit": "{unit}", "decimals": 0, "history": True}),
    ("processed", S.PRODUCED, {"unit": "{unit}", "decimals": 0, "history": True}),
    ("defective", S.REJECTED, {"unit": "{unit}", "decimals": 0, "history": True}),
)
"""Tag of a PackML machine, which is also the name of its value: meaning, and what differs from the defaults."""
JOBS: tuple[tuple[str, Signal, str, Mapping[str, Any]], ...] = (
    ("job", S.JOB, "order", {"label": "Job order"}),
    ("job_state", S.JOB_STATE, "state", {"label": "Job state"}),
)
"""Tag of a job order receiver: meaning, its value, and what differs from the defaults."""


def standard_rows(at: At, machine: MachineRow) -> list[tuple[At, TagRow]]:
    """The tags of a machine that names its standard objects, each with the place of the key that stands for it."""
    rows: list[tuple[At, TagRow]] = []
    if machine.packml:
        for name, signal, more in PACKML:
            address = {"packml": machine.packml, "value": name}
            rows.append(((*at, "packml"), TagRow(name=name, signal=signal, address=address, **more)))
    if machine.jobs:
        for name, signal, value, more in JOBS:
            address = {"jobs": machine.jobs, "value": value}
            rows.append(((*at, "jobs"), TagRow(name=name, signal=signal, address=address, **more)))
    return rows
