"""The trust store, the workstation's own certificate, and what is read from the wire."""

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.domain.errors import KnownError
from drivers import trust
from drivers.certificate import CertificateError, Wanted, application_uris, fingerprint, flaw, split, subject
from drivers.opcua.own import KEY, own
from drivers.trust import TrustStore
from tests.contract.rigs.certificates import SERVER_URI, Made, Recipe, make, revocations

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def leaf() -> Made:
    """A right certificate of a server."""
    return make()


@pytest.fixture(scope="module")
def root() -> Made:
    """An authority."""
    return make(Recipe(name="Plant CA", authority=True, uri=None))


def keep(store: TrustStore, made: Made, folder: Path) -> None:
    """Trust it."""
    file = folder / "given.der"
    file.write_bytes(made.der)
    store.add(str(file))


def test_an_empty_store_trusts_nobody(tmp_path: Path, leaf: Made) -> None:
    assert not TrustStore(tmp_path).judge([leaf.certificate], NOW).trusted


def test_a_certificate_is_trusted_when_added_and_refused_when_removed(tmp_path: Path, leaf: Made) -> None:
    store = TrustStore(tmp_path)
    store.reject(leaf.certificate)
    store.add(fingerprint(leaf.certificate).upper())
    assert store.judge([leaf.certificate], NOW).trusted
    assert store.rejected() == []
    store.remove(fingerprint(leaf.certificate))
    assert not store.judge([leaf.certificate], NOW).trusted
    assert [kept.certificate for kept in store.rejected()] == [leaf.certificate]


def test_another_certificate_of_the_same_name_uri_and_serial_is_not_trusted(tmp_path: Path) -> None:
    store, twins = TrustStore(tmp_path), [make(Recipe(serial=77)) for _ in range(2)]
    keep(store, twins[0], tmp_path)
    assert store.judge([twins[0].certificate], NOW).trusted
    assert not store.judge([twins[1].certificate], NOW).trusted


def test_an_authority_of_the_store_lets_in_what_it_issued_through_others(tmp_path: Path, root: Made) -> None:
    between = make(Recipe(name="Line CA", authority=True, uri=None, issuer=root))
    issued, store = make(Recipe(issuer=between)), TrustStore(tmp_path)
    chain = [issued.certificate, between.certificate]
    assert not store.judge(chain, NOW).trusted
    keep(store, root, tmp_path)
    verdict = store.judge(chain, NOW)
    assert (verdict.trusted, verdict.by_authority) == (True, True)
    assert not store.judge([issued.certificate], NOW).trusted, "the link between is missing"


def test_a_chain_that_brings_its_own_root_is_not_trusted(tmp_path: Path, root: Made) -> None:
    store, issued = TrustStore(tmp_path), make(Recipe(issuer=root))
    keep(store, make(Recipe(name="Plant CA", authority=True, uri=None)), tmp_path)
    assert not store.judge([issued.certificate, root.certificate], NOW).trusted


def test_a_trusted_server_issues_nothing(tmp_path: Path, leaf: Made) -> None:
    store, issued = TrustStore(tmp_path), make(Recipe(issuer=leaf))
    keep(store, leaf, tmp_path)
    assert not store.judge([issued.certificate], NOW).trusted


def test_an_expired_authority_lets_nobody_in(tmp_path: Path, root: Made) -> None:
    store, issued = TrustStore(tmp_path), make(Recipe(issuer=root))
    keep(store, root, tmp_path)
    assert not store.judge([issued.certificate], NOW + timedelta(days=60)).trusted


def test_only_its_own_issuer_revokes_a_certificate(tmp_path: Path, root: Made) -> None:
    foreign = make(Recipe(name="Plant CA", authority=True, uri=None))
    issued, store = make(Recipe(issuer=root)), TrustStore(tmp_path)
    keep(store, root, tmp_path)
    keep(store, foreign, tmp_path)
    lists, serial = tmp_path / "crl", issued.certificate.serial_number
    lists.mkdir()
    (lists / "a.crl").write_bytes(b"no list")
    (lists / "b.crl").write_bytes(revocations(foreign, serial + 1))
    assert store.judge([issued.certificate], NOW).trusted
    (lists / "c.crl").write_bytes(revocations(root, serial))
    verdict = store.judge([issued.certificate], NOW)
    assert (verdict.trusted, verdict.revoked) == (False, True)


