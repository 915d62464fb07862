"""The manual is whole: what is made from tables is up to date, and every link and picture in it leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import resources
import ui.theme
from app.domain.lifecycle import Lifecycle, words
from app.domain.lifecycles import LIFECYCLES
from app.manual.__main__ import generated
from app.manual.diagram import DAY, NIGHT, diagram, plain, steps
from ui.manual.book import headings, links, split

MANUAL = resources.path("manual")
PAGES = sorted(MANUAL.glob("*.md"))
MOST_PICTURES_BYTES = 1_500_000


def test_what_is_made_from_tables_is_up_to_date() -> None:
    stale = [
        name
        for name, text in generated().items()
        if not (MANUAL / name).is_file() or (MANUAL / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"{stale}: run `make manual`"


@pytest.mark.parametrize("cycle", LIFECYCLES.values(), ids=LIFECYCLES)
def test_a_diagram_has_every_state_and_every_step(cycle: Lifecycle[Any, Any]) -> None:
    svg = diagram(cycle)
    said = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert " ".join(word for state in cycle.table for word in words(state).split()) in " ".join(said)
    assert sum(len(step.sources) for step in steps(cycle)) == sum(len(row) for row in cycle.table.values())
    assert all(words(step.trigger) in said for step in steps(cycle))


def test_a_diagram_has_the_colours_of_the_screens() -> None:
    for ours, theme in ((DAY, ui.theme.DAY), (NIGHT, ui.theme.NIGHT)):
        assert ours == {token: getattr(theme, token).name() for token in ours}


def test_a_diagram_is_sound_by_day_and_by_night() -> None:
    for night in (False, True):
        drawn = plain(diagram(LIFECYCLES["case"]), night)
        ElementTree.fromstring(drawn)
        assert "<style>" not in drawn
        assert ("#dde0e2" in drawn) is not night


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in links(text):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, section = split(target)
        file = MANUAL / (name or page.name)
        assert file.is_file(), f"{page.name}: {target}"
        if section:
            known = headings(file.read_text(encoding="utf-8"))
            assert section in {heading.slug for heading in known}, f"{page.name}: {target}"


def test_every_page_is_reached_from_the_first_one() -> None:
    seen: set[str] = set()
    todo = ["README.md"]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            found = (split(target)[0] for target in links((MANUAL / name).read_text(encoding="utf-8")))
            todo.extend(target for target in found if target.endswith(".md") and "/" not in target)
    assert {page.name for page in PAGES} == seen


def test_the_pictures_stay_light() -> None:
    assert sum(file.stat().st_size for file in MANUAL.rglob("*.png")) < MOST_PICTURES_BYTES
