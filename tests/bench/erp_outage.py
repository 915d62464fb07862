"""The product's window and core through a day without the ERP and the drain after it, in a process of its own.

`python -m tests.bench.erp_outage JOB` opens the window on the work view over the demo plant, says so in a line of JSON,
and waits for a line on stdin: the ERP is gone. The day runs by a clock that is quicker than life; its postings have
the number and the size of life, their quantities are small, so that the demo ERP's few orders hold a day. It says what
stands, waits for a line again (the ERP is back) and says when all is posted.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psutil

from app.bootstrap.core import Core
from app.bootstrap.parts import Parts
from app.clock import TimeOrderedIds
from app.domain.commands import ConfirmOrder, PlaceHold
from app.domain.erp import Capability
from app.domain.events import HeldUnits
from app.domain.plant import Plant
from app.erp.demo_adapter import DemoErp
from app.plant.check import load
from app.readmodel.model import all_postings
from app.store.sqlite import SqliteJournal
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.bench.core_window import CoreWindow, looked, until
from tests.bench.screen_window import serve
from tests.bench.sync_host import say
from tests.contract.erp_process import TOKEN
from tests.system.alive import SilentLine
from ui.lateness import LatenessMeter

LOOK_S = 0.25
"""Between two looks at what is waited for: each walks every posting."""
PERSON = "okafor"
ORDERS = (("WO-10482", "4480-A", 480), ("WO-10479", "4471-B", 600), ("WO-10491", "4466-A", 300))
"""Order, lot and bottles a minute of each line of the demo plant."""
EACH, HOLD_EVERY = 1_000, 50
"""A confirmation for so many bottles; a hold with every so manieth of them."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The ERP's address, a folder of one's own, the share of a day's postings to make, and how long the day lasts."""

    url: str
    folder: str
    share: float
    day_s: float
    idle_s: float = 5.0


class QuickClock:
    """Wall time that may go quicker than life, and never back."""

    def __init__(self) -> None:
        self._base_at, self._began_s, self.speed = datetime.now(UTC), time.monotonic(), 1.0

    def now(self) -> datetime:
        return self._base_at + timedelta(seconds=(time.monotonic() - self._began_s) * self.speed)

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def go(self, speed: float) -> None:
        """So many seconds to the second from now on."""
        self._base_at, self._began_s = self.now(), time.monotonic()
        self.speed = speed


def demo_plant() -> Plant:
    """The demo plant with what the demo ERP can do."""
    plant = load(resource("plants/demo.toml"), ADDRESS_CHECKS)
    lacks = frozenset(Capability) - DemoErp.capabilities
    return replace(plant, erp=replace(plant.erp, adapter="demo", lacks=lacks))


def confirmations(share: float) -> list[tuple[str, str]]:
    """A day's confirmations in their order: order and lot."""
    made = [
        ((place + 0.5) * EACH / rate, order, lot)
        for order, lot, rate in ORDERS
        for place in range(int(rate * 1440 / EACH * share))
    ]
    return [(order, lot) for _, order, lot in sorted(made)]


def a_day(core: Core, job: Job) -> None:
    """Confirm what the lines make, and hold a lot now and then; evenly over the day."""
    rows = confirmations(job.share)
    began_s = time.monotonic()
    for place, (order, lot) in enumerate(rows):
        core.submit(ConfirmOrder(order=order, good=Decimal(10), scrap=Decimal(0), lot=lot), PERSON).result()
        if place % HOLD_EVERY == 0:
            units = (HeldUnits(lot=lot, product="", quantity=Decimal(10)),)
            core.submit(PlaceHold(units=units, reason_code="other", reason="Doubt", line="L1"), PERSON).result()
        time.sleep(max(0.0, began_s + place * job.day_s / len(rows) - time.monotonic()))


def measured(job: Job) -> None:
    """The window: while nothing happens, through the day, and through the drain."""
    folder, plant, clock = Path(job.folder), demo_plant(), QuickClock()

    def parts() -> Parts:
        return Parts(
            plant=plant, folder=folder, store=SqliteJournal(folder), erp=DemoErp(job.url, TOKEN), clock=clock,
            ids=TimeOrderedIds(), station="desk-1", acquirer=lambda *_: SilentLine(),
        )  # fmt: skip

    window = CoreWindow(plant, folder / "board", parts)
    window.go("work")
    core, meter, bridge = window.running(lambda core: core.bus.reference.orders), LatenessMeter(), window.bridge
    serve(2.0)
    before_mb = rss_mb()
    say(idle=asdict(looked(meter, lambda: serve(job.idle_s))))
    sys.stdin.readline()
    clock.go(DAY_S / job.day_s)
    day = threading.Thread(target=a_day, args=(core, job), name="a day")
    day.start()
    outage = looked(meter, lambda: until(lambda: not day.is_alive(), LOOK_S))
    clock.go(1.0)
    last_at = core.station.status.erp.last_at
    keys = [(p.lane, p.id) for p in sorted(all_postings(bridge.view), key=lambda p: p.seq)]
    (folder / "keys.json").write_text(json.dumps(keys))
    say(
        outage=asdict(outage), backlog=sum(not p.closed for p in all_postings(bridge.view)), made=len(keys),
        age_h=(clock.now() - last_at).total_seconds() / 3600 if last_at else 0.0, grown_mb=rss_mb() - before_mb,
    )  # fmt: skip
    sys.stdin.readline()
    began_s = time.monotonic()
    drain = looked(meter, lambda: until(lambda: all(p.closed for p in all_postings(bridge.view)), LOOK_S))
    say(drain=asdict(drain), drained_s=time.monotonic() - began_s, grown_mb=rss_mb() - before_mb)
    window.stop()


def rss_mb() -> float:
    """This process's memory, MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def main() -> None:
    """Run the job of the arguments."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    measured(Job(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
