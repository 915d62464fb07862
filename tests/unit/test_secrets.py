"""Secrets lie in the keyring where there is one, else in a file that only its owner reads."""

import os
import stat
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, PasswordDeleteError

from app.domain.errors import KnownError
from app.secrets import FILE, LONGEST, Secrets

VALUE = "Kw7!never"


class Ring:
    """A keyring in memory; `locked` it answers nothing."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def _ask(self) -> None:
        if self.locked:
            raise KeyringLocked("it is locked")

    def get_password(self, service: str, username: str) -> str | None:
        """What is held."""
        self._ask()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Hold it."""
        self._ask()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Hold it no longer."""
        self._ask()
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("unknown")


@pytest.mark.parametrize("ring", [None, Ring()], ids=["file", "keyring"])
def test_a_secret_is_kept_replaced_and_forgotten(ring: Ring | None, tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, ring)
    assert secrets.get("C-L1") is None
    secrets.set("C-L1", VALUE)
    secrets.set("C-L2", "another")
    secrets.set("C-L1", VALUE * 2)
    assert Secrets(tmp_path, ring).get("C-L1") == VALUE * 2
    assert secrets.delete("C-L1")
    assert not secrets.delete("C-L1")
    assert secrets.get("C-L1") is None
    assert secrets.get("C-L2") == "another"


def test_the_file_is_its_owners_alone_and_goes_with_the_last_secret(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, None)
    secrets.set("a", VALUE)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert secrets.delete("a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, None)
    secrets.set("a", VALUE)
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(KnownError, match="chmod 600"):
        secrets.get("a")


def test_with_a_keyring_nothing_is_written_to_the_folder(tmp_path: Path) -> None:
    Secrets(tmp_path, Ring()).set("a", VALUE)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_moved_from_the_keyring_to_the_file_is_in_one_place_only(tmp_path: Path) -> None:
    ring = Ring()
    secrets = Secrets(tmp_path, ring)
    secrets.set("a", "old")
    assert secrets.set("a", VALUE, in_file=True) == str(tmp_path / FILE)
    assert ring.held == {}
    assert secrets.get("a") == VALUE
    assert secrets.set("a", "new") == "the keyring"
    assert not (tmp_path / FILE).exists()


def test_folders_do_not_share_secrets_in_one_keyring(tmp_path: Path) -> None:
    ring = Ring()
    Secrets(tmp_path / "a", ring).set("C-L1", VALUE)
    assert Secrets(tmp_path / "b", ring).get("C-L1") is None


def test_a_locked_keyring_is_said_unless_the_file_has_the_secret(tmp_path: Path) -> None:
    ring = Ring()
    secrets = Secrets(tmp_path, ring)
    secrets.set("a", VALUE, in_file=True)
    ring.locked = True
    assert secrets.get("a") == VALUE
    with pytest.raises(KnownError, match="keyring can't be read"):
        secrets.get("b")


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "a\n"])
def test_a_name_at_fault_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="name"):
        Secrets(tmp_path, None).set(name, VALUE)


@pytest.mark.parametrize("value", ["", "a\0b", "x" * (LONGEST + 1)])
def test_a_value_at_fault_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="1 to 1024"):
        Secrets(tmp_path, None).set("a", value)


def test_a_damaged_file_is_refused_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text(f'{{"a": "{VALUE}"')
    file.chmod(0o600)
    with pytest.raises(KnownError) as caught:
        Secrets(tmp_path, None).get("a")
    assert VALUE not in str(caught.value)
    assert caught.value.__cause__ is None
