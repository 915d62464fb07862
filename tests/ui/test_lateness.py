import pytest

from ui.lateness import Lateness, LatenessMeter


def test_percentiles_are_those_of_the_frames_and_the_worst_is_exact() -> None:
    meter = LatenessMeter()
    for _ in range(98):
        meter.note(1.0)
    meter.note(30.0)
    meter.note(123.456)
    assert meter.measured() == Lateness(frames=100, p50=pytest.approx(1.1), p99=pytest.approx(30.1), max=123.456)


def test_nothing_measured_is_zero() -> None:
    assert LatenessMeter().measured() == Lateness(frames=0, p50=0.0, p99=0.0, max=0.0)


def test_a_stall_beyond_the_histogram_still_counts() -> None:
    meter = LatenessMeter()
    meter.note(60_000.0)
    assert meter.measured() == Lateness(
        frames=1, p50=pytest.approx(10_000.1), p99=pytest.approx(10_000.1), max=60_000.0
    )
