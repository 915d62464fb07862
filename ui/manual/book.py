"""The manual's pages as text: their headings, links and order. No Qt.

Owns how a heading becomes the name of a section: as code hosts do it, so that the same links work there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import resources

FIRST = "README.md"
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: its level from 1, its words without marks, and the name of its section."""

    level: int
    text: str
    slug: str


def slug(text: str) -> str:
    """The name of a section: "The queue (Now)" → "the-queue-now"."""
    kept = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return kept.replace(" ", "-")


def headings(markdown: str) -> tuple[Heading, ...]:
    """The headings of a page in order; what stands in code is none."""
    found = []
    for line in _prose(markdown):
        if match := _HEADING.match(line):
            text = match.group(2).replace("`", "").replace("*", "")
            found.append(Heading(level=len(match.group(1)), text=text, slug=slug(text)))
    return tuple(found)


def links(markdown: str) -> tuple[str, ...]:
    """Where the links and pictures of a page lead."""
    return tuple(target for line in _prose(markdown) for target in _LINK.findall(line))


def split(target: str) -> tuple[str, str]:
    """ "quality.md#holds" → ("quality.md", "holds")."""
    name, _, section = target.partition("#")
    return name, section


def _prose(markdown: str) -> Iterator[str]:
    code = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            code = not code
        elif not code:
            yield line


class Book:
    """The pages in the manual's folder, read when they are wanted."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or resources.path("manual")

    def text(self, name: str) -> str:
        """A page; one that is not there says so."""
        try:
            return (self.folder / Path(name).name).read_text(encoding="utf-8")
        except OSError as error:
            return f"# {name}\n\nThis page can't be read: {error.strerror}. [Contents]({FIRST})\n"

    def pages(self) -> Sequence[str]:
        """Every page, the first one first, then in the order in which it names them."""
        named = [split(target)[0] for target in links(self.text(FIRST))]
        known = sorted(file.name for file in self.folder.glob("*.md"))
        order = dict.fromkeys((FIRST, *(name for name in named if name in known), *known))
        return tuple(order)

    def next_with(self, words: str, after: str) -> str:
        """The next page after one that has these words, around to it again; "" where none has."""
        pages = self.pages()
        place = pages.index(after) if after in pages else 0
        wanted = words.casefold()
        turned = (*pages[place + 1 :], *pages[: place + 1])
        return next((name for name in turned if wanted in self.text(name).casefold()), "")
