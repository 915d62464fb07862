"""Events out of their JSON text. Apart from `codec`, so that who reads other values does not load every event."""

from __future__ import annotations

from app.codec import UnreadableError, read
from app.domain.events import EVENT_TYPES, Event


def decode(kind: str, payload: str | bytes) -> Event:
    """The event of a journal row. Raises UnreadableError for an unknown kind or a payload that does not fit it."""
    cls = EVENT_TYPES.get(kind)
    if cls is None:
        raise UnreadableError(f"This version knows no event {kind!r}.", "Install the newer Lineside that wrote it.")
    return read(payload, cls)
