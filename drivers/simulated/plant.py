"""The whole simulated plant: its lines side by side, each with its own seed stream.

Owns nothing but the set of lines; servers usually run one line each. Must not know the clock or protocols.
"""

from drivers.simulated.catalog import LINES
from drivers.simulated.line import Line, build_line


class Plant:
    """All lines of the demo plant for one seed."""

    def __init__(self, seed: int, scripted: bool = True) -> None:
        self.lines: dict[str, Line] = {line: build_line(line, seed, scripted) for line in LINES}

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass everywhere."""
        for line in self.lines.values():
            line.step(dt_s)
