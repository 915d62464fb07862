"""The judge of the fault campaigns sees each thing that must not happen, and nothing where nothing happened."""

import numpy as np

from app.domain.reading import Quality
from app.ports import Link, LinkState, Samples
from tests.faults.counting import IDENTITY, RUN
from tests.faults.oracle import QUIET_S, Oracle

BEGAN_S = 1_000.0


def state(link: Link, since_s: float, last_data_s: float = 0.0, *, kept: bool = False) -> LinkState:
    return LinkState(controller="C", link=link, since_s=since_s, last_data_s=last_data_s, kept=kept)


def told(oracle: Oracle, turn: int, at_s: float, *, identity: int = 7, run: int = 1, good: bool = True) -> None:
    """One value of tag 0, set and taken at the same moment."""
    batch = Samples(
        tags=np.array([0], dtype=np.int32),
        values=np.array([identity * IDENTITY + run * RUN + turn]),
        qualities=np.array([Quality.GOOD if good else Quality.BAD], dtype=np.uint8),
        source_s=np.array([at_s]),
        received_s=at_s,
        texts={},
    )
    oracle.samples(batch)


def up() -> Oracle:
    """A link that is up and showed turn 1."""
    oracle = Oracle({0: 7})
    oracle.link(state(Link.CONNECTING, BEGAN_S - 1))
    oracle.link(state(Link.UP, BEGAN_S))
    told(oracle, 1, BEGAN_S)
    return oracle


def cut(oracle: Oracle, from_s: float, to_s: float, *, kept: bool = False) -> None:
    """Lost after the last word at `from_s`, up again at `to_s`."""
    oracle.link(state(Link.LOST, from_s + 2.0, from_s))
    oracle.link(state(Link.UP, to_s, from_s, kept=kept))


def test_values_that_follow_each_other_are_no_case() -> None:
    oracle = up()
    for turn in range(2, 6):
        told(oracle, turn, BEGAN_S + turn)
    assert (oracle.wrong, oracle.backwards, oracle.silent, oracle.unrecorded()) == ([], [], [], [])
    assert oracle.values == 5
    assert oracle.fresh(BEGAN_S)


def test_a_value_of_another_machine_is_one() -> None:
    oracle = up()
    told(oracle, 2, BEGAN_S + 0.1, identity=8)
    assert len(oracle.wrong) == 1


def test_a_value_that_is_not_good_says_nothing() -> None:
    oracle = up()
    told(oracle, 9, BEGAN_S + 0.1, identity=8, good=False)
    assert oracle.wrong == []


def test_a_missing_value_is_a_loss_unless_a_record_covers_it() -> None:
    oracle = up()
    told(oracle, 4, BEGAN_S + 3.0)
    assert len(oracle.unrecorded()) == 1
    oracle.loss("C", BEGAN_S + 1.0, BEGAN_S + 2.0, "another time")
    assert len(oracle.unrecorded()) == 1
    oracle.loss("C", BEGAN_S, BEGAN_S + 3.0, "this time")
    assert oracle.unrecorded() == []


def test_what_a_cut_hid_is_covered_by_its_gap_and_by_none_if_it_was_said_to_be_kept() -> None:
    for kept in (False, True):
        oracle = up()
        cut(oracle, BEGAN_S, BEGAN_S + 9.0, kept=kept)
        told(oracle, 90, BEGAN_S + 9.0)
        assert bool(oracle.unrecorded()) is kept


def test_a_restart_that_was_not_noticed_is_a_loss() -> None:
    oracle = up()
    told(oracle, 1, BEGAN_S + 3.0, run=2)
    assert len(oracle.unrecorded()) == 1


def test_an_older_value_than_the_one_shown_is_a_case() -> None:
    oracle = up()
    told(oracle, 0, BEGAN_S + 0.1)
    assert len(oracle.backwards) == 1


def test_up_and_silent_is_a_case_whether_it_ends_by_a_value_a_loss_or_never() -> None:
    late_s = BEGAN_S + QUIET_S + 0.1
    by_value, by_loss, never = up(), up(), up()
    told(by_value, 2, late_s)
    by_loss.link(state(Link.LOST, late_s, BEGAN_S))
    never.look_for_silence(late_s)
    assert [len(oracle.silent) for oracle in (by_value, by_loss, never)] == [1, 1, 1]


def test_lost_and_silent_is_what_it_says() -> None:
    oracle = up()
    oracle.link(state(Link.LOST, BEGAN_S + 2.0, BEGAN_S))
    oracle.look_for_silence(BEGAN_S + 60.0)
    assert oracle.silent == []
    assert not oracle.fresh(0.0)


def test_a_polled_device_may_skip_values() -> None:
    oracle = Oracle({0: 7}, every=False)
    told(oracle, 1, BEGAN_S)
    told(oracle, 5, BEGAN_S + 1.0)
    assert oracle.holes == []
