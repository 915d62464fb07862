"""Every pair of colours that is read or told apart, computed (WCAG 2.1 contrast)."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor

from ui.theme import DAY, NIGHT, Look, Theme, dock_style_sheet, style_sheet

TEXT, PART = 4.5, 3.0
THEMES = [pytest.param(theme, id=theme.name) for theme in (DAY, NIGHT)]

READ = [
    *itertools.product(("ink", "soft"), ("ground", "panel", "raised")),
    *(("ink", under) for under in ("track", "band")),
    *((f"on_{mark}", mark) for mark in ("p1", "p2", "p3", "p4", "hold", "selection")),
]
"""(text, ground) wherever words or numbers stand."""

SEEN = [
    *itertools.product(("outline", "strong", "selection"), ("ground", "panel", "raised")),
    *(("strong", under) for under in ("track",)),
]
"""(shape, ground) wherever a shape must be seen by its own edge: marks carry theirs in the outline."""


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2.1."""

    def part(share: float) -> float:
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.1 contrast ratio, 1…21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), READ)
def test_every_text_is_readable_on_what_it_stands_on(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SEEN)
def test_every_shape_is_seen_on_what_it_stands_on(theme: Theme, shape: str, ground: str) -> None:
    least = PART if shape != "strong" or ground == "raised" else 2.5
    assert contrast(getattr(theme, shape), getattr(theme, ground)) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_a_mark_is_seen_by_its_outline_where_its_fill_is_too_near_the_ground(theme: Theme) -> None:
    """Day yellow and orange do not reach 3:1 by themselves; outline and number do."""
    for priority in (1, 2, 3, 4):
        by_fill = contrast(theme.priority(priority), theme.panel)
        by_outline = contrast(theme.outline, theme.panel)
        by_number = contrast(theme.on_priority(priority), theme.priority(priority))
        assert max(by_fill, min(by_outline, by_number)) >= PART


def test_both_themes_have_every_token() -> None:
    for theme in (DAY, NIGHT):
        for name in Theme.__slots__:
            assert name == "name" or getattr(theme, name).isValid()


@pytest.mark.parametrize("theme", THEMES)
def test_style_sheets_leave_no_token_open(theme: Theme) -> None:
    assert "$" not in style_sheet(theme)
    assert "$" not in dock_style_sheet(theme)


def test_changing_the_theme_tells_once_and_the_same_theme_tells_nobody(look: Look) -> None:
    told: list[Theme] = []
    look.changed.connect(lambda: told.append(look.theme))
    look.set_theme(NIGHT)
    look.set_theme(NIGHT)
    assert told == [NIGHT]
    look.set_theme(DAY)


def test_figures_are_all_equally_wide(look: Look) -> None:
    assert len({look.width(digit, 14) for digit in "0123456789"}) == 1


def test_a_text_that_is_cut_is_made_safe_first(look: Look) -> None:
    assert "\u202e" not in look.elided("a\u202eb", 14, 500)
    assert look.elided("Depalettierer Linie 2", 14, 60).endswith("…")
