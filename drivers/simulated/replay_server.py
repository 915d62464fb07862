"""Recorded alarms as an OPC UA server: a machine object each, events as they were, at a chosen speed.

Owns the replay's clock and nodes. Must not know the file format. Nothing here is live: every event and the
server itself say so (`Replayed`, `Replay.Replayed`).
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from asyncua import Server, ua

from drivers.simulated.opcua_server import open_server
from drivers.simulated.replay import Burst, RecordedAlarm, machine_name, reconstruct
from drivers.simulated.ua_events import AlarmEmitter, Occurrence, build_alarm_type
from drivers.simulated.ua_nodes import Builder, named, numeric, object_attributes, variable_attributes

NAMESPACE: Final = "urn:lineside:demo:replay"
PATH: Final = "replay"
TICK_S: Final = 0.05
MAX_EVENTS_A_TICK: Final = 100
"""At most 2,000 events a second leave; the replay clock waits for what is left over."""
_SEVERITY: Final = 500
_FOLDER: Final = 61


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An alarm of the recording becomes active or returns to normal at `at`."""

    at: datetime
    active: bool
    alarm: RecordedAlarm


def changes(alarms: Iterable[RecordedAlarm]) -> list[Change]:
    """Activations and returns in order of time; an alarm returns before its code comes again."""
    ordered = sorted(alarms, key=lambda alarm: alarm.at)
    found: list[tuple[datetime, int, Change]] = []
    for index, alarm in enumerate(ordered):
        found.append((alarm.at, 2 * index, Change(at=alarm.at, active=True, alarm=alarm)))
        returned = Change(at=alarm.returns_at, active=False, alarm=alarm)
        found.append((alarm.returns_at, 2 * index + 1, returned))
    return [change for _, _, change in sorted(found, key=lambda entry: entry[:2])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is replayed: bursts, the machines of the whole file with their known codes, and the time span."""

    bursts: list[Burst]
    codes: dict[int, list[str]]
    start_at: datetime
    until_at: datetime
    name: str


class ReplayServer:
    """Replays a recording on `port`, `speed` recorded seconds a second.

    The clock stands while nobody subscribes to events: what nobody hears would be lost.
    """

    def __init__(self, recording: Recording, port: int, speed: float) -> None:
        self.endpoint = f"opc.tcp://127.0.0.1:{port}/lineside/{PATH}"
        self.sent = 0
        self._port = port
        self._recording = recording
        self._speed = speed
        self._clock_at = recording.start_at
        self._pending: list[Change] = []
        self._next = 0
        self._counts = dict.fromkeys(recording.codes, 0)
        self._last = dict.fromkeys(recording.codes, "")
        self._server: Server | None = None
        self._emitter: AlarmEmitter | None = None
        self._index = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Reconstruct, build the address space and listen. Raises OSError when the port is taken."""
        recording = self._recording
        alarms = [alarm for burst in recording.bursts for alarm in reconstruct(burst, recording.codes[burst.machine])]
        self._pending = changes(alarms)
        server = await open_server(self._port, "Lineside replay", PATH)
        self._server = server
        self._index = await server.register_namespace(NAMESPACE)
        builder = Builder(server=server)
        self._emitter = await build_alarm_type(builder, self._index)
        await self._build(builder)
        await server.start()
        self._task = asyncio.create_task(self._run(), name="replay")

    async def stop(self) -> None:
        """End the replay and close the server. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    async def wait(self) -> None:
        """Return when the server is stopped; raises what ended it."""
        if self._task is not None:
            await self._task

    async def _build(self, builder: Builder) -> None:
        kinds = ua.VariantType
        await self._object(builder, "Replay")
        rows: list[tuple[str, Any, ua.VariantType]] = [
            ("Replay.Replayed", True, kinds.Boolean),
            ("Replay.Source", self._recording.name, kinds.String),
            ("Replay.Speed", self._speed, kinds.Double),
            ("Replay.Clock", self._clock_at, kinds.DateTime),
            ("Replay.Until", self._recording.until_at, kinds.DateTime),
            ("Replay.AlarmsSent", 0, kinds.UInt32),
            ("Replay.Finished", False, kinds.Boolean),
        ]
        for machine in sorted(self._counts):
            name = machine_name(machine)
            await self._object(builder, name)
            rows.append((f"{name}.AlarmCount", 0, kinds.UInt32))
            rows.append((f"{name}.LastAlarmCode", "", kinds.String))
        for path, value, kind in rows:
            parent, _, name = path.partition(".")
            await builder.add(
                named(path, self._index),
                ua.QualifiedName(name, ua.Int16(self._index)),
                named(parent, self._index),
                variable_attributes(ua.Variant(value, kind), numeric(kind.value)),
                type_definition=63,
            )

    async def _object(self, builder: Builder, name: str) -> None:
        await builder.add(
            named(name, self._index),
            ua.QualifiedName(name, ua.Int16(self._index)),
            numeric(ua.ObjectIds.ObjectsFolder),
            object_attributes(),
            reference=35,
            type_definition=_FOLDER,
        )

    async def _run(self) -> None:
        last_s = time.monotonic()
        ticks = 0
        while True:
            await asyncio.sleep(TICK_S)
            now_s = time.monotonic()
            if self._heard():
                self._advance(now_s - last_s)
                await self._emit_due()
            last_s = now_s
            ticks += 1
            if ticks % 10 == 0 or self._finished:
                await self._write()

    def _heard(self) -> bool:
        if self._server is None:
            return False
        subscriptions = self._server.iserver.subscription_service.subscriptions.values()
        return any(subscription.monitored_item_srv._monitored_events for subscription in subscriptions)

    @property
    def _finished(self) -> bool:
        return self._next >= len(self._pending) and self._clock_at >= self._recording.until_at

    def _advance(self, wall_s: float) -> None:
        held_up = self._next < len(self._pending) and self._pending[self._next].at <= self._clock_at
        if held_up or self._finished:
            return
        self._clock_at += timedelta(seconds=wall_s * self._speed)

    async def _emit_due(self) -> None:
        for change in self._pending[self._next : self._next + MAX_EVENTS_A_TICK]:
            if change.at > self._clock_at:
                return
            self._next += 1
            await self._emit(change)

    async def _emit(self, change: Change) -> None:
        if self._emitter is None:
            return
        alarm = change.alarm
        name = machine_name(alarm.machine)
        if change.active:
            self.sent += 1
            self._counts[alarm.machine] += 1
            self._last[alarm.machine] = alarm.code
        await self._emitter.emit(
            Occurrence(
                condition=f"{name}.A{alarm.code}",
                source=named(name, self._index),
                source_name=name,
                code=f"A{alarm.code}",
                number=int(alarm.code) if alarm.code.isdecimal() else 0,
                text="replayed alarm",
                severity=_SEVERITY,
                active=change.active,
                at=datetime.now(UTC),
                recorded_at=change.at,
            )
        )

    async def _write(self) -> None:
        kinds = ua.VariantType
        await self._put("Replay.Clock", self._clock_at, kinds.DateTime)
        await self._put("Replay.AlarmsSent", self.sent, kinds.UInt32)
        await self._put("Replay.Finished", self._finished, kinds.Boolean)
        for machine, count in self._counts.items():
            await self._put(f"{machine_name(machine)}.AlarmCount", count, kinds.UInt32)
            await self._put(f"{machine_name(machine)}.LastAlarmCode", self._last[machine], kinds.String)

    async def _put(self, path: str, value: Any, kind: ua.VariantType) -> None:
        if self._server is None:
            return
        stamp = cast(ua.DateTime, datetime.now(UTC))
        data = ua.DataValue(Value=ua.Variant(value, kind), SourceTimestamp=stamp, ServerTimestamp=stamp)
        node = named(path, self._index)
        await self._server.iserver.aspace.write_attribute_value(node, ua.AttributeIds.Value, data)
