"""`lineside open`: what a desktop hands over, and what is started for it. No Qt.

Owns what a plant file, a `lineside:` address and nothing at all mean. Nothing is the station's own plant.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import KnownError
from ui import main
from ui.text import t

SCHEME = "lineside:"
PLANT = "LINESIDE_PLANT"
"""Names the station's plant file; wins over the system's place for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The plant to open; None: the demo's."""

    plant: Path | None


def site_plant(environ: Mapping[str, str], windows: bool) -> Path:
    """Where plant IT puts this machine's plant file: by LINESIDE_PLANT, else at the system's place for such things."""
    if named := environ.get(PLANT):
        return Path(named)
    if windows:
        return Path(environ.get("PROGRAMDATA", "C:/ProgramData"), "Lineside", "plant.toml")
    return Path("/etc/lineside/plant.toml")


def wanted(what: str, site: Path) -> Wanted:
    """What is meant by a word from outside. Raises KnownError for an address that means nothing here."""
    if what in ("", SCHEME, f"{SCHEME}open"):
        return Wanted(plant=site if site.is_file() else None)
    if what == f"{SCHEME}demo":
        return Wanted(plant=None)
    if what.startswith(SCHEME):
        raise KnownError(
            t("Lineside knows no address {what}.", what=what),
            t("Use {scheme}open or {scheme}demo, or name a plant file.", scheme=SCHEME),
        )
    return Wanted(plant=Path(what))


def open_it(what: str) -> int:
    """Open the plant that is meant; the demo where this machine has no plant file yet."""
    found = wanted(what, site_plant(os.environ, windows=os.name == "nt")).plant
    if found is not None:
        return main.run(plant=found, data=None, smoke=None, screenshots=None, report=None)
    return main.demo(
        plant=None, replay=None, span=("", ""), speed=1.0, seed=1, data=None, smoke=None, screenshots=None, report=None
    )
