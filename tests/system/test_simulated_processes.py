"""The simulated controllers as processes: how they begin, answer and end."""

import asyncio
import json
import signal
import socket
import sys

import pytest
from asyncua import Client

from drivers.simulated.ua_nodes import named
from tests.needs import ROOT
from tests.system.simulators import END_S, end_simulator, free_ports, start_simulator


async def test_a_line_process_serves_and_ends_when_its_stdin_closes() -> None:
    running = await start_simulator("line", "--line", "L1", "--port", str(free_ports(1)[0]))
    async with Client(running.ready["endpoint"]) as client:
        index = await client.get_namespace_index(running.ready["namespace"])
        assert await client.get_node(named("Filler.Status.StateCurrent", index)).read_value() == 6
    assert await end_simulator(running) == 0


async def test_a_modbus_process_ends_on_sigterm() -> None:
    ports = free_ports(6)
    running = await start_simulator("modbus", "--ports", ",".join(map(str, ports)))
    assert running.ready["endpoints"]["L3.palletiser"] == f"127.0.0.1:{ports[5]}"
    running.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(running.process.wait(), END_S) == 0


@pytest.mark.parametrize("role", ["line", "modbus"])
async def test_a_taken_port_is_said_in_words_and_ends_with_2(role: str) -> None:
    ports = free_ports(6)
    with socket.create_server(("127.0.0.1", ports[0])):
        wanted = ("--port", str(ports[0])) if role == "line" else ("--ports", ",".join(map(str, ports)))
        running = await start_simulator(role, *wanted)
        assert running.ready["ready"] is False
        assert running.ready["error"]
        assert await end_simulator(running) == 2


async def test_a_bad_burst_file_is_said_in_words_and_ends_with_2() -> None:
    arguments = ("--file", "nowhere.csv", "--port", str(free_ports(1)[0]))
    running = await start_simulator("replay", *arguments)
    assert "Cannot read nowhere.csv" in running.ready["error"]
    assert await end_simulator(running) == 2


async def test_the_tag_list_is_printed_as_json() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "drivers.simulated",
        "tags",
        "--line",
        "L3",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert len(json.loads(output)) == 216
