"""The loop back to planning over a real journal and the demo ERP's real server, whose answers get lost.

A station's core with a silent line and a clock that runs ahead, so that what looks at the evidence every ten seconds
does so twice a second.
"""

from __future__ import annotations

import csv
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.bootstrap.core import Core
from app.bootstrap.export_side import FOLDER
from app.bootstrap.listener import Nobody
from app.bootstrap.parts import Parts
from app.clock import TimeOrderedIds
from app.domain import commands as c
from app.domain import events as e
from app.domain.erp import Capability, Standard, StandardKind
from app.domain.lifecycles import ProposalState
from app.domain.plant import ErpLink
from app.domain.proposal import Proposal
from app.erp.demo_adapter import DemoErp
from app.erp.demo_data import demo_reference
from app.erp.memory import CAPABILITIES, MemoryErp
from app.ports import Erp
from app.readmodel import model as m
from app.store.sqlite import SqliteJournal
from tests.contract.erp_process import TOKEN, DemoErpProcess
from tests.system.alive import SilentLine, alive
from tests.system.station import demo_plant, until

AHEAD = 20.0
SLOW = tuple(300.0 + place % 3 for place in range(8))


class HurriedClock:
    """A clock that runs AHEAD times as fast as the world's."""

    def __init__(self) -> None:
        self._began, self._since_s = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=(time.monotonic() - self._since_s) * AHEAD)

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()


@pytest.fixture(name="demo")
def _demo(tmp_path: Path) -> Iterator[DemoErpProcess]:
    process = DemoErpProcess(tmp_path)
    process.start()
    yield process
    process.stop()


@asynccontextmanager
async def running(folder: Path, erp: Erp, adapter: str) -> AsyncIterator[Core]:
    lacks = frozenset(Capability) - erp.capabilities
    plant = replace(demo_plant(), erp=ErpLink(adapter=adapter, lacks=lacks))
    core = Core(
        Parts(
            plant=plant,
            folder=folder,
            store=SqliteJournal(folder),
            erp=erp,
            clock=HurriedClock(),
            ids=TimeOrderedIds(),
            station="desk-1",
            acquirer=lambda *_: SilentLine(),
            reference_period_s=0.3,
        ),
        Nobody(),
    )
    async with alive(core):
        yield core


async def ran(core: Core, rates: tuple[float, ...], since: datetime) -> None:
    """Five minutes of running of L3's filler at each rate."""
    for place, rate in enumerate(rates):
        begin = since + timedelta(minutes=5 * place)
        run = e.Run(from_at=begin, to_at=begin + timedelta(minutes=5), units=rate * 5, running_s=300.0)
        await core.bus.send(c.RecordRuns(machine="L3.filler", line="L3", order="WO-10491", runs=(run,)))


def only(core: Core) -> Proposal | None:
    rows = m.all_proposals(core.bus.model)
    assert len(rows) <= 1
    return rows[0] if rows else None


def stands(core: Core, state: ProposalState) -> bool:
    row = only(core)
    return row is not None and row.state is state


def planned(core: Core) -> Standard | None:
    return core.bus.reference.standard(StandardKind.RATE, "L3.filler", "A-100")


async def test_the_erp_plans_with_the_new_rate_once_though_its_answers_got_lost(
    demo: DemoErpProcess, tmp_path: Path
) -> None:
    """Proposed, accepted, the answer lost, the station restarted amid it, found, written back, its effect measured."""
    began = datetime.now(UTC) - timedelta(hours=2)
    async with running(tmp_path, DemoErp(demo.url, TOKEN, timeout_s=2.0), "demo") as core:
        await until(lambda: planned(core) is not None)
        await ran(core, SLOW, began)
        await until(lambda: stands(core, ProposalState.OFFERED))
        row = only(core)
        assert row is not None
        assert (row.change.was, row.change.becomes, row.people) == (Decimal(326), Decimal(301), ("novak",))
        demo.faults(lose_answers=1)
        await core.send(c.AcceptProposal(proposal_id=row.id), "novak")
        await until(demo.booked)
    async with running(tmp_path, DemoErp(demo.url, TOKEN, timeout_s=2.0), "demo") as core:
        await until(lambda: stands(core, ProposalState.WRITTEN_BACK))
        await until(lambda: (found := planned(core)) is not None and found.value == 301)
        found, row = planned(core), only(core)
        assert found is not None
        assert row is not None
        assert row.changed_at is not None
        assert (found.version, len(demo.booked()), row.refs["document"]) == ("1", 1, "ST-0000001")
        await ran(core, SLOW, row.changed_at + timedelta(seconds=1))
        await until(lambda: stands(core, ProposalState.MEASURED))
        row = only(core)
        assert row is not None
        assert row.effect is not None
        assert (row.met, row.effect.n, row.effect.standard) == (True, 8, 301.0)
        assert row.days_to_change is not None
    journal = SqliteJournal(tmp_path)
    assert "PostingOutcomeLost" in {operation.kind for operation in journal.read()}
    journal.close()


async def test_where_the_erp_keeps_no_standards_a_file_is_written_at_the_planners_station(tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(hours=2)
    erp = MemoryErp(demo_reference(datetime.now(UTC)), capabilities=CAPABILITIES - {Capability.STANDARDS})
    async with running(tmp_path, erp, "demo") as core:
        await until(lambda: core.bus.reference.orders)
        await ran(core, tuple(rate - 30 for rate in SLOW), began)
        await until(lambda: stands(core, ProposalState.OFFERED))
        row = only(core)
        assert row is not None
        assert (row.change.was, row.change.becomes, row.change.in_erp) == (Decimal("300.0"), Decimal(271), False)
        await core.send(c.AcceptProposal(proposal_id=row.id), "novak")
        await until(lambda: stands(core, ProposalState.EXPORTED))
        row = only(core)
        assert row is not None
        with (tmp_path / FOLDER / row.file).open(encoding="utf-8-sig", newline="") as file:
            (written,) = csv.DictReader(file)
        told = [written[name] for name in ("machine", "product", "was", "becomes", "unit", "accepted_by")]
        assert told == ["L3.filler", "A-100", "300.0", "271", "bottles/min", "novak"]
        assert erp.books.filed == []
