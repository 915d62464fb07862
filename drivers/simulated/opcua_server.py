"""One simulated line as an OPC UA server with the PackML types, methods and alarm conditions.

Owns the server's life and rhythm: physics ten times a second, values twice, states and alarms at once. Must not
know who reads.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from asyncua import Server, ua

from drivers.simulated.line import Line
from drivers.simulated.machine import Machine
from drivers.simulated.machine_nodes import MachineNodes
from drivers.simulated.pacing import Pace
from drivers.simulated.packml import Command, IllegalCommandError
from drivers.simulated.packml_model import build_types
from drivers.simulated.ua_events import AlarmEmitter, Occurrence, build_alarm_type
from drivers.simulated.ua_nodes import Builder

VALUES_EVERY: Final = 5
"""Ticks between two writings of all values: 2 Hz."""
STRUCTURES_EVERY: Final = 20
REFRESH_SEVERITY: Final = 100
"""Has ConditionRefresh work; the severity of its start and end events."""


async def open_server(port: int, name: str, path: str) -> Server:
    """An asyncua server on loopback, without security, not yet started; the port must be free."""
    server = Server()
    server.iserver.bind_condition_methods = REFRESH_SEVERITY
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/lineside/{path}")
    server.set_server_name(name)
    await server.set_application_uri(f"urn:lineside:demo:server:{path}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    return server


class LineServer:
    """Serves a line on `port`; `speed` seconds of plant pass in a second."""

    def __init__(self, line: Line, port: int, speed: float = 1.0) -> None:
        self.line = line
        self.endpoint = f"opc.tcp://127.0.0.1:{port}/lineside/{line.spec.line.lower()}"
        self._port = port
        self._pace = Pace(step=line.step, speed=speed)
        self._machines: list[MachineNodes] = []
        self._server: Server | None = None
        self._emitter: AlarmEmitter | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Build the address space, listen and let time pass. Raises OSError when the port is taken."""
        spec = self.line.spec
        server = await open_server(self._port, f"Lineside demo {spec.line}", spec.line.lower())
        types = await build_types(server)
        own = await server.register_namespace(spec.namespace)
        builder = Builder(server=server)
        self._emitter = await build_alarm_type(builder, own)
        for machine in self.line.machines.values():
            nodes = MachineNodes(builder, machine, spec.line, own, types)
            await nodes.build(self._on_command)
            self._machines.append(nodes)
        self._server = server
        await self._write(everything=True)
        await server.start()
        self._task = asyncio.create_task(self._run(), name=f"line {spec.line}")

    async def stop(self) -> None:
        """End the simulation and close the server. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    async def wait(self) -> None:
        """Return when the simulation ends; raises what ended it."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        tick = 0
        while True:
            await self._pace.tick()
            tick += 1
            await self._emit_alarms()
            await self._write(everything=tick % VALUES_EVERY == 0)
            if tick % STRUCTURES_EVERY == 0:
                for nodes in self._machines:
                    await nodes.write_structures(datetime.now(UTC))

    async def _write(self, everything: bool) -> None:
        at = datetime.now(UTC)
        for nodes in self._machines:
            await nodes.write(at, urgent_only=not everything)

    async def _emit_alarms(self) -> None:
        if self._emitter is None:
            return
        at = datetime.now(UTC)
        for nodes in self._machines:
            for change in nodes.machine.alarms.drain():
                await self._emitter.emit(
                    Occurrence(
                        condition=f"{nodes.root}.{change.alarm.code}",
                        source=nodes.root_id,
                        source_name=nodes.root,
                        code=change.alarm.code,
                        number=change.alarm.number,
                        text=change.alarm.text,
                        severity=change.alarm.severity,
                        active=change.active,
                        at=at,
                    )
                )

    async def _on_command(self, machine: Machine, command: Command) -> ua.StatusCode:
        try:
            machine.command(command)
        except IllegalCommandError:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidState))
        await self._write(everything=False)
        return ua.StatusCode()
