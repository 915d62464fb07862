"""Secrets of this workstation (passwords of controllers): in the keyring, or in a 0600 file of the data folder.

Owns where they lie. Must not know what they open. They are never logged, shown or written anywhere else.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import keyring
from keyring.errors import KeyringError, PasswordDeleteError

from app.domain.errors import KnownError

FILE = "secrets.json"
NAME = r"[A-Za-z0-9_.:\-]{1,64}"
LONGEST = 1024


class Ring(Protocol):
    """A keyring of the system, as the library `keyring` has them. Its verbs raise KeyringError."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class Secrets:
    """Named secrets of one data folder. Blocking: a keyring may ask its user first."""

    def __init__(self, folder: Path, ring: Ring | None) -> None:
        self._file = folder / FILE
        self._ring = ring
        self._service = f"lineside:{folder.resolve()}"

    def get(self, name: str) -> str | None:
        """The secret, or None if there is none. Raises KnownError when it can't be looked up."""
        found, trouble = self._from_ring(name)
        if found is None:
            found = self._read().get(name)
        if found is None and trouble:
            raise KnownError(f"The keyring can't be read: {trouble}.", "Unlock it, or store the secret with --file.")
        return found

    def set(self, name: str, value: str, *, in_file: bool = False) -> str:
        """Store it, replacing an older one; returns where it is now. Raises KnownError for a name or value at fault."""
        _check(name, value)
        others = {key: kept for key, kept in self._read().items() if key != name}
        if not in_file and self._into_ring(name, value):
            self._write(others)
            return "the keyring"
        self._forget_in_ring(name)
        self._write(others | {name: value})
        return str(self._file)

    def delete(self, name: str) -> bool:
        """Forget it in both places; whether there was one."""
        kept = self._read()
        in_ring = self._forget_in_ring(name)
        if name in kept:
            self._write({key: value for key, value in kept.items() if key != name})
        return in_ring or name in kept

    def check(self) -> None:
        """Raise KnownError where the file of secrets is open to others, or can't be read."""
        self._read()

    def values(self, names: Iterable[str]) -> frozenset[str]:
        """Every secret there is in the file, and of `names` those in the keyring; for leaving them out of something."""
        asked = (self._from_ring(name)[0] for name in names)
        return frozenset(value for value in (*self._held().values(), *asked) if value)

    def _held(self) -> dict[str, str]:
        """What is in the file, also where others may read it too."""
        try:
            held = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(value) for name, value in held.items()} if isinstance(held, dict) else {}

    def _from_ring(self, name: str) -> tuple[str | None, str]:
        """What the keyring has, and what it says when it can't be asked."""
        if self._ring is None:
            return None, ""
        try:
            return self._ring.get_password(self._service, name), ""
        except KeyringError as error:
            return None, str(error) or type(error).__name__

    def _into_ring(self, name: str, value: str) -> bool:
        if self._ring is None:
            return False
        try:
            self._ring.set_password(self._service, name, value)
        except KeyringError:
            return False
        return True

    def _forget_in_ring(self, name: str) -> bool:
        """Whether the keyring had it. A keyring that can't be asked could give an old secret later: an error."""
        if self._ring is None:
            return False
        try:
            if self._ring.get_password(self._service, name) is None:
                return False
            self._ring.delete_password(self._service, name)
        except PasswordDeleteError:
            return False
        except KeyringError as error:
            raise KnownError(f"The keyring can't be changed: {error}.", "Unlock it and try again.") from error
        return True

    def _read(self) -> dict[str, str]:
        try:
            mode = self._file.stat().st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise KnownError(f"Others may read {self._file}.", f"Run: chmod 600 {self._file}")
            held = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            # without its text and cause: those of a JSON error hold the file's content
            raise KnownError(f"The file {self._file} can't be read ({type(error).__name__}).", "Mend it.") from None
        if not isinstance(held, dict):
            raise KnownError(f"The file {self._file} holds no secrets.", "Remove it and store them again.")
        return {str(name): str(value) for name, value in held.items()}

    def _write(self, held: dict[str, str]) -> None:
        """The file anew and whole, its owner's alone from the first byte; no file without secrets."""
        try:
            if not held:
                self._file.unlink(missing_ok=True)
                return
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".secrets-")  # mkstemp makes it 0600
            draft = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(held, file)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self._file)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    draft.unlink()
        except OSError as error:
            raise KnownError(
                f"The file {self._file} can't be written: {error.strerror}.", "Make room or name another --data."
            ) from error


def open_secrets(folder: Path) -> Secrets:
    """The secrets of a data folder, with the system's keyring where there is a usable one."""
    ring = keyring.get_keyring()
    return Secrets(folder, ring if ring.priority > 0 else None)


def stored_secret(folder: Path, name: str) -> str | None:
    """A secret of a data folder. The keyring is looked for only now: where nobody has a password it costs nothing."""
    return open_secrets(folder).get(name)


def _check(name: str, value: str) -> None:
    if not re.fullmatch(NAME, name):
        raise KnownError("A secret's name has 1 to 64 letters, digits and _ . : -", "Choose another name.")
    if not value or len(value) > LONGEST or "\0" in value:
        raise KnownError(f"A secret has 1 to {LONGEST} characters and no NUL.", "Give another one.")
