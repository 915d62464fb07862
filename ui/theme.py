"""The look: colour tokens of day and night, the bundled font, palette and style sheets. The one owner of colours.

Must not know any view. Nothing here is a singleton: whoever paints gets a `Look` in its constructor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

import resources
from app.domain.text import safe

FAMILY = "B612"
MONO = "B612 Mono"
RADIUS = 3.0
"""The one corner radius, px."""
TOUCH = 44
"""The least height of anything that is pressed, px."""

_FONTS = ("B612-Regular", "B612-Bold", "B612-Italic", "B612-BoldItalic", "B612Mono-Regular", "B612Mono-Bold")
_ELIDE = Qt.TextElideMode.ElideRight
_NORMAL, _BOLD = QFont.Weight.Normal, QFont.Weight.Bold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Theme:
    """Colour tokens. `on_*` is the text colour upon a fill; `outline` carries a mark's 3:1 against the panel."""

    name: str
    ground: QColor
    panel: QColor
    raised: QColor
    line: QColor
    ink: QColor
    soft: QColor
    fill: QColor
    strong: QColor
    track: QColor
    band: QColor
    selection: QColor
    p1: QColor
    p2: QColor
    p3: QColor
    p4: QColor
    hold: QColor
    outline: QColor
    on_p1: QColor
    on_p2: QColor
    on_p3: QColor
    on_p4: QColor
    on_hold: QColor
    on_selection: QColor

    def priority(self, priority: int) -> QColor:
        """The fill of a priority 1…4; anything else counts as 4."""
        return (self.p1, self.p2, self.p3, self.p4)[min(max(priority, 1), 4) - 1]

    def on_priority(self, priority: int) -> QColor:
        """The colour of the number upon a priority's fill."""
        return (self.on_p1, self.on_p2, self.on_p3, self.on_p4)[min(max(priority, 1), 4) - 1]


def _theme(name: str, **tokens: str) -> Theme:
    return Theme(name=name, **{token: QColor(value) for token, value in tokens.items()})


DAY = _theme(
    "day",
    ground="#cfd3d6",
    panel="#dde0e2",
    raised="#e8eaeb",
    line="#aeb5ba",
    ink="#1c2226",
    soft="#535c63",  # one step under #545d64, which has 4.46:1 on the ground
    fill="#8d969d",
    strong="#6d767d",
    track="#c1c7cb",
    band="#b4bbc0",
    selection="#1d5b9e",
    p1="#b80f0a",
    p2="#d96a00",
    p3="#e3be00",
    p4="#7a3fa6",
    hold="#0b6e8a",
    outline="#1c2226",
    on_p1="#ffffff",
    on_p2="#1c2226",
    on_p3="#1c2226",
    on_p4="#ffffff",
    on_hold="#ffffff",
    on_selection="#ffffff",
)

NIGHT = _theme(
    "night",
    ground="#1d2124",
    panel="#262b2f",
    raised="#2f353a",
    line="#444c52",
    ink="#dfe3e6",
    soft="#a3acb3",
    fill="#8b959c",
    strong="#b4bdc3",
    track="#394046",
    band="#50585e",
    selection="#6fb0f0",
    p1="#ff5a4f",
    p2="#ff9b3d",
    p3="#f2d43b",
    p4="#c38bf0",
    hold="#4fc3e0",
    outline="#dfe3e6",
    on_p1="#14181a",
    on_p2="#14181a",
    on_p3="#14181a",
    on_p4="#14181a",
    on_hold="#14181a",
    on_selection="#14181a",
)


@cache
def load_fonts() -> bool:
    """Register the bundled fonts with Qt, once; needs a QGuiApplication. False if one could not be read."""
    paths = [resources.path(f"fonts/{name}.otf") for name in _FONTS]
    return all(QFontDatabase.addApplicationFont(str(path)) >= 0 for path in paths)


@cache
def font(px: int, *, bold: bool = False, mono: bool = False) -> QFont:
    """The bundled font with tabular figures, `px` pixels high. Shared: do not change it."""
    load_fonts()
    made = QFont(MONO if mono else FAMILY)
    made.setPixelSize(px)
    made.setWeight(_BOLD if bold else _NORMAL)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setStyleHint(QFont.StyleHint.SansSerif)
    return made


@lru_cache(maxsize=20_000)
def text_width(text: str, px: int, bold: bool = False) -> float:
    """The advance of a text in px; remembered, because views measure the same words again and again."""
    return metrics(px, bold=bold).horizontalAdvance(text)


@cache
def metrics(px: int, *, bold: bool = False, mono: bool = False) -> QFontMetricsF:
    """Metrics of `font(px)`."""
    return QFontMetricsF(font(px, bold=bold, mono=mono))


@cache
def cap_height(px: int, bold: bool = False) -> float:
    """The height of capitals and figures: what is centred in a row."""
    return metrics(px, bold=bold).capHeight()


