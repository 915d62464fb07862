"""What was found, row by row: a mark, whose it is, what is missing and what to do. Passive; nothing jumps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.readiness import Finding, Grade
from ui.text import t
from ui.theme import Look
from ui.widgets.labels import text_label

SIDE = 20
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_TOP = Qt.AlignmentFlag.AlignTop
_WORDS = {
    Grade.LOOKING: "being looked at",
    Grade.WELL: "well",
    Grade.MISSING: "missing, not needed",
    Grade.NEEDED: "needed",
}


class Mark(QWidget):
    """The grade as a shape: a ring while looking, a grey tick, a triangle, a red square."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._grade = look, Grade.LOOKING
        self.setFixedSize(QSize(SIDE, SIDE))
        look.changed.connect(self.update)

    def set_grade(self, grade: Grade) -> None:
        """Show another grade."""
        self._grade = grade
        self.setAccessibleName(t(_WORDS[grade]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._look.theme, QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        if self._grade is Grade.NEEDED:
            painter.setPen(QPen(theme.outline, 1))
            painter.setBrush(theme.p1)
            painter.drawRect(QRectF(3.5, 3.5, 13, 13))
        elif self._grade is Grade.MISSING:
            painter.setPen(QPen(theme.outline, 1))
            painter.setBrush(theme.p2)
            painter.drawPolygon(QPolygonF([QPointF(10, 3), QPointF(17.5, 16.5), QPointF(2.5, 16.5)]))
        elif self._grade is Grade.WELL:
            painter.setPen(QPen(theme.soft, 2))
            painter.drawPolyline(QPolygonF([QPointF(4, 10.5), QPointF(8.5, 15), QPointF(16, 5.5)]))
        else:
            painter.setPen(QPen(theme.fill, 1.5))
            painter.setBrush(_NO_BRUSH)
            painter.drawEllipse(QRectF(4.5, 4.5, 11, 11))


class FindingRow(QWidget):
    """One finding; its sentences are set anew as they come."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(1, 150)
        grid.setColumnStretch(2, 1)
        self._mark = Mark(look)
        self._name = text_label("", px=14, bold=True, wrap=True)
        self._name.setFixedWidth(150)
        self._text = text_label("", px=14, wrap=True)
        self._todo = text_label("", px=14, soft=True, wrap=True)
        grid.addWidget(self._mark, 0, 0, _TOP)
        grid.addWidget(self._name, 0, 1, _TOP)
        grid.addWidget(self._text, 0, 2, _TOP)
        grid.addWidget(self._todo, 1, 2, _TOP)

    def set_finding(self, finding: Finding) -> None:
        """Show it."""
        looking = finding.grade is Grade.LOOKING
        self._mark.set_grade(finding.grade)
        self._name.setText(finding.name)
        self._text.setText(t("looking…") if looking else finding.text)
        self._text.set_soft(finding.grade in (Grade.LOOKING, Grade.WELL))
        self._todo.setText(finding.todo)
        self._todo.setVisible(bool(finding.todo))
        self.setAccessibleName(f"{finding.name}: {finding.text} {finding.todo}".strip())


class FindingList(QScrollArea):
    """All findings, in the order in which they were looked at first."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._rows: dict[str, FindingRow] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(t("What was found"))
        inner = QWidget()
        inner.setAutoFillBackground(False)
        self._box = QVBoxLayout(inner)
        self._box.setContentsMargins(0, 0, 8, 0)
        self._box.setSpacing(0)
        self._box.addStretch(1)
        self.setWidget(inner)

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show them; a row that is still there stays where it is."""
        for gone in self._rows.keys() - {finding.id for finding in findings}:
            row = self._rows.pop(gone)
            row.hide()
            row.deleteLater()
        for finding in findings:
            row = self._rows.get(finding.id) or self._added(finding.id)
            row.set_finding(finding)

    def _added(self, key: str) -> FindingRow:
        row = self._rows[key] = FindingRow(self._look)
        self._box.insertWidget(self._box.count() - 1, row)
        return row
