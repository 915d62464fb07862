"""The workstation's own application certificate: made once, then only read (OPC 10000-6 6.2.2).

Owns `pki/own`: `certificate.der`, to be trusted on the servers, and `key.pem`, readable by its owner alone. To have
another, remove the folder. Must not know any server.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.domain.errors import KnownError
from drivers.certificate import CertificateError, application_uris, der, read_der

KEY_BITS = 2048
VALID = timedelta(days=5 * 365)
EARLIER = timedelta(days=1)
"""A server whose clock is behind must take it too."""
OWN = "own"
CERTIFICATE = "certificate.der"
KEY = "key.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The certificate, its key, and the file to give to the servers."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    path: Path

    @property
    def application_uri(self) -> str:
        """The ApplicationUri that it was made for."""
        return next(iter(application_uris(self.certificate)), "")


def own(pki: Path, station: str) -> Own:
    """The certificate of this workstation, made at the first call. Blocking for up to a second then.

    Two processes may call it at once: both get the one that came first. Raises KnownError.
    """
    folder = pki / OWN
    try:
        if not folder.exists():
            _make(folder, station)
        content, key = (folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes()
    except OSError as error:
        raise KnownError(
            f"This workstation's certificate in {folder} can't be read or made: {error.strerror}.", "Check the folder."
        ) from error
    try:
        return Own(certificate=read_der(content), key=_read_key(content, key), path=folder / CERTIFICATE)
    except (ValueError, TypeError) as error:
        raise KnownError(
            f"This workstation's certificate in {folder} is damaged.",
            "Remove the folder: a new one is made, which the servers then must trust.",
        ) from error


def _read_key(certificate: bytes, pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != read_der(certificate).public_key():
        raise CertificateError("its key is another")
    return key


def _make(folder: Path, station: str) -> None:
    """Make both files aside, then show the folder at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".own-"))
    try:
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        _write_private(draft / KEY, _pem(key))
        (draft / CERTIFICATE).write_bytes(der(_certificate(key, station)))
        with contextlib.suppress(FileExistsError):
            if not folder.exists():
                _rename(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rename(draft: Path, folder: Path) -> None:
    """Show the draft as `folder`; if another process was first, its folder stays."""
    try:
        draft.rename(folder)
    except OSError:
        if not (folder / KEY).exists():
            raise


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(key: rsa.RSAPrivateKey, station: str) -> x509.Certificate:
    now_at = datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"Lineside {station}"[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lineside"),
        ]
    )
    names = [x509.UniformResourceIdentifier(f"urn:lineside:{quote(station)}"), x509.DNSName(_host())]
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now_at - EARLIER)
        .not_valid_after(now_at + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _host() -> str:
    """This machine's name as a DNS name may be written in a certificate."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", socket.gethostname()) or "localhost"
