"""The trust store of a workstation: which server certificates are trusted, and which were refused.

Owns the folders `trusted` (certificates of servers and of authorities), `crl` (revocation lists) and `rejected`
(what was refused, for a person to look at). Read anew each time: a change holds from the next attempt on. An empty
store trusts nobody. Must not know any connection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from app.domain.errors import KnownError, NotFoundError
from drivers.certificate import LARGEST, CertificateError, der, fingerprint, is_authority, read_der

SUFFIXES = (".der", ".crt", ".cer", ".pem")
MOST_REJECTED = 100
"""Files kept; the oldest go. A stranger must not fill the disk."""
SHORTEST_PREFIX = 16
"""Hexadecimal digits of a fingerprint that `add` and `remove` take for the whole: 64 bits can't be forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A certificate in a folder of the store."""

    path: Path
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """Of its content, whatever the file is called."""
        return fingerprint(self.certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a certificate is trusted, and if so whether only because an authority of the store issued it."""

    trusted: bool
    by_authority: bool = False
    revoked: bool = False


class TrustStore:
    """The folders under `pki`; made when something is put into them."""

    def __init__(self, pki: Path) -> None:
        self._trusted = pki / "trusted"
        self._rejected = pki / "rejected"
        self._lists = pki / "crl"

    def judge(self, chain: Sequence[x509.Certificate], at: datetime) -> Verdict:
        """Whether the first of `chain` is in the store itself, or was issued by an authority that is in it."""
        leaf, *between = chain
        kept = [each.certificate for each in self.trusted()]
        authorities = [each for each in kept if is_authority(each)]
        if self._revoked(leaf, authorities):
            return Verdict(trusted=False, revoked=True)
        if leaf in kept:
            return Verdict(trusted=True)
        path = _path(leaf, between, authorities, at)
        issuers = [*authorities, *path]
        revoked = any(self._revoked(each, issuers) for each in path)
        return Verdict(trusted=bool(path) and not revoked, by_authority=bool(path), revoked=revoked)

    def trusted(self) -> list[Kept]:
        """What is trusted now; files that can't be read are not (see `unreadable`)."""
        return [kept for _, kept in _read_all(self._trusted) if kept is not None]

    def rejected(self) -> list[Kept]:
        """What was refused and is not trusted since."""
        known = {kept.fingerprint for kept in self.trusted()}
        found = (kept for _, kept in _read_all(self._rejected) if kept is not None)
        return [kept for kept in found if kept.fingerprint not in known]

    def unreadable(self) -> list[Path]:
        """Files among the trusted that hold no certificate."""
        return [path for path, kept in _read_all(self._trusted) if kept is None]

    def reject(self, certificate: x509.Certificate) -> None:
        """Keep what was refused. A disk that refuses does not matter here: the connection is refused anyway."""
        with contextlib.suppress(OSError):
            path = self._rejected / _name(certificate)
            if path.exists():
                return
            _write(path, der(certificate))
            files = sorted(self._rejected.iterdir(), key=lambda file: file.stat().st_mtime)
            for old in files[:-MOST_REJECTED]:
                old.unlink()

    def add(self, what: str) -> Kept:
        """Trust a certificate: that in a file, or a refused one by its fingerprint. Raises KnownError."""
        path = Path(what)
        certificate = read_file(path) if path.is_file() else _one(self.rejected(), what, "refused").certificate
        target = self._trusted / _name(certificate)
        try:
            _write(target, der(certificate))
        except OSError as error:
            raise KnownError(f"{target} can't be written: {error.strerror}.", "Check the folder.") from error
        self._drop(self._rejected, fingerprint(certificate))
        return Kept(path=target, certificate=certificate)

    def remove(self, what: str) -> Kept:
        """Trust a certificate no longer; it is kept among the refused. Raises KnownError."""
        found = _one(self.trusted(), what, "trusted")
        self._drop(self._trusted, found.fingerprint)
        self.reject(found.certificate)
        return found

    def _drop(self, folder: Path, mark: str) -> None:
        for path, kept in _read_all(folder):
            if kept is not None and kept.fingerprint == mark:
                path.unlink()

    def _revoked(self, certificate: x509.Certificate, issuers: Sequence[x509.Certificate]) -> bool:
        """Whether a list that its own issuer signed names it; a list of another issuer says nothing."""
        return any(
            found.issuer == certificate.issuer
            and any(_signed_by(found, issuer) for issuer in issuers if issuer.subject == found.issuer)
            and found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
            for found in self._revocation_lists()
        )

    def _revocation_lists(self) -> Iterator[x509.CertificateRevocationList]:
        for path in sorted(self._lists.glob("*")):
            with contextlib.suppress(OSError, ValueError):
                content = path.read_bytes()
                pem = content.startswith(b"-----")
                yield x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)


def read_file(path: Path) -> x509.Certificate:
    """The one certificate of a DER or PEM file. Raises KnownError."""
    try:
        if path.stat().st_size > LARGEST:
            raise CertificateError("it is too long")
        content = path.read_bytes()
        if not content.startswith(b"-----"):
            return read_der(content)
        found = x509.load_pem_x509_certificates(content)
        if len(found) != 1:
            raise KnownError(f"{path} holds {len(found)} certificates.", "Give a file with the one to trust.")
        return read_der(der(found[0]))
    except (OSError, ValueError) as error:
        raise KnownError(f"{path} holds no certificate that can be read.", "Give a DER or PEM file.") from error


def _read_all(folder: Path) -> list[tuple[Path, Kept | None]]:
    return [(path, _read(path)) for path in sorted(folder.glob("*")) if path.suffix.lower() in SUFFIXES]


def _read(path: Path) -> Kept | None:
    try:
        return Kept(path=path, certificate=read_file(path))
    except KnownError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    draft.replace(path)


def _name(certificate: x509.Certificate) -> str:
    """By content alone: what a certificate says of itself is no file name."""
    return f"{fingerprint(certificate)}.der"


def _one(among: Sequence[Kept], what: str, which: str) -> Kept:
    """The one whose fingerprint is, or begins with, `what` (colons and spaces are left out)."""
    mark = what.replace(":", "").replace(" ", "").lower()
    if len(mark) < SHORTEST_PREFIX:
        raise NotFoundError(
            f'"{what}" is neither a file nor {SHORTEST_PREFIX} or more digits of a fingerprint.',
            "See `lineside trust list`.",
        )
    found = {kept.fingerprint: kept for kept in among if kept.fingerprint.startswith(mark)}
    if len(found) != 1:
        count = "No" if not found else f"{len(found)}"
        raise NotFoundError(f"{count} {which} certificates have the fingerprint {mark}.", "See `lineside trust list`.")
    return next(iter(found.values()))


def _path(
    leaf: x509.Certificate, between: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate], at: datetime
) -> list[x509.Certificate]:
    """The certificates from the leaf to an authority of the store, empty if there is no such way (RFC 5280 6)."""
    if not authorities:
        return []
    builder = (
        PolicyBuilder()
        .store(Store(list(authorities)))
        .time(at)
        .extension_policies(
            ca_policy=ExtensionPolicy.permit_all()
            .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _may_issue)
            .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign),
            ee_policy=ExtensionPolicy.permit_all(),
        )
    )
    try:
        return list(builder.build_client_verifier().verify(leaf, list(between)).chain)
    except VerificationError:
        return []


def _may_issue(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("not an authority")


def _may_sign(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("may not sign certificates")


def _signed_by(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    try:
        return isinstance(key, rsa.RSAPublicKey) and found.is_signature_valid(key)
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
