"""The whole of the plant's log, read once from its first place. Blocking; for checking it."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.operation import SharedOperation
from app.store.postgres.address import Address
from app.store.postgres.roles import connected
from app.store.postgres.wire import FEED, shared

BATCH = 2000


def walk(address: Address, password: str | None = None) -> Iterator[SharedOperation]:
    """Every place in order. Raises SharedDownError and SharedRefusedError."""
    after = 0
    with connected(address, password) as connection:
        while rows := connection.execute(FEED, (after, BATCH)).fetchall():
            found = [shared(row) for row in rows]
            yield from found
            after = found[-1].place
