"""The Modbus driver against devices that no one here wrote: libmodbus, and pymodbus in serial frames and over TLS."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.domain.plant import Address
from app.ports import Link
from drivers.certificate import fingerprint
from drivers.registry import open_driver
from drivers.trust import TrustStore
from drivers.workstation import Workstation
from tests.contract.rigs.certificates import Made, Recipe, make, revocations
from tests.contract.rigs.libmodbus_server import BANK
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import BOOL, MISSING, NUMBER, STATE, TEXT, Rig, modbus_rig
from tests.contract.rigs.secured import trust
from tests.needs import need_library

DAY = timedelta(days=1)


@pytest.fixture
def pymodbus() -> Iterator[Rig]:
    """pymodbus's server, not yet started."""
    made = modbus_rig()
    yield made
    made.kill()


@pytest.fixture
def libmodbus() -> Iterator[Rig]:
    """libmodbus's server, not yet started."""
    need_library("modbus", "libmodbus5")
    made = modbus_rig()
    made.module = "tests.contract.rigs.libmodbus_server"
    made.addresses = (
        *made.addresses[:MISSING],
        {"table": "holding", "address": 20_000},
        *made.addresses[MISSING + 1 :],
    )
    yield made
    made.kill()


@asynccontextmanager
async def driving(rig: Rig, station: Workstation | None = None, **settings: str | int) -> AsyncIterator[Recorder]:
    """Run the rig's driver with more settings."""
    said = Recorder()
    device = rig.controller()
    device = replace(device, settings={**device.settings, **settings})
    task = asyncio.create_task(open_driver(device, rig.tags(), said, station).run())
    try:
        yield said
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def all_right(said: Recorder) -> None:
    """The rig's values come as they are."""
    await said.until(lambda: said.fresh(NUMBER, 0.0) and said.of(TEXT) and said.of(STATE) and said.of(BOOL))
    assert 1_000 <= said.of(NUMBER)[-1].value < 2_000
    assert (said.of(TEXT)[-1].text, said.of(STATE)[-1].value, said.of(BOOL)[-1].value) == ("4480-A", 7.0, 1.0)


async def test_libmodbus_is_read_right_and_its_exception_is_one_tags(libmodbus: Rig) -> None:
    await libmodbus.start()
    async with driving(libmodbus) as said:
        await all_right(said)
        await said.until(lambda: said.of(MISSING))
    assert not any(seen.good for seen in said.of(MISSING))
    assert said.now is Link.UP


async def test_libmodbus_restarted_again_and_again_is_found_again(libmodbus: Rig) -> None:
    """Faults row 24, the short form."""
    await libmodbus.start()
    async with driving(libmodbus) as said:
        await all_right(said)
        for _ in range(3):
            libmodbus.kill()
            await said.until(lambda: said.now is Link.LOST)
            await libmodbus.start()
            back_s = time.time()
            await said.until(lambda back_s=back_s: said.now is Link.UP and said.fresh(NUMBER, back_s))  # type: ignore[misc]
    assert all(1_000 <= seen.value < 2_000 for seen in said.of(NUMBER) if seen.good)
    assert said.links[-1].reconnects == 3


async def test_libmodbus_that_stands_still_is_lost_and_found(libmodbus: Rig) -> None:
    await libmodbus.start()
    async with driving(libmodbus) as said:
        await all_right(said)
        libmodbus.signal(signal.SIGSTOP)
        await said.until(lambda: said.now is Link.LOST)
        libmodbus.signal(signal.SIGCONT)
        back_s = time.time()
        await said.until(lambda: said.now is Link.UP and said.fresh(NUMBER, back_s))


async def test_every_register_of_libmodbus_is_that_of_its_address(libmodbus: Rig) -> None:
    """5 x 125 registers that hold their own addresses: a shifted or mixed-up answer would be seen."""
    await libmodbus.start()
    spots: list[Address] = [
        {"table": "holding", "address": BANK + 200 * block + place} for block in range(5) for place in range(125)
    ]
    tags = [replace(libmodbus.tags()[NUMBER], index=index, address=spot) for index, spot in enumerate(spots)]
    device = replace(libmodbus.controller(), settings={**libmodbus.controller().settings, "max_registers": 125})
    said = Recorder()
    task = asyncio.create_task(open_driver(device, tags, said).run())
    await said.until(lambda: len({seen.tag for seen in said.seen}) == len(spots))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert {seen.tag: seen.value for seen in said.seen} == {
        index: float(int(spot["address"])) for index, spot in enumerate(spots)
    }


async def test_serial_frames_of_pymodbus_are_read(pymodbus: Rig) -> None:
    await pymodbus.start("--framing", "rtu")
    async with driving(pymodbus, framing="rtu") as said:
        await all_right(said)
        await said.until(lambda: said.of(MISSING))
        pymodbus.kill()
        await said.until(lambda: said.now is Link.LOST)
        await pymodbus.start("--framing", "rtu")
        back_s = time.time()
        await said.until(lambda: said.now is Link.UP and said.fresh(NUMBER, back_s))
    assert not any(seen.good for seen in said.of(MISSING))


async def test_the_wrong_framing_gives_no_values(pymodbus: Rig) -> None:
    await pymodbus.start()
    async with driving(pymodbus, framing="rtu") as said:
        await said.until(lambda: said.now is Link.LOST)
    assert not said.seen


# --- Modbus/TCP Security ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def device_certificate() -> Made:
    """Signed by itself, for localhost."""
    return make()


@pytest.fixture
def station(tmp_path: Path) -> Workstation:
    """A workstation that trusts nobody yet."""
    return Workstation(name="press-room", folder=tmp_path, secret=lambda _name: None)


