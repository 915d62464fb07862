"""A sheet that follows changes part by part beside one that is painted at once: prints how many pixels differ.

Run as `python -m tests.ui.views.scaled_sheet`, a process of its own, because Qt reads QT_SCALE_FACTOR once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.bench.overview import lines
from ui.theme import DAY, Look
from ui.views.overview.rows import LineRow
from ui.views.overview.sheet import Sheet

SIZE = 1511, 843
TURNS = 12
COLOURS = 20
"""So many at least are on a screen that shows something."""


def rows(turn: int) -> list[LineRow]:
    """Five lines of eight; between two whole changes every other machine's rate moves."""
    whole = [replace(row, tiles=row.tiles[:8], buffers=row.buffers[:7]) for row in lines(turn - turn % 3)[:5]]
    if turn % 3 == 0:
        return whole
    return [
        replace(
            row,
            tiles=tuple(
                replace(tile, rate=300.0 + turn, value=f"{300 + turn}") if place % 2 else tile
                for place, tile in enumerate(row.tiles)
            ),
        )
        for row in whole
    ]


def shown(app: QApplication, look: Look, states: Sequence[list[LineRow]]) -> QImage:
    """What is on the screen after these states, each painted before the next."""
    sheet = Sheet(look)
    sheet.resize(*SIZE)
    sheet.show()
    app.processEvents()
    for state in states:
        sheet.set_lines(state)
        app.processEvents()
        while not sheet.settled:
            app.processEvents()
    return sheet.screen().grabWindow(sheet.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def pixels(image: QImage) -> NDArray[np.uint32]:
    """Rows of 0xffrrggbb; they live as long as the image."""
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())


def main() -> None:
    """Compare the two."""
    app = QApplication([])
    look = Look(DAY)
    look.apply(app)
    states = [rows(turn) for turn in range(TURNS)]
    one, other = shown(app, look, states), shown(app, look, states[-1:])
    if len(np.unique(pixels(one))) < COLOURS:
        raise RuntimeError("nothing is on the screen")
    sys.stdout.write(f"{np.count_nonzero(pixels(one) != pixels(other))}\n")


if __name__ == "__main__":
    main()
