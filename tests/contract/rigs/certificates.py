"""Certificates for tests: right ones, and every kind that must be refused. Made anew, never committed."""

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.needs import need_program

DAY = timedelta(days=1)
SERVER_URI = "urn:rig:secured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to make; left alone it is a right certificate of the rig's server."""

    uri: str | None = SERVER_URI
    name: str = "Rig"
    bits: int = 2048
    since: datetime = field(default_factory=lambda: datetime.now(UTC) - DAY)
    until: datetime = field(default_factory=lambda: datetime.now(UTC) + 30 * DAY)
    authority: bool = False
    issuer: Made | None = None
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    signs: bool = True
    serial: int = 0


def make(recipe: Recipe | None = None) -> Made:
    """The certificate of a recipe, with a key of its own."""
    told = recipe or Recipe()
    key = rsa.generate_private_key(public_exponent=65537, key_size=told.bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told.name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(told.issuer.certificate.subject if told.issuer else name)
        .public_key(key.public_key())
        .serial_number(told.serial or x509.random_serial_number())
        .not_valid_before(told.since)
        .not_valid_after(told.until)
        .add_extension(x509.BasicConstraints(ca=told.authority, path_length=None), critical=True)
        .add_extension(_usage(told), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = told.issuer.key if told.issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if not told.authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([told.purpose]), critical=False)
    if told.uri is not None:
        names = [x509.UniformResourceIdentifier(told.uri), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Made(certificate=builder.sign(signer, hashes.SHA256()), key=key)


def _usage(told: Recipe) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=told.signs,
        content_commitment=not told.authority,
        key_encipherment=not told.authority,
        data_encipherment=not told.authority,
        key_agreement=False,
        key_cert_sign=told.authority,
        crl_sign=told.authority,
        encipher_only=False,
        decipher_only=False,
    )


def make_sha1(folder: Path) -> Made:
    """A certificate signed with SHA-1, which the library no longer makes: by openssl."""
    key, certificate = folder / "sha1.key", folder / "sha1.pem"
    command = [str(need_program("openssl", "openssl")), "req", "-x509", "-sha1", "-newkey", "rsa:2048", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj", "/CN=Rig"]
    command += ["-addext", f"subjectAltName=URI:{SERVER_URI}"]
    subprocess.run(command, check=True, capture_output=True)
    loaded = serialization.load_pem_private_key(key.read_bytes(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return Made(certificate=x509.load_pem_x509_certificate(certificate.read_bytes()), key=loaded)


def revocations(issuer: Made, *serials: int) -> bytes:
    """A revocation list of an authority, as DER."""
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(now - DAY).next_update(now + DAY)
    for serial in serials:
        row = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - DAY).build()
        builder = builder.add_revoked_certificate(row)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