async def start_secured(rig: Rig, made: Made, folder: Path, *more: str) -> None:
    """Start pymodbus with a certificate."""
    certificate, key = folder / "device.pem", folder / "device.key"
    certificate.write_bytes(made.pem)
    key.write_bytes(made.key_pem)
    await rig.start("--certificate", str(certificate), "--key", str(key), *more)


async def test_a_trusted_device_is_read_over_tls(
    pymodbus: Rig, device_certificate: Made, station: Workstation, tmp_path: Path
) -> None:
    await start_secured(pymodbus, device_certificate, tmp_path)
    trust(station, device_certificate)
    async with driving(pymodbus, station, security="tls", server_name="localhost") as said:
        await all_right(said)
    assert said.links[-1].secured


async def test_an_untrusted_device_is_refused_kept_for_a_look_and_taken_once_it_is_trusted(
    pymodbus: Rig, device_certificate: Made, station: Workstation, tmp_path: Path
) -> None:
    await start_secured(pymodbus, device_certificate, tmp_path)
    mark = fingerprint(device_certificate.certificate)
    async with driving(pymodbus, station, security="tls", server_name="localhost") as said:
        await said.until(lambda: said.now is Link.REFUSED)
        assert f"lineside trust add {mark}" in said.links[-1].reason
        assert not said.seen
        TrustStore(station.pki).add(mark)
        await said.until(lambda: said.fresh(NUMBER, 0.0))


def authority_of() -> tuple[Made, Made]:
    """An authority and a device's certificate of it."""
    authority = make(Recipe(authority=True, name="Plant CA", uri=None))
    return authority, make(Recipe(issuer=authority))


async def test_an_authority_in_the_store_vouches_until_it_revokes(
    pymodbus: Rig, station: Workstation, tmp_path: Path
) -> None:
    authority, leaf = authority_of()
    await start_secured(pymodbus, leaf, tmp_path)
    trust(station, authority)
    async with driving(pymodbus, station, security="tls", server_name="localhost") as said:
        await said.until(lambda: said.fresh(NUMBER, 0.0))
    lists = station.pki / "crl"
    lists.mkdir()
    (lists / "plant.crl").write_bytes(revocations(authority, leaf.certificate.serial_number))
    async with driving(pymodbus, station, security="tls", server_name="localhost") as said:
        await said.until(lambda: said.now is Link.REFUSED)
    assert "revoked" in said.links[-1].reason
    assert not said.seen


@pytest.mark.parametrize(
    ("recipe", "name", "words"),
    [
        (Recipe(since=datetime.now(UTC) - 9 * DAY, until=datetime.now(UTC) - DAY), "localhost", "has expired"),
        (Recipe(since=datetime.now(UTC) + DAY, until=datetime.now(UTC) + 9 * DAY), "localhost", "is not valid yet"),
        (Recipe(), "filler.plant.example", "is for another host"),
        (Recipe(), "", "is for another host"),
    ],
    ids=["expired", "not yet valid", "another host", "an address that it does not name"],
)
async def test_a_certificate_that_does_not_fit_is_refused_with_the_reason(
    pymodbus: Rig, station: Workstation, tmp_path: Path, recipe: Recipe, name: str, words: str
) -> None:
    made = make(recipe)
    await start_secured(pymodbus, made, tmp_path)
    trust(station, made)
    settings = {"server_name": name} if name else {}
    async with driving(pymodbus, station, security="tls", **settings) as said:
        await said.until(lambda: said.now is Link.REFUSED)
    assert words in said.links[-1].reason
    assert not said.seen


async def test_a_device_without_tls_is_refused(pymodbus: Rig, station: Workstation) -> None:
    await pymodbus.start()
    async with driving(pymodbus, station, security="tls") as said:
        await said.until(lambda: said.now in (Link.REFUSED, Link.LOST))
    assert not said.seen


async def test_a_device_with_tls_gives_nothing_to_one_without(
    pymodbus: Rig, device_certificate: Made, tmp_path: Path
) -> None:
    await start_secured(pymodbus, device_certificate, tmp_path)
    async with driving(pymodbus) as said:
        await said.until(lambda: said.now is Link.LOST)
    assert not said.seen


async def test_without_a_workstation_no_secured_connection_is_made(pymodbus: Rig) -> None:
    async with driving(pymodbus, security="tls") as said:
        await said.until(lambda: said.now is Link.REFUSED)
    assert "certificates" in said.links[-1].reason


async def test_a_device_that_wants_a_certificate_gets_the_one_that_is_named(
    pymodbus: Rig, device_certificate: Made, station: Workstation, tmp_path: Path
) -> None:
    mine = make(Recipe(name="press-room", purpose=ExtendedKeyUsageOID.CLIENT_AUTH))
    (tmp_path / "mine.pem").write_bytes(mine.pem)
    await start_secured(pymodbus, device_certificate, tmp_path, "--clients", str(tmp_path / "mine.pem"))
    trust(station, device_certificate)
    async with driving(pymodbus, station, security="tls", server_name="localhost") as said:
        await said.until(lambda: said.now is Link.REFUSED)
        assert "client_certificate" in said.links[-1].reason
    clients = station.pki / "clients"
    clients.mkdir()
    (clients / "me.pem").write_bytes(mine.pem)
    (clients / "me.key").write_bytes(mine.key_pem)
    (clients / "me.key").chmod(0o644)
    named = {"security": "tls", "server_name": "localhost", "client_certificate": "me"}
    async with driving(pymodbus, station, **named) as said:
        await said.until(lambda: said.now is Link.REFUSED)
        assert "chmod 600" in said.links[-1].reason
    (clients / "me.key").chmod(0o600)
    async with driving(pymodbus, station, **named) as said:
        await said.until(lambda: said.fresh(NUMBER, 0.0))
