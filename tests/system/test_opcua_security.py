"""The OPC UA driver against secured servers: who is let in, who is refused, and that no password leaves before."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua import ua
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.domain.plant import Controller
from app.ports import Link
from drivers.certificate import fingerprint
from drivers.opcua.session import Session
from drivers.registry import open_driver
from drivers.session import IdentityError
from drivers.trust import TrustStore
from drivers.workstation import Workstation
from tests.contract.rigs.certificates import DAY, Made, Recipe, make, make_sha1, revocations
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.secured import PASSWORD, USER, Host, Secured, counter_tag, trust, workstation
from tests.system.proxy import proxied

POLICIES = ("basic256sha256", "aes128_sha256_rsaoaep", "aes256_sha256_rsapss")


@pytest.fixture(autouse=True)
def quiet_server() -> None:
    """The servers inside the tests log what clients do to them."""
    for name in ("asyncua.server", "asyncua.uaprotocol", "asyncua"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """The server, in its own thread."""
    made = Host()
    yield made
    made.stop()


@pytest.fixture
def place() -> Secured:
    """A port and a doorman."""
    return Secured()


@asynccontextmanager
async def driving(controller: Controller, station: Workstation | None) -> AsyncIterator[Recorder]:
    """Run the driver."""
    recorder = Recorder()
    task = asyncio.create_task(open_driver(controller, [counter_tag()], recorder, station).run())
    try:
        yield recorder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def refused(controller: Controller, station: Workstation | None) -> str:
    """The reason for which the driver refuses; nothing may have been accepted until then."""
    async with driving(controller, station) as said:
        await said.until(lambda: said.now in (Link.REFUSED, Link.UP))
    assert said.now is Link.REFUSED
    assert not said.seen
    assert not any(state.secured for state in said.links)
    return said.links[-1].reason


def files_with(folder: Path, text: bytes) -> list[Path]:
    """The files below a folder that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


