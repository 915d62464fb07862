"""The bridge over a real core thread: order, coalescing, answers on the UI thread, faults as answers."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.domain.commands import AcknowledgeCase, Command
from app.domain.errors import OutrunError, RefusedError
from app.domain.people import Person, Role
from app.domain.plant import Plant
from app.domain.presence import Presence
from app.domain.reading import NOTHING, Reading
from app.domain.signing import Prove, Sign
from app.domain.status import PartStatus, StationStatus
from app.domain.work import OrderProgress
from app.logs import number_of
from app.readmodel.model import Changes
from app.readmodel.model import progress as progress_of
from ui.bridge import WAITING_MOST, Bridge
from ui.desk import Answer, Desk

WEISS = Person(id="weiss", name="Jan Weiss", roles=frozenset({Role.MAINTENANCE}))
PLANT = Plant(
    id="nord",
    name="Plant Nord",
    zone="Europe/Berlin",
    controllers={},
    lines={},
    machines={},
    tags=(),
    people={"weiss": WEISS},
    shifts=(),
    rules=(),
    routes=(),
    reasons={},
)
ACK = AcknowledgeCase(case_id="c1")


class NoValues:
    """A board without tags."""

    def reading(self, index: int) -> Reading:
        """Nothing was ever read."""
        return NOTHING

    def recent(self, index: int, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """No samples."""
        return np.empty(0), np.empty(0)


class Core:
    """A core on a thread of its own that answers as it is told."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="core")
        self.seen: list[tuple[Command, str]] = []
        self.error: Exception | None = None
        self.told: list[tuple[str, str, bool]] = []
        self.asked: list[Prove | Sign] = []

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """Keep what would be told to the others."""
        self.told.append((person, ref, editing))

    def ask(self, asked: Prove | Sign) -> Future[Answer]:
        """Everybody is who they say."""
        self.asked.append(asked)
        return self.pool.submit(Answer, ok=True)

    def submit(self, command: Command, person: str) -> Future[Answer]:
        """Answer on the core's thread."""
        return self.pool.submit(self._answer, command, person)

    def _answer(self, command: Command, person: str) -> Answer:
        self.seen.append((command, person))
        if self.error is not None:
            raise self.error
        return Answer(ok=True, message="stored")


@pytest.fixture
def core() -> Iterator[Core]:
    made = Core()
    yield made
    made.pool.shutdown()


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    made = Bridge(plant=PLANT, values=NoValues())
    yield made
    made.close()


def counted(n: int) -> Changes:
    row = OrderProgress(id="WO-1", version=n, line="L1", counted_at=datetime(2026, 11, 22, tzinfo=UTC))
    return Changes(rows={"order/WO-1": row}, seq=n)


def deliver_all(bridge: Bridge, count: int) -> None:
    for n in range(1, count + 1):
        bridge.deliver(counted(n))


def test_what_the_core_thread_delivers_is_in_the_mirror_and_told_on_the_ui_thread(
    qtbot: QtBot, bridge: Bridge, core: Core
) -> None:
    told: list[bool] = []
    bridge.changed.connect(lambda: told.append(QThread.currentThread() is bridge.thread()))
    core.pool.submit(bridge.deliver, counted(1)).result()
    core.pool.submit(bridge.deliver_status, StationStatus(store=PartStatus(reason="full"))).result()
    qtbot.waitUntil(lambda: bridge.seq == 1 and bridge.status.store.reason == "full", timeout=10_000)
    assert told
    assert all(told)


def test_a_thousand_changes_in_a_row_tell_the_screens_a_few_times_only(
    qtbot: QtBot, bridge: Bridge, core: Core
) -> None:
    told: list[int] = []
    bridge.changed.connect(lambda: told.append(bridge.seq))
    core.pool.submit(deliver_all, bridge, 1000).result()
    qtbot.waitUntil(lambda: bridge.seq == 1000, timeout=10_000)
    assert len(told) <= 3
    row = progress_of(bridge.view, "WO-1")
    assert row is not None
    assert row.version == 1000


