"""Acts on the alarms of a server that no one here wrote (node-opcua): ours, and another client's in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from asyncua import Client, ua

from app.domain.control import AlarmActing, Outcome, Result
from app.domain.events import AlarmAct
from app.ports import AlarmEvent, ControlPort
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import free_port
from tests.system.plc import Press, press_controller, press_tags

KEY = "urn:press:plc;s=Press1.PressureAlarm"


@asynccontextmanager
async def standing(*more: str) -> AsyncIterator[tuple[Press, Recorder, ControlPort]]:
    """The press with an alarm that stands, and the driver on it that has heard of it."""
    press = Press(free_port())
    await press.start("--standing", *more)
    recorder = Recorder()
    driver = open_driver(press_controller(press.port), press_tags(), recorder)
    assert isinstance(driver, ControlPort)
    task = asyncio.create_task(driver.run())
    try:
        await recorder.until(lambda: of(recorder))
        yield press, recorder, driver
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        press.kill()


def of(recorder: Recorder) -> list[AlarmEvent]:
    """What was heard of the condition itself."""
    return [alarm for alarm in recorder.alarms if alarm.key == KEY]


async def asked(driver: ControlPort, event: AlarmEvent, act: AlarmAct, comment: str = "", minutes: int = 0) -> Result:
    return await driver.act(
        AlarmActing(alarm=event.key, event_id=event.event_id, act=act, comment=comment, minutes=minutes)
    )


async def by_another(press: Press, event: AlarmEvent) -> None:
    """Another client acknowledges the same event."""
    async with Client(f"opc.tcp://127.0.0.1:{press.port}/press") as client:
        index = await client.get_namespace_index("urn:press:plc")
        condition = client.get_node(ua.NodeId("Press1.PressureAlarm", index))
        event_id = ua.Variant(bytes.fromhex(event.event_id), ua.VariantType.ByteString)
        comment = ua.Variant(ua.LocalizedText("other"), ua.VariantType.LocalizedText)
        await condition.call_method(ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge), event_id, comment)


async def test_an_acknowledgement_reaches_the_controller_and_comes_back_as_its_own_word() -> None:
    async with standing() as (_, said, driver):
        event = of(said)[-1]
        assert not event.acknowledged
        result = await asked(driver, event, AlarmAct.ACKNOWLEDGE, "seen <b>it</b>")
        assert result.outcome is Outcome.CONFIRMED, result.words
        await said.until(lambda: of(said)[-1].acknowledged)
        assert of(said)[-1].event_id != event.event_id


async def test_who_is_late_is_told_what_another_client_did_and_how_the_alarm_stands() -> None:
    """faults.md row 22: another client acknowledges in between, whether its event was seen yet or not."""
    async with standing() as (press, said, driver):
        event = of(said)[-1]
        await by_another(press, event)
        result = await asked(driver, event, AlarmAct.ACKNOWLEDGE)
        await said.until(lambda: of(said)[-1].acknowledged)
        again = await asked(driver, event, AlarmAct.ACKNOWLEDGE)
    assert result.outcome is again.outcome is Outcome.REFUSED
    assert again.words == (
        "The alarm has changed since it was shown: look at it again. Now it is acknowledged (other)."
    )
    assert result.words == again.words


async def test_a_made_up_event_is_refused() -> None:
    async with standing() as (_, said, driver):
        acting = AlarmActing(alarm=of(said)[-1].key, event_id="00ff", act=AlarmAct.ACKNOWLEDGE)
        result = await driver.act(acting)
        assert result.outcome is Outcome.REFUSED
        assert result.words.startswith("The alarm has changed since it was shown: look at it again.")


@pytest.mark.parametrize(("alarm", "event_id"), [("urn:press:plc;s=Nothing", "00"), (KEY, "no hex")])
async def test_what_can_not_be_named_is_not_sent(alarm: str, event_id: str) -> None:
    async with standing() as (_, _said, driver):
        result = await driver.act(AlarmActing(alarm=alarm, event_id=event_id, act=AlarmAct.ACKNOWLEDGE))
    assert result.outcome is Outcome.FAILED
    assert "Nothing was sent" in result.words


async def test_a_comment_reaches_the_controller() -> None:
    async with standing() as (_, said, driver):
        event = of(said)[-1]
        result = await asked(driver, event, AlarmAct.COMMENT, "valve is hot")
        assert result.outcome is Outcome.CONFIRMED, result.words
        await said.until(lambda: of(said)[-1].event_id != event.event_id)


async def test_after_the_acknowledgement_comes_the_confirmation() -> None:
    async with standing("--full") as (_, said, driver):
        assert (await asked(driver, of(said)[-1], AlarmAct.ACKNOWLEDGE)).outcome is Outcome.CONFIRMED
        await said.until(lambda: of(said)[-1].acknowledged)
        result = await asked(driver, of(said)[-1], AlarmAct.CONFIRM)
        assert result.outcome is Outcome.CONFIRMED, result.words


async def test_a_shelf_is_the_controllers_own_and_can_be_ended() -> None:
    async with standing("--full") as (_, said, driver):
        event = of(said)[-1]
        await asked(driver, event, AlarmAct.UNSHELVE)  # node-opcua begins without a state of the shelf
        assert (await asked(driver, event, AlarmAct.SHELVE, minutes=1)).outcome is Outcome.CONFIRMED
        again = await asked(driver, event, AlarmAct.SHELVE, minutes=1)
        assert again.outcome is Outcome.REFUSED
        assert again.words.startswith("It is shelved already.")
        assert (await asked(driver, event, AlarmAct.UNSHELVE)).outcome is Outcome.CONFIRMED


async def test_a_controller_without_a_shelf_says_so() -> None:
    async with standing() as (_, said, driver):
        result = await asked(driver, of(said)[-1], AlarmAct.SHELVE, minutes=5)
    assert (result.outcome, result.words) == (Outcome.REFUSED, "The controller does not offer this.")


async def test_without_a_connection_nothing_is_sent() -> None:
    press, recorder = Press(free_port()), Recorder()
    driver = open_driver(press_controller(press.port), press_tags(), recorder)
    assert isinstance(driver, ControlPort)
    result = await driver.act(AlarmActing(alarm=KEY, event_id="00", act=AlarmAct.ACKNOWLEDGE))
    assert result.outcome is Outcome.FAILED
