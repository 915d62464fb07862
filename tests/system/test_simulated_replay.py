"""A real week of recorded alarms, replayed fast, against what the file says."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from asyncua import Client, ua

from drivers.simulated.replay import machine_name, week
from drivers.simulated.ua_nodes import named, numeric
from tests.needs import need_shared
from tests.system.simulators import free_ports, simulator, until

FIELDS = ("SourceName", "AlarmCode", "RecordedAt", "Replayed", "ActiveState/Id")
WEEK_START = "2019-06-03"
WEEK_IN_S = 20.0
SLACK_S = 80.0


class Heard:
    """Counts activations and returns."""

    def __init__(self) -> None:
        self.raised: list[tuple[str, str, datetime]] = []
        self.returned = 0

    def event_notification(self, event: Any) -> None:
        """Take one event."""
        assert event.Replayed is True
        if getattr(event, "ActiveState/Id"):
            self.raised.append((event.SourceName, event.AlarmCode, event.RecordedAt))
        else:
            self.returned += 1


def own_filter(index: int) -> ua.EventFilter:
    """Only the fields that we look at: how a driver subscribes."""
    found = ua.EventFilter()
    for field in FIELDS:
        clause = ua.SimpleAttributeOperand()
        clause.TypeDefinitionId = numeric(ua.ObjectIds.BaseEventType)
        space = index if field in ("AlarmCode", "RecordedAt", "Replayed") else 0
        clause.BrowsePath = [ua.QualifiedName(part, ua.Int16(space)) for part in field.split("/")]
        clause.AttributeId = ua.AttributeIds.Value
        found.SelectClauses.append(clause)
    return found


async def test_a_week_replayed_fast_says_what_the_file_says() -> None:
    path = need_shared() / "data" / "alpi" / "bursts_2019-02_2020-01.csv.gz"
    expected = week(path, datetime.fromisoformat(WEEK_START).replace(tzinfo=UTC))
    speed = str(7 * 86_400 / WEEK_IN_S)
    arguments = ("--file", str(path), "--port", str(free_ports(1)[0]), "--speed", speed, "--from", WEEK_START)
    async with simulator("replay", *arguments) as ready, Client(ready["endpoint"]) as client:
        index = await client.get_namespace_index(ready["namespace"])
        replay = {name: client.get_node(named(f"Replay.{name}", index)) for name in ("Replayed", "Finished")}
        assert await replay["Replayed"].read_value() is True
        heard = Heard()
        subscription = await client.create_subscription(100, heard)
        await subscription.subscribe_events(numeric(ua.ObjectIds.Server), evfilter=own_filter(index))
        total = sum(burst.alarms for burst in expected)

        async def all_heard() -> bool:
            return len(heard.raised) >= total and heard.returned >= total

        await until(all_heard, WEEK_IN_S + SLACK_S)
        await until(replay["Finished"].read_value)
        await asyncio.sleep(0.5)
        assert Counter(name for name, _, _ in heard.raised) == Counter(
            {
                machine_name(machine): sum(burst.alarms for burst in expected if burst.machine == machine)
                for machine in {burst.machine for burst in expected}
            }
        )
        assert heard.returned == total
        assert_bursts(heard, expected)
        for machine in ready["machines"]:
            counter = await client.get_node(named(f"{machine_name(machine)}.AlarmCount", index)).read_value()
            assert counter == sum(burst.alarms for burst in expected if burst.machine == machine)
        await subscription.delete()


def assert_bursts(heard: Heard, expected: list[Any]) -> None:
    """Every burst has its alarms within its span, with its first, last and number of codes."""
    by_machine: dict[str, list[tuple[datetime, str]]] = {}
    for name, code, at in heard.raised:
        by_machine.setdefault(name, []).append((at, code.removeprefix("A")))
    for burst in expected:
        mine = [
            (at, code) for at, code in by_machine[machine_name(burst.machine)] if burst.start_at <= at <= burst.end_at
        ]
        assert len(mine) == burst.alarms
        assert (mine[0][1], mine[-1][1]) == (burst.first, burst.last)
        assert len({code for _, code in mine}) == burst.distinct
