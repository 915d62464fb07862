"""Parts of the station where there is little room for them."""

from __future__ import annotations

from ui.part import Part, fitting

STORE = Part(id="store", head="Stored here", text="no. 54")
ALONE = Part(id="shared", head="Alone", text="no shared store")
ERP = Part(id="erp", head="ERP", text="1 waiting, 1 parked", priority=3)


def letters(part: Part) -> float:
    return len(part.head) + len(part.text)


def test_with_room_for_all_everything_is_said() -> None:
    parts = (STORE, ALONE, ERP)
    assert fitting(parts, sum(map(letters, parts)), letters) == parts


def test_what_is_normal_gives_its_words_up_first_the_last_one_before_the_others() -> None:
    parts = (STORE, ALONE, ERP)
    shown = fitting(parts, sum(map(letters, parts)) - 1, letters)
    assert [part.text for part in shown] == ["no. 54", "", "1 waiting, 1 parked"]


def test_what_is_not_normal_keeps_its_words_however_little_room_there_is() -> None:
    shown = fitting((ERP, STORE, ALONE), 0, letters)
    assert [(part.head, part.text) for part in shown] == [
        ("ERP", "1 waiting, 1 parked"),
        ("Stored here", ""),
        ("Alone", ""),
    ]
