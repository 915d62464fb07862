"""What every event is. Knows none of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of all; `stream` is "kind/id" of the aggregate it belongs to.

    `strand` is what it collides on where two workstations act at once: two acts on different strands both stand.
    """

    @property
    def stream(self) -> str:
        raise NotImplementedError

    @property
    def strand(self) -> str:
        return self.stream
