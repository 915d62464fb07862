"""How a campaign runs by itself: its size from the command line, a JSON line a figure, the table, no verdict."""

import sys
from collections.abc import Callable, Iterable

from drivers.registry import DRIVERS, load_factory
from tests.bench.line import Figure, run
from tests.faults.size import SIZES, Size


def campaign(name: str, measure: Callable[[Size], Iterable[Figure]]) -> None:
    """Run it; the size is nightly unless the command line says `short`."""
    for row in DRIVERS:
        load_factory(row.protocol)  # else the first driver imports its library amid the others' work
    size = SIZES["short" if "short" in sys.argv[1:] else "nightly"]
    run(f"faults-{name}", lambda: measure(size))
