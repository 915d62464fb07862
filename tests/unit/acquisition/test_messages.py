"""What the acquisition says goes over a pipe and comes out the same."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.acquisition.history.state import HistoryState
from app.acquisition.messages import (
    MESSAGES,
    Answered,
    Ended,
    Message,
    Pulse,
    TextChanged,
    UnitsTold,
    from_line,
    to_line,
)
from app.codec import UnreadableError
from app.domain.commands import CompleteCapsule, RecordCount, RecordFinding, RecordGap, RecordRuns
from app.domain.control import Outcome
from app.domain.events import Run
from app.domain.finding import Capsule, Trace
from app.ports import AlarmEvent, Link, LinkState, UnitState
from tests.plants import NOON
from tests.unit.acquisition.watching import Alarm, alarm_event
from tests.unit.services.floor import finding

TRACE = Trace(tag="t", name="Torque", unit="Nm", low=1.0, high=None, at_s=(-1.5, 0.0), values=(2.0, 3.25))
CAPSULE = Capsule(at=NOON, traces=(TRACE,), state="Execute", order="WO-1", lot="4480-A", counters={"produced": 5.0})

EXAMPLES: list[Message] = [
    RecordFinding(finding=finding("rate_loss", "L1.filler", at=NOON, capsule=CAPSULE,
                                  values={"percent": "63", "code": "0012", "none": "null", "nominal": 480.0})),
    CompleteCapsule(occurrence="o", capsule=CAPSULE),
    RecordCount(order="WO-1", line="L1", machine="L1.packer", lot="", good=Decimal("1.5"), scrap=Decimal(0),
                counter=12.0, from_at=NOON, to_at=NOON + timedelta(microseconds=1), serial=7, gap=True),
    RecordRuns(machine="L1.filler", line="L1", order="WO-1", runs=(
        Run(from_at=NOON, to_at=NOON + timedelta(seconds=300), units=2_330.0, running_s=299.5, used=1.25),
    )),
    RecordGap(controller="C", from_at=NOON, to_at=NOON, reason="\u2028\n\"x\""),
    alarm_event(Alarm(1, "7", recorded=5)),
    LinkState(controller="C", link=Link.REFUSED, since_s=1.5, last_data_s=0.0, reason="true"),
    UnitsTold(controller="C", units=(
        UnitState(unit=7, up=False, since_s=1.5, last_good_s=0.0, reads_per_s=0.0, errors=3, reason="null"),
    )),
    TextChanged(tag=3, text="null"),
    Pulse(rss_mb=99.5, cpu_s=1.0, samples={"C-L1": 12}),
    Pulse(rss_mb=99.5, cpu_s=1.0, samples={}, history=HistoryState(dropped=2, size=7, most=9, begins_s=1.5)),
    Ended(reason="The board can't be opened.", todo="Check the data folder."),
    Answered(control_id="k", outcome=Outcome.UNKNOWN, words="No answer.", read_back="2"),
]  # fmt: skip


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    line = to_line(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert from_line(line) == message


def test_every_message_has_an_example() -> None:
    assert {type(message).__name__ for message in EXAMPLES} == set(MESSAGES)
    assert AlarmEvent in MESSAGES.values()


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"nonsense", b"[]", b"[1,2]", b'["Pulse"]', b'["Nobody",{}]', b'["Pulse",{"rss_mb":"x"}]', b"\xff\xfe",
     b'{"Pulse":1}', b'["Pulse",[]]'],
)  # fmt: skip
def test_anything_else_is_unreadable_and_nothing_worse(line: bytes) -> None:
    with pytest.raises(UnreadableError):
        from_line(line)
