"""The strip of keys: it flows over rows, is tall enough for a finger, and a press does what the key does."""

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ui.theme import TOUCH, Look
from ui.widgets.keystrip import KeyStrip

KEYS = [("confirm", "C", "confirm to the ERP"), ("move", "R", "move to another line"), ("hold", "H", "hold")]


def strip(qtbot: QtBot, look: Look, width: int) -> KeyStrip:
    made = KeyStrip(look)
    qtbot.addWidget(made)
    made.set_keys(KEYS)
    made.resize(width, made.heightForWidth(width))
    return made


def test_keys_flow_over_rows_as_tall_as_a_finger(qtbot: QtBot, look: Look) -> None:
    wide, narrow = strip(qtbot, look, 900), strip(qtbot, look, 220)
    assert {box.y() for box in wide.boxes(900)} == {0}
    assert len({box.y() for box in narrow.boxes(220)}) == 3
    assert all(box.height() >= TOUCH and box.right() <= 220 for box in narrow.boxes(220))


def test_a_press_names_the_action_under_it(qtbot: QtBot, look: Look) -> None:
    keys = strip(qtbot, look, 900)
    middle = keys.boxes(900)[1].center().toPoint()
    with qtbot.waitSignal(keys.pressed) as pressed:
        qtbot.mouseClick(keys, Qt.MouseButton.LeftButton, pos=QPoint(middle))
    assert pressed.args == ["move"]


def test_without_keys_it_takes_no_room(qtbot: QtBot, look: Look) -> None:
    keys = strip(qtbot, look, 900)
    keys.set_keys([])
    assert keys.heightForWidth(900) == 0
    keys.grab()


def test_it_says_its_keys_to_assistive_technology(qtbot: QtBot, look: Look) -> None:
    assert strip(qtbot, look, 900).accessibleName().startswith("C: confirm to the ERP")
