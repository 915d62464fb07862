"""Checks a password against its argon2 hash on a thread of its own: hashing takes long on purpose."""

from __future__ import annotations

import logging
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

log = logging.getLogger(__name__)

DECOY = "$argon2id$v=19$m=65536,t=3,p=4$bGluZXNpZGVkZWNveXM$Y3IvV4A0BNsXgXPv2KjqVfmDGSkMKVqYBGzXxxCJrYA"
"""Checked for people without a password, so that the time taken tells nothing."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0


def verify(kept: str, given: str) -> bool:
    """Whether the password fits the hash; always takes as long as argon2 does."""
    try:
        PasswordHasher().verify(kept or DECOY, given)
    except VerificationError:
        return False
    except InvalidHashError:
        log.warning("a password hash of the plant file can't be read")
        return False
    return bool(kept)


class _Work(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


class PasswordCheck(QObject):
    """`check` returns at once; `done` then says on the UI thread whether it fitted. After failures it waits longer."""

    done = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._failures = 0
        self.done.connect(self._count)

    @property
    def pause_s(self) -> float:
        """How long to wait before the next try: doubles with each failure in a row."""
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self._failures - 1)) if self._failures else 0.0

    def check(self, kept: str, given: str) -> None:
        """Start checking."""
        self._pool.start(_Work(lambda: self.done.emit(verify(kept, given))))

    def wait(self) -> None:
        """Until nothing is being checked any more."""
        self._pool.waitForDone()

    def _count(self, fits: bool) -> None:
        self._failures = 0 if fits else self._failures + 1
