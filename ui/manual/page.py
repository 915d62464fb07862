"""One page of the manual, drawn by Qt's own Markdown in our colours and fonts, with its pictures as wide as it is.

Knows nothing of which page to show.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QKeyEvent,
    QPainter,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QTextBrowser

from app.manual.diagram import plain
from ui.manual.book import slug
from ui.theme import NIGHT, Look

TEXT_PX, CODE_PX = 15, 14
HEAD_PX = {1: 22, 2: 18, 3: 16}
MARGIN = 18
PAGING = (Qt.Key.Key_Backspace, Qt.Key.Key_Home)
SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
LINE_PERCENT = 128
PARAGRAPH_PX = 10
_SMOOTH = Qt.TransformationMode.SmoothTransformation
_IMAGE = QTextDocument.ResourceType.ImageResource.value
_GITHUB = QTextDocument.MarkdownFeature.MarkdownDialectGitHub
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FENCE = QTextBlockFormat.Property.BlockCodeFence.value
_PICTURE = "\ufffc"
"""Stands in a text for a picture."""
_BORDER = QFrame.Shape.NoFrame


class PageView(QTextBrowser):
    """Shows one page; links are only told (`anchorClicked`)."""

    def __init__(self, look: Look, folder: Path) -> None:
        super().__init__()
        self._look, self._folder = look, folder
        self._markdown = ""
        self.setOpenLinks(False)
        self.setFrameShape(_BORDER)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # so that the width stays
        self.document().setDocumentMargin(MARGIN)
        self._again = QTimer(self, interval=150, singleShot=True)
        self._again.timeout.connect(self._draw_again)
        look.changed.connect(self._draw_again)

    def show_page(self, markdown: str, section: str = "") -> None:
        """Show a page from its start, or from a section."""
        self._markdown = markdown
        self._draw()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if section:
            self.to_section(section)

    def to_section(self, section: str) -> bool:
        """Bring a section's heading to the top; False where there is none."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == section:
                self.setTextCursor(QTextCursor(block))
                self.verticalScrollBar().setValue(self._top_of(block))
                return True
            block = block.next()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that turn pages are not the browser's own."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() in PAGING or (alt and event.key() in SIDEWAYS):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _top_of(self, block: QTextBlock) -> int:
        return int(self.document().documentLayout().blockBoundingRect(block).top()) - MARGIN // 2

    # --- drawing ----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        document = self.document()
        document.clear()
        document.setDefaultFont(self._look.font(TEXT_PX))
        document.setMarkdown(self._markdown, _GITHUB)
        self._dress(document)

    def _draw_again(self) -> None:
        """In other colours or at another width, at the same place of the page."""
        bar = self.verticalScrollBar()
        share = bar.value() / max(1, bar.maximum())
        self._draw()
        bar.setValue(round(share * bar.maximum()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._markdown and event.size().width() != event.oldSize().width():
            self._again.start()

    def _dress(self, document: QTextDocument) -> None:
        """Our sizes, the line's height, room around headings, code in the fixed font, quiet tables."""
        block = document.begin()
        while block.isValid():
            self._dress_block(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)

    def _dress_block(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        level, code = block.blockFormat().headingLevel(), block.blockFormat().hasProperty(_FENCE)
        shape = QTextBlockFormat()
        shape.setLineHeight(100 if _PICTURE in block.text() else LINE_PERCENT, _PROPORTIONAL)
        if level:
            shape.setTopMargin(10 if level == 1 else 22)
            shape.setBottomMargin(6)
        elif code:
            shape.setNonBreakableLines(False)
            shape.setBackground(self._look.theme.panel)
            shape.setBottomMargin(0 if block.next().blockFormat().hasProperty(_FENCE) else PARAGRAPH_PX)
        elif cursor.currentTable() is None:
            shape.setBottomMargin(4 if block.textList() is not None else PARAGRAPH_PX)
        cursor.mergeBlockFormat(shape)
        self._dress_words(block, level, code)

    def _dress_words(self, block: QTextBlock, level: int, code: bool) -> None:
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            mono = code or fragment.charFormat().fontFixedPitch()
            bold = bool(level) or fragment.charFormat().fontWeight() > QFont.Weight.Medium
            kept = QTextCharFormat()
            kept.setFont(self._look.font(CODE_PX if mono else HEAD_PX.get(level, TEXT_PX), bold, mono))
            if fragment.charFormat().isAnchor():
                kept.setForeground(self._look.theme.selection)
            cursor = QTextCursor(block)
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(kept)
            iterator += 1

    def _dress_table(self, table: QTextTable) -> None:
        shape = table.format()
        shape.setBorder(1)
        shape.setBorderCollapse(True)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setBorderBrush(self._look.theme.line)
        shape.setCellPadding(5)
        shape.setCellSpacing(0)
        shape.setTopMargin(6)
        shape.setBottomMargin(10)
        shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(shape)

    # --- pictures ---------------------------------------------------------------------------------------------------

    def loadResource(self, kind: int, url: QUrl | str) -> object:
        """A picture beside the page, never wider than it; the one for the night where there is one."""
        if kind != _IMAGE:
            return None
        name = url.path() if isinstance(url, QUrl) else url
        file = (self._folder / name).resolve()
        if not file.is_relative_to(self._folder.resolve()):
            return None
        night = file.with_stem(f"{file.stem}-night")
        if self._look.theme is NIGHT and night.is_file():
            file = night
        return self._drawn(file) if file.suffix == ".svg" else self._read(file)

    @property
    def _room(self) -> int:
        return max(200, self.viewport().width() - 2 * MARGIN - 4)

    def _read(self, file: Path) -> QImage:
        image, ratio = QImage(str(file)), self.devicePixelRatioF()
        wide = min(image.width(), round(self._room * ratio))
        if wide < image.width():
            image = image.scaledToWidth(wide, _SMOOTH)
        image.setDevicePixelRatio(ratio)
        return image

    def _drawn(self, file: Path) -> QImage:
        svg = plain(file.read_text(encoding="utf-8"), self._look.theme is NIGHT)
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        size, ratio = renderer.defaultSize(), self.devicePixelRatioF()
        scale = min(1.0, self._room / max(1, size.width())) * ratio
        image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(image.rect()))
        painter.end()
        image.setDevicePixelRatio(ratio)
        return image
