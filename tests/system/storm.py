"""An alarm storm as the tests and its benchmark know it: the server's plant, and what a station made of the storm."""

from dataclasses import replace

import psutil

from app.domain.case import ExceptionCase
from app.domain.plant import Plant, Signal, Tag
from app.readmodel.model import View, all_cases
from tests.plants import MACHINES, small_plant
from tests.system.alarm_server import URI, controller

STORM = 5_000
ALARMS = 120


def plant(port: int) -> Plant:
    """The small plant with all its machines on the server of alarms at this port."""
    base = controller(port)
    others = {key: value for key, value in base.settings.items() if not key.startswith("source.")}
    sources = {f"source.M{n}": machine for n, machine in enumerate(MACHINES)}
    first = next(iter(MACHINES))
    state = Tag(
        index=0, id=f"{first}.state", name="State", machine=first, controller="C-A", signal=Signal.STATE,
        address={"node": f"nsu={URI};s=M0.State"},
    )  # fmt: skip
    return small_plant(
        controllers={"C-A": replace(base, settings=others | sources)},
        machines={key: replace(machine, controller="C-A") for key, machine in MACHINES.items()},
        tags=(state,),
    )


def bursts(view: View) -> list[ExceptionCase]:
    """The alarm bursts so far."""
    return [case for case in all_cases(view) if case.kind == "alarm_burst"]


def counted(view: View) -> int:
    """The alarms in them."""
    return sum(case.first_occurrences for case in bursts(view))


def used(process: psutil.Process) -> int:
    """Memory of the station and its acquisition."""
    return sum(int(one.memory_info().rss) for one in (process, *process.children(recursive=True)) if one.is_running())
