"""`make bench-overview`: 500 tiles of the overview, all changed and 10 % changed, from the rows to the painted pixels.

The peer is 500 QLabels in a grid of the same size, given as many new texts in the same run; the two take turns. A tile
has ten times as much on it as a label: state, clock, value, normal band, the last ten minutes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from tests.bench.line import Figure, run, under
from ui.theme import DAY, Look
from ui.views.overview.rows import BufferRow, LineRow, TileRow
from ui.views.overview.sheet import Sheet

LINES, TILES = 20, 25
SIZE = (1920, LINES * 136)
ROUNDS = 30
STATES = ("Execute", "Held", "Suspended", "Aborted")


def tile(number: int, turn: int) -> TileRow:
    """A tile that looks different every turn; one in ten is abnormal."""
    rate = 400.0 + (number * 7 + turn * 13) % 90
    ill = number % 10 == 0
    return TileRow(
        key=f"m{number}",
        name=f"Machine {number}",
        state=STATES[number % 4] if ill else STATES[0],
        clock="04:17" if ill else "",
        value=f"{rate:.0f}",
        unit="/min",
        nominal="of 480",
        rate=rate,
        top=528.0,
        low=408.0,
        high=528.0,
        spark_at=turn + 1,
        spark=400 + 80 * np.sin(np.linspace(turn, turn + 6, 60)),
        priority=1 + number % 4 if ill else 0,
        chip="weiss" if ill else "",
    )


def lines(turn: int) -> list[LineRow]:
    """All lines, every tile of this turn."""
    buffers = tuple(BufferRow(level=turn % 6) for _ in range(TILES - 1))
    return [
        LineRow(
            key=f"l{line}",
            name=f"L{line}",
            tiles=tuple(tile(line * TILES + place, turn) for place in range(TILES)),
            buffers=buffers,
        )
        for line in range(LINES)
    ]


def tenth(before: Sequence[LineRow], turn: int) -> list[LineRow]:
    """The lines as before, but for every tenth tile."""
    return [
        replace(
            row,
            tiles=tuple(
                tile(i * TILES + j, turn) if (i * TILES + j + turn) % 10 == 0 else old
                for j, old in enumerate(row.tiles)
            ),
        )
        for i, row in enumerate(before)
    ]


def labels() -> tuple[QWidget, list[QLabel]]:
    """The peer: a window of labels."""
    window = QWidget()
    grid = QGridLayout(window)
    found = []
    for number in range(LINES * TILES):
        label = QLabel(str(number))
        label.setFixedSize(SIZE[0] // TILES - 12, SIZE[1] // LINES - 12)  # its best: no new layout for a new text
        grid.addWidget(label, number // TILES, number % TILES)
        found.append(label)
    return window, found


def took_ms(app: QApplication, change: Callable[[], None], shown: Callable[[], bool] = lambda: True) -> float:
    """From the change to the end of the last repaint that it causes."""
    started = time.perf_counter()
    change()
    app.processEvents()
    while not shown():
        app.processEvents()
    return 1000 * (time.perf_counter() - started)


def write(found: Sequence[QLabel], turn: int, every: int) -> None:
    """New texts for every so many labels."""
    for label in found[turn % every :: every]:
        label.setText(f"{turn}.{every}")


def measure() -> Iterator[Figure]:
    """Both kinds of change, the two in turns."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = Look(DAY)
    look.apply(app)
    sheet = Sheet(look)
    window, found = labels()
    for widget in (sheet, window):
        widget.resize(*SIZE)
        widget.show()
    rows = lines(0)
    sheet.set_lines(rows)
    app.processEvents()
    times: dict[str, list[float]] = {name: [] for name in ("all", "all labels", "tenth", "tenth labels")}
    for turn in range(1, ROUNDS + 1):
        rows = lines(turn)
        times["all"].append(took_ms(app, partial(sheet.set_lines, rows), lambda: sheet.settled))
        times["all labels"].append(took_ms(app, partial(write, found, turn, 1)))
        rows = tenth(rows, turn + ROUNDS)
        times["tenth"].append(took_ms(app, partial(sheet.set_lines, rows), lambda: sheet.settled))
        times["tenth labels"].append(took_ms(app, partial(write, found, turn, 10)))
    yield Figure(metric="500 tiles, all", unit="ms", runs=times["all"], baseline=times["all labels"], goal=under(9))
    ten = Figure(metric="500 tiles, 10 %", unit="ms", runs=times["tenth"], baseline=times["tenth labels"])
    yield replace(ten, goal=under(1.5))


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    run("overview", measure)
