"""The overview on the screen: keys, selection, repainting of what changed, all sizes and numbers of lines."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.packml import MachineState
from app.domain.plant import Signal
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
