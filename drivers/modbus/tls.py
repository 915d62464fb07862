"""Modbus/TCP Security: TLS to a device whose certificate this workstation trusts, before a request is sent.

Owns what is demanded of the device's certificate (trust store, validity, host name, revocation) and which certificate
this workstation shows. Read anew for each connection: a change in the store needs no restart. Must not know Modbus.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from app.domain.errors import KnownError
from drivers.certificate import CertificateError, der, fingerprint, read_der, subject
from drivers.session import IdentityError
from drivers.trust import TrustStore

CLIENTS = "clients"
"""Folder below `pki` of the certificates that devices demand: NAME.pem and NAME.key."""
WAIT_S = 5.0
"""Before a refused device is tried again: nothing changes sooner."""

WANTS_CERTIFICATE = 'It may want a certificate of this workstation that it trusts: "client_certificate" names one.'
EXPIRED, NOT_YET, OTHER_HOST, OTHER_IP = 10, 9, 62, 64
FLAWS: Mapping[int, tuple[str, str]] = {
    EXPIRED: ("has expired", "Renew it on the device."),
    NOT_YET: ("is not valid yet", "Check the clocks of the device and of this workstation."),
    OTHER_HOST: ("is for another host", 'Check "host", or name the host that it is for: "server_name".'),
    OTHER_IP: ("is for another host", 'Check "host", or name the host that it is for: "server_name".'),
}
"""OpenSSL's X509_V_ERR_… that are no question of trust, and what to do."""


def context(pki: Path, client: str) -> ssl.SSLContext:
    """What the workstation demands now; `client` names its own certificate, or is empty. Blocking.

    Every trusted certificate is an anchor, be it an authority or the device's own. Raises KnownError.
    """
    demanded = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    demanded.minimum_version = ssl.TLSVersion.TLSv1_2
    demanded.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trusted = b"".join(der(kept.certificate) for kept in TrustStore(pki).trusted())
    if trusted:
        demanded.load_verify_locations(cadata=trusted)
    if client:
        _show(demanded, pki / CLIENTS / f"{client}.pem", pki / CLIENTS / f"{client}.key")
    return demanded


def _show(demanded: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        if os.name == "posix" and stat.S_IMODE(key.stat().st_mode) & 0o077:
            raise KnownError(f"Others may read {key}.", f"Run: chmod 600 {key}")
        demanded.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise KnownError(
            f"This workstation's certificate {certificate} and its key can't be used.",
            "Put both there as PEM, the key without a password.",
        ) from error


def _no_password() -> bytes:
    """Nobody is here to type one; OpenSSL would ask on the terminal."""
    raise ValueError("the key has a password")


def check_revoked(pki: Path, shown: bytes) -> None:
    """Refuse a certificate that a list in the store names. Blocking. Raises IdentityError."""
    leaf = _readable(shown)
    if leaf is not None and TrustStore(pki).judge([leaf], datetime.now(UTC)).revoked:
        raise IdentityError("The device's certificate was revoked.", "Renew it on the device.", retry_s=WAIT_S)


async def refusal(error: ssl.SSLError, pki: Path, host: str, port: int, timeout_s: float) -> IdentityError:
    """What to say about a failed handshake. A certificate that nobody trusts is kept for `lineside trust`."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        said = (error.reason or str(error)).lower().replace("_", " ")
        return IdentityError(f"The device does not agree on TLS: {said}.", _todo(error), retry_s=WAIT_S)
    flaw = FLAWS.get(error.verify_code)
    if flaw is not None:
        return IdentityError(f"The device's certificate {flaw[0]}.", flaw[1], retry_s=WAIT_S)
    leaf = await _shown(host, port, timeout_s)
    if leaf is None:
        return IdentityError(f"The device's certificate is refused: {error.verify_message}.", retry_s=WAIT_S)
    await asyncio.to_thread(TrustStore(pki).reject, leaf)
    mark = fingerprint(leaf)
    return IdentityError(
        f"The certificate of {subject(leaf)} is not trusted ({error.verify_message}).",
        f"Check that its fingerprint is {mark[:16]}… on the device, then run lineside trust add {mark}",
        retry_s=WAIT_S,
    )


def hung_up() -> IdentityError:
    """What a device says in TLS 1.3 that wants a certificate: it takes the handshake, and closes the connection."""
    return IdentityError("The device agrees on TLS and hangs up.", WANTS_CERTIFICATE, retry_s=WAIT_S)


def _todo(error: ssl.SSLError) -> str:
    if "CERTIFICATE" in (error.reason or ""):
        return WANTS_CERTIFICATE
    return "Check the port (802 with TLS, 502 without) and the device's settings."


async def _shown(host: str, port: int, timeout_s: float) -> x509.Certificate | None:
    """The certificate that the device shows, to be looked at by a person; nothing is sent to it."""
    unjudged = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unjudged.check_hostname, unjudged.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port, ssl=unjudged)
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.transport.abort()
        return _readable(shown)
    return None


def _readable(shown: bytes | None) -> x509.Certificate | None:
    try:
        return read_der(shown or b"")
    except CertificateError:
        return None
