"""The figures that every campaign on counting servers ends with: what the oracles of its links counted."""

import sys
from collections.abc import Iterator, Sequence

from tests.bench.line import Figure, under
from tests.faults.link import Link

NONE = under(1)


def judged(name: str, links: Sequence[Link]) -> Iterator[Figure]:
    """A figure for each thing that must not happen, with its first cases on standard error, and some that inform."""
    oracles = [link.oracle for link in links]
    counted: dict[str, Sequence[object]] = {
        "wrong_machine_values": [case for oracle in oracles for case in oracle.wrong],
        "older_than_shown": [case for oracle in oracles for case in oracle.backwards],
        "connected_and_silent": [case for oracle in oracles for case in oracle.silent],
        "unrecorded_losses": [hole for oracle in oracles for hole in oracle.unrecorded()],
        "dead_links": [case for link in links for case in link.dead],
    }
    for metric, cases in counted.items():
        for case in cases[:5]:
            sys.stderr.write(f"{name}: {metric}: {case}\n")
        yield Figure(metric=f"{name}_{metric}", unit="cases", runs=[len(cases)], goal=NONE)
    yield Figure(metric=f"{name}_values", unit="values", runs=[sum(oracle.values for oracle in oracles)])
    yield Figure(metric=f"{name}_recorded_losses", unit="records", runs=[sum(len(one.records) for one in oracles)])
    yield Figure(metric=f"{name}_sessions_kept", unit="reconnects", runs=[sum(one.kept for one in oracles)])
    yield Figure(metric=f"{name}_reconnects", unit="reconnects", runs=[sum(one.ups - 1 for one in oracles)])
    back = [one for link in links for one in link.back_s[1:]]
    yield Figure(metric=f"{name}_worst_recovery_s", unit="s", runs=[max(back, default=0.0)])
