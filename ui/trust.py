"""`lineside trust`: which servers' certificates this workstation trusts, to look at and to change. No Qt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer
from asyncua import ua
from cryptography import x509

from app.config import config
from app.domain.errors import KnownError
from app.domain.text import safe
from drivers.certificate import (
    CertificateError,
    Wanted,
    application_uris,
    fingerprint,
    flaw,
    is_authority,
    split,
    subject,
)
from drivers.opcua.address import check_settings
from drivers.opcua.own import own
from drivers.opcua.security import endpoints_of, offer
from drivers.opcua.session import faults_as_loss, quiet_library
from drivers.trust import TrustStore
from drivers.workstation import PKI
from ui.exits import Exit

FETCH_S = 5.0


def list_all(data: Path | None) -> int:
    """Print this workstation's own certificate, the trusted ones and the refused ones."""
    where = config(data)
    pki = where.folder / PKI
    mine, store = own(pki, where.station), TrustStore(pki)
    typer.echo(f"This workstation, to be trusted on the servers ({mine.path}):")
    _show(mine.certificate)
    _section("Trusted", [kept.certificate for kept in store.trusted()])
    _section("Refused", [kept.certificate for kept in store.rejected()])
    for path in store.unreadable():
        typer.echo(f"Not a certificate, and so not trusted: {path}")
    return Exit.OK


def add(data: Path | None, what: str) -> int:
    """Trust the certificate of a file, or a refused one by its fingerprint."""
    kept = TrustStore(config(data).folder / PKI).add(what)
    typer.echo("Trusted from the next attempt on:")
    _show(kept.certificate)
    return Exit.OK


def remove(data: Path | None, what: str) -> int:
    """Trust a certificate no longer."""
    kept = TrustStore(config(data).folder / PKI).remove(what)
    typer.echo("No longer trusted; an open connection ends when its channel is renewed, within the hour:")
    _show(kept.certificate)
    return Exit.OK


def fetch(data: Path | None, url: str) -> int:
    """Get the certificate of the server at `url` and keep it among the refused, for a person to compare."""
    faults = check_settings({"url": url})
    if faults:
        raise KnownError(faults[0])
    quiet_library()
    endpoints = asyncio.run(_ask(url))
    chains = {each.ServerCertificate: each for each in endpoints if each.ServerCertificate}
    typer.echo(f"It offers {', '.join(sorted({offer(each) for each in endpoints})) or 'nothing'}.")
    if not chains:
        raise KnownError("The server has no certificate.", "Secure it, or let its line have no secrets.")
    store = TrustStore(config(data).folder / PKI)
    for blob, endpoint in chains.items():
        leaf = _leaf(blob)
        store.reject(leaf)
        _show(leaf)
        _say_flaw(leaf, endpoint.Server.ApplicationUri or "")
    typer.echo("If the fingerprint is the same on the server itself, run: lineside trust add FINGERPRINT")
    return Exit.OK


async def _ask(url: str) -> list[ua.EndpointDescription]:
    with faults_as_loss(f"asking {safe(url, 200)}"):
        async with asyncio.timeout(2 * FETCH_S):
            return await endpoints_of(url, FETCH_S)


def _leaf(blob: bytes) -> x509.Certificate:
    try:
        return split(blob)[0]
    except CertificateError as error:
        raise KnownError(f"The server's certificate can't be used: {error}.", "Make another on the server.") from error


def _say_flaw(leaf: x509.Certificate, uri: str) -> None:
    why = flaw(leaf, Wanted(application_uri=uri, at=datetime.now(UTC)))
    if why:
        typer.echo(f"  It would be refused even if it were trusted: it {why}")


def _section(title: str, certificates: Sequence[x509.Certificate]) -> None:
    typer.echo(f"{title}: {len(certificates) or 'none'}")
    for certificate in certificates:
        _show(certificate)


def _show(certificate: x509.Certificate) -> None:
    kind = "  an authority" if is_authority(certificate) else ""
    typer.echo(f"  fingerprint (SHA-256)  {fingerprint(certificate)}")
    typer.echo(f"  subject                {subject(certificate)}{kind}")
    typer.echo(f"  ApplicationUri         {safe(', '.join(application_uris(certificate))) or 'none'}")
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    typer.echo(f"  valid                  {since:%Y-%m-%d} to {until:%Y-%m-%d}\n")