def test_an_answer_arrives_on_the_ui_thread_after_the_changes_it_made(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    bridge.connect_core(core)
    core.pool.submit(bridge.deliver, counted(7)).result()
    seen: list[tuple[int, bool, Answer]] = []
    bridge.send(ACK, lambda a: seen.append((bridge.seq, QThread.currentThread() is bridge.thread(), a)))
    qtbot.waitUntil(lambda: bool(seen), timeout=10_000)
    assert seen == [(7, True, Answer(ok=True, message="stored"))]


def test_commands_before_the_core_is_ready_wait_in_order(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    answers: list[Answer] = []
    bridge.send(ACK, answers.append)
    bridge.send(AcknowledgeCase(case_id="c2"), answers.append)
    assert not answers
    core.pool.submit(bridge.connect_core, core).result()
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=10_000)
    assert [command for command, _ in core.seen] == [ACK, AcknowledgeCase(case_id="c2")]


def test_too_many_waiting_commands_are_refused_with_a_sentence(bridge: Bridge) -> None:
    answers: list[Answer] = []
    for _ in range(WAITING_MOST + 1):
        bridge.send(ACK, answers.append)
    assert [a.ok for a in answers] == [False]
    assert "starting" in answers[0].message


def test_a_known_error_is_an_answer_with_what_to_do(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    core.error = RefusedError("The case is closed.", "Reopen it first.")
    bridge.connect_core(core)
    answers: list[Answer] = []
    bridge.send(ACK, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert answers == [Answer(ok=False, message="The case is closed.", todo="Reopen it first.")]
    assert bridge.faults == 0


@pytest.mark.expects_error_log
def test_a_fault_of_ours_is_an_answer_with_a_number_and_its_traceback_is_logged(
    qtbot: QtBot, bridge: Bridge, core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    core.error = ZeroDivisionError("ours")
    bridge.connect_core(core)
    answers: list[Answer] = []
    bridge.send(ACK, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert answers == [Answer(ok=False, message=f"Internal fault {number_of(core.error)}, see the log.")]
    assert bridge.faults == 1
    assert "ZeroDivisionError: ours" in caplog.text


def test_a_person_works_here_once_the_core_has_stored_it(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    bridge.sit(WEISS)
    assert bridge.person is None
    bridge.connect_core(core)
    qtbot.waitUntil(lambda: bridge.person == WEISS, timeout=10_000)
    bridge.send(ACK)
    bridge.leave()
    assert bridge.person is None
    qtbot.waitUntil(lambda: len(core.seen) == 3, timeout=10_000)
    assert [person for _, person in core.seen] == ["weiss", "weiss", "weiss"]


def test_after_closing_nothing_is_sent_and_everybody_is_told(bridge: Bridge, core: Core) -> None:
    answers: list[Answer] = []
    bridge.send(ACK, answers.append)
    bridge.close()
    bridge.send(ACK, answers.append)
    assert [a.ok for a in answers] == [False, False]
    assert not core.seen


def test_a_fault_in_one_listener_does_not_lose_what_came_behind_it(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    hold = threading.Event()
    core.pool.submit(hold.wait)
    bridge.connect_core(core)
    answers: list[Answer] = []

    def fail(_answer: Answer) -> None:
        raise ZeroDivisionError("listener")

    with qtbot.captureExceptions() as faults:
        bridge.send(ACK, fail)
        bridge.send(ACK, answers.append)
        hold.set()
        qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert [kind for kind, *_ in faults] == [ZeroDivisionError]


def test_the_bridge_is_a_desk(bridge: Bridge) -> None:
    desk: Desk = bridge
    wanted = {name for name in vars(Desk) if not name.startswith("_")}
    assert {name for name in wanted if hasattr(desk, name)} == wanted


def test_who_somebody_is_is_asked_of_the_core(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    bridge.connect_core(core)
    told: list[Answer] = []
    bridge.ask(Prove(person="weiss", password="word"), told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    assert told == [Answer(ok=True)]
    assert core.asked == [Prove(person="weiss", password="word")]


def test_what_was_looked_at_before_the_core_was_ready_is_told_once_it_is(
    qtbot: QtBot, bridge: Bridge, core: Core
) -> None:
    bridge.attend("case/c1", False)
    assert not core.told
    bridge.connect_core(core)
    qtbot.waitUntil(lambda: bool(core.told), timeout=10_000)
    bridge.attend("case/c2", True)
    assert core.told == [("", "case/c1", False), ("", "case/c2", True)]


def test_who_is_there_at_other_stations_is_in_the_mirror(qtbot: QtBot, bridge: Bridge) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    there = Presence(station="desk-2", person="weiss", ref="case/c1", editing=True, at=at)
    with qtbot.waitSignal(bridge.changed, timeout=10_000):
        bridge.deliver_presences((there,))
    assert bridge.presences() == (there,)


def test_streams_that_are_only_stored_here_are_known_until_they_are_shared(qtbot: QtBot, bridge: Bridge) -> None:
    row = counted(1).rows
    with qtbot.waitSignal(bridge.changed, timeout=10_000):
        bridge.deliver(Changes(rows=row, seq=1, unshared=frozenset({"order/WO-1"})))
    assert (set(bridge.only_here), bridge.unshared("order/WO-1")) == ({"order/WO-1"}, True)
    with qtbot.waitSignal(bridge.changed, timeout=10_000):
        bridge.deliver(Changes(rows=row, seq=2))
    assert not bridge.only_here


def test_who_was_not_first_learns_that_somebody_was(qtbot: QtBot, bridge: Bridge, core: Core) -> None:
    bridge.connect_core(core)
    core.error = OutrunError("Somebody was first.", "Look at what stands now.")
    told: list[Answer] = []
    bridge.send(ACK, told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=10_000)
    assert told == [Answer(ok=False, message="Somebody was first.", todo="Look at what stands now.", outrun=True)]
