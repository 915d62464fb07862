"""What the screens say of the plant file: which one runs here, which one is published, why it can't run. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.plant_file import PlantFileStatus, PlantVersion
from app.domain.text import safe
from ui.forms import Form
from ui.text import Formats, t

KEY = "Ctrl+R"


def plant_warnings(status: PlantFileStatus, formats: Formats) -> Iterator[tuple[int, str]]:
    """What must be seen from every screen: priority and sentence."""
    published = status.published
    if published is None or not status.differs:
        return
    if status.fault:
        yield 3, t("{title} can't be used here: {why}", title=published.title, why=safe(status.fault, 300))
    elif status.override:
        yield 3, t("This station runs its own {file}, not plant file {version} as the others do.",
                   file=safe(status.file, 60), version=published.version)  # fmt: skip
    elif status.ready:
        yield 4, t("{what}. It takes effect here at the next start; {key} restarts now.",
                   what=published_text(published, formats), key=KEY)  # fmt: skip


def plant_facts(status: PlantFileStatus, formats: Formats) -> Iterator[str]:
    """Everything there is to know of it, a sentence each; nothing for a plant that came from nowhere (the demo)."""
    published = status.published
    if status.running:
        yield t("This station runs plant file {version}.", version=status.running)
    elif status.file:
        yield t("This station runs the plant file {file} of its own.", file=safe(status.file, 60))
    if published is not None:
        yield f"{published_text(published, formats)}: {safe(published.comment, 200)}"
    if status.override and status.differs:
        yield t("Start it without --plant to run what the others run.")


def published_text(row: PlantVersion, formats: Formats) -> str:
    """ "Plant file 13 was published by Mary Okafor on 22 Nov 14:02"."""
    return t("Plant file {version} was published by {name} on {at}", version=row.version, name=safe(row.name, 60),
             at=_instant(row, formats))  # fmt: skip


def _instant(row: PlantVersion, formats: Formats) -> str:
    try:
        at: datetime = row.signed_at
    except ValueError:
        return safe(row.signed, 40)
    return f"{formats.day(at)} {formats.minute(at)}"


def renewal(status: PlantFileStatus, formats: Formats) -> Form | None:
    """What is asked before this station starts anew with the published file; None where there is nothing new."""
    published = status.published
    if published is None or not status.ready:
        return None
    return Form(
        title=t("Restart this station with plant file {version}?", version=published.version),
        text=t("It takes some seconds. Meanwhile nobody watches the line from this station; the other stations do."),
        facts=(f"{published_text(published, formats)}.", safe(published.comment, 200)),
        confirm=t("Restart"),
        careful=True,
    )
