"""`python -m app.manual FOLDER`: write every page and drawing of the manual that is made from tables."""

from __future__ import annotations

import sys
from pathlib import Path

from app import settings_page
from app.manual import lifecycles, measuring
from app.plant.reference import reference


def generated() -> dict[str, str]:
    """The text of each, by its place in the manual."""
    pages = {"plant-file.md": reference(), "settings.md": settings_page.page(), "measuring.md": measuring.page()}
    return {**pages, "lifecycles.md": lifecycles.page(), **lifecycles.pictures()}


def write(folder: Path) -> None:
    """Write them all."""
    for name, text in generated().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
