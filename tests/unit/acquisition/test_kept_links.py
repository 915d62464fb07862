"""A link that was kept over a cut leaves no gap; what is lost while it is up is one."""

from dataclasses import replace
from pathlib import Path

from app.acquisition.acquisition import Acquisition
from app.acquisition.board import Board, BoardWriter
from app.acquisition.messages import Message
from app.domain.commands import RecordGap
from app.ports import Link, LinkState
from tests.plants import small_plant

T0 = 1_790_000_000.0
PLANT = small_plant()
CONTROLLER = next(iter(PLANT.controllers))
UP = LinkState(controller=CONTROLLER, link=Link.UP, since_s=T0, last_data_s=T0)


def test_only_what_nobody_saw_is_a_gap(tmp_path: Path) -> None:
    said: list[Message] = []
    board = Board(tmp_path / "board.mem", len(PLANT.tags), len(PLANT.controllers), create=True)
    writer = BoardWriter(board, tuple(PLANT.controllers))
    acquisition = Acquisition(PLANT, writer, said.append, lambda controller, tags, sink: None)  # type: ignore[arg-type, return-value]
    lost = replace(UP, link=Link.LOST, since_s=T0 + 12, last_data_s=T0 + 10, reason="cut")
    for state in (UP, lost, replace(UP, since_s=T0 + 20, kept=True)):
        acquisition.link(state)
    assert gaps(said) == []
    acquisition.loss(CONTROLLER, T0 + 30, T0 + 31, "queue full")
    for state in (replace(lost, last_data_s=T0 + 40), replace(UP, since_s=T0 + 50)):
        acquisition.link(state)
    assert gaps(said) == [(T0 + 30, T0 + 31, "queue full"), (T0 + 40, T0 + 50, "cut")]


def gaps(said: list[Message]) -> list[tuple[float, float, str]]:
    """The gap records, in order."""
    found = [message for message in said if isinstance(message, RecordGap)]
    return [(gap.from_at.timestamp(), gap.to_at.timestamp(), gap.reason) for gap in found]
