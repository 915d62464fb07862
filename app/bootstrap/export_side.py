"""Accepted proposals that no ERP takes, as files at the station where they were accepted. Knows no ERP.

A file's name and content come from the proposal alone: written twice it is the same file.
"""

from __future__ import annotations

import asyncio
import csv
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from app.bus import Blocking, Bus
from app.domain.commands import RecordExport
from app.domain.errors import KnownError
from app.domain.events import ProposalRoute
from app.domain.lifecycles import ProposalState
from app.domain.proposal import Proposal
from app.readmodel import model as m
from app.readmodel.export import columns, file_name
from app.readmodel.model import Changes

log = logging.getLogger("lineside.exports")

FOLDER = "proposals"
"""Within the station's data folder."""

RETRY_S = 60.0


class ExportSide:
    """`run` writes what is to be exported here, and says so; what the disk refuses is tried again."""

    def __init__(self, *, bus: Bus, folder: Path, station: str, on_disk: Blocking) -> None:
        self._bus = bus
        self._folder = folder / FOLDER
        self._station = station
        self._on_disk = on_disk
        self._some = asyncio.Event()
        bus.subscribe(self._changed)

    def _changed(self, changes: Changes) -> None:
        if any(stream.startswith("proposal/") for stream in changes.rows):
            self._some.set()

    def _waiting(self) -> Iterator[Proposal]:
        for row in m.open_proposals(self._bus.model):
            exported = row.state is ProposalState.ACCEPTED and row.route is ProposalRoute.EXPORT
            if exported and row.station == self._station:
                yield row

    async def run(self) -> None:
        """Export until cancelled."""
        while True:
            self._some.clear()
            for row in tuple(self._waiting()):
                await self._export(row)
            try:
                async with asyncio.timeout(RETRY_S):
                    await self._some.wait()
            except TimeoutError:
                continue

    async def _export(self, row: Proposal) -> None:
        path, body = self._folder / file_name(row), table(row)
        try:
            await self._on_disk(lambda: write(path, body))
            await self._bus.send(RecordExport(proposal_id=row.id, file=path.name))
        except (OSError, KnownError) as error:
            log.warning("%s could not be exported: %s", path.name, error)


def table(row: Proposal) -> str:
    """The proposal as CSV text: a head and one row."""
    text, cells = io.StringIO(), columns(row)
    writer = csv.DictWriter(text, cells, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(cells)
    return text.getvalue()


def write(path: Path, body: str) -> None:
    """The whole file or none, and on the disk; UTF-8 with a mark, so that a spreadsheet reads it as such."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
