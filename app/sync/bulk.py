"""Taking in very much at once: the garbage collector waits, as nothing of it is garbage.

Collecting while a plant's past is read costs a third of the time, and each full round stops the screen.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 100_000
"""New objects: below that the collector may look at them as at any others."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected within. If it was very much, what is there at the end stays, and is not looked at again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > MANY:
            gc.freeze()
        if was:
            gc.enable()
