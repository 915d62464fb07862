"""Where the window goes: a real display, or offscreen for a smoke run without one. Says what to do without either."""

from __future__ import annotations

import os
import sys

from app.domain.errors import KnownError

PLATFORM = "QT_QPA_PLATFORM"


def has_display() -> bool:
    """Whether a display can be expected: always on Windows and macOS, by DISPLAY or WAYLAND_DISPLAY elsewhere."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def choose_platform(*, smoke: bool) -> None:
    """Before Qt starts: the display, or offscreen for a smoke run. KnownError where a person would see nothing."""
    if os.environ.get(PLATFORM) or has_display():
        return
    if not smoke:
        raise KnownError(
            "There is no display here to show a window on.",
            "Run it in a desktop session, or under `xvfb-run -a`, or try `make demo SMOKE=20`, which needs none.",
        )
    os.environ[PLATFORM] = "offscreen"
