"""The small widgets: plain text only, marks that hold without colour, fields that a hand can hit."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.finding import Trace
from ui.theme import DAY, NIGHT, TOUCH, Look, Theme
from ui.widgets.chips import Chip
from ui.widgets.forms import Button, ChoiceChips, Combo, LineEdit, Tone
from ui.widgets.glyphs import Mark, draw_hold, draw_priority
from ui.widgets.hatch import StaleBox, draw_stale
from ui.widgets.ink import draw_passing, draw_words
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.spark import polylines
from ui.widgets.traces import TracePlot, at_event

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("px", [11, 17, 21, 33, 50])
@pytest.mark.parametrize("words", ["480", "1,177", "12.4", "–"])
def test_words_that_are_not_kept_look_like_those_that_are(qtbot: QtBot, px: int, words: str) -> None:
    pictures = []
    for draw in (draw_words, draw_passing):
        image = QImage(400, 80, QImage.Format.Format_RGB32)
        image.fill(DAY.raised)
        painter = QPainter(image)
        painter.setPen(DAY.ink)
        draw(painter, 10.3, 5.2, px * 1.3, words, px)
        painter.end()
        pictures.append(image)
    assert pictures[0] == pictures[1]


# --- labels ---------------------------------------------------------------------------------------------------------


def test_a_label_shows_markup_and_hidden_characters_as_they_are(qtbot: QtBot) -> None:
    label = text_label("<b>HIGH</b> a<b and c>d \u202e x")
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == "<b>HIGH</b> a<b and c>d ⟨U+202E⟩ x"


def test_a_label_caps_what_it_is_given(qtbot: QtBot) -> None:
    label = text_label("x" * 10_000)
    qtbot.addWidget(label)
    assert len(label.text()) == 500


# --- marks ----------------------------------------------------------------------------------------------------------


def grey(theme: Theme, priority: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A mark drawn and reduced to greys; priority 0 is the hold."""
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    if priority:
        draw_priority(painter, QRectF(4, 4, 32, 32), priority, theme)
    else:
        draw_hold(painter, QRectF(4, 4, 32, 32), theme)
    painter.end()
    small = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(small.constBits(), dtype=np.uint8).reshape(40, small.bytesPerLine())[:, :40].copy()


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_marks_differ_from_one_another_without_colour(qtbot: QtBot, theme: Theme) -> None:
    shapes = [grey(theme, priority) for priority in (1, 2, 3, 4, 0)]
    ground = int(shapes[0][0, 0])
    outlines = [np.abs(shape.astype(int) - ground) > 40 for shape in shapes]
    for i, one in enumerate(outlines):
        for other in outlines[i + 1 :]:
            assert np.count_nonzero(one != other) > 40


def test_a_mark_says_what_it_is(qtbot: QtBot, look: Look) -> None:
    mark = Mark(look, 2)
    qtbot.addWidget(mark)
    assert mark.accessibleName() == "priority 2"
    mark.set(hold=True)
    assert mark.accessibleName() == "hold"


# --- stale ----------------------------------------------------------------------------------------------------------


def test_the_hatch_does_not_look_like_a_value_box(qtbot: QtBot, look: Look) -> None:
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    image.fill(look.theme.raised)
    painter = QPainter(image)
    painter.setBrush(look.theme.raised)
    draw_stale(painter, QRectF(0, 0, 120, 60), " ", look)
    painter.end()
    colours = {image.pixelColor(x, 30).name() for x in range(10, 110)}
    assert {look.theme.track.name(), look.theme.band.name()} <= colours


def test_the_stale_box_says_since_when(qtbot: QtBot, look: Look) -> None:
    box = StaleBox(look, "no data since 02:14:07")
    qtbot.addWidget(box)
    assert box.accessibleName() == "no data since 02:14:07"


# --- forms ----------------------------------------------------------------------------------------------------------


def test_whatever_is_pressed_is_tall_enough_for_a_finger(qtbot: QtBot, look: Look) -> None:
    made: list[QWidget] = [
        Button(look, "Own", key="O", tone=Tone.PRIMARY),
        LineEdit(look, "Say what you see…", key="N"),
        Combo(look, name="line"),
        ChoiceChips(look, [("a", "A")], name="reason"),
    ]
    for widget in made:
        qtbot.addWidget(widget)
        assert max(widget.sizeHint().height(), widget.minimumHeight()) >= TOUCH
        assert widget.accessibleName()


