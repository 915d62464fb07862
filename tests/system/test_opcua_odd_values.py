"""Values that are huge, hidden or of unknown structure (bad input 1, 3, 5, 6, 9, 16): never good; the rest lives."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from app.domain.plant import Controller, Signal, Tag
from app.domain.reading import Quality
from app.domain.text import LONGEST
from app.ports import Link
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder, Seen
from tests.contract.rigs.rig import free_port
from tests.needs import RIG, need_node
from tests.system.proxy import proxied

BAD = ("Bytes", "Structure", "Structures", "Matrix", "Endless")
TEXTS = ("Huge", "Hidden")
COUNTER = "Counter"
NAMES = (COUNTER, *BAD, *TEXTS)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a running odd server."""
    command = [str(need_node()), "odd_server.js", str(number := free_port())]
    with subprocess.Popen(command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while (line := process.stdout.readline()) != b"ready\n":
            assert line, "the odd server did not start"
        yield number
        process.kill()


def controller(port: int) -> Controller:
    """The odd server as the plant file has it."""
    return Controller(
        id="C-ODD",
        name="Odd",
        protocol="opcua",
        identity="urn:odd:server",
        settings={"url": f"opc.tcp://127.0.0.1:{port}", "security": "none", "publishing_ms": 100},
        timeout_ms=4000,
    )


def tags() -> list[Tag]:
    """A tag a node; the long and the hidden one are read as text."""
    return [
        Tag(
            index=index,
            id=f"odd-{name}",
            name=name,
            machine="M-ODD",
            controller="C-ODD",
            signal=Signal.LOT if name in TEXTS else Signal.PROCESS,
            address={"node": f"nsu=urn:odd;s={name}"},
        )
        for index, name in enumerate(NAMES)
    ]


@asynccontextmanager
async def driving(port: int) -> AsyncIterator[Recorder]:
    """Run the driver."""
    said = Recorder()
    task = asyncio.create_task(open_driver(controller(port), tags(), said).run())
    try:
        yield said
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def last(said: Recorder, name: str) -> Seen:
    """The newest sample of a tag."""
    return said.of(NAMES.index(name))[-1]


async def test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays(port: int) -> None:
    async with driving(port) as said:
        await said.until(lambda: all(said.of(index) for index in range(len(NAMES))))
        now_s = time.time()
        await said.until(lambda: said.fresh(NAMES.index(COUNTER), now_s))
    assert [last(said, name).quality for name in BAD] == [Quality.BAD] * len(BAD)
    assert len(last(said, "Huge").text or "") == LONGEST
    assert (last(said, "Huge").text or "").startswith("<b><b>")
    assert "⟨U+0000⟩" in (last(said, "Hidden").text or "")
    assert len(last(said, "Hidden").text or "") <= LONGEST
    assert [state.link for state in said.turns] == [Link.CONNECTING, Link.UP]


SPOILT = {
    "a chunk of 4 GB": b"MSGF\xff\xff\xff\xff" + bytes(64),
    "a chunk without a length": b"MSGF\x00\x00\x00\x00",
    "a chunk of another channel": b"MSGF\x20\x00\x00\x00" + b"\xee" * 24,
    "a text of negative length": b"ERRF\x10\x00\x00\x00\x00\x00\x00\x80\xfe\xff\xff\xff",
    "an unknown message": b"XYZF\x10\x00\x00\x00" + bytes(8),
    "garbage": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("kind", SPOILT)
async def test_what_is_no_message_amid_a_session_ends_the_connection_and_values_return(port: int, kind: str) -> None:
    async with proxied(port) as proxy, driving(proxy.port) as said:
        await said.until(lambda: said.fresh(NAMES.index(COUNTER), 0.0))
        proxy.inject(SPOILT[kind])
        await said.until(lambda: said.now is Link.LOST)
        assert not said.links[-1].reason.startswith("Internal error")
        now_s = time.time()
        await said.until(lambda: said.now is Link.UP and said.fresh(NAMES.index(COUNTER), now_s))
