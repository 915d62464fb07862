"""What an ERP says of a lot against what Lineside holds (I3), for tests of whatever ERP."""

import asyncio
from decimal import Decimal

from app.clock import SystemClock
from app.domain.commands import PlaceHold
from app.domain.erp import Reference
from app.domain.events import HeldUnits
from app.domain.shortage import covers
from app.erp.reader import ReferenceReader
from app.ports import Erp
from app.readmodel import model as m
from app.store.memory import MemoryJournal
from tests.plants import FakeClock, small_plant
from tests.unit.services.floor import new_bus


async def stays_held(erp: Erp, lot: str, product: str) -> None:
    """Hold a lot here that the ERP says is free, and read again: it is held, and nobody is told to take it instead."""
    plant = small_plant()
    bus = new_bus(plant, MemoryJournal(), FakeClock())
    running = asyncio.create_task(bus.run())

    def take(reference: Reference) -> None:
        bus.reference = reference

    reader = ReferenceReader(erp=erp, clock=SystemClock(), save=take, status=lambda _: None)
    assert await reader.read(), reader.status.reason
    units = (HeldUnits(lot=lot, quantity=Decimal(16)),)
    await bus.send(PlaceHold(units=units, reason_code="fill", reason="Doubt", line="L1"), plant.people["silva"])
    assert await reader.read(), reader.status.reason
    assert bus.reference.lots[lot].status == "released"
    held = m.held(bus.model)
    assert lot in held
    assert lot not in [spare.lot for spare in covers(bus.reference.lots, product, held)]
    running.cancel()