def test_number_keys_and_arrows_choose_a_chip(qtbot: QtBot, look: Look) -> None:
    chips = ChoiceChips(look, [("u", "Underfill"), ("f", "Foreign body"), ("s", "Seal")], name="reason")
    qtbot.addWidget(chips)
    chosen: list[str] = []
    chips.chosen.connect(chosen.append)
    qtbot.keyClick(chips, Qt.Key.Key_2)
    qtbot.keyClick(chips, Qt.Key.Key_Right)
    qtbot.keyClick(chips, Qt.Key.Key_9)
    assert chosen == ["f", "s"]
    assert chips.accessibleDescription() == "Seal"


def test_a_press_on_a_chip_chooses_it(qtbot: QtBot, look: Look) -> None:
    chips = ChoiceChips(look, [("u", "Underfill"), ("f", "Foreign body")], name="reason")
    qtbot.addWidget(chips)
    chips.resize(600, TOUCH)
    chips.show()
    qtbot.mouseClick(chips, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert chips.value == "u"


def test_chips_flow_over_rows_where_it_is_narrow(qtbot: QtBot, look: Look) -> None:
    chips = ChoiceChips(look, [(str(n), f"Choice number {n}") for n in range(6)])
    qtbot.addWidget(chips)
    assert chips.heightForWidth(2000) == TOUCH + 1
    assert chips.heightForWidth(300) > 2 * TOUCH


def test_the_wheel_changes_nothing_without_the_focus(qtbot: QtBot, look: Look) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    field = Combo(look, name="field")
    field.setParent(holder)
    field.set_choices([("a", "A"), ("b", "B")])
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    field.wheelEvent(event)
    assert not event.isAccepted()
    assert (field.currentData() if isinstance(field, Combo) else field.value()) in ("a", 0)


def test_a_button_is_pressed_by_the_keyboard(qtbot: QtBot, look: Look) -> None:
    button = Button(look, "Hold 1,152 units", tone=Tone.HOLD)
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)


# --- plots ----------------------------------------------------------------------------------------------------------


def test_a_sparkline_breaks_where_nothing_was_known() -> None:
    values = np.array([1, 2, np.nan, np.nan, 3, 4, 5, np.nan, 6], dtype=float)
    runs = polylines(values, QRectF(0, 0, 100, 10), 0.0, 10.0)
    assert [len(run) for run in runs] == [2, 3]


def capsule_trace(tag: str = "t") -> Trace:
    return Trace(tag=tag, name="Torque", unit="Nm", low=20, high=35, at_s=(-2.0, -1.0, 1.0), values=(27.0, 41.25, 1.0))


def test_a_trace_is_named_with_its_value_at_the_event_and_its_band() -> None:
    assert at_event(capsule_trace()) == "41.25 Nm · 20 – 35"


def test_the_abnormal_trace_is_first_and_coloured(qtbot: QtBot, look: Look) -> None:
    plot = TracePlot(look)
    qtbot.addWidget(plot)
    plot.resize(700, 240)
    plot.set_traces([capsule_trace("a"), capsule_trace("b")], hot="b", priority=1, event="aborted 02:11:43")
    plot.show()
    image = plot.grab().toImage()
    red = look.theme.p1.name()
    upper = {image.pixelColor(x, y).name() for x in range(260, 400) for y in range(105)}
    lower = {image.pixelColor(x, y).name() for x in range(260, 400) for y in range(115, 215)}
    assert red in upper
    assert red not in lower


def test_an_empty_capsule_is_an_empty_plot(qtbot: QtBot, look: Look) -> None:
    plot = TracePlot(look)
    qtbot.addWidget(plot)
    plot.set_traces([])
    plot.show()
    assert not plot.grab().isNull()


# --- names ----------------------------------------------------------------------------------------------------------


def test_panels_and_chips_have_names(qtbot: QtBot, look: Look) -> None:
    panel, chip = Panel(look, "Timeline"), Chip(look, "J. Weiss")
    for widget in (panel, chip):
        qtbot.addWidget(widget)
    assert [w.accessibleName() for w in (panel, chip)] == ["Timeline", "J. Weiss"]
