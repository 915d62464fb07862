"""The banner on top of every screen: where one is, what is open, what nobody has seen yet, who sits here.

Passive: `set_state` in, signals out. Every part keeps its place whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from ui.crumb import HOME, Crumb
from ui.headline import PRIORITIES, Banner, Top
from ui.text import DASH, Formats, hms, t
from ui.theme import RADIUS, Look
from ui.widgets.chips import draw_key, key_width
from ui.widgets.glyphs import draw_priority

HEIGHT = 46
BRAND_WIDTH, BRAND_LEAST = 380, 240
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_SLOT = 52
TITLE_LEAST = 140
"""Of the case in the banner this much is always to be read, in px."""


class Piece(QAbstractButton):
    """A part of the banner that is painted and can be pressed; never takes the keyboard away from a view."""

    def __init__(self, look: Look, width: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        if width:
            self.setFixedWidth(width)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT - 2)
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), HEIGHT - 2)

    def write(
        self, painter: QPainter, x: float, text: str, *, px: int = 14, bold: bool = False, colour: QColor | None = None,
        width: float = 2000,
    ) -> float:  # fmt: skip
        """Write from x on, cut to `width`; returns where the text ends."""
        shown = self.look.elided(text, px, width, bold)
        painter.setPen(colour or self.look.theme.ink)
        painter.setFont(self.look.font(px, bold))
        wide = self.look.width(shown, px, bold)
        painter.drawText(QRectF(x, 0, wide + 4, self.height()), _LEFT, shown)
        return x + wide


class Brand(Piece):
    """The name and the way down to what is shown; a step of the way can be pressed."""

    stepped = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, 0, "Lineside", parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(BRAND_LEAST)
        self.setMaximumWidth(BRAND_WIDTH)
        self._crumbs: tuple[Crumb, ...] = ()
        self._places: list[tuple[float, float, str]] = []

    def sizeHint(self) -> QSize:
        return QSize(BRAND_WIDTH, HEIGHT - 2)

    def set_crumbs(self, crumbs: Sequence[Crumb]) -> None:
        """The steps from the plant down."""
        if tuple(crumbs) != self._crumbs:
            self._crumbs = tuple(crumbs)
            self.setAccessibleDescription(" › ".join(crumb.text for crumb in crumbs))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.look.theme, QPainter(self)
        end = self.write(painter, 14, "Lineside", px=16, bold=True)
        self._places = [(14, end, HOME)]
        x = end + 18
        shown = self._fitting(self.width() - 12 - x)
        for index, crumb in enumerate(shown):
            if index:
                x = self.write(painter, x + 6, "›", colour=theme.soft) + 6
            last = index == len(shown) - 1
            colour = theme.ink if last and len(self._crumbs) > 1 else theme.soft
            end = self.write(painter, x, crumb.text, px=14, colour=colour, width=self.width() - 12 - x)
            self._places.append((x, end, crumb.ref))
            x = end
        painter.fillRect(QRectF(self.width() - 1, 10, 1, self.height() - 20), theme.line)

    def _fitting(self, room: float) -> tuple[Crumb, ...]:
        """The steps that there is room for: the last ones; the name before them leads home."""
        shown = self._crumbs
        while len(shown) > 1 and sum(self.look.width(crumb.text, 14) + 20 for crumb in shown) - 20 > room:
            shown = shown[1:]
        return shown

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        for start, end, ref in self._places:
            if start - 4 <= x <= end + 4:
                self.stepped.emit(ref)
                return


class Counts(Piece):
    """How many cases are open, per priority: mark and number, always in the same place; grey where there are none."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, _SLOT * 4 + 16, "", parent)
        self._counts, self._known = (0, 0, 0, 0), True
        self.set_counts((0, 0, 0, 0), known=False)

    def set_counts(self, counts: tuple[int, int, int, int], *, known: bool = True) -> None:
        """Open cases of priority 1 … 4."""
        if (counts, known) == (self._counts, self._known):
            return
        self._counts, self._known = counts, known
        said = ", ".join(t("{count} of priority {p}", count=n, p=p) for p, n in zip(PRIORITIES, counts, strict=True))
        self.setAccessibleName(t("Open cases: {said}", said=said if known else t("not known yet")))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.look.theme, QPainter(self)
        for priority, count in zip(PRIORITIES, self._counts, strict=True):
            x = 14 + _SLOT * (priority - 1)
            box = QRectF(x, (self.height() - 18) / 2, 18, 18)
            if count:
                draw_priority(painter, box, priority, theme)
            else:
                painter.fillRect(QRectF(x + 5, self.height() / 2 - 1, 8, 2), theme.fill)
            shown = DASH if not self._known else str(count) if count < 1000 else "999"
            self.write(painter, x + 24, shown, px=15, bold=bool(count), colour=theme.ink if count else theme.soft)


