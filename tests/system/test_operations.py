"""Lineside as plant IT runs it: looked at, measured, started twice, dying in a loop, ended while all else hangs."""

import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.bootstrap.doctor import LOOK_S, Patient, look
from app.config import Config
from app.domain.checks.check import State
from app.domain.checks.facts import ControllerFacts
from app.domain.checks.table import judged
from app.domain.plant import Controller, Tag
from app.erp.registry import check_settings
from app.plant.check import load
from app.readmodel.metrics import METRICS, Kind
from app.starts import FILE as STARTS
from drivers.demo import Demo, DemoOptions
from drivers.demo_file import write_plant
from drivers.probe import LEAVE_S, by_address, probe
from drivers.registry import ADDRESS_CHECKS
from drivers.workstation import Workstation
from resources import path as resource
from tests.system.command_line import Ended, lineside, start
from tests.system.writers import figures

PATIENCE_S = 60.0
DOCTOR_S, SHORT_S = 10.0, 1.0
ENDS_S = 10.0
"""A machine that is busy with other tests; what it takes as a rule is printed."""


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes every connection and never says a word; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        server.close()
        for one in taken:
            one.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def plant_at(folder: Path, controller: int, erp: int | None = None) -> Path:
    """The example plant with its controller, and an ERP, at ports of this machine."""
    text = resource("plants/example.toml").read_text(encoding="utf-8").replace("48441", str(controller))
    if erp is not None:
        text = text[: text.index("[erp]")]
        text += f'[erp]\nadapter = "demo"\n[erp.settings]\nurl = "http://127.0.0.1:{erp}"\n'
    file = folder / "plant.toml"
    file.write_text(text, encoding="utf-8")
    return file


def until(condition: Callable[[], Any], every_s: float = 0.1) -> Any:
    """What a condition comes to once it holds; fails where it does not in good time."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            if found := condition():
                return found
        time.sleep(every_s)
    raise AssertionError("it did not happen in time")


def ended(process: subprocess.Popen[str]) -> tuple[Ended, float]:
    """How a process ends that is told to, and how long that takes."""
    began_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    found = Ended(process, PATIENCE_S)
    return found, time.monotonic() - began_s


# --- doctor -----------------------------------------------------------------------------------------------------------


def ready(text: str) -> bool:
    """Whether every controller is up, and somebody has looked at the machine."""
    return text.count('"} 1.0') >= 8 and all(
        word in text for word in ('opcua"} 1.0', "lineside_disk_free_bytes ", "lineside_last_data_age_seconds{")
    )


def well(found: Ended) -> Ended | None:
    """An answer without anything bad; a busy machine's servers may be slow to answer."""
    return found if found.rc in (0, 1) else None


