"""Draws the manual's pictures from the desks of the tests, by day and by night, as small PNGs with few colours.

`python -m tests.ui.manual_pictures FOLDER` writes them; a test says when one is missing. Every picture is a row.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.readiness import Finding, Grade
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.views.night import drafted_night, hold_night
from tests.ui.views.proposed import proposed_night
from ui.choice import Kind, Remembered
from ui.guide import Guide
from ui.theme import DAY, NIGHT, Look
from ui.window import Window, compose

SIZE = (1600, 900)
COLOURS = 32
GUIDE = "guide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`name`.png: what `visit` shows of a desk's window, or of a part of it."""

    name: str
    visit: Callable[[Window], object]
    desk: Callable[[], FakeDesk] = night_desk
    part: Callable[[Window], QWidget] | None = None


def see(ref: str) -> Callable[[Window], object]:
    """Go there."""
    return lambda window: window.go(ref)


PICTURES: tuple[Picture, ...] = (
    Picture(name="overview", visit=see("overview")),
    Picture(name="line", visit=see("line/L2")),
    Picture(name="machine", visit=see("machine/L2.filler")),
    Picture(name="cases", visit=see("cases")),
    Picture(name="queue", visit=see("overview"), part=lambda window: window.stage.opened["queue"].widget),
    Picture(name="trends", visit=see("trends:machine/L2.filler")),
    Picture(name="holds", visit=see("holds"), desk=hold_night),
    Picture(name="hold", visit=see("holds:case/c1"), desk=hold_night),
    Picture(name="work", visit=see("work")),
    Picture(name="handover", visit=see("handover"), desk=drafted_night),
    Picture(name="proposals", visit=see("proposals"), desk=proposed_night),
    Picture(name="report", visit=lambda window: window.act("report"), part=lambda window: window.form),
)
"""Every picture of the window; that of the guide is drawn beside them."""


def names() -> tuple[str, ...]:
    """The files that the manual must have."""
    return tuple(f"{name}{night}.png" for name in (*(row.name for row in PICTURES), GUIDE) for night in ("", "-night"))


def draw(folder: Path, app: QApplication) -> None:
    """Draw them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme, mark in ((DAY, ""), (NIGHT, "-night")):
        look = Look(theme)
        look.apply(app)
        for row in PICTURES:
            keep(drawn(row, look, app), folder / f"{row.name}{mark}.png")
        keep(drawn_guide(look, app), folder / f"{GUIDE}{mark}.png")


def drawn(row: Picture, look: Look, app: QApplication) -> QImage:
    """One picture of the window."""
    window = compose(look, row.desk())
    window.resize(*SIZE)
    window.show()
    settle(app)
    row.visit(window)
    settle(app)
    window.refresh()
    settle(app)
    image = (row.part(window) if row.part is not None else window).grab().toImage()
    window.close()
    window.deleteLater()
    settle(app)
    return image


def drawn_guide(look: Look, app: QApplication) -> QImage:
    """The first start: a plant file whose controller is not there yet."""
    plant = Path("/etc/lineside/plant.toml")
    guide = Guide(look, _Looked(), Remembered(recent=(plant,)), "press-room-1")
    guide.window.resize(900, 560)
    guide.window.show()
    guide.presenter.begin(Kind.PLANT)
    settle(app)
    image = guide.window.grab(QRect(0, 0, 900, 560)).toImage()
    guide.window.close()
    guide.window.deleteLater()
    settle(app)
    return image


FOUND: Sequence[Finding] = (
    Finding(id="plant", name="Plant file", grade=Grade.WELL, text="Acme Packing: 1 line, 3 machines, 1 controller."),
    Finding(id="folder", name="Data folder", grade=Grade.WELL, text="/var/lib/lineside is free."),
    Finding(
        id="controller/PLC-P1",
        name="Line controller P1",
        grade=Grade.MISSING,
        text="Nobody listens at the address.",
        todo="It was looked for at opc.tcp://192.0.2.10:4840. Start anyway: Lineside keeps trying.",
    ),
    Finding(id="erp", name="ERP", grade=Grade.WELL, text="Odoo 18 answers."),
)


class _Looked:
    """Looks at nothing: what it finds is given."""

    def demo(self, tell: Callable[[Finding], None]) -> None:
        """Not looked."""

    def plant(self, path: Path, tell: Callable[[Finding], None]) -> None:
        """As if it had been looked."""
        for finding in FOUND:
            tell(finding)

    def cancel(self) -> None:
        """Nothing runs."""

    def join(self, url: str, station: str, password: str) -> tuple[str, bool]:
        """Not joined."""
        return "", False


def settle(app: QApplication) -> None:
    """Let everything that waits be done."""
    for _ in range(4):
        app.sendPostedEvents()
        app.processEvents()


# --- few colours ------------------------------------------------------------------------------------------------------


def keep(image: QImage, file: Path) -> None:
    """Write a picture with at most COLOURS colours: the commonest, the others as the nearest of them."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    wide, high = image.width(), image.height()
    pixels: NDArray[np.uint32] = np.frombuffer(image.constBits(), np.uint32).reshape(high, -1)[:, :wide] & 0xFFFFFF
    found, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    table = found[chosen(found, counts)]
    nearest = np.abs(parts(found)[:, None, :] - parts(table)[None, :, :]).sum(axis=2).argmin(axis=1).astype(np.uint8)
    packed = nearest[places].reshape(high, wide)
    small = QImage(packed.tobytes(), wide, high, wide, QImage.Format.Format_Indexed8)
    small.setColorTable([int(colour) | 0xFF000000 for colour in table])
    small.save(str(file), "PNG", 0)


def chosen(found: NDArray[np.uint32], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of the colours to keep: each time the one that most pixels are farthest from what is kept."""
    colours = parts(found)
    kept = [int(counts.argmax())]
    far = np.abs(colours - colours[kept[0]]).sum(axis=1)
    while len(kept) < min(COLOURS, len(found)):
        kept.append(int((far * np.sqrt(counts)).argmax()))
        far = np.minimum(far, np.abs(colours - colours[kept[-1]]).sum(axis=1))
    return np.array(kept)


def parts(colours: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Red, green and blue of each."""
    return np.stack([(colours >> shift) & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.int32)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    draw(Path(sys.argv[1]), QApplication([]))