class TopCase(Piece):
    """The unacknowledged case that comes first, with its clock and the key that acknowledges it."""

    def __init__(self, look: Look, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(look, 0, "", parent)
        self._formats = formats
        self._top: Top | None = None
        self._said: object = None
        self._known = False
        self._waiting, self._now = 0, datetime.min.replace(tzinfo=UTC)
        self.setMinimumWidth(140 + TITLE_LEAST)

    def set_top(self, top: Top | None, waiting: int, now: datetime, *, known: bool = True) -> None:
        """The case, how many more wait behind it, and what time it is. `known`: whether there are any."""
        said = (top, waiting, known, hms((now - top.opened_at).total_seconds()) if top else "")
        if said == self._said:
            return
        self._said = said
        self._top, self._waiting, self._now, self._known = top, waiting, now, known
        self.setAccessibleName(t("Unacknowledged: {title}", title=top.title) if top else self._nothing())
        self.update()

    def _nothing(self) -> str:
        """What is said where no case stands."""
        return t("Everything is acknowledged") if self._known else t("Starting: what is open is not known yet")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, top = self.look.theme, QPainter(self), self._top
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(theme.line if top is None else theme.strong)
        painter.setBrush(theme.panel if top is None else theme.track)
        painter.drawRoundedRect(QRectF(0.5, 7.5, self.width() - 1, self.height() - 15), RADIUS, RADIUS)
        if top is None:
            self.write(painter, 14, self._nothing(), colour=theme.soft, width=self.width() - 28)
            return
        draw_priority(painter, QRectF(12, (self.height() - 18) / 2, 18, 18), top.priority, theme)
        right = self._right(painter, top)
        x = self.write(painter, 42, top.title, px=15, bold=True, width=right - 60)
        self.write(painter, x + 12, top.detail, colour=theme.soft, width=max(0.0, right - x - 28))

    def _right(self, painter: QPainter, top: Top) -> float:
        """Clock, time and key at the right end; returns where they begin."""
        theme, high = self.look.theme, self.height()
        x = self.width() - 12 - key_width("A")
        draw_key(painter, x, (high - 18) / 2, "A", self.look)
        clock = hms((self._now - top.opened_at).total_seconds())
        painter.setFont(self.look.font(15, bold=True))
        painter.setPen(theme.ink)
        painter.drawText(QRectF(x - 80, 0, 70, high), _RIGHT, clock)
        painter.setFont(self.look.font(13))
        painter.setPen(theme.soft)
        said = self._beside(top, x - 150)
        wide = self.look.width(said, 13)
        painter.drawText(QRectF(x - 90 - wide, 0, wide + 2, high), _RIGHT, said)
        return x - 100 - wide

    def _beside(self, top: Top, room: float) -> str:
        """How many more wait and since when this one does; in a narrow window less of it: the title comes first."""
        more = t("+{count} more", count=self._waiting) if self._waiting else ""
        both = " · ".join(part for part in (more, self._formats.clock(top.happened_at)) if part)
        if self.look.width(both, 13) <= room - self.look.width(top.title, 15, True):
            return both
        return more if self.look.width(more, 13) <= room - TITLE_LEAST else ""


class Words(Piece):
    """A few words at a fixed place; `key` stands behind them, `priority` before them when they are abnormal."""

    def __init__(self, look: Look, width: int, *, key: str = "", soft: bool = True, right: bool = False) -> None:
        super().__init__(look, width, "")
        self._key, self._soft, self._align_right = key, soft, right
        self._text, self._priority = "", 0

    def set_words(self, text: str, priority: int = 0) -> None:
        """Say something else."""
        if (text, priority) != (self._text, self._priority):
            self._text, self._priority = text, priority
            self.setAccessibleName(f"{text} {self._key}".strip())
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.look.theme, QPainter(self)
        key = key_width(self._key) + 6 if self._key else 0.0
        mark = 24 if self._priority else 0
        text = self.look.elided(self._text, 14, self.width() - key - mark - 16, bool(self._priority))
        wide = self.look.width(text, 14, bool(self._priority)) + key + mark
        x = self.width() - 14 - wide if self._align_right else 8.0
        if self._priority:
            draw_priority(painter, QRectF(x, (self.height() - 18) / 2, 18, 18), self._priority, theme)
        plain = theme.soft if self._soft and not self._priority else theme.ink
        end = self.write(painter, x + mark, text, bold=bool(self._priority), colour=plain)
        if self._key:
            draw_key(painter, end + 6, (self.height() - 18) / 2, self._key, self.look)


SHARES: Mapping[type[Piece], int] = MappingProxyType({Brand: 2, TopCase: 3})
"""How these share the room that the others leave."""


class BannerBar(QFrame):
    """The whole banner. `stepped` carries a ref; `case_pressed`, `counts_pressed`, `find_pressed`, `person_pressed`."""

    stepped = Signal(str)
    case_pressed = Signal()
    counts_pressed = Signal()
    find_pressed = Signal()
    person_pressed = Signal()

    def __init__(self, look: Look, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setFixedHeight(HEIGHT)
        self.brand, self.counts, self.top = Brand(look), Counts(look), TopCase(look, formats)
        self.alarms = Words(look, 236)
        self.seek, self.person = Words(look, 66, key="Ctrl K"), Words(look, 210, soft=False, right=True)
        self.seek.setAccessibleName(t("Find anything (Ctrl+K)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 1)
        row.setSpacing(4)
        for piece in (self.brand, self.counts, self.top, self.alarms, self.seek, self.person):
            row.addWidget(piece, SHARES.get(type(piece), 0))
        self._connect()
        look.changed.connect(self.update)

    def _connect(self) -> None:
        self.brand.stepped.connect(self.stepped)
        pairs: tuple[tuple[Piece, Callable[[], None]], ...] = (
            (self.top, self.case_pressed.emit),
            (self.counts, self.counts_pressed.emit),
            (self.seek, self.find_pressed.emit),
            (self.person, self.person_pressed.emit),
        )
        for piece, tell in pairs:
            piece.clicked.connect(lambda _=False, tell=tell: tell())

    def set_crumbs(self, crumbs: Sequence[Crumb]) -> None:
        """Where one is."""
        self.brand.set_crumbs(crumbs)

    def set_state(self, state: Banner, now: datetime) -> None:
        """Everything else that the banner says."""
        self.counts.set_counts(state.counts, known=state.known)
        self.top.set_top(state.top, state.waiting, now, known=state.known)
        self.alarms.set_words(state.alarms, 2 if state.flood else 0)
        self.person.set_words(state.person or t("Nobody signed in"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._look.theme, QPainter(self)
        painter.fillRect(self.rect(), theme.raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
