"""The guided start as one window: three ways at the left, the page of the chosen one, what was found. Passive."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.domain.readiness import Finding
from ui.choice import Kind
from ui.guide.presenter import StartButton
from ui.guide.rows import FindingList
from ui.guide.way import ENTERS, Way
from ui.keyboard import bind
from ui.manual.panel import ManualPanel
from ui.manual.places import GUIDE_PLACE
from ui.text import t
from ui.theme import DAY, NIGHT, Look
from ui.widgets.forms import Button, LineEdit, Tone
from ui.widgets.labels import text_label

SIZE = (1000, 640)
WAYS_PX = 280
WITH_MANUAL_PX = 1500
ENDINGS = "*.toml *.lineside"

WAYS: tuple[tuple[Kind, str, str], ...] = (
    (Kind.DEMO, "Try the demo", "A simulated plant, on this machine."),
    (Kind.PLANT, "Open a plant file", "Your own lines and controllers."),
    (Kind.JOIN, "Join a plant", "Share one log with its workstations."),
)


class GuideWindow(QWidget):
    """The window. Signals say what a person wants; setters show what is so."""

    way_chosen = Signal(Kind)
    path_given = Signal(str)
    look_again = Signal()
    start_pressed = Signal()
    join_pressed = Signal(str, str, str)
    closed = Signal()

    def __init__(self, look: Look, station: str, recent: Sequence[Path] = (), note: str = "") -> None:
        super().__init__()
        self._look = look
        self._kind = Kind.DEMO
        self._dialog: QFileDialog | None = None
        self.manual: ManualPanel | None = None
        self.setWindowTitle(t("Lineside"))
        self.resize(*SIZE)
        self.setMinimumSize(QSize(760, 520))
        self.setAcceptDrops(True)
        self._build(station, recent, note)
        for number, (kind, _title, _words) in enumerate(WAYS, 1):
            bind(self, f"Alt+{number}", partial(self._to_way, kind))
        bind(self, "Ctrl+O", self.browse)
        bind(self, "F5", self.look_again.emit)
        bind(self, "Ctrl+Return", self.start_pressed.emit)
        bind(self, "F1", self.explain)
        bind(self, "Ctrl+D", lambda: look.set_theme(NIGHT if look.theme is DAY else DAY))

    # --- building ---------------------------------------------------------------------------------------------------

    def _build(self, station: str, recent: Sequence[Path], note: str) -> None:
        self._beside = QHBoxLayout(self)
        self._beside.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout()
        self._beside.addLayout(column, 1)
        column.setContentsMargins(28, 22, 28, 22)
        column.setSpacing(14)
        column.addWidget(text_label(t("What shall Lineside open?"), px=24, bold=True))
        column.addWidget(
            text_label(note or t("It is remembered: the next start goes straight there. Ctrl+O in the window brings "
                                 "this back."), px=14, soft=not note, wrap=True)
        )  # fmt: skip
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addLayout(self._ways())
        right = QVBoxLayout()
        right.setSpacing(12)
        self._pages = QStackedWidget()
        self._pages_of = {
            Kind.DEMO: self._demo_page(),
            Kind.PLANT: self._plant_page(recent),
            Kind.JOIN: self._join_page(station),
        }
        for page in self._pages_of.values():
            self._pages.addWidget(page)
        right.addWidget(self._pages)
        self.findings = FindingList(self._look)
        right.addWidget(self.findings, 1)
        middle.addLayout(right, 1)
        column.addLayout(middle, 1)
        column.addLayout(self._foot())

    def _ways(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(10)
        self.ways: dict[Kind, Way] = {}
        for number, (kind, title, words) in enumerate(WAYS, 1):
            way = self.ways[kind] = Way(self._look, number, t(title), t(words))
            way.setFixedWidth(WAYS_PX)
            way.entered.connect(lambda kind=kind: self._turn(kind))
            way.pressed.connect(self._go_in)
            box.addWidget(way)
        box.addStretch(1)
        return box

    def _demo_page(self) -> QWidget:
        page, box = _page()
        box.addWidget(text_label(t("Three packaging lines that run on this machine: real controllers' protocols, lots, "
                                   "orders, jams and a demo ERP. Sign in as anybody; the first exception comes within "
                                   "half a minute. Nothing is kept."), px=14, wrap=True))  # fmt: skip
        return page

    def _plant_page(self, recent: Sequence[Path]) -> QWidget:
        page, box = _page()
        box.addWidget(text_label(t("Plant file (TOML); it may be dropped here"), px=13, bold=True, soft=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.path = LineEdit(self._look, t("/etc/lineside/plant.toml"), name=t("Plant file"))
        self.path.returnPressed.connect(self._enter_path)
        choose = Button(self._look, t("Choose…"), key="Ctrl O")
        choose.clicked.connect(self.browse)
        row.addWidget(self.path, 1)
        row.addWidget(choose)
        box.addLayout(row)
        if recent[1:]:
            box.addWidget(text_label(t("Opened before"), px=13, bold=True, soft=True))
        for path in recent[1:]:
            again = Button(self._look, str(path))
            again.clicked.connect(lambda _checked=False, path=path: self.path_given.emit(str(path)))
            box.addWidget(again)
        return page

    def _join_page(self, station: str) -> QWidget:
        page, box = _page()
        box.addWidget(text_label(t("Plant IT says the address and this station's password "
                                   "(lineside db station add NAME)."), px=14, soft=True, wrap=True))  # fmt: skip
        self.url = LineEdit(self._look, "postgresql://HOST,HOST2/PLANT", name=t("Address of the plant's log"))
        self.station = LineEdit(self._look, station, name=t("Name of this station"))
        self.station.setText(station)
        self.password = LineEdit(self._look, name=t("Password of the station"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.url.returnPressed.connect(self.station.setFocus)
        self.station.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._join)
        for field in (self.url, self.station, self.password):
            box.addWidget(text_label(field.accessibleName(), px=13, bold=True, soft=True))
            box.addWidget(field)
        self._join_button = Button(self._look, t("Join"), key="Enter", tone=Tone.PRIMARY)
        self._join_button.clicked.connect(self._join)
        box.addWidget(self._join_button)
        return page

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.said = text_label("", px=14, wrap=True)
        row.addWidget(self.said, 1)
        again = Button(self._look, t("Look again"), key="F5")
        again.clicked.connect(self.look_again)
        self.start = Button(self._look, t("Start"), key="Ctrl Enter", tone=Tone.PRIMARY)
        self.start.setMinimumWidth(240)
        self.start.clicked.connect(self.start_pressed)
        row.addWidget(again)
        row.addWidget(self.start)
        return row

    def _to_way(self, kind: Kind) -> None:
        self.ways[kind].setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- what a person does -----------------------------------------------------------------------------------------

    def _turn(self, kind: Kind) -> None:
        if kind is not self._kind:
            self.way_chosen.emit(kind)

    def _go_in(self) -> None:
        """Enter on a way: into its first field, or start where there is none to fill in."""
        field = {Kind.PLANT: self.path, Kind.JOIN: self.url}.get(self._kind)
        if field is not None and not (self._kind is Kind.PLANT and self.start.isEnabled()):
            field.setFocus(Qt.FocusReason.TabFocusReason)
            field.selectAll()
        else:
            self.start_pressed.emit()

    def _enter_path(self) -> None:
        self.path_given.emit(self.path.text())

    def _join(self) -> None:
        word = self.password.text()
        self.password.clear()
        self.join_pressed.emit(self.url.text(), self.station.text(), word)

    def browse(self) -> None:
        """Choose a file; nothing waits for it."""
        self.way_chosen.emit(Kind.PLANT)
        here = self.path.text()
        dialog = self._dialog = QFileDialog(self, t("Open a plant file"), str(Path(here).parent) if here else "")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([t("Plant files ({endings})", endings=ENDINGS), t("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.path_given)
        dialog.open()

    def explain(self) -> None:
        """The manual's page of the first start, beside it; away if it is there."""
        if self.manual is None:
            self.manual = ManualPanel(self._look)
            self._beside.addWidget(self.manual)
        if self.manual.isVisible():
            self.manual.leave()
        else:
            self.resize(max(self.width(), WITH_MANUAL_PX), self.height())
            self.manual.open(GUIDE_PLACE)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.way_chosen.emit(Kind.PLANT)
            self.path_given.emit(files[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A number chooses, Esc goes back to the ways."""
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < len(WAYS) and not isinstance(self.focusWidget(), QLineEdit):
            self._to_way(WAYS[number][0])
        elif event.key() == Qt.Key.Key_Escape:
            self._to_way(self._kind)
        elif event.key() in ENTERS and isinstance(held := self.focusWidget(), Button):
            held.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    # --- what is shown ----------------------------------------------------------------------------------------------

    def show_kind(self, kind: Kind) -> None:
        """The page of a way."""
        self._kind = kind
        for each, way in self.ways.items():
            way.set_on(each is kind)
        self._pages.setCurrentWidget(self._pages_of[kind])
        self._pages.setFixedHeight(self._pages_of[kind].sizeHint().height())
        if isinstance(self.focusWidget(), Way | None):
            self.ways[kind].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_path(self, path: str) -> None:
        """The plant file."""
        if self.path.text() != path:
            self.path.setText(path)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """What was found so far."""
        self.findings.set_findings(findings)

    def show_start(self, button: StartButton) -> None:
        """What can be started."""
        self.start.set_text(button.text)
        self.start.setEnabled(button.enabled)
        self.start.set_tone(Tone.PRIMARY if button.sure else Tone.PLAIN)

    def show_said(self, said: str) -> None:
        """One sentence below."""
        self.said.setText(said)

    def show_joining(self, said: str, busy: bool) -> None:
        """How joining goes."""
        self.said.setText(said)
        for field in (self.url, self.station, self.password, self._join_button):
            field.setEnabled(not busy)
        if not busy and self._kind is Kind.JOIN:
            (self.start if self.start.isEnabled() else self.password).setFocus(Qt.FocusReason.OtherFocusReason)


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(6)
    return page, box
