"""The table: keys, selection by key, nothing jumps, and a hundred thousand rows."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.tag import Tag
from ui.theme import Look
from ui.widgets.cells import fitting_tags
from ui.widgets.table import HEADER, Align, Cell, Column, PaintedTable, TableRow, fitting, row_text

COLUMNS = (
    Column(title="", width=40),
    Column(title="what", width=100, stretch=1),
    Column(title="clock", width=60, align=Align.RIGHT),
)
HIGH = 40


def rows(*keys: str) -> list[TableRow]:
    return [
        TableRow(key=k, cells=(Cell(priority=2), Cell(text=f"case {k}", detail="more", bold=True), "0:24"))
        for k in keys
    ]


@pytest.fixture
def table(qtbot: QtBot, look: Look) -> PaintedTable:
    made = PaintedTable(look, COLUMNS, row_height=HIGH, empty="nothing")
    qtbot.addWidget(made)
    made.resize(400, HEADER + 5 * HIGH)
    made.show()
    return made


def numbered(count: int) -> list[TableRow]:
    return rows(*(str(n) for n in range(count)))


def test_arrows_and_letters_move_the_selection_and_stop_at_the_ends(qtbot: QtBot, table: PaintedTable) -> None:
    table.set_rows(rows("a", "b", "c"))
    seen: list[str] = []
    table.selected.connect(seen.append)
    for key in (
        Qt.Key.Key_J,
        Qt.Key.Key_Down,
        Qt.Key.Key_J,
        Qt.Key.Key_J,
        Qt.Key.Key_K,
        Qt.Key.Key_Up,
        Qt.Key.Key_Up,
    ):
        qtbot.keyClick(table, key)
    assert seen == ["a", "b", "c", "b", "a"]


def test_enter_opens_the_selected_row(qtbot: QtBot, table: PaintedTable) -> None:
    table.set_rows(rows("a", "b"))
    table.select("b")
    with qtbot.waitSignal(table.activated) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["b"]


def test_the_focus_tells_what_is_selected_here(qtbot: QtBot, table: PaintedTable) -> None:
    table.set_rows(rows("a", "b"))
    seen: list[str] = []
    table.selected.connect(seen.append)
    table.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    table.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    assert seen == ["a", "a"]


def test_what_came_above_out_of_sight_is_counted_until_it_is_seen(qtbot: QtBot, table: PaintedTable) -> None:
    before = numbered(50)
    table.set_rows(before)
    table.verticalScrollBar().setValue(10 * HIGH)
    table.set_rows(rows("x", "y") + before)
    assert table.above == 2
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 5))
    assert (table.above, table.verticalScrollBar().value()) == (0, 0)


def test_the_selection_follows_its_key_when_rows_come_and_go(table: PaintedTable) -> None:
    table.set_rows(rows("a", "b", "c"))
    table.select("b")
    table.set_rows(rows("new", "a", "b", "c"))
    assert table.current == "b"
    table.set_rows(rows("c", "b"))
    assert table.current == "b"


def test_a_selected_row_that_goes_leaves_its_place_selected(table: PaintedTable) -> None:
    table.set_rows(rows("a", "b", "c"))
    table.select("b")
    seen: list[str] = []
    table.selected.connect(seen.append)
    table.set_rows(rows("a", "c"))
    assert table.current == "c"
    table.set_rows([])
    assert table.current == ""
    assert seen == ["c", ""]


def place_of(table: PaintedTable, key: str, shown: Sequence[TableRow]) -> int:
    """Where a row's top stands on the screen."""
    return [row.key for row in shown].index(key) * HIGH - table.verticalScrollBar().value()


def test_rows_that_come_above_do_not_move_the_selected_row(table: PaintedTable) -> None:
    before = numbered(50)
    table.set_rows(before)
    table.verticalScrollBar().setValue(10 * HIGH)
    table.select("12")
    stood = place_of(table, "12", before)
    after = rows("x", "y", "z") + before
    table.set_rows(after)
    assert place_of(table, "12", after) == stood


def test_without_a_selection_in_sight_the_first_row_in_sight_stays(table: PaintedTable) -> None:
    before = numbered(50)
    table.set_rows(before)
    table.verticalScrollBar().setValue(20 * HIGH)
    after = rows("x") + before
    table.set_rows(after)
    assert place_of(table, "20", after) == 0


def test_a_press_right_after_rows_moved_means_the_row_that_was_aimed_at(qtbot: QtBot, table: PaintedTable) -> None:
    table.set_rows(rows("a", "b", "c"))
    table.set_rows(rows("new", "a", "b", "c"))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, HEADER + HIGH + 5))
    assert table.current == "b"


