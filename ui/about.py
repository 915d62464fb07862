"""The About box: which Lineside this is, what it carries and under which licences, with their texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui.overlay import Overlay
from ui.shipped import Shipped, text_of
from ui.text import t
from ui.theme import Look
from ui.widgets.labels import text_label
from ui.widgets.table import Align, Cell, Column, PaintedTable, TableRow

WIDTH, HEIGHT, ROW = 1100, 680, 30
TABLE_PX = 520

OWN = (
    "Lineside is under the Apache License 2.0. It carries the libraries below under their own licences. Qt, PySide6, "
    "psycopg and asyncua are under the LGPL: they are separate files, and you may put changed ones in their place."
)
FROM_SOURCE = "This Lineside runs from its source: it carries nothing, the libraries are those of its Python."


class About(Overlay):
    """Two columns: what is carried, and the licence text of the one that is selected."""

    def __init__(self, look: Look, host: QWidget, version: str, carried: Sequence[Shipped], where: Path) -> None:
        super().__init__(look, host, width=WIDTH)
        carried = [one for one in carried if one.texts]  # what is inside another is covered by that one's texts
        self._carried = {one.key: one for one in carried}
        self._where = where
        self.setAccessibleName(t("About Lineside"))
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 18)
        box.setSpacing(8)
        box.addWidget(text_label(t("Lineside {version}", version=version).strip(), px=20, bold=True))
        box.addWidget(text_label(t(OWN), px=14, soft=True, wrap=True))
        if not carried:
            box.addWidget(text_label(t(FROM_SOURCE), px=14, wrap=True))
            return
        box.addWidget(text_label(t("The texts are in {folder}.", folder=where), px=13, soft=True, wrap=True))
        self._build(box, look, carried)

    def _build(self, box: QVBoxLayout, look: Look, carried: Sequence[Shipped]) -> None:
        columns = (
            Column(title=t("library"), width=220, stretch=1),
            Column(title=t("version"), width=110, align=Align.RIGHT),
            Column(title=t("licence"), width=170, stretch=1),
        )
        self.table = PaintedTable(look, columns, row_height=ROW)
        self.table.setFixedWidth(TABLE_PX)
        self.table.setAccessibleName(t("What Lineside carries"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(look.font(13, mono=True))
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.text.setAccessibleName(t("Licence text"))
        self.table.selected.connect(self._show)
        self.table.set_rows([row_of(one) for one in carried])
        self.table.select(carried[0].key)
        self._show(carried[0].key)
        self.setFocusProxy(self.table)
        columns_box = QHBoxLayout()
        columns_box.addWidget(self.table)
        columns_box.addWidget(self.text, 1)
        box.addLayout(columns_box, 1)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self.heightForWidth(WIDTH))

    def heightForWidth(self, width: int) -> int:
        return HEIGHT if self._carried else super().heightForWidth(width)

    def _show(self, key: str) -> None:
        one = self._carried.get(key)
        if one is not None:
            self.text.setPlainText(text_of(self._where, one))


def row_of(one: Shipped) -> TableRow:
    """A component as the table shows it."""
    return TableRow(
        key=one.key,
        cells=(Cell(text=one.name, bold=True), Cell(text=one.version, soft=True), Cell(text=one.licence, soft=True)),
    )
