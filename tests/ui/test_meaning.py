"""What a plain key means for what is selected where."""

import pytest

from tests.ui.desk import night_desk
from ui.meaning import Selected, first_of, meant

QUEUE = Selected(ref="case/c1")
BANNER = Selected(ref="case/c3")


@pytest.mark.parametrize(
    ("key", "selections", "found"),
    [
        ("A", [Selected(ref="case/c1", binding=True), BANNER], ("case.acknowledge", "case/c1")),
        ("A", [QUEUE, BANNER], ("case.acknowledge", "case/c3")),
        ("A", [Selected(ref="hold/h1", binding=True), QUEUE, BANNER], ("case.acknowledge", "case/c3")),
        ("A", [QUEUE], ("case.acknowledge", "case/c1")),
        ("R", [Selected(ref="order/WO-10479", binding=True), QUEUE], ("order.reassign", "order/WO-10479")),
        ("R", [QUEUE], ("case.reassign", "case/c1")),
        ("G", [QUEUE], ("handover.draft", "")),
        ("Y", [QUEUE], ("posting.retry", "")),
        ("A", [], ("case.acknowledge", "")),
        ("Z", [QUEUE], None),
    ],
)
def test_a_key_means_what_has_the_keyboard_else_the_first_it_applies_to(
    key: str, selections: list[Selected], found: tuple[str, str] | None
) -> None:
    assert meant(key, selections, night_desk()) == found


def test_the_first_of_a_kind_is_found_and_any_when_no_kind_is_asked() -> None:
    selections = [Selected(ref="hold/h1"), QUEUE]
    assert first_of(selections, frozenset({"case"})) == "case/c1"
    assert first_of(selections, frozenset()) == "hold/h1"
    assert first_of(selections, frozenset({"order"})) == ""
