"""Quick screens are told twenty times a second; what makes them late is told seldom, but to a person at once."""

import pytest

from ui.pace import PERIOD_MS, STREAM_MS, News, Pace


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


def test_while_there_is_more_every_time_they_are_told_less_often_and_after_a_rest_soon_again() -> None:
    pace, now_ms, waits = Pace(), 1000, []
    for _ in range(9):
        pace.told(now_ms, now_ms + 5)
        waits.append(pace.wait_ms(now_ms))
        now_ms += waits[-1]
    assert waits == [PERIOD_MS, 75, 100, 125, 150, 175, STREAM_MS, STREAM_MS, STREAM_MS]
    pace.told(now_ms + PERIOD_MS, now_ms + PERIOD_MS + 5)
    assert pace.wait_ms(now_ms + PERIOD_MS) == PERIOD_MS


def test_a_list_is_shown_at_once_when_it_stands_and_later_while_it_does_not() -> None:
    news = News()
    assert not news.due(moved=False, settled=True)
    assert news.due(moved=True, settled=True)
    assert not news.due(moved=True, settled=False)
    assert news.due(moved=False, settled=True)


def test_the_first_is_at_once() -> None:
    assert Pace().wait_ms(0) == 0
