from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ui.text import Formats, amount, duration, hms, t, translate

NIGHT = datetime(2026, 11, 22, 1, 14, 31, tzinfo=UTC)


def test_clocks_are_those_of_the_site() -> None:
    formats = Formats("Europe/Berlin")
    assert formats.clock(NIGHT) == "02:14:31"
    assert formats.minute(NIGHT) == "02:14"
    assert formats.stamp(NIGHT) == "Sun 22 Nov 2026 02:14:31 CET"
    assert formats.clock(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0:00"), (24, "0:24"), (168.9, "2:48"), (3731, "1:02:11"), (90_000, "25:00:00")]
)
def test_a_counting_clock(seconds: float, text: str) -> None:
    assert hms(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.31, "0.3 s"), (41, "41 s"), (112, "1 min 52 s"), (120, "2 min"), (1000, "16 min"), (11_100, "3 h 5 min")],
)
def test_a_duration_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_quantities_mark_their_thousands() -> None:
    assert amount(Decimal(31240)) == "31,240"
    assert amount(1234.56, 1) == "1,234.6"


def test_a_translation_takes_the_template_not_the_sentence() -> None:
    translate({"Offered to {who}": "{who} angeboten"})
    try:
        assert t("Offered to {who}", who="Weiss") == "Weiss angeboten"
        assert t("Done.") == "Done."
    finally:
        translate({})
