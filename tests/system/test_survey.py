"""Looking into real servers from the survey's thread: circles, wide folders, refusals, cancelling, the plant file."""

import asyncio
import difflib
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.survey import Pick, SeenNode, Target
from drivers import survey as module
from drivers.opcua.survey import BELOW, MOST_HITS
from drivers.survey import Survey
from drivers.workstation import Workstation
from tests.needs import ROOT
from tests.system.plc import Press
from tests.system.simulators import free_ports
from tests.system.survey_server import URI, WIDE
from tests.unit.plant.small import SMALL, plant_of


@dataclass
class Rig:
    """A survey, and the server that it looks into."""

    survey: Survey
    url: str

    async def connect(self) -> None:
        await asyncio.wrap_future(self.survey.connect(Target(url=self.url, security="none")))

    async def below(self, node: str = "i=85") -> dict[str, SeenNode]:
        seen = await asyncio.wrap_future(self.survey.below(node))
        return {each.name: each for each in seen.nodes}


def small(url: str) -> str:
    """The small plant file, whose first controller is this server."""
    return SMALL.replace("opc.tcp://127.0.0.1:4840", url).replace(f'"{url}"', f'"{url}", security = "none"')


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the server, in a process of its own."""
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "tests.system.survey_server", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield f"opc.tcp://127.0.0.1:{port}/rig"
        process.kill()


@pytest.fixture
async def it(url: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """A survey that looks into it."""
    survey = new_survey(plant_of(small(url)), tmp_path)
    yield Rig(survey=survey, url=url)
    await asyncio.to_thread(survey.close)


def new_survey(plant: Plant, folder: Path, file: Path | None = None) -> Survey:
    return Survey(plant, Workstation(name="desk-1", folder=folder, secret=lambda _: None), file)


async def test_a_circle_is_looked_into_and_ends_in_a_search(it: Rig) -> None:
    await it.connect()
    top = await it.below()
    assert {"Machine", "Wide", "Server"} <= set(top)
    assert top["Machine"].opens
    unit = (await it.below(top["Machine"].node))["Unit"]
    inside = await it.below(unit.node)
    assert {"Machine", "Objects", "CurSpeed", "Levels", "Broken"} == set(inside)
    assert inside["Machine"].node == top["Machine"].node, "so the screen knows that it is above"
    found = await asyncio.wrap_future(it.survey.find("i=85", "SPEED cur"))
    assert [(each.path, each.name) for each in found.nodes] == [("Machine / Unit", "CurSpeed")]
    assert found.more == ""


async def test_a_variable_tells_type_value_unit_and_status(it: Rig) -> None:
    await it.connect()
    inside = await it.below(f"nsu={URI};s=U")
    speed, levels, broken = (inside[name] for name in ("CurSpeed", "Levels", "Broken"))
    assert (speed.type, speed.value, speed.unit, speed.status) == ("Float", "3.25", "1/min", "Good")
    assert speed.usable
    assert not speed.opens
    assert (levels.type, levels.usable) == ("Double[2]", False)
    assert (broken.status, broken.value, broken.usable) == ("BadSensorFailure", "", False)


async def test_a_wide_folder_is_cut_and_says_so_and_a_search_narrows_it_down(it: Rig) -> None:
    await it.connect()
    seen = await asyncio.wrap_future(it.survey.below(f"nsu={URI};s=W"))
    assert len(seen.nodes) == BELOW.children
    assert f"more than {BELOW.children}" in seen.more
    found = await asyncio.wrap_future(it.survey.find(f"nsu={URI};s=W", "part"))
    assert len(found.nodes) == MOST_HITS
    assert f"{WIDE} are called that" in found.more
    found = await asyncio.wrap_future(it.survey.find(f"nsu={URI};s=W", f"part{WIDE - 1}"))
    assert [(each.name, each.value) for each in found.nodes] == [(f"Part{WIDE - 1}", str(WIDE - 1))]


async def test_the_controller_is_connected_as_the_plant_file_says(it: Rig) -> None:
    connected = await asyncio.wrap_future(it.survey.connect(Target(controller="C1")))
    assert (connected.identity, connected.secured) == ("urn:small:server", False)
    # the same address, typed: the plant file's settings count, though they demand less
    connected = await asyncio.wrap_future(it.survey.connect(Target(url=it.url)))
    assert not connected.secured
    with pytest.raises(KnownError) as refused:
        await asyncio.wrap_future(it.survey.connect(Target(url=it.url.replace("/rig", "/other"))))
    assert "sign_and_encrypt" in str(refused.value)


async def test_nobody_there_and_no_address_are_refused_in_words(tmp_path: Path) -> None:
    survey = new_survey(plant_of(SMALL), tmp_path)
    with pytest.raises(KnownError, match="No server is connected"):
        await asyncio.wrap_future(survey.below("i=85"))
    port = free_ports(1)[0]
    with pytest.raises(KnownError, match="Nobody listens"):
        await asyncio.wrap_future(survey.connect(Target(url=f"opc.tcp://127.0.0.1:{port}/x", security="none")))
    with pytest.raises(KnownError, match="url"):
        await asyncio.wrap_future(survey.connect(Target(url="http://127.0.0.1", security="none")))
    await asyncio.to_thread(survey.close)


@pytest.fixture
def mute() -> Iterator[int]:
    """A port whose owner takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_a_server_that_never_answers_can_be_cancelled(tmp_path: Path, mute: int) -> None:
    survey = new_survey(plant_of(SMALL), tmp_path)
    future = survey.connect(Target(url=f"opc.tcp://127.0.0.1:{mute}/x", security="none"))
    waiting = survey.below("i=85")
    await asyncio.sleep(0.2)
    survey.cancel()
    for each in (future, waiting):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.wrap_future(each), 5.0)
    await asyncio.to_thread(survey.close)
    assert not [thread for thread in threading.enumerate() if thread.name == "survey"]


