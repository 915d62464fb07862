"""The overview on the screen: keys, selection, repainting of what changed, all sizes and numbers of lines."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.packml import MachineState
from app.domain.plant import Signal
from tests.needs import ROOT
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.plant import make_plant
from tests.ui.shell import FakeShell
from ui.opened import Opened
from ui.theme import DAY, NIGHT, Look
from ui.views.overview import open_overview
from ui.views.overview.presenter import PIECE, SLICES, TURNS
from ui.views.overview.rows import BufferRow, LineRow, TileRow
from ui.views.overview.sheet import LEAST_LINE, Sheet

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def overview(qtbot: QtBot, look: Look, desk: FakeDesk, shell: FakeShell | None = None) -> Opened:
    opened = open_overview(look, desk, shell or FakeShell())
    qtbot.addWidget(opened.widget)
    opened.widget.resize(1490, 1000)
    opened.widget.show()
    return opened


def sheet_of(opened: Opened) -> Sheet:
    found = opened.widget.findChild(Sheet)
    assert isinstance(found, Sheet)
    return found


def test_arrows_move_over_machines_and_lines_and_enter_and_l_open(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = overview(qtbot, look, night_desk(), shell)
    sheet = sheet_of(opened)
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Up,
        Qt.Key.Key_End,
    ):
        qtbot.keyClick(sheet, key)
    assert opened.presenter.selected == "machine/L1.palletiser"
    qtbot.keyClick(sheet, Qt.Key.Key_Return)
    qtbot.keyClick(sheet, Qt.Key.Key_L)
    assert shell.gone == ["machine/L1.palletiser", "line/L1"]


def test_the_selection_stops_at_the_edges(qtbot: QtBot, look: Look) -> None:
    opened = overview(qtbot, look, FakeDesk())
    sheet = sheet_of(opened)
    for _ in range(9):
        qtbot.keyClick(sheet, Qt.Key.Key_Right)
        qtbot.keyClick(sheet, Qt.Key.Key_Down)
    assert opened.presenter.selected == "machine/L3.palletiser"


def test_keys_of_actions_are_left_to_the_window(qtbot: QtBot, look: Look) -> None:
    opened = overview(qtbot, look, FakeDesk())
    left: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
            left.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    opened.widget.setParent(window)
    for key in (Qt.Key.Key_A, Qt.Key.Key_H, Qt.Key.Key_J):
        qtbot.keyClick(sheet_of(opened), key)
    assert left == [Qt.Key.Key_A, Qt.Key.Key_H, Qt.Key.Key_J]


def test_a_press_selects_and_a_double_press_opens(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = overview(qtbot, look, night_desk(), shell)
    sheet = sheet_of(opened)
    spot = sheet.tile_rect("L2.filler").center()
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=spot)
    assert opened.presenter.selected == "machine/L2.filler"
    qtbot.mouseDClick(sheet, Qt.MouseButton.LeftButton, pos=spot)
    assert shell.gone == ["machine/L2.filler"]


def test_a_press_on_a_lines_header_opens_the_line(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = overview(qtbot, look, night_desk(), shell)
    sheet = sheet_of(opened)
    above = sheet.tile_rect("L2.filler").topLeft() - QPoint(0, 14)
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=above)
    assert shell.gone == ["line/L2"]


def test_the_selected_machine_is_told_in_words(qtbot: QtBot, look: Look) -> None:
    opened = overview(qtbot, look, night_desk())
    opened.presenter.show("machine/L3.labeller")
    words = sheet_of(opened).accessibleDescription()
    assert words == "Line 3 Labeller, priority 3, no data since 02:14:07, 3:02, Materials? 1:12"


def test_every_part_has_a_name(qtbot: QtBot, look: Look) -> None:
    opened = overview(qtbot, look, night_desk())
    named = [opened.widget, sheet_of(opened)]
    assert [w.accessibleName() for w in named] == ["Overview", "Lines and machines"]


# --- repainting -----------------------------------------------------------------------------------------------------


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


def test_painting_by_parts_ends_in_the_same_picture(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    parts = overview(qtbot, look, desk)
    parts.presenter.show("machine/L2.capper")
    parts.widget.grab()
    desk.pass_time(7)
    parts.presenter.show("machine/L1.filler")
    parts.presenter.refresh()
    whole = overview(qtbot, look, desk)
    whole.presenter.show("machine/L1.filler")
    assert sheet_of(parts).grab().toImage() == sheet_of(whole).grab().toImage()


# --- sizes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(800, 480), (1040, 640), (1490, 1000), (3840, 2000)])
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_lines_share_the_height_at_every_size(qtbot: QtBot, look: Look, size: tuple[int, int], theme: object) -> None:
    look.set_theme(NIGHT if theme is NIGHT else DAY)
    opened = overview(qtbot, look, night_desk())
    opened.widget.resize(*size)
    assert not opened.widget.grab().isNull()
    sheet = sheet_of(opened)
    heights = {sheet.tile_rect(f"L{n}.filler").height() for n in (1, 2, 3)}
    assert len(heights) == 1
    assert sheet.tile_rect("L1.palletiser").right() < sheet.width()
    look.set_theme(DAY)


@pytest.mark.parametrize("lines", [1, 2, 6, 12])
def test_any_number_of_lines_fits_or_scrolls(qtbot: QtBot, look: Look, lines: int) -> None:
    opened = overview(qtbot, look, FakeDesk(make_plant(lines)))
    scroll = opened.widget.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    qtbot.waitUntil(lambda: sheet_of(opened).height() >= lines * LEAST_LINE)
    scrolls = scroll.verticalScrollBar().maximum() > 0
    assert scrolls == (lines == 12)
    opened.presenter.show(f"machine/L{lines}.capper")
    seen = sheet_of(opened).visibleRegion().boundingRect()
    assert seen.intersects(sheet_of(opened).tile_rect(f"L{lines}.capper"))


def test_long_german_names_are_cut_and_never_leave_their_tile(qtbot: QtBot, look: Look) -> None:
    sheet = Sheet(look)
    qtbot.addWidget(sheet)
    sheet.resize(700, 400)
    long = "Flaschenreinigungsmaschinenaustragsförderer"
    tile = TileRow(key="a", name=long, state=long, clock="10:02:11", value="48,000", unit="/min", nominal="of 48,000",
                   priority=1, hold=True, chip=f"{long} 02:22")  # fmt: skip
    plain = TileRow(key="b", name="b", state="Execute")
    sheet.set_lines([LineRow(key="L", name=long, tiles=(tile, plain), buffers=(BufferRow(level=0),))])
    image = sheet.grab().toImage()
    right = sheet.tile_rect("a").right()
    darkest = min(image.pixelColor(right + 3, y).lightness() for y in range(90, 380))
    assert darkest >= look.theme.fill.lightness()


# --- following ------------------------------------------------------------------------------------------------------


def follow(opened: Opened) -> None:
    """Every line has its turn."""
    for _ in range(TURNS):
        opened.follow()


def test_a_rate_that_moved_is_shown_without_a_refresh(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    opened = overview(qtbot, look, desk)
    follow(opened)
    sheet = sheet_of(opened)
    opened.presenter.show("machine/L1.filler")
    before = sheet.grab(sheet.tile_rect("L1.filler")).toImage()
    desk.set("L1.filler", Signal.RATE, 311.0)
    follow(opened)
    assert ", 311 /min of 480" in sheet.accessibleDescription()
    assert sheet.grab(sheet.tile_rect("L1.filler")).toImage() != before


def test_a_state_that_changed_is_shown_with_all_that_belongs_to_it(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    opened = overview(qtbot, look, desk)
    follow(opened)
    opened.presenter.show("machine/L1.filler")
    desk.state("L1.filler", MachineState.HELD)
    follow(opened)
    assert "Held" in sheet_of(opened).accessibleDescription()


def test_what_is_stale_stays_so_until_the_refresh(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    opened = overview(qtbot, look, desk)
    follow(opened)
    opened.presenter.show("machine/L3.labeller")
    words = sheet_of(opened).accessibleDescription()
    desk.set("L3.labeller", Signal.RATE, 311.0)
    follow(opened)
    assert sheet_of(opened).accessibleDescription() == words


def test_time_that_passed_is_shown_piece_by_piece_as_the_values_are_followed(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    opened = overview(qtbot, look, desk)
    follow(opened)
    renewed: list[list[str]] = []
    sheet, show = sheet_of(opened), opened.widget.set_lines  # type: ignore[attr-defined]

    def counted(lines: list[LineRow]) -> None:
        pairs = zip(lines, sheet._lines, strict=True)
        both = [pair for new, old in pairs for pair in zip(new.tiles, old.tiles, strict=True)]
        renewed.append([new.key for new, old in both if new is not old])
        show(lines)

    opened.widget.set_lines = counted  # type: ignore[attr-defined]
    assert opened.tick is not None
    opened.tick()
    for _ in range(SLICES):
        opened.follow()
    assert [machine for piece in renewed for machine in piece] == list(desk.plant.machines)
    assert max(map(len, renewed)) <= PIECE, "never all of them in one piece of work"


def test_nothing_is_shown_again_where_nothing_moved(qtbot: QtBot, look: Look) -> None:
    desk = night_desk()
    opened = overview(qtbot, look, desk)
    follow(opened)
    desk.state("L1.filler", MachineState.EXECUTE)
    shown: list[object] = []
    opened.widget.set_lines = shown.append  # type: ignore[attr-defined]
    follow(opened)
    follow(opened)
    assert len(shown) == 1
