"""Where windows and docks were, kept in one JSON file beside the data. No Qt.

One layout per set of screens, because docks that fit two monitors do not fit one. A layout that can't be read is as
good as none: the window then opens as it does the first time.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
KEPT = 8
"""Sets of screens that are remembered."""

log = logging.getLogger(__name__)

Rect = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A window's place (x, y, width, height in px), its docks' state, and its theme."""

    window: Rect
    docks: bytes
    theme: str = "day"
    maximized: bool = False


def fingerprint(screens: Sequence[Rect]) -> str:
    """The name of a set of screens."""
    return ";".join(f"{x},{y},{w},{h}" for x, y, w, h in sorted(screens))


def load(file: Path, screens: str) -> Layout | None:
    """The layout kept for these screens; None when there is none that can be read."""
    found = _read(file).get(screens)
    try:
        return _layout(found) if isinstance(found, Mapping) else None
    except (KeyError, TypeError, ValueError, binascii.Error):
        log.warning("the window layout in %s can't be used", file.name)
        return None


def last_theme(file: Path) -> str:
    """The theme that was on the screen when a layout was last kept; "" where none was."""
    rows = [row for row in _read(file).values() if isinstance(row, Mapping)]
    return str(rows[-1].get("theme", "")) if rows else ""


def save(file: Path, screens: str, layout: Layout) -> bool:
    """Keep the layout for these screens, all or nothing; False when the disk refuses."""
    rows = {key: value for key, value in _read(file).items() if key != screens}
    rows[screens] = {
        "window": list(layout.window),
        "docks": base64.b64encode(layout.docks).decode("ascii"),
        "theme": layout.theme,
        "maximized": layout.maximized,
    }
    kept = dict(list(rows.items())[-KEPT:])
    beside = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as out:
            json.dump({"version": VERSION, "layouts": kept}, out)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError as error:
        log.warning("the window layout could not be kept: %s", error)
        return False
    return True


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        log.warning("the window layout in %s can't be read", file.name)
        return {}
    layouts = found.get("layouts") if isinstance(found, dict) and found.get("version") == VERSION else None
    return layouts if isinstance(layouts, dict) else {}


def _layout(found: Mapping[str, object]) -> Layout:
    x, y, width, height = (int(str(n)) for n in _list(found["window"]))
    return Layout(
        window=(x, y, width, height),
        docks=base64.b64decode(str(found["docks"]), validate=True),
        theme=str(found.get("theme", "day")),
        maximized=found.get("maximized") is True,
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def clamp(rect: Rect, screens: Sequence[Rect], least: tuple[int, int] = (640, 480)) -> Rect:
    """The rectangle moved, and cut if it must be, onto the screen it overlaps most; the first one if on none."""
    if not screens:
        return rect
    sx, sy, sw, sh = max(screens, key=lambda screen: overlap(rect, screen))
    x, y, width, height = rect
    width, height = min(max(width, least[0]), sw), min(max(height, least[1]), sh)
    return min(max(x, sx), sx + sw - width), min(max(y, sy), sy + sh - height), width, height


def overlap(one: Rect, other: Rect) -> int:
    """The area in px² that two rectangles share."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, width) * max(0, height)
