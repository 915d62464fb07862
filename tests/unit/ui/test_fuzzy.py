import pytest

from ui.fuzzy import score


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("l2 fil", "L2 Filler"),
        ("fil l2", "L2 Filler"),
        ("l2f", "L2 Filler"),
        ("4471", "Lot 4471-B"),
        ("muller", "Jörg Müller"),
    ],
)
def test_letters_in_order_are_found(query: str, text: str) -> None:
    assert score(query, text) is not None


@pytest.mark.parametrize(("query", "text"), [("l3 fil", "L2 Filler"), ("rellif", "L2 Filler"), ("l2 x", "L2 Filler")])
def test_every_word_must_be_found(query: str, text: str) -> None:
    assert score(query, text) is None


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("fil", "L2 Filler", "Profile"),
        ("filler", "L2 Filler", "full illumination of the labeller"),
        ("cap", "L1 Capper", "L1 Capper torque is too low since this morning"),
        ("lab", "Labeller", "L3 ab"),
    ],
)
def test_a_start_of_a_word_and_a_shorter_name_are_better(query: str, better: str, worse: str) -> None:
    good, bad = score(query, better), score(query, worse)
    assert good is not None
    assert bad is None or good > bad


def test_an_empty_query_fits_anything() -> None:
    assert score("  ", "anything") == 0
