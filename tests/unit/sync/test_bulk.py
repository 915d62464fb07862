"""While very much is taken in nothing is collected, and afterwards as before."""

import gc

import pytest

from app.sync.bulk import MANY, uncollected


def test_the_collector_waits_and_goes_on_also_after_a_fault() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="the disk"), uncollected():
        raise ValueError("the disk")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_very_much_is_not_looked_at_again_and_little_is() -> None:
    before = gc.get_freeze_count()
    with uncollected():
        few = [[number] for number in range(MANY // 100)]
    assert gc.get_freeze_count() == before
    with uncollected():
        many = [[number] for number in range(MANY + 1000)]
    assert gc.get_freeze_count() - before >= len(many) > len(few)
    gc.unfreeze()
