"""The banner paints itself again only when it says something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QObject
from pytestqt.qtbot import QtBot

from ui.banner import BannerBar
from ui.headline import Banner, Top
from ui.text import Formats
from ui.theme import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
AT = datetime(2026, 3, 2, 2, 14, 7, tzinfo=UTC)
TOP = Top(ref="case/1", priority=1, title="Torque limit", detail="", happened_at=AT, opened_at=AT)


class Paints(QObject):
    """Which parts of a banner were painted."""

    def __init__(self, banner: BannerBar) -> None:
        super().__init__(banner)
        self.seen: set[QObject] = set()
        for piece in (banner.counts, banner.top, banner.alarms):
            piece.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.seen.add(watched)
        return False


@pytest.fixture
def banner(qtbot: QtBot) -> BannerBar:
    made = BannerBar(Look(), Formats("Europe/Berlin"))
    qtbot.addWidget(made)
    made.resize(1600, 46)
    made.set_state(Banner(counts=(1, 0, 0, 0), top=TOP), AT)
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    return made


@pytest.mark.parametrize(
    ("counts", "after", "painted"),
    [
        ((1, 0, 0, 0), timedelta(milliseconds=400), False),
        ((1, 0, 0, 0), timedelta(seconds=1), True),
        ((1, 2, 0, 0), timedelta(), True),
    ],
    ids=["the same second", "the next second", "another case"],
)
def test_it_is_painted_again_when_it_says_something_else(
    qtbot: QtBot, banner: BannerBar, counts: tuple[int, int, int, int], after: timedelta, painted: bool
) -> None:
    paints = Paints(banner)
    banner.set_state(Banner(counts=counts, top=TOP), AT + after)
    banner.alarms.update()  # all that is to be painted is painted with it
    qtbot.waitUntil(lambda: banner.alarms in paints.seen)
    assert bool(paints.seen - {banner.alarms}) is painted
