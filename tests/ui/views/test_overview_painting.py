"""What of the overview's sheet is painted when something changes: nothing else, a piece at a time, to the pixel."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from tests.needs import ROOT
from ui.theme import Look
from ui.views.overview.rows import BufferRow, LineRow, TileRow
from ui.views.overview.sheet import Sheet

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


class Watched(Sheet):
    """A sheet that keeps the areas it was asked to paint."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.painted: list[QRect] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted.append(event.rect())
        super().paintEvent(event)


def rows(lines: int = 2, tiles: int = 3) -> list[LineRow]:
    return [
        LineRow(
            key=f"L{i}",
            name=f"Line {i}",
            tiles=tuple(
                TileRow(key=f"L{i}.{j}", name=f"Machine {j}", state="Execute", value="400") for j in range(tiles)
            ),
            buffers=tuple(BufferRow(level=3) for _ in range(tiles - 1)),
        )
        for i in range(lines)
    ]


@pytest.fixture
def watched(qtbot: QtBot, look: Look) -> Watched:
    sheet = Watched(look)
    qtbot.addWidget(sheet)
    sheet.resize(1000, 600)
    sheet.set_lines(rows())
    sheet.show()
    qtbot.waitUntil(lambda: bool(sheet.painted))
    sheet.painted.clear()
    return sheet


def test_equal_rows_paint_nothing(qtbot: QtBot, watched: Watched) -> None:
    watched.set_lines(rows())
    other = rows()
    other[1] = replace(other[1], name="Linie 1")
    watched.set_lines(other)
    qtbot.waitUntil(lambda: bool(watched.painted))
    assert len(watched.painted) == 1
    assert not watched.painted[0].intersects(watched.tile_rect("L0.0"))


def test_a_changed_tile_paints_itself_and_no_other(qtbot: QtBot, watched: Watched) -> None:
    watched.set_lines(with_tile(state="Held"))
    qtbot.waitUntil(lambda: bool(watched.painted))
    assert watched.painted[0].contains(watched.tile_rect("L0.1"))
    assert not watched.painted[0].intersects(watched.tile_rect("L0.0"))
    assert not watched.painted[0].intersects(watched.tile_rect("L1.1"))


def with_tile(**changes: object) -> list[LineRow]:
    """The rows, with another middle tile in the first line."""
    first, second = rows()
    tiles = (first.tiles[0], replace(first.tiles[1], **changes), first.tiles[2])  # type: ignore[arg-type]
    return [replace(first, tiles=tiles), second]


def test_a_rate_paints_its_stripe_of_the_tile_only(qtbot: QtBot, watched: Watched) -> None:
    watched.set_lines(with_tile(value="399"))
    qtbot.waitUntil(lambda: bool(watched.painted))
    (stripe,) = watched.painted
    tile = watched.tile_rect("L0.1").adjusted(-4, -4, 4, 4)
    assert tile.contains(stripe)
    assert stripe.height() < tile.height() / 2


@pytest.mark.parametrize("size", [(1000, 600), (1900, 1000), (700, 330), (430, 250)])
@pytest.mark.parametrize("selected", [False, True])
def test_rates_painted_over_one_another_leave_nothing_behind(
    qtbot: QtBot, look: Look, size: tuple[int, int], selected: bool
) -> None:
    wide = {"unit": "/min", "nominal": "of 480", "top": 528.0, "low": 400.0, "high": 500.0, "priority": 2, "chip": "KM"}
    rates = (0.0, 528.0, 399.0, 1.0, 450.0)

    def shown(sheet: Sheet, rate: float) -> None:
        sheet.set_lines(with_tile(value=f"{rate:.0f}" if rate else "31,240", rate=rate, **wide))

    parts, whole = Sheet(look), Sheet(look)
    for sheet in (parts, whole):
        qtbot.addWidget(sheet)
        sheet.resize(*size)
    for rate in rates:
        shown(parts, rate)
        if selected:
            parts.select("L0.1")
        parts.grab()
    shown(whole, rates[-1])
    if selected:
        whole.select("L0.1")
    assert parts.grab().toImage() == whole.grab().toImage()


def test_a_longer_value_moves_what_stands_behind_it(qtbot: QtBot, look: Look) -> None:
    parts, whole = Sheet(look), Sheet(look)
    for sheet in (parts, whole):
        qtbot.addWidget(sheet)
        sheet.resize(1900, 1000)
    scale = {"unit": "/min", "top": 1320.0, "low": 900.0, "high": 1260.0}
    for rate in (998.0, 999.0, 1000.0, 1001.0):
        parts.set_lines(with_tile(value=f"{rate:,.0f}", rate=rate, **scale))
        parts.grab()
    whole.set_lines(with_tile(value="1,001", rate=1001.0, **scale))
    assert parts.grab().toImage() == whole.grab().toImage()


def test_a_changed_header_leaves_the_selection_ring_below_it_whole(qtbot: QtBot, look: Look, watched: Watched) -> None:
    watched.select("L0.1")
    watched.grab()
    other = [replace(row, name=f"Linie {row.key}") for row in rows()]
    watched.set_lines(other)
    whole = Sheet(look)
    qtbot.addWidget(whole)
    whole.resize(watched.size())
    whole.set_lines(other)
    whole.select("L0.1")
    assert watched.grab().toImage() == whole.grab().toImage()


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_painting_by_parts_ends_in_the_same_pixels_at_every_scale(scale: str) -> None:
    command = [sys.executable, "-m", "tests.ui.views.scaled_sheet"]
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.strip() == "0", ended.stderr


def test_of_many_changes_a_few_are_painted_at_a_time(qtbot: QtBot, look: Look) -> None:
    sheet = Watched(look)
    qtbot.addWidget(sheet)
    sheet.resize(1600, 900)
    sheet.set_lines(rows(lines=5, tiles=8))
    sheet.show()
    qtbot.waitUntil(lambda: bool(sheet.painted))
    sheet.painted.clear()
    ticks: list[int] = []
    timer = QTimer(sheet, interval=0)
    timer.timeout.connect(lambda: ticks.append(len(sheet.painted)))
    timer.start()
    many = rows(lines=5, tiles=8)
    changed = [replace(row, tiles=tuple(replace(tile, value="399") for tile in row.tiles)) for row in many]
    sheet.set_lines(changed)
    qtbot.waitUntil(lambda: sheet.settled)
    assert len(sheet.painted) == 5
    assert {1, 2, 3, 4} <= set(ticks), "timers that are due had their turn between two pieces"
