"""An ERP that says "free" of a lot that Lineside holds never frees it (I3): every adapter that reads lots."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.erp.b2mml.adapter import by_files
from app.erp.demo_adapter import DemoErp
from app.erp.demo_data import demo_reference
from app.erp.erpnext.adapter import ErpNext
from app.erp.mapped.adapter import Mapped
from app.erp.memory import MemoryErp
from app.erp.odoo.adapter import Odoo
from app.erp.registry import ERPS
from app.erp.sap.adapter import SapS4
from app.ports import Erp
from tests.contract.erp_process import TOKEN, DemoErpProcess
from tests.contract.rigs import b2mml_erp as b2mml
from tests.contract.rigs.erpnext_server import ErpNextServer
from tests.contract.rigs.held import stays_held
from tests.contract.rigs.odoo_server import OdooServer
from tests.contract.rigs.sap_server import SapServer

LOT, PRODUCT = "CAP-28-1", "CAP-28"
LOTS = f"Lot;Item;Qty;UoM;Q\n{LOT};{PRODUCT};16;EA;FREE\n"
MAPPING = {
    "lots.from": "lots.csv", "lots.number": "Lot", "lots.product": "Item", "lots.quantity": "Qty", "lots.unit": "UoM",
    "lots.status": "Q", "lots.status.released": "FREE",
}  # fmt: skip


@asynccontextmanager
async def memory(_: Path) -> AsyncIterator[Erp]:
    yield MemoryErp(demo_reference(datetime.now(UTC)))


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Erp]:
    process = DemoErpProcess(folder)
    process.start()
    yield DemoErp(process.url, TOKEN)
    process.stop()


@asynccontextmanager
async def odoo(_: Path) -> AsyncIterator[Erp]:
    server = OdooServer(17)
    with server.up():
        yield Odoo(server.url, "plant", 17, lambda: "word", user="robot")


@asynccontextmanager
async def erpnext(_: Path) -> AsyncIterator[Erp]:
    server = ErpNextServer()
    with server.up():
        yield ErpNext(server.url, "Europe/Vienna", lambda: "key:word")


@asynccontextmanager
async def sap(_: Path) -> AsyncIterator[Erp]:
    server = SapServer()
    with server.up():
        yield SapS4(server.url, "1000", "Europe/Vienna", lambda: "word", user="robot")


@asynccontextmanager
async def b2mml_files(folder: Path) -> AsyncIterator[Erp]:
    (folder / "out").mkdir()
    said = b2mml.lots("b", "2026-11-22T06:00:00Z", b2mml.lot(LOT, "UnRestricted"))
    b2mml.FolderErp(outbox=folder / "out", inbox=folder).drop("lots.xml", said)
    yield by_files(str(folder / "out"), str(folder))


@asynccontextmanager
async def mapped(folder: Path) -> AsyncIterator[Erp]:
    (folder / "lots.csv").write_text(LOTS)
    yield Mapped(lambda: "", **MAPPING, inbox=str(folder), outbox=str(folder))


READERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Erp]]] = {
    "memory": memory, "demo": demo, "odoo": odoo, "erpnext": erpnext, "sap": sap, "b2mml_files": b2mml_files,
    "mapped": mapped,
}  # fmt: skip
"""Tryton's row is among its own tests, which have its server; B2MML by HTTP reads as by files."""


def test_no_adapter_is_missing() -> None:
    assert set(ERPS) - set(READERS) == {"none", "tryton", "b2mml_web"}


@pytest.mark.parametrize("name", READERS)
async def test_an_erp_that_says_free_never_frees_a_lot_that_is_held_here(name: str, tmp_path: Path) -> None:
    async with READERS[name](tmp_path) as erp:
        await stays_held(erp, LOT, PRODUCT)
        await erp.aclose()
