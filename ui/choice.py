"""What is opened at a start, and that it is remembered in the data folder for the next one. No Qt."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "start.json"
RECENT_MOST = 3


class Kind(StrEnum):
    """What one can start with."""

    DEMO = "demo"
    PLANT = "plant"
    JOIN = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The demo, or a plant file."""

    kind: Kind
    plant: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What was opened last, and the plant files that were opened before, the newest first."""

    last: Choice | None = None
    recent: tuple[Path, ...] = ()


def recall(folder: Path) -> Remembered:
    """What a data folder remembers; a file that can't be understood remembers nothing."""
    try:
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        recent = tuple(Path(str(path)) for path in held["recent"])[:RECENT_MOST]
        kind = Kind(held["kind"])
        if kind is Kind.PLANT and recent:
            return Remembered(last=Choice(kind=kind, plant=recent[0]), recent=recent)
        return Remembered(last=Choice(kind=kind) if kind is Kind.DEMO else None, recent=recent)
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("what was opened last is not known: %s", error)
        return Remembered()


def remember(folder: Path, choice: Choice) -> None:
    """Keep a choice for the next start; a disk that refuses only costs the memory."""
    before = recall(folder).recent
    if choice.plant is not None:
        plant = choice.plant.absolute()
        before = (plant, *(path for path in before if path != plant))
        choice = replace(choice, plant=plant)
    held = {"kind": choice.kind.value, "recent": [str(path) for path in before[:RECENT_MOST]]}
    try:
        (folder / FILE).write_text(json.dumps(held), encoding="utf-8")
    except OSError as error:
        log.warning("what was opened can't be kept for the next start: %s", error)
