"""Application certificates of OPC UA (OPC 10000-6 6.2.2): read from the wire, shown to people, judged. No I/O.

Owns what makes a certificate unfit whoever trusts it. Must not know where trust is kept, nor any connection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.domain.text import safe

LONGEST_CHAIN = 8
LARGEST = 64 * 1024
"""Bytes of a chain; real ones have a few thousand."""
SHORTEST_KEY, LONGEST_KEY = 2048, 4096
"""Bits of RSA that all our security policies allow (OPC 10000-7)."""
WEAK_HASHES = (hashes.MD5, hashes.SHA1)


class CertificateError(ValueError):
    """The bytes are no certificate; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a server's certificate must fit: the ApplicationUri that its server tells, at a moment."""

    application_uri: str
    at: datetime


def split(blob: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a DER chain, the leaf first. Raises CertificateError."""
    if not blob or len(blob) > LARGEST:
        raise CertificateError("it is empty" if not blob else "it is too long")
    found: list[x509.Certificate] = []
    while blob and len(found) < LONGEST_CHAIN:
        size = _size(blob)
        found.append(read_der(blob[:size]))
        blob = blob[size:]
    if blob:
        raise CertificateError("its chain is too long")
    return tuple(found)


def _size(blob: bytes) -> int:
    """The length of the DER sequence at the start (X.690 8.1.3)."""
    if len(blob) < 2 or blob[0] != 0x30:
        raise CertificateError("it is no certificate")
    count = blob[1] & 0x7F if blob[1] & 0x80 else 0
    length = int.from_bytes(blob[2 : 2 + count]) if count else blob[1]
    return 2 + count + length


def read_der(der: bytes) -> x509.Certificate:
    """One certificate, its extensions readable too. Raises CertificateError."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.subject, certificate.public_key()
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        raise CertificateError("it can't be read") from error
    return certificate


def der(certificate: x509.Certificate) -> bytes:
    """Its bytes."""
    return certificate.public_bytes(serialization.Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of its bytes as 64 hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def subject(certificate: x509.Certificate) -> str:
    """Whom it names, made safe for a screen."""
    return safe(certificate.subject.rfc4514_string()) or "nobody"


def application_uris(certificate: x509.Certificate) -> tuple[str, ...]:
    """The URIs of its SubjectAltName; a right one has exactly one, its ApplicationUri."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(names.get_values_for_type(x509.UniformResourceIdentifier))


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def flaw(certificate: x509.Certificate, wanted: Wanted) -> str:
    """Why a server may not use it, as the end of a sentence that starts "The certificate … "; empty if it may."""
    return next((words for check in CHECKS if (words := check(certificate, wanted))), "")


def _key(certificate: x509.Certificate, _wanted: Wanted) -> str:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "has no RSA key: let the server make another."
    if not SHORTEST_KEY <= key.key_size <= LONGEST_KEY:
        return (
            f"has a key of {key.key_size} bits: it must have {SHORTEST_KEY} to {LONGEST_KEY}; "
            "let the server make another."
        )
    return ""


def _signature(certificate: x509.Certificate, _wanted: Wanted) -> str:
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        used = None
    if used is None or isinstance(used, WEAK_HASHES):
        name = used.name.upper() if used is not None else "an unknown algorithm"
        return f"is signed with {name}, which can be forged: let the server make one with SHA-256."
    return ""


def _time(certificate: x509.Certificate, wanted: Wanted) -> str:
    if wanted.at < certificate.not_valid_before_utc:
        return (
            f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC: "
            "check the clocks of the server and of this workstation."
        )
    if wanted.at > certificate.not_valid_after_utc:
        return f"expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC: renew it on the server."
    return ""


def _uri(certificate: x509.Certificate, wanted: Wanted) -> str:
    found = application_uris(certificate)
    if not found:
        return "names no ApplicationUri: let the server make another."
    if wanted.application_uri not in found:
        return (
            f'is made out to "{safe(", ".join(found))}", but the server says it is "{safe(wanted.application_uri)}": '
            "check its address, or renew the certificate on the server."
        )
    return ""


def _usage(certificate: x509.Certificate, _wanted: Wanted) -> str:
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature and (usage.key_encipherment or usage.data_encipherment)):
            return "may not be used to sign and encrypt: let the server make another."
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    allowed = ExtendedKeyUsageOID.SERVER_AUTH in purposes or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes
    return "" if allowed else "is not meant for a server: let the server make another."


CHECKS: tuple[Callable[[x509.Certificate, Wanted], str], ...] = (_key, _signature, _time, _uri, _usage)
"""In the order in which a flaw is told; each gives "" or the end of the sentence."""