def checks(found: Ended) -> dict[str, list[dict[str, Any]]]:
    """The checks by id."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in json.loads(found.out)["checks"]:
        rows.setdefault(row["id"], []).append(row)
    return rows


async def test_the_doctor_says_what_to_do_of_everything_that_does_not_answer_and_is_soon_done(tmp_path: Path) -> None:
    with silent_server() as port:
        plant = load(plant_at(tmp_path, port, erp=port), ADDRESS_CHECKS, check_settings)
        urls = (f"opc.tcp://127.0.0.1:{free_port()}", f"modbus://127.0.0.1:{port}")
        patient = Patient(
            config=Config(folder=tmp_path, station="desk-1"),
            plant=plant,
            controllers=tuple(found for url in urls if (found := by_address(url)) is not None),
            stores=(f"postgresql://x@127.0.0.1:{port}/y",),
        )
        workstation = Workstation(name="desk-1", folder=tmp_path, secret=lambda name: None)

        async def ask(controller: Controller, tags: Sequence[Tag], within_s: float) -> ControllerFacts:
            return await probe(controller, tags, workstation, within_s)

        began_s = time.monotonic()
        found = judged(await look(patient, ask, SHORT_S))
        took_s = time.monotonic() - began_s
    figures(doctor_s=took_s, allowed_s=LOOK_S + LEAVE_S)
    assert LOOK_S + LEAVE_S < DOCTOR_S - 2  # for Python itself
    states = {(row.id, row.about): row.state for row in found if row.state is not State.OK}
    assert [state for (row, _), state in states.items() if row == "controller.link"] == [State.BAD] * 3
    assert states["shared.link", ""] is states["erp.link", ""] is State.BAD
    assert [row for row in found if row.state is State.BAD and not row.next] == []
    assert took_s < SHORT_S + LEAVE_S + ENDS_S


def test_the_doctor_refuses_an_address_that_it_can_t_look_at(tmp_path: Path) -> None:
    found = lineside("doctor", "--data", tmp_path, "ftp://x")
    assert found.rc == 2
    assert len(found.err.splitlines()) == 1


# --- a plant that answers ---------------------------------------------------------------------------------------------


@pytest.fixture(name="demo", scope="module")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo")
    with Demo(folder, DemoOptions(seed=3)) as demo:
        path = write_plant(demo, folder)
        demo.start()
        yield path


def test_the_doctor_looks_at_a_station_that_runs_and_the_metrics_have_every_row(demo: Path, tmp_path: Path) -> None:
    port = free_port()
    process = start("agent", "--plant", demo, "--data", tmp_path, "--metrics", str(port))

    def read() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    try:
        until(lambda: ready(read()), every_s=0.5)
        families = {family.name: family for family in text_string_to_metric_families(read())}
        looked = until(lambda: well(lineside("doctor", "--data", tmp_path, "--plant", demo, "--json")))
    finally:
        over, took_s = ended(process)
    figures(agent_ended_s=took_s)
    assert over.rc == 0, over.err
    for row in METRICS:
        family = families[row.name.removesuffix("_total") if row.kind is Kind.COUNTER else row.name]
        assert (family.type, family.documentation) == (row.kind.value, row.help)
        assert {name for sample in family.samples for name in sample.labels} <= {*row.labels, "quantile"}
    assert looked.rc in (0, 1), looked.out
    rows = checks(looked)
    assert {row["state"] for row in rows["controller.link"]} == {"ok"}
    assert {row["state"] for row in rows["clock.controllers"]} == {"ok"}
    assert rows["journal"][0]["state"] == "ok"
    assert rows["erp.link"][0]["state"] == "ok"
    assert rows["crashes"][0]["state"] == "ok"
    assert len(json.loads((tmp_path / STARTS).read_text(encoding="utf-8"))) == 1


# --- starts and ends --------------------------------------------------------------------------------------------------


def test_it_opens_no_port_and_ends_soon_while_controllers_plant_s_log_and_erp_hang(tmp_path: Path) -> None:
    with silent_server() as port:
        plant = plant_at(tmp_path, port, erp=port)
        store = f"postgresql://station-x@127.0.0.1:{port}/plant"
        process = start("agent", "--plant", plant, "--data", tmp_path / "data", LINESIDE_STORE=store)
        until(lambda: (tmp_path / "data" / "starts.json").exists() and psutil.Process(process.pid).children())
        time.sleep(1.0)  # into the middle of everybody's waiting; nothing is proven by it
        mine = psutil.Process(process.pid)
        (child,) = mine.children()
        assert [c for each in (mine, child) for c in each.net_connections() if c.status == "LISTEN"] == []
        child.suspend()
        over, took_s = ended(process)
        gone = not child.is_running()
        with contextlib.suppress(psutil.Error):
            child.kill()
    figures(hung_ended_s=took_s)
    assert over.rc in (0, 3), over.err
    assert gone
    assert took_s < ENDS_S


def test_a_second_start_brings_the_first_to_the_front_and_a_loop_of_deaths_is_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    recently = [(datetime.now(UTC) - timedelta(seconds=40 - 10 * number)).isoformat() for number in range(3)]
    (data / STARTS).write_text(json.dumps([{"at": at, "pid": 1, "ended": ""} for at in recently]), encoding="utf-8")
    (data / "layout.json").write_text("what may have killed it", encoding="utf-8")
    plant = plant_at(tmp_path, free_port())
    command = ("run", "--plant", plant, "--data", data)
    first = start(*command, QT_QPA_PLATFORM="offscreen")
    try:
        until((data / "front.json").exists)
        second = Ended(start(*command, QT_QPA_PLATFORM="offscreen"), PATIENCE_S)
        assert (second.rc, second.err) == (0, "")
        assert first.poll() is None
    finally:
        over, took_s = ended(first)
    figures(window_ended_s=took_s)
    assert over.rc == 0, over.err
    text = (data / "lineside.log").read_text(encoding="utf-8")
    assert "the last 3 starts died within minutes" in text
    rows = json.loads((data / STARTS).read_text(encoding="utf-8"))
    assert [bool(row["ended"]) for row in rows] == [False, False, False, True]
    assert not (data / "front.json").exists()
    assert took_s < ENDS_S