def test_a_file_that_is_no_certificate_is_named_and_trusts_nobody(tmp_path: Path, leaf: Made) -> None:
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted" / "broken.der").write_bytes(leaf.der[:-5])
    (tmp_path / "trusted" / "given.pem").write_bytes(leaf.pem)
    store = TrustStore(tmp_path)
    assert [path.name for path in store.unreadable()] == ["broken.der"]
    assert store.judge([leaf.certificate], NOW).trusted


def test_a_chain_in_a_file_is_not_added(tmp_path: Path, leaf: Made, root: Made) -> None:
    file = tmp_path / "chain.pem"
    file.write_bytes(leaf.pem + root.pem)
    with pytest.raises(KnownError, match="holds 2 certificates"):
        TrustStore(tmp_path).add(str(file))


@pytest.mark.parametrize("what", ["", "ab:cd", "0" * 64, "no-such-file.der"])
def test_a_fingerprint_that_names_nothing_is_refused(what: str, tmp_path: Path, leaf: Made) -> None:
    store = TrustStore(tmp_path)
    store.reject(leaf.certificate)
    with pytest.raises(KnownError, match="lineside trust list"):
        store.add(what)
    assert store.trusted() == []


def test_strangers_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "MOST_REJECTED", 2)
    store, made = TrustStore(tmp_path), [make() for _ in range(3)]
    for age, each in enumerate(made):
        store.reject(each.certificate)
        os.utime(tmp_path / "rejected" / f"{fingerprint(each.certificate)}.der", (age, age))
    store.reject(make().certificate)
    assert len(store.rejected()) == 2


def test_a_certificate_with_markup_in_its_name_is_shown_as_text() -> None:
    made = make(Recipe(name="<b>Filler\u202e"))
    assert "\u202e" not in subject(made.certificate)


def test_a_chain_is_split_and_garbage_is_refused(leaf: Made, root: Made) -> None:
    assert split(leaf.der + root.der) == (leaf.certificate, root.certificate)
    for blob in (b"", b"\x30", b"MZ" * 50, leaf.der[:-1], leaf.der + b"x", b"\x30\x84\xff\xff\xff\xff", leaf.der * 9):
        with pytest.raises(CertificateError):
            split(blob)


FLAWS: dict[str, tuple[Recipe, str]] = {
    "none": (Recipe(), ""),
    "expired": (Recipe(until=NOW - timedelta(hours=1)), "expired on"),
    "early": (Recipe(since=NOW + timedelta(hours=1)), "not valid before"),
    "short key": (Recipe(bits=1024), "1024 bits"),
    "other uri": (Recipe(uri="urn:x"), 'made out to "urn:x"'),
    "no uri": (Recipe(uri=None), "names no ApplicationUri"),
    "client": (Recipe(purpose=ExtendedKeyUsageOID.CLIENT_AUTH), "not meant for a server"),
    "no signing": (Recipe(signs=False), "may not be used"),
}


@pytest.mark.parametrize("case", FLAWS)
def test_each_flaw_is_told(case: str) -> None:
    recipe, words = FLAWS[case]
    why = flaw(make(recipe).certificate, Wanted(application_uri=SERVER_URI, at=NOW))
    assert words in why if words else not why


def test_the_own_certificate_is_made_once_with_a_private_key(tmp_path: Path) -> None:
    made: list[x509.Certificate] = []
    threads = [threading.Thread(target=lambda: made.append(own(tmp_path, "desk 1ä").certificate)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(map(fingerprint, made))) == 1
    mine = own(tmp_path, "renamed")
    assert application_uris(mine.certificate) == ("urn:lineside:desk%201%C3%A4",)
    assert mine.key.key_size == 2048
    assert mine.certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=4 * 365)
    names = mine.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert len(names.get_values_for_type(x509.DNSName)) == 1
    assert stat.S_IMODE((tmp_path / "own" / KEY).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_a_damaged_own_certificate_is_said(tmp_path: Path) -> None:
    own(tmp_path, "a")
    (tmp_path / "own" / KEY).write_bytes(b"-----BEGIN NOTHING")
    with pytest.raises(KnownError, match="is damaged"):
        own(tmp_path, "a")
