"""A loss while the link is up is recorded at once, one that goes on only every now and then, and none is forgotten."""

from drivers.opcua.losses import Losses
from drivers.session import RareLog
from tests.contract.rigs.recorder import Recorder


def losses(said: Recorder) -> Losses:
    """Recorded at most every 10 s."""
    return Losses("C", said, RareLog("C"), every_s=10.0)


def test_a_loss_is_recorded_at_once() -> None:
    said = Recorder()
    losses(said).add(100.0, 101.0, "full")
    assert said.losses == [(100.0, 101.0, "full")]


def test_losses_that_follow_are_put_together_and_recorded_when_it_is_time() -> None:
    said = Recorder()
    kept = losses(said)
    for from_s in (100.0, 102.0, 104.0):
        kept.add(from_s, from_s + 1.0, f"from {from_s:.0f}")
    kept.tell(110.9)
    assert len(said.losses) == 1
    kept.tell(111.0)
    assert said.losses[1:] == [(102.0, 105.0, "from 104")]
    kept.tell(200.0)
    assert len(said.losses) == 2


def test_what_is_not_yet_recorded_is_at_the_end() -> None:
    said = Recorder()
    kept = losses(said)
    kept.add(100.0, 101.0, "full")
    kept.add(102.0, 103.0, "full")
    kept.end()
    kept.end()
    assert said.losses == [(100.0, 101.0, "full"), (102.0, 103.0, "full")]
