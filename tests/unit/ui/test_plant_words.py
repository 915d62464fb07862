"""What the screens say of a plant file that was published, and when they say nothing."""

from dataclasses import replace

import pytest

from app.domain.plant_file import PlantFileStatus, PlantVersion
from tests.ui.desk import night_desk
from ui.plant_words import plant_facts, plant_warnings, renewal
from ui.sharing import notices
from ui.text import Formats

BERLIN = Formats("Europe/Berlin")
TEN = PlantVersion(
    version=10,
    sha256="",
    author="okafor",
    name="Mary Okafor",
    comment="filler 1: 85 %",
    program="1.0",
    signed="2026-11-22T13:02:00.000000+00:00",
    signature="s",
    previous="",
    chained="",
)
NEWER = PlantFileStatus(running=9, published=TEN)


@pytest.mark.parametrize(
    ("status", "priority", "words"),
    [
        (replace(NEWER, ready=True), 4, "Mary Okafor on 22 Nov 14:02. It takes effect here at the next start; Ctrl+R"),
        (replace(NEWER, fault="it wants a newer Lineside."), 3, "Plant file 10 can't be used here: it wants"),
        (
            PlantFileStatus(file="mine.toml", override=True, published=TEN),
            3,
            "runs its own mine.toml, not plant file 10 as the others do",
        ),
    ],
)
def test_what_differs_from_the_others_is_seen_from_every_screen(
    status: PlantFileStatus, priority: int, words: str
) -> None:
    desk = night_desk()
    desk.status = replace(desk.status, plant_file=status)
    (found,) = notices(desk, BERLIN)
    assert found.priority == priority
    assert words in found.text


@pytest.mark.parametrize(
    "status", [PlantFileStatus(), NEWER, replace(NEWER, running=10), PlantFileStatus(file="mine.toml", override=True)]
)
def test_nothing_is_warned_of_while_all_is_as_it_should_be_or_on_its_way(status: PlantFileStatus) -> None:
    assert list(plant_warnings(status, BERLIN)) == []
    assert renewal(status, BERLIN) is None


def test_a_restart_is_asked_with_who_published_what() -> None:
    form = renewal(replace(NEWER, ready=True), BERLIN)
    assert form is not None
    assert form.careful
    assert form.facts == ("Plant file 10 was published by Mary Okafor on 22 Nov 14:02.", "filler 1: 85 %")


def test_how_a_station_stands_names_its_plant_file() -> None:
    assert list(plant_facts(PlantFileStatus(), BERLIN)) == []
    assert list(plant_facts(PlantFileStatus(file="p.toml"), BERLIN)) == [
        "This station runs the plant file p.toml of its own."
    ]
    assert "runs plant file 9" in next(iter(plant_facts(NEWER, BERLIN)))


def test_an_instant_that_is_none_is_shown_as_it_is() -> None:
    odd = replace(NEWER, ready=True, published=replace(TEN, signed="soon"))
    assert "on soon" in next(plant_warnings(odd, BERLIN))[1]
