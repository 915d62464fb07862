"""Looking around before a start: real controllers, a store and an ERP that are there or not, a sentence each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import readiness as site
from app.config import Config, read_shared
from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.domain.readiness import Finding, Grade
from app.plant.rewrite import with_settings
from app.secrets import open_secrets
from app.store.lock import lock
from drivers.readiness import Readiness
from drivers.trust import TrustStore
from resources import path as resource
from tests.contract.rigs.certificates import SERVER_URI, make
from tests.contract.rigs.secured import PASSWORD, USER, Host, Secured
from tests.system.simulators import free_ports, until
from ui.opening import Work

EXAMPLE = resource("plants/example.toml").read_text(encoding="utf-8")
CONTROLLER = "controller/PLC-P1"


class Told:
    """Keeps what was found, the last word of each thing."""

    def __init__(self) -> None:
        self.found: dict[str, Finding] = {}

    def __call__(self, finding: Finding) -> None:
        self.found[finding.id] = finding

    async def known(self, *ids: str) -> None:
        """Wait until these are looked at."""

        async def looked() -> bool:
            return all(key in self.found and self.found[key].grade is not Grade.LOOKING for key in ids)

        await until(looked)


@pytest.fixture(autouse=True)
def quiet_server() -> None:
    """The servers inside the tests log what clients do to them."""
    for name in ("asyncua.server", "asyncua.uaprotocol", "asyncua"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def looking() -> Iterator[Readiness]:
    made = Readiness()
    yield made
    made.cancel()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    folder = tmp_path / "data"
    folder.mkdir()
    return Config(folder=folder, station="press-1")


def plant(folder: Path, port: int, **settings: str) -> Path:
    """The example plant with its controller at a port."""
    file = folder / "plant.toml"
    given = {"url": f"opc.tcp://127.0.0.1:{port}/rig", **settings}
    text = with_settings(EXAMPLE, {"PLC-P1": given})
    file.write_text(
        text.replace('identity = "urn:acme:packing:server"', f'identity = "{SERVER_URI}"'), encoding="utf-8"
    )
    return file


async def test_a_faulty_plant_file_is_said_line_by_line_and_nothing_is_reached(
    tmp_path: Path, config: Config, told: Told, looking: Readiness
) -> None:
    file = tmp_path / "plant.toml"
    file.write_text(EXAMPLE.replace("Europe/Zurich", "Zurich").replace('"opcua"', '"opcau"'), encoding="utf-8")
    looking.plant(file, config, told)
    await told.known("plant/0", "plant/1")
    assert told.found["plant"].grade is Grade.NEEDED
    assert told.found["plant/0"].name == "line 7"
    assert "Europe/Zurich" in told.found["plant/0"].todo
    assert not any(key.startswith("controller") for key in told.found)


async def test_a_controller_that_is_not_there_is_said_with_its_address_and_does_not_keep_one_from_starting(
    tmp_path: Path, config: Config, told: Told, looking: Readiness
) -> None:
    port = free_ports(1)[0]
    looking.plant(plant(tmp_path, port, security="none"), config, told)
    await told.known("plant", CONTROLLER, "folder", "erp")
    assert told.found["plant"].text == "Acme Packing: 1 line, 3 machines, 1 controller."
    assert told.found[CONTROLLER].grade is Grade.MISSING
    assert f"127.0.0.1:{port}" in told.found[CONTROLLER].todo
    assert told.found["folder"].grade is told.found["erp"].grade is Grade.WELL


async def test_a_server_that_is_not_trusted_says_what_to_do_and_answers_once_it_is(
    tmp_path: Path, config: Config, told: Told, looking: Readiness
) -> None:
    host, place, made = Host(), Secured(), make()
    open_secrets(config.folder).set("PLC-P1", PASSWORD, in_file=True)
    file = plant(tmp_path, place.port, security="basic256sha256", user=USER)
    try:
        async with host.serving(made, place):
            looking.plant(file, config, told)
            await told.known(CONTROLLER)
            assert told.found[CONTROLLER].grade is Grade.MISSING
            assert "trust" in told.found[CONTROLLER].text
            assert not place.doorman.told
            (tmp_path / "made.der").write_bytes(made.der)
            TrustStore(config.folder / "pki").add(str(tmp_path / "made.der"))
            trusted = Told()
            looking.plant(file, config, trusted)
            await trusted.known(CONTROLLER)
            assert trusted.found[CONTROLLER].text.startswith("It answers signed and encrypted.")
    finally:
        host.stop()


async def test_a_data_folder_in_use_keeps_one_from_starting(
    tmp_path: Path, config: Config, told: Told, looking: Readiness
) -> None:
    held = lock(config.folder)
    looking.plant(plant(tmp_path, free_ports(1)[0], security="none"), config, told)
    await told.known("folder")
    held.close()
    assert told.found["folder"].grade is Grade.NEEDED


async def test_a_store_and_an_erp_that_do_not_answer_are_missing_and_not_needed(config: Config) -> None:
    port = free_ports(1)[0]
    joined = replace(config, store=f"postgresql://press@127.0.0.1:{port}/plant?sslmode=disable")
    link = ErpLink(adapter="demo", settings={"url": f"http://127.0.0.1:{port}"})
    shared, erp = await asyncio.gather(site.store(joined), site.erp(link, config))
    assert (shared.grade, erp.grade) == (Grade.MISSING, Grade.MISSING)
    assert shared.text
    assert erp.text


async def test_a_cancelled_look_tells_nothing_more(
    tmp_path: Path, config: Config, told: Told, looking: Readiness
) -> None:
    looking.plant(plant(tmp_path, free_ports(1)[0], security="none"), config, told)
    looking.cancel()
    before = dict(told.found)
    after = Told()
    looking.demo(after)
    await after.known("local")
    assert told.found == before


async def test_the_demo_needs_nothing_here(told: Told, looking: Readiness) -> None:
    looking.demo(told)
    await told.known("local")
    assert told.found["local"].grade is Grade.WELL


def test_a_store_that_does_not_answer_is_not_joined_and_says_what_to_do(tmp_path: Path) -> None:
    url = f"postgresql://press@127.0.0.1:{free_ports(1)[0]}/plant?sslmode=disable"
    with pytest.raises(KnownError) as refused:
        Work(tmp_path, in_file=True).join(url, "press-1", "s3cret")
    assert "Nothing was joined." in refused.value.todo
    assert b"s3cret" not in b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert read_shared(tmp_path) is None
