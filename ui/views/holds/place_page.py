"""The page that places a hold: where, which window or lot, what it does, why, and one button. Passive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QEvent, QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain.text import safe
from ui.text import t
from ui.theme import Look
from ui.views.holds.rows import Effect, HeldRow, InterlockRow, PlacePanel, Start, Total
from ui.views.holds.strip import LineStrip
from ui.views.holds.window_bar import WindowBar
from ui.widgets.forms import Button, ChoiceChips, LineEdit, Tone
from ui.widgets.glyphs import Mark
from ui.widgets.labels import text_label
from ui.widgets.lines import Detail, Lines
from ui.widgets.panel import Panel
from ui.widgets.table import Align, Cell, Column, PaintedTable, TableRow

_BASE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
_RETURN, _ENTER, _ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape
_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_ROW = 46
WHOLE, RANGE = "whole", "range"
WRITE, LEAVE = "write", "leave"
MOST_INTERLOCKS = 6
"""As many are shown and can be chosen; a plant with more on one line is not known."""


class Totals(QWidget):
    """Big numbers with their nouns."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._totals: tuple[Total, ...] = ()
        self.setFixedHeight(30)
        look.changed.connect(self.update)

    def set(self, totals: Sequence[Total]) -> None:
        """Show these numbers."""
        self._totals = tuple(totals)
        look = self._look
        self.setFixedWidth(sum(34 + round(look.width(x.number, 24, True) + look.width(x.noun, 15)) for x in totals) + 8)
        self.setAccessibleName(", ".join(f"{total.number} {total.noun}" for total in totals))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look, x = QPainter(self), self._look, 0
        for total in self._totals:
            for text, px, bold, colour in (
                (total.number, 24, True, look.theme.ink),
                (total.noun, 15, False, look.theme.soft),
            ):
                wide = round(look.width(text, px, bold)) + 6
                painter.setPen(colour)
                painter.setFont(look.font(px, bold))
                painter.drawText(x, 0, wide, self.height() - (0 if px == 24 else 3), _BASE, text)
                x += wide
            x += 22


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectLine:
    """An effect as a line of the list."""

    text: str
    detail: str
    bad: bool
    when: str = ""


