"""Events that no server should send, over a real connection (faults.md, bad input rows 10 to 13)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from asyncua import Server, ua

from app.bootstrap.alarm_list import AlarmList
from app.domain.reading import Quality
from app.ports import AlarmEvent
from drivers.registry import open_driver
from drivers.simulated import ua_events
from drivers.simulated.opcua_server import open_server
from drivers.simulated.ua_nodes import named, numeric
from tests.contract.rigs.recorder import Recorder, Seen
from tests.contract.rigs.rig import free_port
from tests.system.alarm_server import controller, state_tag

KINDS = {
    "EventId": ua.VariantType.ByteString,
    "EventType": ua.VariantType.NodeId,
    "SourceName": ua.VariantType.String,
    "Time": ua.VariantType.DateTime,
    "Message": ua.VariantType.LocalizedText,
    "Severity": ua.VariantType.UInt16,
    "NodeId": ua.VariantType.NodeId,
    "BranchId": ua.VariantType.NodeId,
    "Retain": ua.VariantType.Boolean,
    "ActiveState/Id": ua.VariantType.Boolean,
    "AckedState/Id": ua.VariantType.Boolean,
}


class Line:
    """A server that sends what it is told, and what a driver makes of it."""

    def __init__(self, server: Server, index: int, said: Recorder) -> None:
        self.server, self.index, self.said = server, index, said

    async def send(self, **fields: Any) -> AlarmEvent:
        """One event of the condition A; None leaves a field out."""
        sound = {
            "EventId": b"e1",
            "EventType": numeric(ua.ObjectIds.OffNormalAlarmType),
            "SourceName": "M0",
            "Time": datetime.now(UTC),
            "Message": ua.LocalizedText("Jam"),
            "Severity": 700,
            "NodeId": named("A", self.index),
            "Retain": True,
            "ActiveState/Id": True,
            "AckedState/Id": False,
        }
        given = {name: value for name, value in {**sound, **fields}.items() if value is not None}
        event = ua_events.AlarmEvent({name: ua.Variant(value, KINDS[name]) for name, value in given.items()})
        count = len(self.said.alarms)
        await self.server.iserver.subscription_service.trigger_event(event)
        await self.said.until(lambda: len(self.said.alarms) > count)
        return self.said.alarms[-1]

    async def put(self, value: float, at: datetime | None) -> Seen:
        """A value with a time of its own, as it came."""
        stamp, count = cast(ua.DateTime, at), len(self.said.seen)
        data = ua.DataValue(ua.Variant(value), SourceTimestamp=stamp, ServerTimestamp=stamp)
        await self.server.write_attribute_value(named("M0.State", self.index), data)
        await self.said.until(lambda: len(self.said.seen) > count)
        return self.said.seen[-1]


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    """A running server with a driver on it."""
    port, said = free_port(), Recorder()
    server = await open_server(port, "Alarms", "alarms")
    await server.set_application_uri("urn:alarms:server")
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/alarms")
    index = await server.register_namespace("urn:alarms:plc")
    await server.nodes.objects.add_variable(named("M0.State", index), ua.QualifiedName("State"), 6.0)
    await server.nodes.server.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
    async with server:
        task = asyncio.create_task(open_driver(controller(port), [state_tag()], said).run())
        try:
            await said.until(lambda: said.seen)
            yield Line(server, index, said)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


IMPOSSIBLE = (
    datetime(1601, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    None,
    datetime.now(UTC) + timedelta(days=1),
)


async def test_an_impossible_time_is_the_received_one_and_says_so() -> None:
    """Bad input row 10: clamped and flagged; the key does not depend on it."""
    async with line() as bent:
        for number, at in enumerate(IMPOSSIBLE):
            event = await bent.send(Time=at)
            assert (event.source_s, event.sure_clock) == (event.received_s, False), at
            assert (event.key, event.event_id) == ("urn:alarms:plc;s=A", b"e1".hex())
            seen = await bent.put(float(number), at)
            assert (seen.quality, seen.source_s) == (Quality.UNCERTAIN, seen.received_s), at


async def test_an_event_without_its_fields_has_defaults() -> None:
    """Bad input row 11."""
    async with line() as bent:
        event = await bent.send(Message=None, Severity=None, SourceName=None)
        assert (event.machine, event.message, event.severity) == (None, "", 500)
        assert (await bent.send(Severity=0)).severity == 1
        assert (await bent.send(Severity=65_535)).severity == 1_000


async def test_an_event_that_comes_twice_is_one_occurrence_and_an_empty_id_has_a_fallback() -> None:
    """Bad input row 12."""
    async with line() as bent:
        alarms = AlarmList()
        for event in (await bent.send(), await bent.send()):
            alarms.take(event)
        (row,) = alarms.rows()
        assert row.count == 1
        at = datetime.now(UTC)
        first, again = await bent.send(EventId=b"", Time=at), await bent.send(EventId=None, Time=at)
        later = await bent.send(EventId=b"", Time=at + timedelta(seconds=1))
        assert first.event_id == again.event_id != later.event_id
        assert first.event_id.startswith("urn:alarms:plc;s=A@")


async def test_a_branch_is_kept_beside_its_condition() -> None:
    """Bad input row 13."""
    async with line() as bent:
        whole, branch = await bent.send(), await bent.send(BranchId=named("B1", bent.index), EventId=b"e2")
        assert branch.key == f"{whole.key}#urn:alarms:plc;s=B1"
        assert (whole.earlier, branch.earlier) == (False, True)
