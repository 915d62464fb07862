"""A lifecycle drawn from its table as an SVG: a box a state, a row a step, an arrow to where it leads. Pure.

Owns the layout; knows no particular lifecycle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from app.domain.lifecycle import Lifecycle, words

DAY: Mapping[str, str] = MappingProxyType(
    {"panel": "#dde0e2", "raised": "#e8eaeb", "line": "#aeb5ba", "ink": "#1c2226", "soft": "#535c63"}
)
NIGHT: Mapping[str, str] = MappingProxyType(
    {"panel": "#262b2f", "raised": "#2f353a", "line": "#444c52", "ink": "#dfe3e6", "soft": "#a3acb3"}
)
"""The tokens of ui.theme that a diagram is drawn in; a test compares them."""

PAD, ROW, BOX, GAP = 16, 32, 46, 14
LETTER = 8.6
"""The widest usual advance of a letter at 14 px."""
SHORT = 11
"""Letters from which on a state's words stand on two lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row: a trigger that leads from each of `sources` to `target`."""

    trigger: StrEnum
    sources: tuple[StrEnum, ...]
    target: StrEnum


def steps(cycle: Lifecycle[Any, Any]) -> tuple[Step, ...]:
    """Every step of a table in its order; those with the same trigger and target are one, but for a step in place."""
    found: dict[tuple[StrEnum, StrEnum, bool], list[StrEnum]] = {}
    for source, row in cycle.table.items():
        for trigger, target in row.items():
            found.setdefault((trigger, target, source == target), []).append(source)
    return tuple(
        Step(trigger=trigger, sources=tuple(sources), target=target) for (trigger, target, _), sources in found.items()
    )


def diagram(cycle: Lifecycle[Any, Any]) -> str:
    """The lifecycle as an SVG with its own ground, in the colours of day; in a browser at night in those of night."""
    rows, states = steps(cycle), tuple(cycle.table)
    left = PAD + max(len(words(row.trigger)) for row in rows) * LETTER + 2 * GAP
    places = dict(zip(states, _centres(states, left), strict=True))
    width = places[states[-1]] + _box_width(states[-1]) / 2 + PAD
    top = PAD + 18
    height = top + BOX + GAP + ROW * len(rows) + PAD
    body = [
        *_ground(width, height, cycle),
        *(line for state in states for line in _lifeline(places[state], top + BOX, height - PAD)),
        *(line for state in states for line in _box(cycle, state, places[state], top)),
        *(line for n, row in enumerate(rows) for line in _row(row, places, top + BOX + GAP + ROW * (n + 0.5))),
    ]
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', *_style(), *body, "</svg>", ""])


def plain(svg: str, night: bool) -> str:
    """The same for a drawer that knows no style sheets: in the colours of day or of night."""
    svg = re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)
    if not night:
        return svg
    for token, colour in DAY.items():
        svg = svg.replace(f'"{colour}"', f'"{NIGHT[token]}"')
    return svg


def _style() -> Iterator[str]:
    yield "<style>text { font-family: B612, Verdana, sans-serif }"
    yield "@media (prefers-color-scheme: dark) {"
    for token, colour in NIGHT.items():
        yield f".f-{token} {{ fill: {colour} }} .s-{token} {{ stroke: {colour} }}"
    yield "}</style>"


def _fill(token: str) -> str:
    return f'class="f-{token}" fill="{DAY[token]}"'


def _stroke(token: str, width: float = 1) -> str:
    return f'class="s-{token}" stroke="{DAY[token]}" stroke-width="{width}" fill="none"'


def _lines(state: StrEnum) -> list[str]:
    """A state's words on one line or two."""
    text = words(state)
    if len(text) < SHORT:
        return [text]
    parts = text.split()
    half = (len(parts) + 1) // 2
    return [" ".join(part) for part in (parts[:half], parts[half:]) if part]


def _box_width(state: StrEnum) -> float:
    return max(len(line) for line in _lines(state)) * LETTER + 24


