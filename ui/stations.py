"""What a station says of the plant's other ones: when each was last heard, and how far it had shared. No Qt.

Nobody can know of a hold that no other disk has: a station that is not heard is named, so that somebody goes there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.status import Health, SharedPlant, SharedStatus, StationSeen
from app.domain.text import safe
from ui.sharing import moment
from ui.text import Formats, amount, t

SILENT_FOR = timedelta(minutes=10)
"""A station not heard for longer may have done what nobody else knows."""


def station_lines(shared: SharedStatus, formats: Formats) -> tuple[str, ...]:
    """How the others stand in one sentence, then a line each, who is not heard first; nothing where there are none."""
    plant = shared.plant
    if plant.asked_at is None or not plant.stations:
        return ()
    quiet = silent(plant)
    others = [seen for seen in plant.stations if seen not in quiet]
    asked_at = plant.asked_at
    return (
        _summary(shared, asked_at, formats),
        *(_silent_line(seen, asked_at, formats) for seen in quiet),
        *(_line(seen, asked_at, formats) for seen in others),
    )


def silent(plant: SharedPlant) -> tuple[StationSeen, ...]:
    """The stations that were heard once and are not any more, the longest silent first. By the shared store's clock."""
    found = ((seen.heard_at, seen) for seen in plant.stations if seen.heard_at is not None)
    asked_at = plant.asked_at
    quiet = [row for row in found if asked_at is not None and asked_at - row[0] > SILENT_FOR]
    return tuple(seen for _, seen in sorted(quiet, key=lambda row: (row[0], row[1].name)))


def _summary(shared: SharedStatus, asked_at: datetime, formats: Formats) -> str:
    quiet, count = len(silent(shared.plant)), len(shared.plant.stations)
    said = (
        t("{quiet} of {count} not heard for 10 minutes", quiet=quiet, count=count)
        if quiet
        else t("None of {count} silent for 10 minutes", count=count)
    )
    if shared.health is Health.UP:
        return f"{said}."
    return f"{said}, {t('as it stood at {at}', at=formats.minute(asked_at))}."


def _silent_line(seen: StationSeen, asked_at: datetime, formats: Formats) -> str:
    name, heard = safe(seen.name, 60), moment(seen.heard_at or asked_at, asked_at, formats)
    said = t("{name}: last heard {at}; what was done there since is not known here.", name=name, at=heard)
    return f"{said} {_had_shared(seen, asked_at, formats)}"


def _line(seen: StationSeen, asked_at: datetime, formats: Formats) -> str:
    name = safe(seen.name, 60)
    if seen.heard_at is None:
        return t("{name}: never heard yet.", name=name)
    heard = t("{name}: last heard {at}.", name=name, at=moment(seen.heard_at, asked_at, formats))
    return f"{heard} {_had_shared(seen, asked_at, formats)}"


def _had_shared(seen: StationSeen, asked_at: datetime, formats: Formats) -> str:
    if seen.shared_at is None:
        return t("It has shared nothing.")
    steps = t("1 step") if seen.shared == 1 else t("{count} steps", count=amount(seen.shared))
    return t("It has shared up to {at} ({steps}).", at=moment(seen.shared_at, asked_at, formats), steps=steps)
