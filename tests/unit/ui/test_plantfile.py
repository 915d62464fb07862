"""How a difference of two plants is printed: by area, the same change of many things in one line."""

from app.plant.difference import Change, Kind
from ui.plantfile import lines


def change(subject: str, detail: str, area: str = "tag", consequence: str = "") -> Change:
    return Change(area=area, id=subject, kind=Kind.CHANGED, subject=subject, detail=detail, consequence=consequence)


def test_the_same_plant_is_said() -> None:
    assert list(lines([])) == ["Nothing changes at the line: the same plant."]


def test_areas_come_in_the_order_of_their_table_with_what_follows_below() -> None:
    found = [change("Route m", "now to Quality", "route", "Tasks stay."), change("C1", "url a → b", "controller")]
    assert list(lines(found)) == [
        "Controllers",
        "  C1: url a → b",
        "Routes",
        "  Route m: now to Quality",
        "      Tasks stay.",
    ]


def test_a_change_of_many_things_is_one_line() -> None:
    many = [change(f"L{n} Filler", "Level high limit 82 → 85 %") for n in range(1, 6)]
    assert list(lines(many)) == ["Tags", "  L1 Filler, L2 Filler, L3 Filler and 2 more: Level high limit 82 → 85 %"]
    assert len(list(lines(many[:3]))) == 4
