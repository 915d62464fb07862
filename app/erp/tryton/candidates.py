"""Where the note of a posting may be when only its key is known: Tryton searches notes of named records only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from app.erp.tryton.marks import PREFIX
from app.erp.tryton.rpc import Rpc

MOST = 1_000
"""So many orders and lots are looked through at the most, the last changed first.

What is not found is posted again, and posting finds it on its own record: a limit here costs time, never a second
effect.
"""
NEW_FOR = timedelta(days=30)


async def candidates(rpc: Rpc, head: str, now: datetime) -> AsyncIterator[list[str]]:
    """The records that may have the note, the likeliest first."""
    marked = [["reference", "like", f"%{PREFIX}{head}.%"]]
    yield [f"production,{found}" for found in await rpc.read("production.search", marked, 0, MOST, None)]
    moves = [["shipment.reference", "like", f"{PREFIX}{head}.%", "stock.shipment.internal"]]
    lots = await rpc.read("stock.move.search_read", moves, 0, MOST, None, ["lot"])
    yield sorted({f"stock.lot,{row['lot']}" for row in lots})
    posted = [["reference", "like", f"%{PREFIX}%"]]
    lately = await rpc.read("production.search", posted, 0, MOST, [["write_date", "DESC"]])
    yield [f"production,{found}" for found in lately]
    new = [["create_date", ">", now - NEW_FOR]]
    yield [f"stock.lot,{found}" for found in await rpc.read("stock.lot.search", new, 0, MOST, [["id", "DESC"]])]