def test_a_press_in_the_header_selects_nothing(qtbot: QtBot, table: PaintedTable) -> None:
    table.set_rows(rows("a"))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 5))
    assert table.current == ""


def test_columns_keep_their_place_whatever_stands_in_them(table: PaintedTable) -> None:
    table.set_rows(rows("a"))
    spans = table.column_spans()
    table.set_rows([TableRow(key="a", cells=(Cell(), Cell(text="W" * 400), "10:02:11"))])
    assert table.column_spans() == spans


def test_what_may_be_spared_goes_first_where_it_is_narrow() -> None:
    wide = (
        Column(title="a", width=100),
        Column(title="b", width=100, spare=1),
        Column(title="c", width=100, spare=2),
    )
    assert [c.title for c in fitting(wide, 300)] == ["a", "b", "c"]
    assert [c.title for c in fitting(wide, 250)] == ["a", "b"]
    assert [c.title for c in fitting(wide, 50)] == ["a"]


def test_the_selected_row_is_told_in_words(table: PaintedTable) -> None:
    table.set_rows(rows("a"))
    table.select("a")
    assert table.accessibleDescription() == "priority 2, what case a more, clock 0:24"


def test_few_rows_share_the_height_when_they_may(qtbot: QtBot, look: Look) -> None:
    table = PaintedTable(look, COLUMNS, row_height=HIGH, most_height=70)
    qtbot.addWidget(table)
    table.resize(400, HEADER + 300)
    table.show()
    table.set_rows(numbered(3))
    table.set_rows(numbered(6))
    assert table.verticalScrollBar().maximum() == 0
    table.set_rows(numbered(20))
    assert table.verticalScrollBar().maximum() == 20 * HIGH - 300


def test_a_hundred_thousand_rows_paint_as_quickly_as_a_few(qtbot: QtBot, look: Look) -> None:
    """Measured in tests/bench; here only that the cost does not grow with the rows."""
    table = PaintedTable(look, COLUMNS, row_height=HIGH)
    qtbot.addWidget(table)
    table.resize(900, 1000)
    table.show()

    def best_of(count: int) -> float:
        table.set_rows(numbered(count))
        times = []
        for jump in range(6):
            table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() * jump // 6)
            begin = time.perf_counter()
            table.viewport().repaint()
            times.append(time.perf_counter() - begin)
        return min(times)

    few, many = best_of(100), best_of(100_000)
    assert many < few * 5 + 0.01


def test_a_rows_tags_are_read_to_who_cannot_see_them() -> None:
    tag = Tag(text="RS edits", words="R. Silva is editing")
    cells = (Cell(text="L2 Filler", tags=(tag,)),)
    assert row_text(cells, (Column(title="what", width=100),)) == "what L2 Filler R. Silva is editing"


def test_of_several_tags_the_first_ones_are_shown_where_room_is_short() -> None:
    tags = tuple(Tag(text=text, words=text) for text in ("stored here", "RS edits", "AB"))
    assert [fitting_tags(tags, width) for width in (40, 140, 400)] == [0, 1, 3]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_on_the_screen_is_what_painting_all_of_it_would_show(
    qtbot: QtBot, table: PaintedTable, seed: int
) -> None:
    dice, words = random.Random(seed), {str(n): "a" for n in range(12)}
    for _ in range(40):
        for key in dice.sample(sorted(words), 2):
            words[key] = dice.choice("abc")
        gone = dice.sample(sorted(words), dice.choice((0, 0, 0, 2)))
        table.set_rows([TableRow(key=k, cells=("", Cell(text=f"{k} {w}"))) for k, w in words.items() if k not in gone])
        if dice.random() < 0.3:
            table.select(dice.choice(sorted(words)))
        if dice.random() < 0.2:
            table.verticalScrollBar().setValue(dice.randint(0, 200))
        QApplication.processEvents()
        seen = table.screen().grabWindow(table.winId()).toImage()
        assert seen == table.grab().toImage().convertToFormat(seen.format())


def test_a_row_that_reads_as_before_is_not_painted_again(qtbot: QtBot, table: PaintedTable) -> None:
    asked: list[str] = []

    def rows_of(*words: str) -> list[TableRow]:
        return [TableRow(key=str(n), cells=("", word)) for n, word in enumerate(words)]

    painted = table._paint_row

    def watched(painter: QPainter, row: TableRow, y: int, spans: Sequence[tuple[int, int]]) -> None:
        asked.append(row.key)
        painted(painter, row, y, spans)

    table._paint_row = watched  # type: ignore[method-assign, assignment]
    table.set_rows(rows_of("a", "b", "c"))
    QApplication.processEvents()
    asked.clear()
    table.set_rows(rows_of("a", "x", "c"))
    QApplication.processEvents()
    assert asked == ["1"]
