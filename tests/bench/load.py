"""The servers of `make bench-acquisition`: node-opcua processes that set values, and whom they and the clients trust.

A plain point is one server. A secured one has certificates made for it in a folder that goes with it. What a client
must know of them is its job, one JSON object, the same for every client.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives import serialization

from drivers.certificate import der
from drivers.opcua.own import own
from drivers.workstation import Workstation
from tests.contract.rigs.certificates import Recipe, make
from tests.contract.rigs.rig import free_port
from tests.contract.rigs.secured import workstation
from tests.needs import RIG, need_node

IDENTITY = "urn:load:server"
NAMESPACE = "urn:load"
ASIDE = ("chrt", "--idle", "0")
"""Starts a command that gives way to all others, with all its threads: a priority set later is one thread's alone."""


@dataclass(slots=True, kw_only=True)
class Servers:
    """The ports of the load servers of a point, how much each set in each second, and the clients' certificates."""

    ports: tuple[int, ...]
    items: int
    mixed: bool = False
    secured: dict[str, str] | None = None
    per_s: list[list[float]] = field(default_factory=list)
    orders: list[IO[str]] = field(default_factory=list)

    def tell(self, word: str) -> None:
        """ "rest": set nothing until "go"."""
        for order in self.orders:
            order.write(word + "\n")
            order.flush()

    @property
    def seconds(self) -> int:
        """How many seconds were counted so far."""
        return min(len(rates) for rates in self.per_s)

    def offered_from(self, second: int) -> list[float]:
        """What all of them together set a second, from this second on."""
        return [sum(rates) for rates in zip(*(rates[second:] for rates in self.per_s), strict=False)]

    def job(self, warm_s: float, windows: int) -> str:
        """What a client is told."""
        told: dict[str, Any] = {"ports": self.ports, "items": self.items, "mixed": self.mixed, "secured": self.secured}
        return json.dumps(told | {"warm_s": warm_s, "windows": windows})

    def offered(self, windows: int) -> list[float]:
        """What all of them together set a second, in the newest seconds."""
        newest = [rates[-windows:] for rates in self.per_s]
        return [sum(rates) for rates in zip(*newest, strict=False)]


@contextmanager
def serving(
    items: int,
    hz: int,
    *,
    mixed: bool = False,
    secured: bool = False,
    many: int = 1,
    still: bool = False,
    aside: bool = False,
) -> Iterator[Servers]:
    """`many` servers that share the items, until the block ends.

    `still`: they set nothing until they are told to; `aside`: they take of this machine's processors what nobody wants.
    """
    with ExitStack() as stack:
        servers = Servers(ports=tuple(free_port() for _ in range(many)), items=items, mixed=mixed)
        job: dict[str, object] = {"items": items // many, "hz": hz, "mixed": mixed, "still": still}
        if secured:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            server, servers.secured = trusting(folder)
            job |= server
        for port in servers.ports:
            per_s, orders = stack.enter_context(_running(job | {"port": port}, aside=aside))
            servers.per_s.append(per_s)
            servers.orders.append(orders)
        yield servers


def trusting(folder: Path) -> tuple[dict[str, object], dict[str, str]]:
    """Certificates in `folder` by which a server and the clients trust each other: (the server's, the clients')."""
    made = make(Recipe(uri=IDENTITY, name="Load"))
    station = workstation(folder / "data", made)
    mine = own(station.pki, station.name)
    trusted = folder / "server" / "trusted" / "certs"
    trusted.mkdir(parents=True)
    (trusted / "client.der").write_bytes(der(mine.certificate))
    certificate, key, client = folder / "server.pem", folder / "server.key", folder / "client.pem"
    certificate.write_bytes(made.pem)
    key.write_bytes(made.key_pem)
    client.write_bytes(mine.certificate.public_bytes(serialization.Encoding.PEM))
    server: dict[str, object] = {"pki": str(folder / "server"), "certificate": str(certificate), "key": str(key)}
    return server, {
        "data": str(station.folder),
        "pki": str(folder / "client"),
        "certificate": str(client),
        "key": str(mine.path.with_name("key.pem")),
        "uri": mine.application_uri,
        "server": str(certificate),
    }


def station_of(secured: dict[str, str] | None) -> Workstation | None:
    """The workstation that the servers trust."""
    return workstation(Path(secured["data"])) if secured else None


@contextmanager
def _running(job: dict[str, object], *, aside: bool) -> Iterator[tuple[list[float], IO[str]]]:
    """One server; gives the list of its rates, which grows, and what it is told by."""
    per_s: list[float] = []
    command = [*(ASIDE if aside else ()), str(need_node()), "load_server.js", json.dumps(job)]
    with subprocess.Popen(command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        thread = threading.Thread(target=_follow, args=(process.stdout, per_s), daemon=True)
        try:
            while (line := process.stdout.readline()) != "ready\n":  # before it, a library may say something
                if not line:
                    raise RuntimeError("the load server did not start")
            thread.start()
            yield per_s, process.stdin
        finally:
            process.kill()
            process.wait()
            if thread.is_alive():
                thread.join()


def _follow(lines: Iterator[str], per_s: list[float]) -> None:
    """Note the rate of each second."""
    before, before_s = 0, time.perf_counter()
    for line in lines:
        if not line.strip().isdigit():
            continue
        now, now_s = int(line), time.perf_counter()
        per_s.append((now - before) / (now_s - before_s))
        before, before_s = now, now_s