async def test_a_session_is_given_back_soon_and_opened_again_when_it_is_needed(
    it: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_S", 0.2)
    await it.connect()
    async with asyncio.timeout(20):
        while it.survey._session is not None:  # noqa: ASYNC110 - another thread's doing has no event
            await asyncio.sleep(0.05)
    assert "Machine" in await it.below()


@asynccontextmanager
async def surveyed(folder: Path) -> AsyncIterator[tuple[Survey, Path]]:
    """A survey over a plant file; no server."""
    file = folder / "plant.toml"
    file.write_text(SMALL, encoding="utf-8")
    survey = new_survey(plant_of(SMALL), folder, file)
    yield survey, file
    await asyncio.to_thread(survey.close)


async def test_what_is_proposed_is_what_is_written_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    async with surveyed(tmp_path) as (survey, file):
        pick = Pick(node=f"nsu={URI};s=Speed", name="cur_speed", label="CurSpeed", unit="1/min", history=True)
        proposal = await asyncio.wrap_future(survey.propose("L1.infeed", [pick]))
        assert proposal.faults == ()
        assert file.read_text(encoding="utf-8") == SMALL, "only proposed"
        await asyncio.wrap_future(survey.write(proposal))
        after = file.read_text(encoding="utf-8")
        new = [line[2:] for line in difflib.ndiff(SMALL.splitlines(), after.splitlines()) if line.startswith("+ ")]
        assert tuple(new) == proposal.lines
        assert not [line for line in difflib.ndiff(SMALL.splitlines(), after.splitlines()) if line.startswith("- ")]
        tag = next(tag for tag in plant_of(after).tags if tag.id == "L1.infeed.cur_speed")
        assert (tag.unit, tag.history, tag.address["node"]) == ("1/min", True, pick.node)


async def test_a_file_that_is_refused_or_was_changed_is_not_written(tmp_path: Path) -> None:
    async with surveyed(tmp_path) as (survey, file):
        pick = Pick(node=f"nsu={URI};s=Speed", name="speed two", label="x")
        proposal = await asyncio.wrap_future(survey.propose("L1.infeed", [pick]))
        assert proposal.faults
        with pytest.raises(KnownError, match="Nothing was written"):
            await asyncio.wrap_future(survey.write(proposal))
        good = Pick(node=f"nsu={URI};s=Speed", name="speed_two", label="x")
        proposal = await asyncio.wrap_future(survey.propose("L1.infeed", [good]))
        changed = f"{SMALL}# somebody else\n"
        file.write_text(changed, encoding="utf-8")
        with pytest.raises(KnownError, match="changed meanwhile"):
            await asyncio.wrap_future(survey.write(proposal))
        assert file.read_text(encoding="utf-8") == changed


async def test_without_a_plant_file_the_lines_are_shown_and_nothing_is_written(tmp_path: Path) -> None:
    survey = new_survey(plant_of(SMALL), tmp_path)
    pick = Pick(node="nsu=urn:x;s=A", name="a", label="A")
    proposal = await asyncio.wrap_future(survey.propose("L1.infeed", [pick]))
    assert 'name = "a"' in proposal.lines
    assert "copy the lines" in proposal.faults[0]
    with pytest.raises(KnownError, match="no plant file"):
        await asyncio.wrap_future(survey.write(proposal))
    await asyncio.to_thread(survey.close)


async def test_a_server_of_another_maker_is_looked_into(tmp_path: Path) -> None:
    press = Press(free_ports(1)[0])
    survey = new_survey(plant_of(SMALL), tmp_path)
    try:
        await press.start()
        target = Target(url=f"opc.tcp://127.0.0.1:{press.port}/press", security="none")
        assert (await asyncio.wrap_future(survey.connect(target))).identity == "urn:press:server"
        found = await asyncio.wrap_future(survey.find("i=85", "speed"))
        assert "CurMachSpeed" in {each.name for each in found.nodes if each.usable}
    finally:
        await asyncio.to_thread(survey.close)
        press.kill()
