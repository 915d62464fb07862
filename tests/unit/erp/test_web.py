"""TLS to an ERP: a certificate that nobody vouches for costs no sign-in; one's own authority is taken."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.erp_errors import ErpOutcomeUnknownError, ErpUnavailableError
from app.domain.errors import KnownError
from app.erp.web import Web
from tests.contract.rigs.certificates import Made, Recipe, make

CREDENTIALS = {"Authorization": "Bearer word"}


@contextmanager
def secured(folder: Path, made: Made) -> Iterator[tuple[str, list[bytes]]]:
    """A server that shows a certificate, notes what it is told and hangs up; its address and its notes."""
    (folder / "cert.pem").write_bytes(made.pem)
    (folder / "key.pem").write_bytes(made.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    told: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        try:
            with listening.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as secure:
                told.append(secure.recv(10_000))
        except OSError:
            pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}", told
        thread.join(20)


@pytest.fixture(scope="module")
def authority() -> Made:
    return make(Recipe(authority=True, name="Authority", uri=None))


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_sign_in(tmp_path: Path) -> None:
    with secured(tmp_path, make()) as (url, told):
        web = Web(url, timeout_s=10, headers=CREDENTIALS)
        with pytest.raises(ErpUnavailableError, match="certificate is not trusted"):
            await web.ask("POST", "/", b"{}")
        await web.aclose()
    assert told == []


async def test_a_certificate_of_the_plants_own_authority_is_taken(tmp_path: Path, authority: Made) -> None:
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    with secured(tmp_path, make(Recipe(issuer=authority))) as (url, told):
        web = Web(url, timeout_s=10, headers=CREDENTIALS, certificates=str(tmp_path / "authority.pem"))
        with pytest.raises(ErpOutcomeUnknownError):
            await web.ask("POST", "/", b"{}")
        await web.aclose()
    assert b"Bearer word" in told[0]


async def test_a_certificate_for_another_machine_is_refused(tmp_path: Path, authority: Made) -> None:
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    with secured(tmp_path, make(Recipe(issuer=authority, uri=None, name="other"))) as (url, told):
        web = Web(url, timeout_s=10, headers=CREDENTIALS, certificates=str(tmp_path / "authority.pem"))
        with pytest.raises(ErpUnavailableError, match="certificate is not trusted"):
            await web.ask("POST", "/", b"{}")
        await web.aclose()
    assert told == []


def test_certificates_that_can_not_be_read_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for path in (tmp_path / "no.pem", tmp_path / "absent.pem"):
        with pytest.raises(KnownError, match="can't be read"):
            Web("https://localhost", timeout_s=1, certificates=str(path))
