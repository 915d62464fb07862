"""The Windows icon, drawn from the SVG that Linux uses: every size that Explorer asks for, in one .ico file.

Usage: icon.py SVG FILE (a Python that has PySide6)
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 24, 32, 48, 64, 128, 256)


def png(svg: QSvgRenderer, size: int) -> bytes:
    """The drawing as a PNG of `size` by `size` px."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    svg.render(painter)
    painter.end()
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(held, "PNG")  # type: ignore[call-overload] # Qt takes text, its stub says bytes
    return bytes(held.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """PNG pictures by size in Windows' container: a directory of 16 bytes each (256 is written as 0), then the PNGs."""
    place = 6 + 16 * len(pictures)
    entries, bodies = b"", b""
    for size, body in pictures.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(body), place + len(bodies))
        bodies += body
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + bodies


def main(source: str, file: str) -> int:
    """Draw it."""
    svg = QSvgRenderer(source)
    if not svg.isValid():
        sys.exit(f"package: {source} can't be drawn")
    place = Path(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(ico({size: png(svg, size) for size in SIZES}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
