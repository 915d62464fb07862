"""A station's side of the published plant files: sees that there is a newer one, takes it, checks it, keeps it.

It runs from the next start on: when that is, a person decides, or a wall and an agent for themselves. What can't be
used is never kept, and says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.domain.errors import KnownError, NotFoundError, SharedRefusedError, StoreError
from app.domain.plant_file import PlantFileStatus, PlantVersion, fault
from app.plant.faults import PlantFileError
from app.plant.kept import FOLDER, heads, keep
from app.plant.running import RunningFile, unfit
from app.ports import PlantFiles

log = logging.getLogger("lineside.plant")

RETRY_S = 5.0
OTHER = "it is not what this station saw before. Run `lineside verify --shared` and tell IT."


class PlantSide:
    """`heard` which version is the last, `run` until cancelled; `told` hears how it stands."""

    def __init__(
        self, parts: RunningFile, files: PlantFiles, folder: Path, told: Callable[[PlantFileStatus], None]
    ) -> None:
        self._parts, self._files, self._folder, self._told = parts, files, folder, told
        self._status = parts.status
        self._last = 0
        self._wake = asyncio.Event()

    def heard(self, last: int) -> None:
        """The shared store has this version as its last; 0: none, or not known."""
        if last and last != self._last:
            self._last = last
            self._wake.set()

    async def run(self) -> None:
        """Take what is published, again and again until it is known."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                self._tell(await self._taken(self._last))
                await self._files.running(self._status.running, self._status.fault)
            except KnownError as error:
                log.warning("plant file %d can't be taken now: %s", self._last, error)
                self._wake.set()
                await asyncio.sleep(RETRY_S)
            finally:
                await self._files.aclose()

    async def _taken(self, version: int) -> PlantFileStatus:
        """How this station stands with a published version once it has done what it can."""
        record = await _record(self._files, version)
        known = replace(self._status, published=record, ready=False, fault="")
        if record.sha256 == self._parts.digest:
            return replace(known, running=record.version, override=False)
        if known.override:
            return known
        seen = heads(self._folder)
        if (
            seen.get(version, record.chained) != record.chained
            or seen.get(version - 1, record.previous) != record.previous
        ):
            return replace(known, fault=OTHER)
        text = await self._files.text(version)
        if reason := fault(record, text):
            return replace(known, fault=f"{reason}. Run `lineside verify --shared` and tell IT.")
        try:
            if reason := await asyncio.to_thread(self._unfit, record, text):
                return replace(known, fault=reason)
            await asyncio.to_thread(keep, self._folder, record, text)
        except StoreError as error:
            self._tell(replace(known, fault=str(error)))
            raise
        return replace(known, ready=True)

    def _unfit(self, record: PlantVersion, text: str) -> str:
        """Why this program can't run the text; "" where it can. Raises StoreError where the disk refuses a draft."""
        draft = self._folder / FOLDER / "draft.toml"
        if self._parts.check is None:
            return ""
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", newline="")
            self._parts.check(draft)
        except PlantFileError as error:
            log.warning("%s can't be used here: %s", record.title, error)
            return unfit(record, error, self._parts.program)
        except OSError as error:
            raise StoreError(
                f"The plant file can't be checked in {draft.parent}: {error.strerror}.", "Make room."
            ) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
        return ""

    def _tell(self, status: PlantFileStatus) -> None:
        self._status = status
        self._told(status)


async def take(files: PlantFiles, folder: Path) -> PlantVersion | None:
    """Fetch and keep what is published now; None where nothing is. For a station that has none yet.

    Raises SharedDownError, SharedRefusedError, also for a version that is not as it was signed.
    """
    try:
        found = await files.versions()
        if not found:
            return None
        record = found[-1]
        text = await files.text(record.version)
        seen = heads(folder)
        if reason := fault(record, text) or (
            "" if seen.get(record.version, record.chained) == record.chained else OTHER
        ):
            raise SharedRefusedError(f"{record.title} is not used: {reason}", "Tell IT.")
        await asyncio.to_thread(keep, folder, record, text)
        return record
    finally:
        await files.aclose()


async def _record(files: PlantFiles, version: int) -> PlantVersion:
    found = [row for row in await files.versions(version - 1) if row.version == version]
    if not found:
        raise NotFoundError(f"Plant file {version} is not there any more.", "Run `lineside verify --shared`.")
    return found[0]