def _centres(states: Sequence[StrEnum], left: float) -> Iterator[float]:
    for state in states:
        yield left + _box_width(state) / 2
        left += _box_width(state) + GAP


def _ground(width: float, height: float, cycle: Lifecycle[Any, Any]) -> Iterator[str]:
    yield f"<title>Lifecycle: {escape(cycle.name)}</title>"
    yield f'<rect width="{width:.0f}" height="{height:.0f}" rx="3" {_fill("panel")}/>'


def _text(x: float, y: float, text: str, token: str, anchor: str, weight: int = 400) -> str:
    font = 'font-family="B612" font-size="14"'
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {place} {font} {_fill(token)}>{escape(text)}</text>"


def _box(cycle: Lifecycle[Any, Any], state: StrEnum, x: float, y: float) -> Iterator[str]:
    """A state; a dot leads to the first one, a second border is around one that ends it."""
    wide = _box_width(state)
    yield f'<rect x="{x - wide / 2:.1f}" y="{y}" width="{wide:.1f}" height="{BOX}" rx="3" {_fill("raised")}/>'
    yield f'<rect x="{x - wide / 2:.1f}" y="{y}" width="{wide:.1f}" height="{BOX}" rx="3" {_stroke("ink", 1.5)}/>'
    if cycle.terminal(state):
        inner = f'x="{x - wide / 2 + 3.5:.1f}" y="{y + 3.5}" width="{wide - 7:.1f}" height="{BOX - 7}"'
        yield f'<rect {inner} rx="2" {_stroke("ink")}/>'
    if state == cycle.initial:
        yield f'<circle cx="{x:.1f}" cy="{y - 16}" r="5" {_fill("ink")}/>'
        yield f'<path d="M {x:.1f} {y - 12} V {y - 2}" {_stroke("ink", 1.5)}/>'
        yield f'<path d="M {x - 4:.1f} {y - 7} L {x:.1f} {y} L {x + 4:.1f} {y - 7} Z" {_fill("ink")}/>'
    lines = _lines(state)
    for n, line in enumerate(lines):
        yield _text(x, y + BOX / 2 + 5 + (n - (len(lines) - 1) / 2) * 17, line, "ink", "middle", 700)


def _lifeline(x: float, top: float, bottom: float) -> Iterator[str]:
    yield f'<path d="M {x:.1f} {top:.1f} V {bottom:.1f}" {_stroke("line")}/>'


def _row(step: Step, places: Mapping[StrEnum, float], y: float) -> Iterator[str]:
    """The trigger's word, a dot at each state it may come from, a head where it leads."""
    yield _text(PAD, y + 5, words(step.trigger), "ink", "start")
    end = places[step.target]
    for side in (-1, 1):
        starts = [places[source] for source in step.sources if (places[source] - end) * side > 0]
        if starts:
            far = min(starts) if side < 0 else max(starts)
            yield f'<path d="M {far:.1f} {y:.1f} H {end + side * 6:.1f}" {_stroke("soft", 2)}/>'
            yield (
                f'<path d="M {end + side * 11:.1f} {y - 5.5:.1f} L {end + side:.1f} {y:.1f} '
                f'L {end + side * 11:.1f} {y + 5.5:.1f} Z" {_fill("ink")}/>'
            )
    if step.target in step.sources:
        yield from _loop(end, y)
    for source in step.sources:
        yield f'<circle cx="{places[source]:.1f}" cy="{y:.1f}" r="4.5" {_fill("ink")}/>'


def _loop(x: float, y: float) -> Iterator[str]:
    """Away from a state and back to it."""
    curve = f"M {x:.1f} {y:.1f} C {x + 34:.1f} {y - 16:.1f} {x + 34:.1f} {y + 16:.1f} {x + 11:.1f} {y + 6:.1f}"
    yield f'<path d="{curve}" {_stroke("soft", 2)}/>'
    head = f"M {x + 14:.1f} {y + 1.5:.1f} L {x + 3:.1f} {y + 3:.1f} L {x + 11:.1f} {y + 11.5:.1f} Z"
    yield f'<path d="{head}" {_fill("ink")}/>'
