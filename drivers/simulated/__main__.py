"""`python -m drivers.simulated`: the simulated controllers as processes of their own.

Owns the command line and the life of a server process: one JSON line on standard output when it serves, an end
at SIGTERM or when standard input closes, so that it never outlives who started it.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from app.domain.errors import KnownError
from drivers.simulated.catalog import LINES
from drivers.simulated.line import Line, build_line
from drivers.simulated.modbus_server import ModbusLine
from drivers.simulated.opcua_server import LineServer
from drivers.simulated.replay import WEEK, between, known_codes, read_bursts
from drivers.simulated.replay_server import NAMESPACE, Recording, ReplayServer
from drivers.simulated.signals import tag_list


class Serving(Protocol):
    """What every server of this package can do."""

    async def start(self) -> None:
        """Listen and let time pass."""

    async def stop(self) -> None:
        """Close."""

    async def wait(self) -> None:
        """Return when it ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A server to run and what to say once it serves."""

    server: Serving
    ready: dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0 after a clean end, 2 when it could not serve."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    if options.command == "tags":
        sys.stdout.write(json.dumps(tag_list(options.line), indent=1, ensure_ascii=False) + "\n")
        return 0
    try:
        asyncio.run(_serve(_JOBS[options.command](options), options.detached))
    except (KnownError, OSError) as error:
        _say({"ready": False, "error": str(error)})
        return 2
    return 0


async def _serve(job: Job, detached: bool) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    try:
        await _start(job.server)
        _say({"ready": True, **job.ready})
        if not detached:
            _stop_with_stdin(stop)
        ended = asyncio.create_task(job.server.wait(), name="server")
        stopped = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done():
            await ended
    finally:
        await job.server.stop()


async def _start(server: Serving) -> None:
    """Start without the garbage collector: asyncua's standard nodes live for ever and load twice as fast."""
    gc.disable()
    await server.start()
    gc.freeze()
    gc.enable()


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_with_stdin(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


def _say(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _line(options: argparse.Namespace) -> Line:
    return build_line(options.line, options.seed, not options.no_opening, options.opening_after)


def _line_job(options: argparse.Namespace) -> Job:
    line = _line(options)
    server = LineServer(line, options.port, options.speed)
    return Job(
        server=server,
        ready={"line": options.line, "endpoint": server.endpoint, "namespace": line.spec.namespace},
    )


def _modbus_job(options: argparse.Namespace) -> Job:
    line = _line(options)
    server = ModbusLine(line, options.ports, options.speed)
    endpoints = {
        device.machine.id: f"127.0.0.1:{port}" for device, port in zip(server.devices, options.ports, strict=True)
    }
    return Job(server=server, ready={"line": options.line, "endpoints": endpoints})


def _replay_job(options: argparse.Namespace) -> Job:
    bursts = read_bursts(options.file)
    start_at = options.start or bursts[0].start_at
    until_at = options.until or start_at + WEEK
    recording = Recording(
        bursts=between(bursts, start_at, until_at),
        codes=known_codes(bursts),
        start_at=start_at,
        until_at=until_at,
        name=options.file.name,
    )
    server = ReplayServer(recording, options.port, options.speed)
    return Job(
        server=server,
        ready={
            "endpoint": server.endpoint,
            "namespace": NAMESPACE,
            "bursts": len(recording.bursts),
            "alarms": sum(burst.alarms for burst in recording.bursts),
            "machines": sorted(recording.codes),
            "from": start_at.isoformat(),
            "until": until_at.isoformat(),
        },
    )


_JOBS = {"line": _line_job, "modbus": _modbus_job, "replay": _replay_job}


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _ports(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m drivers.simulated", description="Simulated controllers.")
    commands = parser.add_subparsers(dest="command", required=True)
    line = commands.add_parser("line", help="one line as an OPC UA server")
    line.add_argument("--line", choices=list(LINES), default="L1")
    line.add_argument("--port", type=int, required=True)
    modbus = commands.add_parser("modbus", help="one line as six Modbus TCP devices")
    modbus.add_argument("--line", choices=list(LINES), default="L3")
    modbus.add_argument("--ports", type=_ports, required=True, help="six ports, in line order: 1502,1503,...")
    replay = commands.add_parser("replay", help="recorded alarm bursts as an OPC UA server")
    replay.add_argument("--file", type=Path, required=True)
    replay.add_argument("--port", type=int, required=True)
    replay.add_argument("--from", dest="start", type=_date, help="UTC date or time; default: the first burst")
    replay.add_argument("--until", type=_date, help="UTC date or time; default: a week later")
    for command in (line, modbus, replay):
        command.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
        command.add_argument("--detached", action="store_true", help="live on when standard input closes")
    for command in (line, modbus):
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--opening-after", type=float, default=0.0, help="seconds before the script begins")
        command.add_argument("--no-opening", action="store_true", help="without the demo's scripted faults")
    tags = commands.add_parser("tags", help="every variable of a line as JSON")
    tags.add_argument("--line", choices=list(LINES), default="L1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
