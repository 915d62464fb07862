"""The last look before something is sent, and that an order is carried out once or not at all (I9)."""

import asyncio
import time
from dataclasses import replace

import pytest

from app.acquisition.control import ControlLane
from app.acquisition.messages import Answered, DoAlarmAct, DoWrite, Order, order_of, to_line
from app.codec import UnreadableError
from app.domain.control import AlarmActing, Outcome, Result, Writing
from app.domain.events import AlarmAct
from app.domain.packml import MachineState
from app.domain.plant import Controller
from app.ports import Link, LinkState
from tests.plants import CONTROLLERS, small_plant
from tests.unit.services.test_controls import SPEED, STOP

PLANT = small_plant(commands={row.id: row for row in (STOP, SPEED)})
ORDER = DoWrite(control_id="k1", command=STOP.id, value=None, not_after_s=time.time() + 1e6)
ACT = DoAlarmAct(
    control_id="k2",
    controller="C-L1",
    acting=AlarmActing(alarm="urn:l1;s=A", event_id="aa", act=AlarmAct.SHELVE, minutes=5),
    not_after_s=time.time() + 1e6,
)
DONE = Result(outcome=Outcome.CONFIRMED, words="Read back.", read_back="2")


class Reader:
    """A driver that only reads."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller

    async def run(self) -> None:
        """Nothing to read here."""


class Both(Reader):
    """A driver that writes too; keeps what it was given."""

    def __init__(self, controller: Controller, fault: Exception | None = None) -> None:
        super().__init__(controller)
        self.given: list[Writing | AlarmActing] = []
        self._fault = fault

    async def write(self, writing: Writing) -> Result:
        self.given.append(writing)
        if self._fault is not None:
            raise self._fault
        return DONE

    async def act(self, acting: AlarmActing) -> Result:
        self.given.append(acting)
        return DONE


class Lane:
    """The lane over one driver."""

    def __init__(
        self, driver: Reader | None, link: Link | None = Link.UP, state: MachineState = MachineState.EXECUTE
    ) -> None:
        self.answers: list[Answered] = []
        self.lane = ControlLane(PLANT, self.answers.append, lambda _: state)
        if driver is not None:
            self.lane.opened(driver)
        if link is not None:
            self.lane.link(LinkState(controller="C-L1", link=link, since_s=0.0, last_data_s=0.0, reason="Cut."))

    async def answer(self, order: Order = ORDER) -> Answered:
        self.lane.take(order)
        async with asyncio.timeout(10):
            while not self.answers:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.answers[-1]


@pytest.fixture(name="driver")
def _driver() -> Both:
    return Both(CONTROLLERS["C-L1"])


async def test_an_order_is_given_to_the_driver_with_what_is_read_back(driver: Both) -> None:
    answer = await Lane(driver).answer()
    assert (answer.outcome, answer.words, answer.read_back) == (Outcome.CONFIRMED, "Read back.", "2")
    (given,) = driver.given
    assert isinstance(given, Writing)
    assert (given.command, given.expected) == (STOP, 2.0)
    assert given.read is not None


async def test_an_order_is_carried_out_once_however_often_it_is_heard(driver: Both) -> None:
    lane = Lane(driver)
    await lane.answer()
    lane.lane.take(ORDER)
    await asyncio.sleep(0.05)
    assert len(driver.given) == len(lane.answers) == 1


async def test_an_alarm_act_goes_to_its_controllers_driver(driver: Both) -> None:
    assert (await Lane(driver).answer(ACT)).outcome is Outcome.CONFIRMED
    assert driver.given == [ACT.acting]


async def test_another_state_than_the_person_saw_is_refused_at_the_last_moment(driver: Both) -> None:
    answer = await Lane(driver, state=MachineState.ABORTED).answer()
    assert answer.outcome is Outcome.REFUSED
    assert "Aborted" in answer.words
    assert driver.given == []


@pytest.mark.parametrize("link", [None, Link.CONNECTING, Link.LOST, Link.REFUSED])
async def test_without_a_link_nothing_is_sent(driver: Both, link: Link | None) -> None:
    answer = await Lane(driver, link=link).answer()
    assert answer.outcome is Outcome.FAILED
    assert "Nothing was sent" in answer.words
    assert driver.given == []


async def test_an_order_that_comes_late_is_not_carried_out(driver: Both) -> None:
    answer = await Lane(driver).answer(replace(ORDER, not_after_s=time.time() - 0.1))
    assert answer.outcome is Outcome.FAILED
    assert "too late" in answer.words
    assert driver.given == []


async def test_a_command_that_the_plant_file_lacks_is_never_given_to_a_driver(driver: Both) -> None:
    answer = await Lane(driver).answer(replace(ORDER, command="L1.filler.blow_up"))
    assert answer.outcome is Outcome.FAILED
    assert driver.given == []


@pytest.mark.parametrize("driver", [None, Reader(CONTROLLERS["C-L1"])])
async def test_a_driver_that_only_reads_is_asked_nothing(driver: Reader | None) -> None:
    assert (await Lane(driver).answer()).outcome is Outcome.FAILED


@pytest.mark.expects_error_log
async def test_a_driver_that_fails_leaves_it_unknown() -> None:
    answer = await Lane(Both(CONTROLLERS["C-L1"], ValueError("bug"))).answer()
    assert answer.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("order", [ORDER, replace(ORDER, value=4.5), ACT])
def test_an_order_is_the_same_behind_the_pipe(order: Order) -> None:
    assert order_of(to_line(order)) == order


@pytest.mark.parametrize("line", [b"", b"[]\n", b'["DoWrite",{}]\n', b'["Pulse",{}]\n', b"\xff\n", b'["DoWrite"]\n'])
def test_what_is_no_order_is_told_apart(line: bytes) -> None:
    with pytest.raises(UnreadableError):
        order_of(line)
