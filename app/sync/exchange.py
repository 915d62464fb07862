"""One round with the plant's log: what is stored here goes up in order, what others did comes down in order.

Owns how far each way has come. Knows no database and no screen; whatever it sends may be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any, Protocol, TypeVar

from app.domain.chain import GENESIS
from app.domain.errors import SharedRefusedError
from app.domain.operation import Operation, SharedHead, SharedOperation, chain_hash, place_hash
from app.ports import Journal, SharedCopy, SharedLog
from app.sync.bulk import uncollected

T = TypeVar("T")

UP = 100
"""Operations a call: an append is one transaction, and everybody else's waits for it."""
DOWN = 1000
ASKED_S = 0.001
"""Within this the next batch is asked for: the server reads it while this station shows one."""


class OnDisk(Protocol):
    """Runs a blocking call on the journal's own thread."""

    async def __call__(self, call: Callable[[], T]) -> T: ...


class Exchange:
    """`begin` with the log's head after each connect; then `up` and `down`, as often as one likes."""

    def __init__(
        self,
        *,
        log: SharedLog,
        journal: Journal,
        copy: SharedCopy,
        on_disk: OnDisk,
        absorb: Callable[[Sequence[SharedOperation]], Awaitable[None]],
        reset: Callable[[], Awaitable[None]],
    ) -> None:
        """`absorb` takes in what came down; `reset` folds anew from the copy after a part of it was dropped."""
        self._log = log
        self._journal = journal
        self._copy = copy
        self._on_disk = on_disk
        self._absorb = absorb
        self._reset = reset
        self._sent = 0
        self._sure = 0
        self._again = 0
        self._place = 0
        self._kept = (0, GENESIS)
        self._end = 0
        self._begun = False

    @property
    def again(self) -> int:
        """How many of this station's operations the plant's log had, lost and was sent again, since the start."""
        return self._again

    @property
    def place(self) -> int:
        """The last place that is part of the picture."""
        return self._place

    @property
    def end(self) -> int:
        """The last place that the plant's log had when it was begun with."""
        return self._end

    async def begin(self, head: SharedHead) -> int:
        """Find where both agree; how many places the plant's log lost since (0 as a rule).

        Raises SharedRefusedError where the log knows more of this station than its journal does.
        """
        mine = self._journal.head()[0]
        if head.last_seq > mine:
            raise SharedRefusedError(
                f"The plant's log has {head.last_seq} operations of this station, its journal only {mine}.",
                "The journal was lost or replaced: end Lineside here and run `lineside restore --from-plant`.",
            )
        await self._resume()
        self._end = head.place
        lost = await self._heal(head)
        self._again += max(0, self._sent - head.last_seq)
        self._sent = head.last_seq
        self._sure = min(self._sure, head.last_seq)
        return lost

    async def _resume(self) -> None:
        """Go on from the copy. A session may have ended after it was changed, and before the picture was."""
        self._kept = await self._on_disk(self._copy.shared_head)
        place = self._kept[0]
        if self._begun and place < self._place:
            await self._reset()
        elif self._begun and place > self._place:
            await self._absorb(await self._on_disk(lambda: tuple(self._copy.read_shared(self._place))))
        self._begun, self._place = True, place

    async def _heal(self, head: SharedHead) -> int:
        """After a failover or a restore: back to the last place that both have, and on from there."""
        had = self._place
        if had == 0 or (had <= head.place and await self._agree(had)):
            return 0
        low, high = 0, min(had, head.place)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if await self._agree(middle) else (low, middle - 1)
        await self._on_disk(lambda: self._copy.forget_shared(low))
        await self._reset()
        self._kept = await self._on_disk(self._copy.shared_head)
        self._place = self._kept[0]
        return had - low

    async def _agree(self, place: int) -> bool:
        """Whether the plant's log has at a place what this station downloaded."""
        theirs = await self._log.feed(place - 1, 1)
        ours = await self._on_disk(lambda: self._copy.shared_hash(place))
        return bool(theirs) and theirs[0].place_hash == ours

    async def up(self) -> bool:
        """Send the oldest operations that the log does not have, whole commands only; whether there were any.

        What it has but never answered for may be on one of its two servers only: an append of nothing is answered
        once all before it is safe.
        """
        if self._sent > self._sure:
            await self._log.append(())
            self._sure = self._sent
        if self._journal.head()[0] <= self._sent:
            return False
        most = UP
        while True:
            waiting = await self._stored(most + 1)
            whole = waiting if len(waiting) <= most else _whole(waiting)
            if whole or not waiting:
                break
            most *= 4
        if whole:
            self._sent = self._sure = await self._log.append(whole)
        return bool(whole)

    async def _stored(self, most: int) -> Sequence[Operation]:
        return await self._on_disk(lambda: self._journal.read(self._sent, most))

    async def down(self) -> bool:
        """Take in what follows; whether there was anything. Raises SharedRefusedError where the chain is broken."""
        batch = await self._log.feed(self._place, DOWN)
        moved = bool(batch)
        if len(batch) == DOWN:
            with uncollected():
                batch = await self._catch_up(batch)
        if batch:
            await self._take(batch)
        return moved

    async def _catch_up(self, batch: Sequence[SharedOperation]) -> Sequence[SharedOperation]:
        """Take in full batches, three at a time: one is on its way while one is kept and the one before it shown.

        Gives the last, which is not full. What is kept and not shown when it is cut off, the next session begins with.
        """
        kept: Sequence[SharedOperation] = ()
        while len(batch) == DOWN:
            ahead = asyncio.ensure_future(self._log.feed(batch[-1].place, DOWN))
            keeping = asyncio.ensure_future(self._keep(batch))
            try:
                await asyncio.sleep(ASKED_S)
                await self._show(kept)
                await keeping
                kept, batch = batch, await ahead
            finally:
                await _ended(ahead, keeping)
        await self._show(kept)
        return batch

    async def _take(self, batch: Sequence[SharedOperation]) -> None:
        await self._keep(batch)
        await self._show(batch)

    async def _keep(self, batch: Sequence[SharedOperation]) -> None:
        """Onto the disk, once it is known to be right."""
        before = self._kept
        await self._on_disk(lambda: self._write(batch, *before))
        self._kept = batch[-1].place, batch[-1].place_hash

    async def _show(self, batch: Sequence[SharedOperation]) -> None:
        """Into the picture: what is kept."""
        if batch:
            await self._absorb(batch)
            self._place = batch[-1].place

    def _write(self, batch: Sequence[SharedOperation], place: int, before: str) -> None:
        """On the journal's thread."""
        _check(batch, place, before)
        self._copy.take_shared(batch)


def _check(batch: Sequence[SharedOperation], place: int, before: str) -> None:
    """Every place follows the one before, and nothing in it was changed after it was written (I7)."""
    for row in batch:
        place += 1
        if (
            row.place != place
            or row.place_hash != place_hash(before, row)
            or chain_hash(row.operation) != row.operation.hash
        ):
            raise SharedRefusedError(
                f"The plant's log was changed at place {place} after it was written.",
                "Tell plant IT: `lineside verify --shared` names what was changed.",
            )
        before = row.place_hash


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    """Let go of what is not done; what it came to is somebody else's."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _whole(operations: Sequence[Operation]) -> list[Operation]:
    """All but the last command's, which may go on beyond what was read."""
    commands = [list(group) for _, group in groupby(operations, key=lambda op: op.cause)]
    return [op for command in commands[:-1] for op in command]
