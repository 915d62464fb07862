"""Files that ship with Lineside: fonts, icons, themes, translations, sample plants, the manual. No code."""

from pathlib import Path


def path(name: str) -> Path:
    """Return the place of the resource called `name`, relative to this folder with `/` between parts."""
    return Path(__file__).parent / name
