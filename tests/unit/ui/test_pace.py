"""Quick screens are told twenty times a second; what makes them late is told seldom, but to a person at once."""

import pytest

from ui.pace import Pace


@pytest.mark.parametrize(("took_ms", "pause_ms"), [(1, 49), (25, 25), (30, 300), (50, 1500), (400, 2000)])
def test_the_longer_it_takes_the_longer_the_pause(took_ms: int, pause_ms: int) -> None:
    pace = Pace()
    pace.told(1000, 1000 + took_ms)
    assert pace.wait_ms(1000 + took_ms) == pause_ms


def test_a_person_does_not_wait_for_the_pause() -> None:
    pace = Pace()
    pace.told(1000, 1400)
    assert pace.wait_ms(1400, hurried=True) == 0
    pace.told(2000, 2030)
    assert pace.wait_ms(2030, hurried=True) == 20


def test_the_first_is_at_once() -> None:
    assert Pace().wait_ms(0) == 0