class Look(QObject):
    """What a painter asks for colours and fonts. Repaint on `changed`."""

    changed = Signal()

    def __init__(self, theme: Theme = DAY, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._app: QApplication | None = None
        self._elided: dict[tuple[str, int, bool, int], str] = {}
        load_fonts()

    @property
    def theme(self) -> Theme:
        """The tokens in use."""
        return self._theme

    def set_theme(self, theme: Theme) -> None:
        """Change day and night; restyles the application if `apply` was called."""
        if theme is self._theme:
            return
        self._theme = theme
        if self._app is not None:
            self.apply(self._app)
        self.changed.emit()

    def font(self, px: int, bold: bool = False, mono: bool = False) -> QFont:
        """The bundled font, tabular figures."""
        return font(px, bold=bold, mono=mono)

    def width(self, text: str, px: int, bold: bool = False) -> float:
        """The advance of a text in px."""
        return text_width(text, px, bold)

    def elided(self, text: str, px: int, width: float, bold: bool = False) -> str:
        """The text made safe and cut with … to `width` px; remembered, because the same words are painted again."""
        key = (text, px, bold, int(width))
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) > 20_000:
                self._elided.clear()
            found = metrics(px, bold=bold).elidedText(safe(text), _ELIDE, width)
            self._elided[key] = found
        return found

    def apply(self, app: QApplication) -> None:
        """Fusion with our palette, font and style sheet; a change of theme leaves style and font as they are."""
        if self._app is not app:
            self._app = app
            app.setStyle("Fusion")
            app.setFont(font(14))
        app.setPalette(palette(self._theme))
        app.setStyleSheet(style_sheet(self._theme))


def palette(theme: Theme) -> QPalette:
    """The tokens as a QPalette; soft text is `PlaceholderText`, lines are `Mid`."""
    made = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, theme.panel),
        (QPalette.ColorRole.WindowText, theme.ink),
        (QPalette.ColorRole.Base, theme.raised),
        (QPalette.ColorRole.AlternateBase, theme.panel),
        (QPalette.ColorRole.Text, theme.ink),
        (QPalette.ColorRole.PlaceholderText, theme.soft),
        (QPalette.ColorRole.Button, theme.raised),
        (QPalette.ColorRole.ButtonText, theme.ink),
        (QPalette.ColorRole.BrightText, theme.p1),
        (QPalette.ColorRole.Highlight, theme.selection),
        (QPalette.ColorRole.HighlightedText, theme.on_selection),
        (QPalette.ColorRole.Accent, theme.selection),
        (QPalette.ColorRole.Link, theme.selection),
        (QPalette.ColorRole.ToolTipBase, theme.raised),
        (QPalette.ColorRole.ToolTipText, theme.ink),
        (QPalette.ColorRole.Light, theme.raised),
        (QPalette.ColorRole.Midlight, theme.track),
        (QPalette.ColorRole.Mid, theme.line),
        (QPalette.ColorRole.Dark, theme.fill),
        (QPalette.ColorRole.Shadow, theme.line),
    ):
        made.setColor(role, colour)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.soft)
    return made


_SHEET = Template("""
QToolTip { background: $raised; color: $ink; border: 1px solid $line; padding: 4px 6px; }
QMainWindow, QDialog { background: $ground; }
QMenu { background: $raised; color: $ink; border: 1px solid $line; padding: 4px 0; }
QMenu::item { padding: 8px 24px; min-height: 28px; }
QMenu::item:selected { background: $selection; color: $on_selection; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QScrollArea, QAbstractScrollArea { border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $fill; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 44px; }
QScrollBar::handle:horizontal { min-width: 44px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $ground; }
QComboBox { background: $raised; color: $ink; border: 1px solid $line; border-radius: 3px; padding: 0 10px; }
QComboBox:focus { border: 2px solid $selection; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox QAbstractItemView { background: $raised; color: $ink; border: 1px solid $line; outline: none;
  selection-background-color: $selection; selection-color: $on_selection; }
QComboBox QAbstractItemView::item { min-height: 36px; }
QLineEdit { background: $raised; color: $ink; }
""")

_DOCKS = Template("""
ads--CDockContainerWidget { background: $ground; }
ads--CDockContainerWidget ads--CDockSplitter::handle { background: $ground; }
ads--CDockSplitter::handle:hover { background: $line; }
ads--CDockAreaWidget { background: $panel; border: 1px solid $line; border-radius: 3px; }
ads--CDockAreaTitleBar { background: $panel; border: none; border-bottom: 1px solid $line; padding: 0; }
ads--CDockAreaTitleBar > QToolButton, ads--CTitleBarButton { background: transparent; border: none; padding: 4px; }
ads--CTitleBarButton:hover { background: $track; }
ads--CDockWidgetTab { background: $panel; border: none; border-right: 1px solid $line; padding: 4px 10px;
  min-height: 26px; }
ads--CDockWidgetTab QLabel { color: $soft; background: transparent; }
ads--CDockWidgetTab[activeTab="true"] { background: $raised; border-bottom: 2px solid $soft; }
ads--CDockWidgetTab[activeTab="true"] QLabel { color: $ink; }
ads--CDockWidgetTab[focused="true"] { border-bottom: 2px solid $selection; }
ads--CDockWidgetTab QPushButton { background: transparent; border: none; padding: 2px; }
ads--CDockWidgetTab QPushButton:hover { background: $track; }
ads--CDockWidget { background: $ground; border: none; }
ads--CFloatingDockContainer { background: $ground; border: 1px solid $line; }
ads--CAutoHideTab { background: $panel; color: $soft; border: 1px solid $line; padding: 4px 8px; }
ads--CAutoHideTab[activeTab="true"] { color: $ink; background: $raised; }
""")


def style_sheet(theme: Theme) -> str:
    """QSS of the few standard widgets that are not painted by ourselves."""
    return _SHEET.substitute(_tokens(theme))


def dock_style_sheet(theme: Theme) -> str:
    """QSS for a QtAds CDockManager: flat tabs, one border. Set it again on `Look.changed`."""
    return _DOCKS.substitute(_tokens(theme))


def _tokens(theme: Theme) -> dict[str, str]:
    return {name: value.name() for name in Theme.__slots__ if isinstance(value := getattr(theme, name), QColor)}
