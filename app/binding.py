"""The start-up check of the Qt binding: which PySide6 must not run on which Python.

Knows versions only. It must not import PySide6, because a bad pair may abort the interpreter soon after.
"""

import sys
from dataclasses import dataclass

from app.domain.errors import KnownError
from app.installed import installed_version

DISTRIBUTION = "PySide6-Essentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPair:
    """PySide6 from `pyside` on aborts the interpreter on every Python before `python`."""

    pyside: tuple[int, int]
    python: tuple[int, int]
    why: str


BAD_PAIRS: tuple[BadPair, ...] = (
    BadPair(
        pyside=(6, 12),
        python=(3, 12),
        why="it loses references of None and True and aborts the program within minutes",
    ),
)


def check_binding(python: tuple[int, int], pyside: str) -> None:
    """Refuse a PySide6 and Python pair that is known to abort.

    `python` is (major, minor); `pyside` a version such as "6.11.2". Raises KnownError naming both.
    """
    release = _major_minor(pyside)
    for bad in BAD_PAIRS:
        if release >= bad.pyside and python < bad.python:
            raise KnownError(
                f"PySide6 {pyside} can't be used with Python {python[0]}.{python[1]}: {bad.why}.",
                f"Run 'make setup' for the locked PySide6, or use Python {bad.python[0]}.{bad.python[1]}.",
            )


def check_installed_binding() -> None:
    """Run `check_binding` on this Python and the installed PySide6; having none is a KnownError too."""
    pyside = installed_version(DISTRIBUTION)
    if not pyside:
        raise KnownError(f"{DISTRIBUTION} is not installed.", "Run 'make setup'.")
    check_binding(sys.version_info[:2], pyside)


def _major_minor(release: str) -> tuple[int, int]:
    major, minor, *_ = [*release.split("."), "0"]
    try:
        return int(major), int(minor)
    except ValueError as error:
        raise KnownError(f"PySide6 reports a version that can't be read: {release!r}.", "Run 'make setup'.") from error
