"""Whether a server's clock may be believed (faults.md row 23, bad input row 10)."""

import pytest

from drivers.opcua.clock import EPOCH_S, STEADY, ServerClock

NOW_S = 1_795_000_000.0
HOUR_S = 3_600.0


def heard(*offs_s: float) -> ServerClock:
    """A clock that was so far off in each message."""
    clock = ServerClock()
    for off_s in offs_s:
        clock.hear(NOW_S + off_s, NOW_S)
    return clock


@pytest.mark.parametrize(
    ("off_s", "words"),
    [
        (-HOUR_S, "its clock is 1 h behind this station's"),
        (HOUR_S + 120, "its clock is 1 h 2 min ahead of this station's"),
        (-61.0, "its clock is 1 min behind this station's"),
        (-NOW_S, "its clock is wrong: it says 1970-01-01"),
        (253_402_300_799.0 - NOW_S, "its clock is wrong: it says no year at all"),
        (59.0, ""),
        (EPOCH_S - NOW_S, ""),
    ],
)
def test_a_wrong_clock_is_told_in_words(off_s: float, words: str) -> None:
    clock = heard(*[off_s] * STEADY)
    assert (clock.words, clock.sure) == (words, not words)


def test_one_late_message_says_nothing_about_a_clock() -> None:
    assert heard(-HOUR_S, 0.0, -HOUR_S, -HOUR_S).sure


def test_a_clock_that_is_set_right_is_believed_again() -> None:
    assert heard(*[-HOUR_S] * STEADY, 0.0).sure


def test_a_wrong_clock_is_not_said_anew_for_a_few_seconds() -> None:
    clock = heard(*[-HOUR_S] * STEADY)
    assert not clock.hear(NOW_S - HOUR_S + 20, NOW_S)
    assert clock.hear(NOW_S - HOUR_S + 120, NOW_S)