class Snug(QScrollArea):
    """As high as what is in it, and no higher; scrolls where there is less room."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = inner
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(_OFF)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        layout = self._inner.layout()
        high = layout.heightForWidth(self.width()) if layout and layout.hasHeightForWidth() else -1
        return QSize(900, max(high, self._inner.sizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(400, 160)

    def settle(self) -> None:
        """What is in it became higher or lower."""
        self.updateGeometry()


class LotForm(QWidget):
    """Which lot, and whether the whole of it or a range of its units."""

    changed = Signal(str)
    ranged = Signal(bool, str, str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: dict[str, str] = {}
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(12)
        self.lot = LineEdit(look, t("Lot, such as 4471-B"), name=t("Lot"))
        self.lot.setCompleter(completer)
        self._which = ChoiceChips(look, ((WHOLE, t("Whole lot")), (RANGE, t("Units"))), name=t("How much"), keys=False)
        self._which.choose(WHOLE, tell=False)
        self._first = LineEdit(look, t("first unit"), name=t("First unit"))
        self._last = LineEdit(look, t("last unit"), name=t("Last unit"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for widget, stretch in ((self.lot, 3), (self._which, 2), (self._first, 2), (self._last, 2)):
            layout.addWidget(widget, stretch)
        self.lot.textChanged.connect(lambda text: self.changed.emit(self._texts.get(text, text)))
        self._which.chosen.connect(lambda _: self._tell())
        self._first.textChanged.connect(lambda _: self._tell())
        self._last.textChanged.connect(lambda _: self._tell())
        self._tell()

    def start(self, lot: str, lots: Sequence[tuple[str, str]]) -> None:
        """Begin with this lot; `lots` are (number, text) of those that are known."""
        self._texts = {text: number for number, text in lots}
        self._model.setStringList([text for _, text in lots])
        self._which.choose(WHOLE, tell=False)
        for line in (self._first, self._last):
            line.clear()
        self.lot.setText(lot)
        self._tell()

    def _tell(self) -> None:
        by_range = self._which.value == RANGE
        self._first.setEnabled(by_range)
        self._last.setEnabled(by_range)
        self.ranged.emit(by_range, self._first.text(), self._last.text())


class InterlockLine(QWidget):
    """One interlock: what would be written where, and whether it is. `chosen` carries (key, write)."""

    chosen = Signal(str, bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._title, self._detail = text_label(px=15, bold=True, elide=True), text_label(px=13, soft=True, wrap=True)
        self._chips = ChoiceChips(look, ((WRITE, t("Write it")), (LEAVE, t("Leave it"))), keys=False)
        self._chips.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        words, layout = QVBoxLayout(), QHBoxLayout(self)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(words, 1)
        layout.addWidget(self._chips)
        self._chips.chosen.connect(lambda value: self.chosen.emit(self._key, value == WRITE))

    def set(self, row: InterlockRow) -> None:
        """Show this one."""
        self._key = row.key
        self._title.setText(row.title)
        self._detail.setText(row.why_not or row.detail)
        self._chips.setAccessibleName(row.title)
        self._chips.setVisible(not row.why_not)
        self._chips.choose(WRITE if row.chosen else LEAVE, tell=False)


class PlacePage(QWidget):
    """Everything chosen here goes out as it is chosen; what comes of it comes back by `set_panel`."""

    moved = Signal(bool, object)
    nudged = Signal(bool, int, bool)
    lot_named = Signal(str)
    range_named = Signal(bool, str, str)
    reason_chosen = Signal(str)
    reason_said = Signal(str)
    interlock_chosen = Signal(str, bool)
    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._origin = text_label(px=15, soft=True, elide=True)
        self._build_top(look)
        self._build_middle(look)
        self._build_interlocks(look)
        self._build_reason(look)
        self._build_foot(look)
        self._lay_out(look)
        self._bar.moved.connect(self.moved)
        self._bar.nudged.connect(self.nudged)
        self._lot_form.changed.connect(self.lot_named)
        self._lot_form.ranged.connect(self.range_named)
        self._reasons.chosen.connect(self._chosen)
        self._sentence.textChanged.connect(self.reason_said)
        self._hold.clicked.connect(self.confirmed)
        self._cancel.clicked.connect(self.cancelled)
        self._sentence.installEventFilter(self)

    def _build_top(self, look: Look) -> None:
        self._where = Panel(look, t("Where the suspect units are now"))
        self._strip, self._bar, self._bar_title = LineStrip(look), WindowBar(look), text_label(px=13, soft=True)
        keys = text_label(t("← → 5 s · Shift 1 min · ↑ ↓ the other end"), px=12, soft=True)
        head = QHBoxLayout()
        head.addWidget(self._bar_title)
        head.addStretch(1)
        head.addWidget(keys)
        self._where.body.addWidget(self._strip)
        self._where.body.addLayout(head)
        self._where.body.addWidget(self._bar)
        self._which = Panel(look, t("Which units"))
        self._lot_form = LotForm(look)
        self._which.body.addWidget(self._lot_form)

    def _build_middle(self, look: Look) -> None:
        self._held_panel = Panel(look, t("What will be held"))
        self._held = PaintedTable(
            look,
            (
                Column(title=t("lot"), width=92),
                Column(title=t("units"), width=148),
                Column(title=t("quantity"), width=80, align=Align.RIGHT),
                Column(title=t("where"), width=150, stretch=3),
                Column(title=t("next promised to"), width=132, stretch=1),
            ),
            row_height=_ROW,
            empty=t("Nothing yet."),
        )
        self._held.setAccessibleName(t("What will be held"))
        self._totals, self._doubt = Totals(look), text_label(px=13, bold=True, wrap=True)
        self._held.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._held_panel.head.addWidget(self._totals)
        for widget in (self._held, self._doubt):
            self._held_panel.body.addWidget(widget)
        self._held_panel.body.addStretch(1)
        self._effect_panel, self._effects = Panel(look, t("What it does")), Lines(look, when_px=0, detail=Detail.RIGHT)
        self._effect_panel.body.addWidget(self._effects)
        self._effect_panel.body.addStretch(1)

    def _build_interlocks(self, look: Look) -> None:
        self._interlock_panel = Panel(look, t("Interlock: written once to the controller, then read back"))
        self._interlocks = [InterlockLine(look) for _ in range(MOST_INTERLOCKS)]
        for line in self._interlocks:
            self._interlock_panel.body.addWidget(line)
            line.chosen.connect(self.interlock_chosen)

    def _build_reason(self, look: Look) -> None:
        self._reason_panel = Panel(look, t("Reason"))
        self._reasons = ChoiceChips(look, name=t("Reason"))
        self._sentence = LineEdit(
            look, t("One sentence that the next shift understands"), name=t("Reason, one sentence")
        )
        self._reasons.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._reasons)
        row.addWidget(self._sentence, 1)
        self._reason_panel.body.addLayout(row)

    def _build_foot(self, look: Look) -> None:
        self._who, self._missing = text_label(px=14, soft=True, wrap=True), text_label(px=14, bold=True)
        self._cancel = Button(look, t("Cancel"), key="Esc")
        self._hold = Button(look, t("Hold"), key="↵", tone=Tone.HOLD)

    def _lay_out(self, look: Look) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Mark(look, hold=True, size=24))
        head.addWidget(text_label(t("Hold suspect units"), px=20, bold=True))
        head.addWidget(self._origin, 1)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(self._held_panel, 58)
        middle.addWidget(self._effect_panel, 42)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._who, 1)
        for widget in (self._missing, self._cancel, self._hold):
            foot.addWidget(widget)
        inner = QWidget()
        body = QVBoxLayout(inner)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(10)
        for panel in (self._where, self._which):
            body.addWidget(panel)
        body.addLayout(middle)
        body.addWidget(self._interlock_panel)
        body.addStretch(1)
        self._area = Snug(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 10, 14, 10)
        outer.setSpacing(10)
        outer.addLayout(head)
        outer.addWidget(self._area, 100)
        outer.addWidget(self._reason_panel)
        outer.addLayout(foot)
        outer.addStretch(1)

    # --- what the presenter says ------------------------------------------------------------------------------------

    def start(self, start: Start) -> None:
        """Open with empty answers, the cursor where the first one is needed."""
        self._where.setVisible(start.by_window)
        self._which.setVisible(not start.by_window)
        self._reasons.set_choices(())
        self._reasons.set_choices(start.reasons)
        self._sentence.clear()
        self._lot_form.start(start.lot, [(lot.lot, lot.text) for lot in start.lots])
        first = self._reasons if start.by_window or start.lot else self._lot_form.lot
        first.setFocus()

    def set_panel(self, panel: PlacePanel) -> None:
        """Show what comes of what was chosen so far."""
        self._origin.setText(panel.origin)
        self._strip.set_boxes(panel.boxes)
        if panel.scale is not None:
            self._bar_title.setText(panel.scale.title)
            self._bar.set_scale(panel.scale)
        self._held.set_rows([held_line(row) for row in panel.held])
        self._held.setFixedHeight(32 + _ROW * min(5, max(1, len(panel.held))))
        self._totals.set(panel.totals)
        self._doubt.setText(panel.doubt)
        self._doubt.setVisible(bool(panel.doubt))
        self._effects.set_rows([effect_line(effect) for effect in panel.effects])
        self._interlock_panel.setVisible(bool(panel.interlocks))
        for line, row in zip_longest(self._interlocks, panel.interlocks[:MOST_INTERLOCKS]):
            line.setVisible(row is not None)
            if row is not None:
                line.set(row)
        self._who.setText(panel.who)
        self._missing.setText(t("Being stored…") if panel.busy else panel.missing)
        self._hold.set_text(panel.button)
        self._hold.setEnabled(panel.ready)
        self._area.settle()

    # --- keys -------------------------------------------------------------------------------------------------------

    def _chosen(self, code: str) -> None:
        self.reason_chosen.emit(code)
        self._sentence.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter in the sentence confirms; the presenter says what is missing."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (_RETURN, _ENTER):
            self.confirmed.emit()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _ESCAPE:
            self.cancelled.emit()
        elif event.key() in (_RETURN, _ENTER):
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)


def held_line(row: HeldRow) -> TableRow:
    """A lot of the hold as a row of the table."""
    lot, place = Cell(text=row.lot, bold=True), Cell(text=row.where, detail=row.location)
    return TableRow(key=f"{row.lot} {row.units}", cells=(lot, row.units, row.quantity, place, row.promised))


def effect_line(effect: Effect) -> EffectLine:
    """An effect as a line: who at the left, what at the right."""
    return EffectLine(text=safe(effect.who), detail=safe(effect.what), bad=effect.bad)
