"""How the station stands, as a form to read: what is warned of, its parts, the plant's other stations. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from ui.desk import Desk
from ui.forms import Form
from ui.part import Part
from ui.plant_words import plant_facts
from ui.sharing import notices
from ui.stations import station_lines
from ui.text import Formats, t


def standing(desk: Desk, parts: Iterable[Part], formats: Formats) -> Form:
    """Everything there is to say, each sentence once."""
    facts = [notice.text for notice in notices(desk, formats)]
    for part in parts:
        facts += part.facts
    facts += plant_facts(desk.status.plant_file, formats)
    return Form(
        title=t("How this station stands"),
        facts=tuple(dict.fromkeys(facts)),
        document=station_lines(desk.status.shared, formats),
        heading=t("The plant's other stations"),
        confirm=t("Close"),
        told=True,
    )
