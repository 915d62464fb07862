"""A Tryton server for tests and benchmarks: filled with the demo plant, in a folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from app.erp.tryton.adapter import TrytonErp
from app.erp.tryton.rpc import Rpc
from app.erp.web import Web
from drivers.demo_tryton.install import ADMIN_PASSWORD, Installed, copied, installed
from drivers.demo_tryton.running import DATABASE, Running
from drivers.demo_tryton.seed import USER
from drivers.demo_tryton.sign_in import PASSWORD
from tests.needs import lacking


def need_tryton() -> Installed:
    """Return where Tryton is installed and the filled database that a test may copy."""
    found = installed()
    if found is None:
        lacking("Tryton is not installed (make setup-test does it, or: python -m drivers.demo_tryton --prepare)")
    return found


@contextmanager
def serving(folder: Path) -> Iterator[Running]:
    """A server that answers, on a fresh copy of the filled database."""
    found = need_tryton()
    copied(found, folder)
    running = Running(found.python, folder)
    running.start()
    try:
        asyncio.run(running.answers())
        yield running
    finally:
        running.stop()


@asynccontextmanager
async def opened(url: str, password: str = PASSWORD, timeout_s: float = 30.0) -> AsyncIterator[TrytonErp]:
    """The adapter, signed in as Lineside."""
    adapter = TrytonErp(url, DATABASE, USER, lambda: password, timeout_s=timeout_s)
    try:
        yield adapter
    finally:
        await adapter.aclose()


@asynccontextmanager
async def person(server: Running, name: str = "admin", password: str = ADMIN_PASSWORD) -> AsyncIterator[Rpc]:
    """Somebody at Tryton's own screen."""
    rpc = Rpc(Web(server.url, timeout_s=30.0, packed=True), DATABASE, name, lambda: password)
    try:
        yield rpc
    finally:
        await rpc.aclose()


@asynccontextmanager
async def as_lineside(server: Running) -> AsyncIterator[Rpc]:
    """Lineside's own user, below the adapter."""
    async with person(server, USER, PASSWORD) as rpc:
        yield rpc
