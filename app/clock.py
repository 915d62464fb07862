"""The system's clock and identifiers, behind the ports. The only place that asks the machine what time it is."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from uuid import UUID


class SystemClock:
    """Wall and monotonic time of this machine."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """For durations."""
        return time.monotonic_ns()


class TimeOrderedIds:
    """UUIDv7 (RFC 9562): 48 bits of milliseconds, then random. The standard library has it from Python 3.14 on."""

    def new(self) -> str:
        """A new identifier; later ones sort after earlier ones, to the millisecond."""
        stamp = (time.time_ns() // 1_000_000) << 80
        bits = stamp | (secrets.randbits(80) & ~(0xF << 76) | (0x7 << 76))
        return str(UUID(int=bits & ~(0x3 << 62) | (0x2 << 62)))
