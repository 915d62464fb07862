"""B2MML by file drop: our messages appear whole in a folder, the ERP's are read where they lie and never moved.

Several stations may share the folders. What went out is remembered beside it, so that a message that the ERP has
taken away is not dropped again. Blocking work has a thread of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.domain.erp_errors import ErpOutcomeUnknownError, ErpProtocolError, ErpUnavailableError
from app.domain.text import safe
from app.erp.b2mml.exchange import Standing
from app.erp.b2mml.reading import Message, Verdict, opened
from app.erp.b2mml.standing import verdict_on
from app.erp.files import fault_of, outgoing, read_plain, sync_folder, write_durably

T = TypeVar("T")
MOST_FILES = 20_000
OURS = ".lineside"
"""Our folder in the outbox: drafts, and a note for each message that went out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file of the inbox as last read: its stamp, and the message or what is wrong with it."""

    stamp: tuple[int, int, int]
    message: Message | None
    fault: str


class Folders:
    """An outbox that the ERP empties and an inbox that it fills. `timeout_s` bounds each look at them."""

    def __init__(self, outbox: Path, inbox: Path, timeout_s: float) -> None:
        self._outbox, self._inbox = outbox, inbox
        self._timeout_s = timeout_s
        self._seen: dict[str, Seen] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="b2mml")

    async def reach(self) -> None:
        """Look into both folders."""
        await self._look(lambda: (self._read_inbox(), next(self._outbox.iterdir(), None)))

    async def standing(self, bodid: str) -> Standing:
        """Whether a message was dropped, and the ERP's receipt for it; a file that can't be read is no receipt."""
        return await self._look(lambda: self._standing(bodid))

    async def send(self, bodid: str, name: str, body: bytes, digest: str) -> Verdict | None:
        """Drop a message; nothing comes at once."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._blocking(lambda: self._drop(bodid, name, body, digest))
        except TimeoutError as error:
            raise ErpOutcomeUnknownError(f"The folder {self._outbox} did not answer in time.") from error
        return None

    async def messages(self, noun: str) -> Sequence[Message]:
        """All messages of the inbox; raises ErpProtocolError and names the first file that can't be taken."""
        seen = await self._look(self._read_inbox)
        for name, each in seen.items():
            if each.fault:
                raise ErpProtocolError(f"{safe(name, 80)}: {each.fault}", f"Take it out of {self._inbox}.")
        return [each.message for each in seen.values() if each.message]

    async def aclose(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _look(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._blocking(work)
        except TimeoutError as error:
            raise ErpUnavailableError(f"The folders {self._inbox} and {self._outbox} do not answer.") from error

    async def _blocking(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise ErpUnavailableError(f"{error.filename or self._outbox}: {error.strerror}.") from error

    def _standing(self, bodid: str) -> Standing:
        noted = self._note(bodid)
        if not noted.is_file() or self._draft(bodid).exists():
            return Standing()
        receipts = [each.message for each in self._read_inbox().values() if each.message and each.message.verdicts]
        digest = noted.read_text(encoding="utf-8")
        return Standing(sent=True, digest=digest, verdict=verdict_on(receipts, bodid))

    def _drop(self, bodid: str, name: str, body: bytes, digest: str) -> None:
        """Draft, note, and the draft renamed into the outbox.

        A note without its draft means: it lay in the outbox. Whatever ends between two steps leaves it undropped.
        """
        draft, noted = self._draft(bodid), self._note(bodid)
        draft.parent.mkdir(exist_ok=True)  # never the outbox itself: it may be a share that is not mounted
        if noted.is_file() and not draft.exists():
            return
        write_durably(draft, body)
        write_durably(noted, digest.encode())
        draft.replace(self._outbox / outgoing(name, bodid))
        sync_folder(self._outbox)

    def _draft(self, bodid: str) -> Path:
        return self._outbox / OURS / outgoing("draft", bodid)

    def _note(self, bodid: str) -> Path:
        return self._outbox / OURS / outgoing("sent", bodid)

    def _read_inbox(self) -> dict[str, Seen]:
        """Every message of the inbox, read anew where it changed."""
        seen: dict[str, Seen] = {}
        with os.scandir(self._inbox) as entries:
            for entry in entries:
                if not entry.name.lower().endswith(".xml"):
                    continue
                if len(seen) >= MOST_FILES:
                    raise ErpProtocolError(f"{self._inbox} has more than {MOST_FILES:,} files.", "Take old ones out.")
                kept = self._seen.get(entry.name)
                found = entry.stat(follow_symlinks=False)
                stamp = (found.st_size, found.st_mtime_ns, found.st_ino)
                seen[entry.name] = kept if kept and kept.stamp == stamp else taken(Path(entry.path), stamp)
        self._seen = seen
        return seen


def taken(path: Path, stamp: tuple[int, int, int]) -> Seen:
    """A file of the inbox: its message, or what is wrong with it."""
    try:
        fault = fault_of(path.name)
        message = None if fault else opened(read_plain(path))
    except ErpProtocolError as error:
        message, fault = None, error.message
    except OSError as error:
        message, fault = None, f"can't be read: {error.strerror}."
    return Seen(stamp=stamp, message=message, fault=fault)