@pytest.mark.parametrize("mode", ["sign_and_encrypt", "sign"])
@pytest.mark.parametrize("policy", POLICIES)
async def test_a_trusted_server_is_read_with_every_policy_and_mode(
    policy: str, mode: str, host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    async with (
        host.serving(made, place),
        driving(place.controller(security=policy, mode=mode), workstation(tmp_path, made)) as said,
    ):
        await said.until(lambda: said.fresh(0, 0.0))
        assert said.links[-1].secured
    assert place.doorman.told == [PASSWORD]


async def test_without_a_word_in_the_plant_file_the_connection_is_secured(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    async with host.serving(made, place), driving(place.controller(), workstation(tmp_path, made)) as said:
        await said.until(lambda: said.fresh(0, 0.0))
        assert said.links[-1].secured


CASES: dict[str, tuple[Callable[[], Recipe], str]] = {
    "expired": (lambda: Recipe(until=datetime.now(UTC) - timedelta(hours=1)), "expired on"),
    "not yet valid": (lambda: Recipe(since=datetime.now(UTC) + DAY), "not valid before"),
    "another ApplicationUri": (lambda: Recipe(uri="urn:rig:other"), 'made out to "urn:rig:other"'),
    "no ApplicationUri": (lambda: Recipe(uri=None), "names no ApplicationUri"),
    "RSA-1024": (lambda: Recipe(bits=1024), "1024 bits"),
    "for clients only": (lambda: Recipe(purpose=ExtendedKeyUsageOID.CLIENT_AUTH), "not meant for a server"),
    "may not sign": (lambda: Recipe(signs=False), "may not be used to sign"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_certificate_at_fault_is_refused_though_it_lies_in_the_store(
    case: str, host: Host, place: Secured, tmp_path: Path
) -> None:
    recipe, words = CASES[case]
    made = make(recipe())
    async with host.serving(made, place):
        assert words in await refused(place.controller(), workstation(tmp_path, made))
    assert place.doorman.sessions == 0
    assert place.doorman.told == []


async def test_a_certificate_signed_with_sha1_is_refused_though_it_lies_in_the_store(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make_sha1(tmp_path)
    async with host.serving(made, place):
        assert "SHA1" in await refused(place.controller(), workstation(tmp_path, made))
    assert place.doorman.told == []


async def test_an_unknown_certificate_is_refused_kept_and_connects_once_it_is_trusted(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made, station = make(), workstation(tmp_path, make())
    async with host.serving(made, place), driving(place.controller(), station) as said:
        await said.until(lambda: said.now is Link.REFUSED)
        (kept,) = TrustStore(station.pki).rejected()
        assert kept.certificate == made.certificate
        assert f"lineside trust add {kept.fingerprint}" in said.links[-1].reason
        assert place.doorman.sessions == 0
        TrustStore(station.pki).add(kept.fingerprint)
        await said.until(lambda: said.fresh(0, 0.0))
    assert place.doorman.told == [PASSWORD]
    assert TrustStore(station.pki).rejected() == []


async def test_an_empty_store_trusts_nobody(host: Host, place: Secured, tmp_path: Path) -> None:
    async with host.serving(make(), place):
        assert "is not trusted" in await refused(place.controller(), workstation(tmp_path))
    assert place.doorman.told == []


async def test_a_renewed_certificate_is_refused_until_it_is_trusted_then_connects_without_restart(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    old, new = make(), make()
    station = workstation(tmp_path, old)
    async with driving(place.controller(), station) as said:
        async with host.serving(old, place):
            await said.until(lambda: said.fresh(0, 0.0))
        async with host.serving(new, place):
            await said.until(lambda: said.now is Link.REFUSED)
            assert place.doorman.told == [PASSWORD]
            trust(station, new)
            trusted_s = time.time()
            await said.until(lambda: said.now is Link.UP and said.fresh(0, trusted_s))
    assert place.doorman.told == [PASSWORD, PASSWORD]


async def test_trust_that_is_taken_back_ends_an_open_session_at_the_renewal_of_its_channel(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    station = workstation(tmp_path, made)
    session = Session(place.controller(), station)
    async with host.serving(made, place):
        await session.open()
        session._client.secure_channel_timeout = 200
        renewing = asyncio.create_task(session.renew_for_ever())
        await asyncio.sleep(0.5)
        assert not renewing.done()
        TrustStore(station.pki).remove(fingerprint(made.certificate))
        with pytest.raises(IdentityError, match="is not trusted"):
            await renewing
        await session.close()


async def test_a_session_is_taken_up_again_after_a_cut_over_a_secured_channel(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    async with host.serving(made, place), proxied(place.port) as proxy:
        controller = place.controller(url=f"opc.tcp://127.0.0.1:{proxy.port}/rig")
        async with driving(controller, workstation(tmp_path, made)) as said:
            await said.until(lambda: said.fresh(0, 0.0))
            proxy.reset()
            await said.until(lambda: said.now is Link.LOST)
            await said.until(lambda: said.now is Link.UP)
            assert said.links[-1].kept
            assert said.links[-1].secured
            assert not said.links[-2].secured


async def test_another_server_with_a_trusted_certificate_is_refused(host: Host, place: Secured, tmp_path: Path) -> None:
    other = make(Recipe(uri="urn:rig:other"))
    async with host.serving(other, place, uri="urn:rig:other"):
        assert '"urn:rig:other", not "urn:rig:secured"' in await refused(
            place.controller(), workstation(tmp_path, other)
        )
    assert place.doorman.sessions == 0


async def test_a_server_that_claims_the_identity_with_another_ones_certificate_is_refused(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    other = make(Recipe(uri="urn:rig:other"))
    async with host.serving(other, place):
        assert 'made out to "urn:rig:other"' in await refused(place.controller(), workstation(tmp_path, other))
    assert place.doorman.sessions == 0


async def test_a_trusted_certificate_without_its_key_gets_nowhere(host: Host, place: Secured, tmp_path: Path) -> None:
    true, thief = make(), make()
    stolen = Made(certificate=true.certificate, key=thief.key)
    async with host.serving(stolen, place), driving(place.controller(), workstation(tmp_path, true)) as said:
        await said.until(lambda: said.now in (Link.LOST, Link.REFUSED, Link.UP))
        await asyncio.sleep(1.0)
    assert all(state.link is not Link.UP for state in said.links)
    assert place.doorman.told == []


async def test_a_server_without_the_demanded_policy_is_refused_not_weakened(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    weak = (ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_Sign)
    async with host.serving(made, place, policies=weak):
        reason = await refused(place.controller(), workstation(tmp_path, made))
    assert "does not offer basic256sha256 with sign_and_encrypt, but basic256sha256 with sign, none" in reason
    assert place.doorman.sessions == 0


async def test_policy_none_listed_first_is_not_taken(host: Host, place: Secured, tmp_path: Path) -> None:
    made = make()
    listed = (ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt)
    async with (
        host.serving(made, place, policies=listed),
        driving(place.controller(), workstation(tmp_path, made)) as said,
    ):
        await said.until(lambda: said.fresh(0, 0.0))
        assert said.links[-1].secured


async def test_an_endpoint_that_points_elsewhere_is_not_followed(host: Host, place: Secured, tmp_path: Path) -> None:
    made, trap = make(), []

    async def caught(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trap.append("somebody came")
        writer.close()

    elsewhere = await asyncio.start_server(caught, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    async with (
        host.serving(made, place, told_url=f"opc.tcp://127.0.0.1:{port}/rig"),
        driving(place.controller(), workstation(tmp_path, made)) as said,
    ):
        await said.until(lambda: said.fresh(0, 0.0))
    elsewhere.close()
    await elsewhere.wait_closed()
    assert trap == []


async def test_a_certificate_of_a_trusted_authority_needs_the_identity(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    root = make(Recipe(name="Plant CA", authority=True, uri=None))
    made = make(Recipe(issuer=root))
    station = workstation(tmp_path, root)
    async with host.serving(made, place):
        assert 'add identity = "urn:rig:secured"' in await refused(place.controller(identity=""), station)
        async with driving(place.controller(), station) as said:
            await said.until(lambda: said.fresh(0, 0.0))
    assert place.doorman.told == [PASSWORD]


async def test_a_revoked_certificate_is_refused_and_a_list_of_another_issuer_says_nothing(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    root = make(Recipe(name="Plant CA", authority=True, uri=None))
    foreign = make(Recipe(name="Plant CA", authority=True, uri=None))
    made, station = make(Recipe(issuer=root)), workstation(tmp_path, root)
    serial = made.certificate.serial_number
    lists = station.pki / "crl"
    lists.mkdir()
    (lists / "foreign.crl").write_bytes(revocations(foreign, serial))
    async with host.serving(made, place):
        async with driving(place.controller(), station) as said:
            await said.until(lambda: said.fresh(0, 0.0))
        (lists / "own.crl").write_bytes(revocations(root, serial))
        assert "was revoked" in await refused(place.controller(), station)


async def test_a_wrong_password_is_refused_and_not_tried_again_at_once(
    host: Host, place: Secured, tmp_path: Path
) -> None:
    made = make()
    async with (
        host.serving(made, place),
        driving(place.controller(), workstation(tmp_path, made, password="wrong")) as said,
    ):
        await said.until(lambda: said.now is Link.REFUSED)
        assert f'refuses the user "{USER}"' in said.links[-1].reason
        await asyncio.sleep(2.0)
    assert place.doorman.told == ["wrong"]


async def test_a_password_that_is_not_stored_is_asked_for_by_name(host: Host, place: Secured, tmp_path: Path) -> None:
    made = make()
    async with host.serving(made, place):
        reason = await refused(place.controller(secret="plc-9"), workstation(tmp_path, made, password=None))
    assert "lineside secret set plc-9" in reason


async def test_without_a_workstation_nothing_is_connected(host: Host, place: Secured) -> None:
    async with host.serving(make(), place):
        assert "needs a certificate" in await refused(place.controller(), None)
    assert place.doorman.sessions == 0


async def test_no_secret_is_logged_or_told(
    host: Host, place: Secured, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("asyncua", "asyncua.client", "asyncua.common.connection", "asyncua.crypto", "asyncua.server"):
        caplog.set_level(logging.DEBUG, logger=name)
    made = make()
    async with host.serving(made, place), driving(place.controller(), workstation(tmp_path, made)) as said:
        await said.until(lambda: said.fresh(0, 0.0))
    assert place.doorman.told == [PASSWORD]
    assert [record for record in caplog.records if PASSWORD in record.getMessage()] == []
    assert PASSWORD not in repr(said.links)
    assert await asyncio.to_thread(files_with, tmp_path, PASSWORD.encode()) == []
