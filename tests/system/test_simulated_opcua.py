"""A simulated line as a stock OPC UA client sees it, over the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import Client, ua

from drivers.simulated.line import build_line
from drivers.simulated.opcua_server import LineServer
from drivers.simulated.packml import State
from drivers.simulated.signals import tag_list
from drivers.simulated.ua_nodes import named, numeric
from tests.system.simulators import free_ports, until

NAMESPACE = "urn:lineside:demo:l2"


class Heard:
    """Collects what a subscription delivers."""

    def __init__(self) -> None:
        self.values: dict[str, list[ua.DataValue]] = {}
        self.events: list[Any] = []

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Keep a value with its times."""
        self.values.setdefault(node.nodeid.Identifier, []).append(data.monitored_item.Value)

    def event_notification(self, event: Any) -> None:
        """Keep an event."""
        self.events.append(event)


@asynccontextmanager
async def served_line(line: str = "L2", scripted: bool = False) -> AsyncIterator[tuple[Client, int]]:
    """A line in this process and a client connected to it; gives the client and the line's namespace index."""
    server = LineServer(build_line(line, seed=1, scripted=scripted), free_ports(1)[0])
    await server.start()
    try:
        async with Client(server.endpoint) as client:
            yield client, await client.get_namespace_index(f"urn:lineside:demo:{line.lower()}")
    finally:
        await server.stop()


async def value(client: Client, index: int, node: str) -> Any:
    return await client.get_node(named(node, index)).read_value()


async def call(client: Client, index: int, machine: str, method: str) -> None:
    await client.get_node(named(machine, index)).call_method(named(f"{machine}.{method}", index))


async def test_every_listed_variable_can_be_read_and_changes_come_with_a_source_time() -> None:
    async with served_line() as (client, index):
        rows = tag_list("L2")
        nodes = [client.get_node(named(row["node"], index)) for row in rows]
        values = await client.read_values(nodes)
        assert len(values) == 216
        assert all(read is not None for read in values)
        heard = Heard()
        subscription = await client.create_subscription(100, heard)
        began_at = datetime.now(UTC)
        await subscription.subscribe_data_change(nodes)

        async def moved() -> bool:
            return len(heard.values.get("Filler.Process.TorqueBlock3", [])) > 3

        await until(moved)
        stamps: list[Any] = [data.SourceTimestamp for data in heard.values["Filler.Process.TorqueBlock3"][1:]]
        assert stamps == sorted(stamps)
        assert stamps[-1] > began_at
        await subscription.delete()


async def test_abort_by_a_client_aborts_the_machine_and_it_can_be_brought_back() -> None:
    async with served_line() as (client, index):

        def state_is(state: State) -> Any:
            async def check() -> bool:
                return bool(await value(client, index, "Capper.Status.StateCurrent") == state)

            return check

        await call(client, index, "Capper", "Abort")
        await until(state_is(State.ABORTED))
        assert (await value(client, index, "Capper.BaseStateMachine.CurrentState")).Text == "Aborted"
        assert await value(client, index, "Capper.Admin.StopReason.Message") == "Abort by remote command"
        with pytest.raises(ua.uaerrors.BadInvalidState):
            await call(client, index, "Capper", "Start")
        for method, state in (("Clear", State.STOPPED), ("Reset", State.IDLE), ("Start", State.EXECUTE)):
            await call(client, index, "Capper", method)
            await until(state_is(state))
        path = "Capper.BaseStateMachine.MachineState.ExecuteState.CurrentState"
        assert (await value(client, index, path)).Text.endswith(("Execute", "ing", "Suspended"))


async def test_the_state_node_is_the_state_object_of_the_packml_type() -> None:
    async with served_line() as (client, index):
        packml = await client.get_namespace_index("http://opcfoundation.org/UA/PackML/")
        state = await value(client, index, "Filler.BaseStateMachine.MachineState.ExecuteState.CurrentState.Id")
        number = await client.get_node(state).get_child("0:StateNumber")
        assert state == numeric(36, packml)
        assert await number.read_value() == State.EXECUTE
        root = client.get_node(named("Filler", index))
        assert await root.read_type_definition() == numeric(6, packml)


async def test_the_packml_structures_carry_what_the_scalars_say() -> None:
    async with served_line() as (client, index):
        await client.load_data_type_definitions()

        async def counted() -> bool:
            counts = await value(client, index, "Labeller.Admin.ProdProcessedCount")
            return bool(counts) and counts[0].AccCount > 0

        await until(counted)
        counts = await value(client, index, "Labeller.Admin.ProdProcessedCount")
        assert counts[0].AccCount <= await value(client, index, "Labeller.Admin.ProdProcessedCount.AccCount")
        assert counts[0].Unit.DisplayName.Text == "bottle"


async def test_a_jam_is_told_as_a_burst_of_alarm_conditions_and_refresh_repeats_them() -> None:
    async with served_line(scripted=True) as (client, index):
        heard = Heard()
        subscription = await client.create_subscription(100, heard)
        alarm_type = client.get_node(named("MachineAlarmType", index))
        await subscription.subscribe_alarms_and_conditions(numeric(ua.ObjectIds.Server), alarm_type)

        async def all_told() -> bool:
            return len({event.AlarmCode for event in filler_alarms(heard)}) >= 14

        await until(all_told)
        first = filler_alarms(heard)[0]
        assert first.AlarmCode == "FIL-2301"
        assert first.AlarmNumber == 2301
        assert first.Message.Text == "FIL-2301 Valve block 3 torque over limit: carousel jammed"
        assert first.NodeId == named("Filler.FIL-2301", index)
        assert getattr(first, "ActiveState/Id") is True
        assert first.Severity == 900
        before = len(heard.events)
        refresh = ua.Variant(subscription.subscription_id, ua.VariantType.UInt32)
        await client.get_node(numeric(2782)).call_method(numeric(3875), refresh)

        async def repeated() -> bool:
            return len(filler_alarms(heard, since=before)) >= 14

        await until(repeated)
        assert first.EventId in {event.EventId for event in filler_alarms(heard, since=before)}
        await subscription.delete()


def filler_alarms(heard: Heard, since: int = 0) -> list[Any]:
    return [event for event in heard.events[since:] if event.SourceName == "Filler"]


async def test_two_lines_live_side_by_side_in_one_process() -> None:
    async with served_line("L1") as (one, first), served_line("L2") as (two, second):
        orders = await asyncio.gather(
            value(one, first, "Filler.Production.WorkOrder"), value(two, second, "Filler.Production.WorkOrder")
        )
        assert list(orders) == ["WO-10482", "WO-10479"]
