"""The demo plant as processes: two OPC UA lines, one Modbus line, a demo ERP; or a replay of recorded alarms.

Owns free ports, the plant file that names them, and the processes' life. They are reached by their protocols only.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from app.child import QUIET, command, frozen
from app.domain.errors import KnownError
from app.domain.plant import ErpLink, Plant
from resources import path as resource

OPCUA_LINES: Mapping[str, str] = {"C-L1": "L1", "C-L2": "L2"}
MODBUS = tuple(f"C-L3-{n}" for n in range(1, 7))
REPLAY_CONTROLLER = "C-R"
STOP_S = 3.0

Settings = Mapping[str, str | int | float | bool]
"""Settings of a controller or of the ERP, as in a plant file."""


ERPS = ("demo", "tryton")
"""The ERPs that the demo can have: its own small one, or a real Tryton server."""
TRYTON: Settings = {"database": "lineside", "user": "lineside"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the demo plays. `speed` is simulated seconds a second; `mood` the share of ERP answers that go wrong.

    `erp` is one of ERPS; Tryton has no moods.
    """

    seed: int = 1
    speed: float = 1.0
    mood: float = 0.03
    replay: Path | None = None
    replay_from: str = ""
    replay_until: str = ""
    plant: Path | None = None
    erp: str = "demo"


class Demo:
    """Make it to have ports; `start` starts the processes, leaving the block ends them.

    `settings` and `erp` are what the plant `file` needs to find them.
    """

    def __init__(self, folder: Path, options: DemoOptions) -> None:
        self._folder = folder
        self._options = options
        self._children: list[subprocess.Popen[bytes]] = []
        self._ports = iter(free_ports(10))
        self._erp_port = next(self._ports)
        self._commands: list[list[str]] = []
        self.file = options.plant or resource("plants/replay.toml" if options.replay else "plants/demo.toml")
        self.settings: Mapping[str, Settings] = self._replay() if options.replay else self._lines()
        self.erp: Settings = {"url": f"http://127.0.0.1:{self._erp_port}", **(TRYTON if self._tryton else {})}
        if options.erp not in ERPS or (self._tryton and (options.replay or frozen())):
            raise KnownError(
                f"The demo has no ERP {options.erp} here.",
                f"There are: {', '.join(ERPS)} (from the source, no replay).",
            )

    @property
    def _tryton(self) -> bool:
        return self._options.erp == "tryton"

    def placed(self, plant: Plant) -> Plant:
        """The plant of `file` with the demo's ports. Raises KnownError where it lacks one of the demo's controllers."""
        unknown = sorted(set(self.settings) - set(plant.controllers))
        if unknown:
            raise KnownError(f"The plant file has no controller {', '.join(unknown)}.", "Check the ids.")
        controllers = {
            name: replace(found, settings={**found.settings, **self.settings.get(name, {})})
            for name, found in plant.controllers.items()
        }
        found = ErpLink(adapter="tryton") if self._tryton else plant.erp
        erp = replace(found, settings={**found.settings, **self.erp})
        return replace(plant, controllers=controllers, erp=erp)

    def _lines(self) -> dict[str, Settings]:
        settings: dict[str, Settings] = {}
        for controller, line in OPCUA_LINES.items():
            port = next(self._ports)
            settings[controller] = {"url": f"opc.tcp://127.0.0.1:{port}/lineside/{line.lower()}"}
            self._plan("line", "--line", line, "--port", str(port))
        ports = [next(self._ports) for _ in MODBUS]
        for controller, port in zip(MODBUS, ports, strict=True):
            settings[controller] = {"host": "127.0.0.1", "port": port}
        self._plan("modbus", "--ports", ",".join(map(str, ports)))
        return settings

    def _replay(self) -> dict[str, Settings]:
        port, options = next(self._ports), self._options
        spans = (("--from", options.replay_from), ("--until", options.replay_until))
        span = [word for pair in spans if pair[1] for word in pair]
        words = [*command("drivers.simulated"), "replay", "--file", str(options.replay), "--port", str(port)]
        self._commands.append([*words, "--speed", str(options.speed), *span])
        return {REPLAY_CONTROLLER: {"url": f"opc.tcp://127.0.0.1:{port}/lineside/replay"}}

    def _plan(self, *words: str) -> None:
        seed, speed = str(self._options.seed), str(self._options.speed)
        self._commands.append([*command("drivers.simulated"), *words, "--seed", seed, "--speed", speed])

    def start(self) -> None:
        """Start the processes; what they serve is found by the drivers when it is there."""
        for words in (self._erp_command(), *self._commands):
            self._children.append(
                subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, creationflags=QUIET)
            )

    def _erp_command(self) -> list[str]:
        port = str(self._erp_port)
        if self._tryton:
            return [*command("drivers.demo_tryton"), "--folder", str(self._folder / "tryton"), "--port", port]
        seed, mood = str(self._options.seed), str(self._options.mood)
        place = ["--db", str(self._folder / "erp.sqlite"), "--port", port]
        return [*command("app.erp.demo"), *place, "--seed", seed, "--mood", mood]

    def stop(self) -> None:
        """End the processes: their stdin closes; who does not listen to that is killed."""
        for child in self._children:
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
        for child in self._children:
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
